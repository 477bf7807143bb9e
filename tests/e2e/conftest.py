"""The services that the end-to-end tests share."""

from tests.services import redis_url

__all__ = ["redis_url"]
