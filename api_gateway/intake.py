"""Puts updates into Redis: each once, each durable before Telegram is told so."""

import asyncio

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from utils.errors import EngageError
from utils.update_envelope import APPEND_SCRIPT, DUPLICATE_MARK_SECONDS, UpdateEnvelope

APPEND_SECONDS = 1.0
"""How long an append may take; Telegram is better told to come again than kept waiting."""

_CONNECTIONS = 64


class IntakeError(EngageError):
    """An update could not be stored, or nobody knows whether it was."""


class UpdateIntake:
    """The gateway's end of the queue."""

    def __init__(self, redis_url: str) -> None:
        """Connect lazily to the Redis at `redis_url`."""
        pool = BlockingConnectionPool.from_url(
            redis_url,
            max_connections=_CONNECTIONS,
            timeout=APPEND_SECONDS,
            socket_connect_timeout=APPEND_SECONDS,
            # A connection that Redis closed while idle shows only when it is used again.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis(connection_pool=pool)
        self._append = self._redis.register_script(APPEND_SCRIPT)

    async def append(self, envelope: UpdateEnvelope) -> bool:
        """Store an update and return whether it was new.

        Raises:
            IntakeError: Redis did not confirm within `APPEND_SECONDS`.
        """
        arguments: list[str | bytes] = [str(DUPLICATE_MARK_SECONDS), "20000"]
        for name, value in envelope.fields().items():
            arguments += (name, value)
        try:
            async with asyncio.timeout(APPEND_SECONDS):
                entry_id = await self._append(
                    keys=[envelope.stream, envelope.duplicate_mark], args=arguments
                )
        except (RedisError, OSError) as error:
            raise _unreachable(error) from error
        return entry_id is not None

    async def check(self) -> None:
        """Raise IntakeError unless Redis answers in time."""
        try:
            async with asyncio.timeout(APPEND_SECONDS):
                await self._redis.ping()
        except (RedisError, OSError) as error:
            raise _unreachable(error) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)


def _unreachable(error: Exception) -> IntakeError:
    return IntakeError(
        "Redis does not take updates",
        why=f"{type(error).__name__} at REDIS_URL",
        mend="see whether it runs: engagectl dev status",
    )
