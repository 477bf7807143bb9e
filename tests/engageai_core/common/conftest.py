"""The Redis that the core's worker and scheduler talk to in tests."""

from tests.services import redis_url

__all__ = ["redis_url"]
