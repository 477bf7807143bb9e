"""Which Redis is chosen, and that each kind which is here really answers."""

import asyncio
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from engagectl.stack.paths import StackPaths
from engagectl.stack.probes import redis_ready
from engagectl.stack.redis_server import RedisError, choose_redis
from tests.requirements_gate import skip_or_fail


@pytest.fixture
def paths(tmp_path: Path) -> StackPaths:
    made = StackPaths(tmp_path)
    made.make()
    return made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("kind", ["bundled", "local"])
async def test_a_chosen_server_runs_and_keeps_its_data_in_the_state_folder(
    paths: StackPaths, kind: str
):
    if kind == "local" and not shutil.which("redis-server"):
        skip_or_fail("no redis-server is on the PATH")
    port = _free_port()
    choice = choose_redis(kind, port=port, paths=paths)
    assert choice.command is not None
    server = subprocess.Popen(choice.command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not await redis_ready(port)() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert await redis_ready(port)()
        assert any((paths.state_dir / "redis").iterdir())
    finally:
        server.terminate()
        server.wait()


def test_an_address_is_taken_as_it_is(paths: StackPaths):
    choice = choose_redis("redis://db:6379/1", port=1, paths=paths)
    assert (choice.kind, choice.command, choice.url) == ("external", None, "redis://db:6379/1")


def test_nonsense_is_refused_with_the_choices(paths: StackPaths):
    with pytest.raises(RedisError, match="no choice") as caught:
        choose_redis("sqlite", port=1, paths=paths)
    assert "docker, local, bundled" in caught.value.why


def test_automatic_always_finds_one(paths: StackPaths):
    assert choose_redis("auto", port=_free_port(), paths=paths).kind in {
        "docker",
        "local",
        "bundled",
    }
