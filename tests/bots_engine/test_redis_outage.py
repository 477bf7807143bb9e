"""Redis goes away and comes back: nothing is lost, and the engine finds it again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bots_engine.conftest import surroundings
from tests.bots_engine.test_delivery import SLOW_FIRST
from tests.bots_engine.world import World
from tests.services import RedisServer, wait_until


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that may be killed."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


def test_engine_outlives_redis(tmp_path: Path, redis_server: RedisServer) -> None:
    with surroundings(tmp_path / "copy", redis_server.url) as world:
        world.add_bot("slow_bot", SLOW_FIRST)
        world.start()
        world.say("slow_bot", "slow")
        world.say("slow_bot", "waiting")
        wait_until(lambda: _in_hand(world) == 2, what="both are taken")
        redis_server.kill()
        wait_until(lambda: world.http.get("/health/ready").status_code == 503, what="it is named")
        assert world.http.get("/health/live").status_code == 200
        redis_server.start()
        world.say("slow_bot", "after")
        world.wait_for_texts("100 after")
        assert world.telegram.texts == ["100 slow", "100 waiting", "100 after"]
        wait_until(lambda: world.queued() == 0, what="all is settled")


def test_engine_starts_before_redis_does(tmp_path: Path, redis_server: RedisServer) -> None:
    redis_server.stop()
    with surroundings(tmp_path / "copy", redis_server.url, empty=False) as world:
        world.add_bot("echo_bot")
        world.start()
        assert world.ready()["checks"]["redis"].startswith("failed: ")
        redis_server.start()
        world.say("echo_bot", "hello")
        world.wait_for_texts("Ann: hello")
        assert world.http.get("/health/ready").status_code == 200


def _in_hand(world: World) -> int:
    shown = world.http.get("/metrics").text
    lines = [line for line in shown.splitlines() if line.startswith("engage_bots_entries_in_fl")]
    return sum(int(float(line.split()[1])) for line in lines)
