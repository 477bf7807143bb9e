"""The bots' end of the queue: reading, settling and parking under a lease, and adding."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from redis.exceptions import ResponseError

from bots.engine.ownership import Lease
from bots.engine.redis_access import PROMPT_SECONDS, Call, QueueError, RedisAccess, Script
from utils.logs import without_secrets
from utils.update_envelope import (
    APPEND_SCRIPT,
    DUPLICATE_MARK_SECONDS,
    GROUP,
    QUEUE_FULL,
    READER,
    Lane,
    UpdateEnvelope,
    dead_stream_name,
    lease_key,
    stream_name,
)

BATCH = 64
"""Entries of one stream that are read at once."""

_LEDGER_KEPT_SECONDS = 7 * 86_400
_LONGEST_PAUSE_SECONDS = 2.0

_READ = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
return redis.call('XREADGROUP', 'GROUP', ARGV[2], ARGV[3], 'COUNT', ARGV[4],
                  'STREAMS', KEYS[2], ARGV[5])
"""
)
_SETTLE = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
redis.call('XACK', KEYS[2], ARGV[2], unpack(ARGV, 3))
redis.call('XDEL', KEYS[2], unpack(ARGV, 3))
if #KEYS > 2 then
  redis.call('UNLINK', unpack(KEYS, 3))
end
return 1
"""
)
_PARK = Script(
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
redis.call('XADD', KEYS[3], '*', unpack(ARGV, 5))
redis.call('XACK', KEYS[2], ARGV[2], ARGV[3])
redis.call('XDEL', KEYS[2], ARGV[3])
redis.call('EXPIRE', KEYS[4], ARGV[4])
return 1
"""
)
_APPEND = Script(APPEND_SCRIPT)
_FENCED = -1
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a partition's stream, as it lies there.

    `again` says that it was delivered before, to this process or to one that owned the partition
    earlier, and never settled.
    """

    lease: Lease
    lane: Lane
    entry_id: bytes
    fields: dict[bytes, bytes]
    again: bool

    @property
    def stream(self) -> str:
        """The name of the stream it lies in."""
        return stream_name(self.lease.partition, self.lane)


@dataclass(frozen=True)
class Reading:
    """What is asked of one stream: the next new entries, or unsettled ones `after` an id."""

    lease: Lease
    lane: Lane
    after: bytes | None


@dataclass(frozen=True)
class Batch:
    """What a stream gave.

    Attributes:
        entries: in order.
        is_fenced: nothing was given because the lease is no longer this process's.
    """

    entries: list[Entry]
    is_fenced: bool = False


class UpdateQueue:
    """Redis as the bots use it. Methods raise QueueError when it does not answer."""

    def __init__(self, redis: RedisAccess, *, high_mark: int) -> None:
        """Use `redis`; a stream of `high_mark` entries takes no more from inside."""
        self.redis = redis
        self._high_mark = high_mark

    # -------------------------------------------------------------- reading
    async def open(self, partition: int, lane: Lane) -> bytes:
        """Make the stream's group, at its beginning, unless it exists.

        Returns:
            The id of the last entry that was ever delivered.
        """
        stream = stream_name(partition, lane)
        with contextlib.suppress(_GroupExistsError):
            await self.redis.run(self._make_group(stream))
        for group in await self.redis.run(self.redis.client.xinfo_groups(stream)):
            if group["name"] == GROUP.encode():
                return bytes(group["last-delivered-id"])
        raise QueueError("the queue is gone", why=f"{stream} has no group", mend="nothing: retried")

    async def _make_group(self, stream: str) -> None:
        try:
            await self.redis.client.xgroup_create(stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
            raise _GroupExistsError from error

    async def read(self, readings: Sequence[Reading]) -> list[Batch]:
        """Return what each stream asked has, without waiting."""
        calls: list[Call] = [
            (
                [lease_key(one.lease.partition), stream_name(one.lease.partition, one.lane)],
                [one.lease.token, GROUP, READER, BATCH, one.after or ">"],
            )
            for one in readings
        ]
        answers = await self.redis.call_each(_READ, calls)
        return [_batch(one, answer) for one, answer in zip(readings, answers, strict=True)]

    async def wait(self, last_ids: Mapping[str, bytes], *, seconds: float) -> set[str]:
        """Wait until one of the streams has an entry after the id named, at most `seconds`.

        Returns:
            The streams that have one.
        """
        milliseconds = round(seconds * 1000)
        streams: dict[Any, Any] = {**last_ids}
        answer = await self.redis.run(self.redis.client.xread(streams, count=1, block=milliseconds))
        names = answer.keys() if isinstance(answer, dict) else (pair[0] for pair in answer or ())
        return {bytes(name).decode() for name in names}

    # ------------------------------------------------------------- settling
    async def settle(
        self, lease: Lease, lane: Lane, entry_ids: Sequence[bytes], ledgers: Iterable[str]
    ) -> bool:
        """Acknowledge entries and take them and their ledgers away; False when fenced."""
        stream = stream_name(lease.partition, lane)
        answer = await self.redis.call(
            _SETTLE,
            [lease_key(lease.partition), stream, *ledgers],
            [lease.token, GROUP, *entry_ids],
        )
        return bool(answer != _FENCED)

    async def park(self, entry: Entry, *, reason: str, error: str, attempts: int) -> bool:
        """Move an entry to the dead letters, with why it could not be handled; False when fenced.

        What was done for it is remembered for seven days, for a replay.
        """
        dead: dict[Any, Any] = {
            **entry.fields,
            "reason": reason,
            "error": without_secrets(error),
            "attempts": str(attempts),
            "lane": entry.lane,
            "entry": entry.entry_id,
            "parked_at": f"{time.time():.6f}",
        }
        lease = entry.lease
        answer = await self.redis.call(
            _PARK,
            [
                lease_key(lease.partition),
                entry.stream,
                dead_stream_name(lease.partition),
                _ledger_key(entry),
            ],
            [
                lease.token,
                GROUP,
                entry.entry_id,
                _LEDGER_KEPT_SECONDS,
                *(part for pair in dead.items() for part in pair),
            ],
        )
        return bool(answer != _FENCED)

    # --------------------------------------------------------------- adding
    async def append(self, envelope: UpdateEnvelope) -> bool:
        """Add an update or a push, and return whether it was new.

        Raises:
            QueueError: also when the stream is at its high mark.
        """
        added = await self.redis.call(
            _APPEND,
            [envelope.stream, envelope.duplicate_mark],
            [
                DUPLICATE_MARK_SECONDS,
                self._high_mark,
                *(part for pair in envelope.fields().items() for part in pair),
            ],
            seconds=PROMPT_SECONDS,
        )
        if added == QUEUE_FULL:
            raise QueueError(
                "the queue is full",
                why=f"{envelope.stream} holds {self._high_mark} entries that wait",
                mend="see what is slow: engagectl queue stats",
            )
        return added is not None


class _GroupExistsError(Exception):
    """The consumer group is there already."""


async def until_done(attempt: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Repeat `attempt()` until Redis has taken it, and return its answer."""
    for failures in count():
        with contextlib.suppress(QueueError):
            return await attempt()
        await asyncio.sleep(min(0.1 * 2 ** min(failures, 10), _LONGEST_PAUSE_SECONDS))
    raise AssertionError("the attempts never end")  # pragma: no cover


def _batch(asked: Reading, answer: Any) -> Batch:
    if answer == _FENCED:
        return Batch([], is_fenced=True)
    if not answer:
        return Batch([])
    ((_, found),) = answer
    again = asked.after is not None
    return Batch(
        [Entry(asked.lease, asked.lane, entry_id, _fields(flat), again) for entry_id, flat in found]
    )


def _fields(flat: list[bytes] | None) -> dict[bytes, bytes]:
    # An unsettled entry that was deleted meanwhile comes without fields.
    if not flat:
        return {}
    values = iter(flat)
    return dict(zip(values, values, strict=True))


def _ledger_key(entry: Entry) -> str:
    """Return the ledger's key also for an entry that is no envelope."""
    bot, number = (entry.fields.get(name, b"").decode(errors="replace") for name in (b"bot", b"id"))
    return f"engage:done:{{{entry.lease.partition}}}:{bot}:{number}"
