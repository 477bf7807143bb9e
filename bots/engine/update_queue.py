"""The bots' end of the queue: reading a partition, settling an entry, adding one."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from utils.errors import EngageError
from utils.logs import without_secrets
from utils.update_envelope import (
    APPEND_SCRIPT,
    DEAD_STREAM,
    DUPLICATE_MARK_SECONDS,
    GROUP,
    PARTITIONS,
    UpdateEnvelope,
    stream_name,
)

_BLOCK_MILLISECONDS = 5000
_ANSWER_SECONDS = 10.0
_PROMPT_SECONDS = 1.0
_BATCH = 32


class QueueError(EngageError):
    """Redis does not answer."""


@dataclass(frozen=True)
class Entry:
    """One entry of a partition's stream, as it lies there."""

    partition: int
    entry_id: str
    fields: dict[bytes, bytes]


class UpdateQueue:
    """Redis as the bots use it. Methods raise QueueError when it does not answer."""

    def __init__(self, redis_url: str) -> None:
        """Connect lazily to the Redis at `redis_url`."""
        pool = BlockingConnectionPool.from_url(
            redis_url,
            # Each partition's reader holds a connection while it waits.
            max_connections=PARTITIONS + 32,
            timeout=_ANSWER_SECONDS,
            socket_connect_timeout=2.0,
            socket_timeout=_ANSWER_SECONDS,
            # A reading repeated unseen would skip what the lost answer had delivered.
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = Redis(connection_pool=pool)
        self._append = self._redis.register_script(APPEND_SCRIPT)

    async def open_partition(self, partition: int) -> None:
        """Make the partition's group, at its beginning, unless it exists."""
        try:
            await self._redis.xgroup_create(stream_name(partition), GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise _silent(error) from error
        except (RedisError, OSError) as error:
            raise _silent(error) from error

    async def read(self, partition: int, after: str) -> list[Entry]:
        """Return the partition's next entries in order, waiting for some seconds.

        Args:
            partition: whose entries.
            after: `>` for new ones; an entry's id for those delivered and never settled that
                come after it, without waiting.
        """
        try:
            answer = await self._redis.xreadgroup(
                GROUP,
                f"p{partition}",
                {stream_name(partition): after},
                count=_BATCH,
                block=_BLOCK_MILLISECONDS if after == ">" else None,
            )
        except (RedisError, OSError) as error:
            raise _silent(error) from error
        return [
            Entry(partition, entry_id.decode(), fields or {})
            for entry_id, fields in _entries(answer)
        ]

    async def settle(self, entry: Entry) -> None:
        """Acknowledge an entry and take it out of the stream."""
        stream = stream_name(entry.partition)
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.xack(stream, GROUP, entry.entry_id)
            pipeline.xdel(stream, entry.entry_id)
            await self._run(pipeline.execute())

    async def park(self, entry: Entry, *, error: str, attempts: int) -> None:
        """Move an entry to the dead-letter stream, with why it could not be handled."""
        stream = stream_name(entry.partition)
        dead: dict[Any, Any] = {
            **entry.fields,
            "error": without_secrets(error),
            "attempts": str(attempts),
            "stream": stream,
            "entry": entry.entry_id,
            "parked_at": f"{time.time():.6f}",
        }
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.xadd(DEAD_STREAM, dead)
            pipeline.xack(stream, GROUP, entry.entry_id)
            pipeline.xdel(stream, entry.entry_id)
            await self._run(pipeline.execute())

    async def append(self, envelope: UpdateEnvelope) -> bool:
        """Add an update and return whether it was new."""
        arguments: list[str | bytes] = [str(DUPLICATE_MARK_SECONDS)]
        for name, value in envelope.fields().items():
            arguments += (name, value)
        keys = [envelope.stream, envelope.duplicate_mark]
        added = await self._run(self._append(keys=keys, args=arguments), seconds=_PROMPT_SECONDS)
        return added is not None

    async def check(self) -> None:
        """Return when Redis answers."""
        await self._run(self._redis.ping(), seconds=_PROMPT_SECONDS)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)

    async def _run(self, call: Any, *, seconds: float = _ANSWER_SECONDS) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await call
        except (RedisError, OSError) as error:
            raise _silent(error) from error


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes] | None]]:
    """Return the entries of the one stream asked for, whichever protocol Redis speaks."""
    if not answer:
        return []
    if isinstance(answer, Mapping):
        (batches,) = answer.values()
        return [entry for batch in batches for entry in batch]
    return list(answer[0][1])


def _silent(error: Exception) -> QueueError:
    return QueueError(
        "Redis does not answer",
        why=f"{type(error).__name__} at REDIS_URL",
        mend="see whether it runs: engagectl dev status",
    )
