"""The fixtures of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.api_gateway.gateway import ENV, Gateway
from tests.services import redis_url

__all__ = ["gateway", "own_gateway", "redis", "redis_url", "shared_gateway"]


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of the test's Redis, which is empty."""
    client = Redis.from_url(redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Gateway]:
    """One gateway for all tests that leave it running."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), redis_url)
    gateway.start()
    yield gateway
    gateway.close()


@pytest.fixture
def gateway(shared_gateway: Gateway, redis: Redis) -> Iterator[Gateway]:
    """The running gateway with its two bots and an empty Redis."""
    yield shared_gateway
    shared_gateway.write_env(ENV)


@pytest.fixture
def own_gateway(tmp_path: Path, redis_url: str) -> Iterator[Gateway]:
    """A gateway of the test's own, not yet started."""
    gateway = Gateway(tmp_path, redis_url)
    yield gateway
    gateway.close()
