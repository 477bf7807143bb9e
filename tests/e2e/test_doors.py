"""Every service starts from inside its own folder, by the commands of the user's document."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.stack import StackCopy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> StackCopy:
    stack = StackCopy(tmp_path_factory.mktemp("doors"))
    made = stack.engagectl("env", "init")
    assert made.code == 0, made.err
    return stack


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _uvicorn(stack: StackCopy, folder: str, application: str, redis_url: str) -> httpx2.Response:
    """Start a service inside its folder, ask whether it lives, and stop it."""
    port = _free_port()
    script = Path(sys.executable).with_name("uvicorn")
    command = [str(script), application, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=stack.root / folder,
        env={**stack.environment(), "REDIS_URL": redis_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return _wait_for(f"http://127.0.0.1:{port}/health/live", process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> httpx2.Response:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended with {process.returncode}"
        try:
            return httpx2.get(url, timeout=5, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} never answered")


def test_the_gateway_from_inside_its_folder(copy: StackCopy, redis_url: str):
    assert _uvicorn(copy, "api_gateway", "core_webhook:app", redis_url).status_code == 200


def test_the_bots_from_inside_their_folder(copy: StackCopy, redis_url: str):
    assert _uvicorn(copy, "bots", "bots_engine:app", redis_url).status_code == 200


def test_the_core_from_inside_its_folder_with_the_embedded_database(copy: StackCopy):
    folder = copy.root / "engageai_core"
    migrated = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=folder, env=copy.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert migrated.returncode == 0, migrated.stderr
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}"],
        cwd=folder,
        env=copy.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ready = _wait_for(f"http://127.0.0.1:{port}/health/ready", server)
        assert ready.json()["status"] == "ready"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)
