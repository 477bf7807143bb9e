"""The stack's life: up, up again, killed, down; nothing is lost and nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.learner import Learner
from tests.requirements_gate import skip_or_fail
from tests.stack import StackCopy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[StackCopy]:
    copy = StackCopy(tmp_path / "copy")
    yield copy
    copy.down()


def processes_of(stack: StackCopy) -> list[str]:
    """Return every process that belongs to the copy, by its command line or folder."""
    found: list[str] = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
            place = process.cwd()
        except psutil.Error:
            continue
        if str(stack.root) in line or place.startswith(str(stack.root)):
            found.append(f"{process.pid} {line}")
    return found


def wait_for_nothing(stack: StackCopy, seconds: float = 20) -> list[str]:
    """Wait until nothing of the copy runs; return what still does."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(stack)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def ports_in_use(stack: StackCopy) -> list[int]:
    """Return the copy's ports that something listens on."""
    ports = [port + stack.port_offset for port in (8000, 8001, 8002, 8003, 6379, 5433)]
    return [port for port in ports if _listens(port)]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_up_again_changes_nothing_and_down_leaves_nothing(stack: StackCopy):
    first = stack.up("--json")
    assert first.code == 0, first.err
    assert first.document["answered_ms"] is not None

    again = stack.up("--json")
    assert again.code == 0
    pids = [service["pid"] for service in first.document["services"]]
    assert [service["pid"] for service in again.document["services"]] == pids

    status = stack.engagectl("dev", "status", "--json")
    assert status.code == 0
    assert status.document["state"] == "ready"
    assert {service["name"] for service in status.document["services"]} >= {
        "postgres", "redis", "core", "worker", "scheduler", "gateway", "bots", "simulator",
    }  # fmt: skip

    down = stack.down()
    assert down.code == 0
    assert wait_for_nothing(stack) == []
    assert ports_in_use(stack) == []
    assert [path.name for path in stack.root.rglob("*.sock")] == []
    assert stack.down().code == 0
    assert stack.engagectl("dev", "status", "--json").code == 3


def test_what_a_learner_did_is_there_after_down_and_up(stack: StackCopy):
    assert stack.up().code == 0
    learner = Learner(stack.simulator_url, "english_bot", name="Пётр")
    learner.onboard()
    learner.tap(learner.last_with_buttons(), "go:beginner")
    before = [message["text"] for message in learner.messages()]
    stack.down()

    assert stack.up().code == 0
    assert [message["text"] for message in learner.messages()] == before
    caption = next(m for m in learner.say("/progress") if m["media"])["text"]
    assert "A1" in caption
    learner.close()


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(stack: StackCopy):
    assert stack.up().code == 0
    state = json.loads((stack.root / ".engage" / "run" / "state.json").read_text())
    os.kill(state["supervisor_pid"], signal.SIGKILL)
    assert wait_for_nothing(stack) == []
    assert ports_in_use(stack) == []
    assert stack.up().code == 0


def test_a_first_start_that_is_interrupted_is_made_good_by_the_next(stack: StackCopy):

    offset = str(stack.port_offset)
    command = ["-m", "engagectl", "dev", "up", "--no-browser", "--port-offset", offset]
    for seconds in (0.4, 1.5):
        start = subprocess.Popen(
            [sys.executable, *command], cwd=stack.root, env=stack.environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(seconds)
        start.kill()
        start.wait()
    finished = stack.up()
    assert finished.code == 0, finished.err


def test_killed_services_come_back_and_learners_are_answered_again(stack: StackCopy):
    assert stack.up().code == 0
    learner = Learner(stack.simulator_url, "english_bot", name="Ольга")
    learner.say("/start")
    services = stack.engagectl("dev", "status", "--json").document["services"]
    for service in services:
        if service["name"] in {"redis", "postgres", "core", "bots"}:
            os.kill(service["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 60
    while stack.engagectl("dev", "status").code != 0 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert stack.engagectl("dev", "status").code == 0
    assert learner.say("/help")
    learner.close()


def test_one_service_restarts_alone(stack: StackCopy):
    before = stack.up("--json").document["services"]
    assert stack.engagectl("dev", "restart", "gateway").code == 0
    after = stack.engagectl("dev", "status", "--json").document["services"]
    changed = [
        now["name"] for was, now in zip(before, after, strict=True) if was["pid"] != now["pid"]
    ]
    assert changed == ["gateway"]


def test_a_port_that_was_asked_for_and_is_taken_is_named_with_its_holder(stack: StackCopy):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 8001 + stack.port_offset))
        holder.listen()
        finished = stack.up()
    assert finished.code == 1
    assert str(8001 + stack.port_offset) in finished.err
    assert str(os.getpid()) in finished.err
    assert "Traceback" not in finished.err
    assert wait_for_nothing(stack) == []


@pytest.mark.parametrize("place", ["engageai_core/.env", "api_gateway/.env", "bots/.env"])
def test_a_malformed_env_file_is_named_and_once_mended_the_start_works(
    stack: StackCopy, place: str
):
    assert stack.engagectl("env", "init").code == 0
    path = stack.root / place
    good = path.read_text()
    path.write_text(good + "this is no assignment\n")
    finished = stack.up()
    assert finished.code == 1
    assert place in finished.err
    assert f"line {len(good.splitlines()) + 1}" in finished.err
    assert "Traceback" not in finished.err
    path.write_text(good)
    if place == "bots/.env":
        assert stack.up().code == 0


def test_reset_asks_and_then_forgets(stack: StackCopy):
    assert stack.up().code == 0
    refused = stack.engagectl("dev", "reset")
    assert refused.code == 1
    assert "--yes" in refused.err
    assert stack.engagectl("dev", "reset", "--yes").code == 0
    assert not (stack.root / ".engage").exists()
    assert (stack.root / "engageai_core" / ".env").exists()
    assert wait_for_nothing(stack) == []


@pytest.mark.docker
def test_redis_in_a_container_keeps_its_data_over_down_and_up(stack: StackCopy):
    import docker  # noqa: PLC0415 (only where an engine answers)
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        client = docker.from_env()
    except DockerException as error:
        skip_or_fail(f"no Docker engine answers: {type(error).__name__}")
    label = {"label": f"engageai.root={stack.root}"}
    try:
        finished = stack.up("--redis", "docker", "--json")
        assert finished.code == 0, finished.err
        assert finished.document["redis"] == "docker"
        (container,) = client.containers.list(filters=label)
        container.exec_run(["redis-cli", "SET", "kept", "yes"])
        stack.down()
        assert client.containers.list(all=True, filters=label) == []
        assert stack.up("--redis", "docker").code == 0
        (container,) = client.containers.list(filters=label)
        assert b"yes" in container.exec_run(["redis-cli", "GET", "kept"]).output
    finally:
        stack.engagectl("dev", "reset", "--yes")
        client.close()
    assert client.containers.list(all=True, filters=label) == []
