"""The fixtures of these tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bots_engine.http_fakes import FakeTelegram, ScriptedCore
from tests.bots_engine.world import World
from tests.services import redis_url

__all__ = ["redis_url", "shared_engine", "stopped_world", "world"]


@contextmanager
def surroundings(root: Path, redis_url: str, *, empty: bool = True) -> Iterator[World]:
    """Telegram, the core and a copy of the engine around a Redis, emptied unless it is away."""
    telegram, core = FakeTelegram(), ScriptedCore()
    telegram.start()
    core.start()
    world = World(root, redis_url, telegram, core)
    try:
        if empty:
            world.redis.flushdb()
        yield world
    finally:
        world.close()
        core.stop()
        telegram.stop()


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[World]:
    """One engine for all tests that neither stop nor kill it: it takes seconds to start."""
    with surroundings(tmp_path_factory.mktemp("engine") / "copy", redis_url) as world:
        world.start()
        yield world


@pytest.fixture
def world(shared_engine: World) -> Iterator[World]:
    """The running engine without a bot, and nothing on record."""
    shared_engine.forget()
    yield shared_engine
    shared_engine.remove_bots()


@pytest.fixture
def stopped_world(tmp_path: Path, redis_url: str) -> Iterator[World]:
    """An engine of the test's own, not yet started."""
    with surroundings(tmp_path / "copy", f"{redis_url.removesuffix('/0')}/1") as world:
        yield world
