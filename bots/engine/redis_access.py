"""The bots' one way to Redis: connections, scripts, and one error for all that can go wrong."""

import asyncio
import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from utils.errors import EngageError

PROMPT_SECONDS = 1.0
"""How long a call may take that somebody waits for."""

ANSWER_SECONDS = 10.0
"""How long any other call may take."""

_CONNECTIONS = 64

Call = tuple[Sequence[str], Sequence[str | bytes | int]]
"""A script's keys and arguments."""


class QueueError(EngageError):
    """Redis does not answer, or not as it should."""


@dataclass(frozen=True)
class Script:
    """A Lua script, called by its digest."""

    text: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        """Compute the digest under which Redis keeps the script."""
        object.__setattr__(self, "digest", hashlib.sha1(self.text.encode()).hexdigest())  # noqa: S324


class RedisAccess:
    """Connections to one Redis, made when they are first needed."""

    def __init__(self, redis_url: str) -> None:
        """Connect lazily to the Redis at `redis_url`."""
        pool = BlockingConnectionPool.from_url(
            redis_url,
            max_connections=_CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_connect_timeout=2.0,
            socket_timeout=ANSWER_SECONDS,
            # A reading repeated unseen would skip what the lost answer had delivered.
            retry=Retry(NoBackoff(), 0),
        )
        self.client: Redis = Redis(connection_pool=pool)

    def pipeline(self) -> Pipeline:
        """Return a pipeline: its commands go together and are answered together."""
        return self.client.pipeline(transaction=False)

    async def run(self, call: Awaitable[Any], *, seconds: float = ANSWER_SECONDS) -> Any:
        """Return the call's answer.

        Raises:
            QueueError: it failed, or took longer than `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                return await call
        except (RedisError, OSError) as error:
            raise _failed(error) from error

    async def call(
        self,
        script: Script,
        keys: Sequence[str],
        arguments: Sequence[str | bytes | int],
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        """Return the script's answer; raises QueueError as `run` does."""
        return (await self.call_each(script, [(keys, arguments)], seconds=seconds))[0]

    async def call_each(
        self, script: Script, calls: Sequence[Call], *, seconds: float = ANSWER_SECONDS
    ) -> list[Any]:
        """Return the script's answers to several calls, all sent in one go.

        Raises:
            QueueError: one of them failed; others may have taken effect.
        """
        if not calls:
            return []
        return list(await self.run(self._evaluate(script, calls), seconds=seconds))

    async def _evaluate(self, script: Script, calls: Sequence[Call]) -> list[Any]:
        try:
            return await self._by_digest(script, calls)
        except NoScriptError:
            # Redis was started anew. It knew none of the calls' script, so none took effect.
            await self.client.script_load(script.text)
            return await self._by_digest(script, calls)

    async def _by_digest(self, script: Script, calls: Sequence[Call]) -> list[Any]:
        if len(calls) == 1:
            ((keys, arguments),) = calls
            return [await self.client.evalsha(script.digest, len(keys), *keys, *arguments)]
        pipeline = self.pipeline()
        for keys, arguments in calls:
            pipeline.evalsha(script.digest, len(keys), *keys, *arguments)
        return list(await pipeline.execute())

    async def check(self) -> None:
        """Return when Redis answers; raise QueueError when it does not in time."""
        await self.run(self.client.ping(), seconds=PROMPT_SECONDS)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose(close_connection_pool=True)


def _failed(error: Exception) -> QueueError:
    return QueueError(
        "Redis does not answer",
        why=f"{type(error).__name__} at REDIS_URL",
        mend="see whether it runs: engagectl dev status",
    )
