"""What was already done for an update, so that handling it again does nothing twice.

While an update is handled, every call that its handler makes is numbered by its name: the first
sending of a message to a chat, the second, and so on. A repeat that comes to the same number gets
the first answer (docs/adr/0012).
"""

import asyncio
import logging
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Self

from bots.engine.ownership import Lease
from bots.engine.redis_access import PROMPT_SECONDS, Call, RedisAccess, Script
from bots.engine.update_queue import until_done
from utils.errors import EngageError
from utils.update_envelope import UNSURE_KEY, UpdateEnvelope

_KEPT_SECONDS = 26 * 3600
_TIMES_FIELD = "again"
_UNSURE_KEPT = 10_000
_LARGEST_ANSWER = 256 * 1024
_BEGUN = b""
_logger = logging.getLogger(__name__)

_RECALL = Script(
    """
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HGETALL', KEYS[1])
"""
)


_WRITE = Script(
    """
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""
)


class LeaseLostError(EngageError):
    """Another process may be handling the update by now: nothing more may be done for it here."""


class UpdateLedger:
    """One update's calls and their answers; `with` it, the calls made inside are numbered in it.

    Attributes:
        was_written: whether Redis holds anything of it.
        times: how often the update was taken up again after a process that never settled it.
    """

    __slots__ = (
        "_answers",
        "_envelope",
        "_lease",
        "_numbers",
        "_scope",
        "_store",
        "_token",
        "_unwritten",
        "times",
        "was_written",
    )

    def __init__(self, envelope: UpdateEnvelope, lease: Lease, store: "LedgerStore") -> None:
        """Begin an empty ledger of the update, valid under `lease`."""
        self._envelope = envelope
        self._lease = lease
        self._store = store
        self._numbers: dict[str, int] = {}
        self._answers: dict[str, Any] = {}
        self._unwritten: dict[str, bytes] = {}
        self._scope = ""
        self.was_written = False
        self.times = 0

    @property
    def update_key(self) -> str:
        """Names the update among all bots' updates."""
        return f"{self._envelope.bot_name}:{self._envelope.update_id}"

    async def recall(self) -> None:
        """Read what was done before this process had the update; raises QueueError."""
        kept = await self._store.read(self._envelope.ledger_key)
        self.times = int(kept.pop(_TIMES_FIELD, b"0"))
        self._answers = {**kept, **self._answers}
        self.was_written = True

    def numbering(self, scope: str = "") -> Self:
        """Number from the beginning again; `scope` keeps apart what is no part of handling."""
        self._numbers.clear()
        self._scope = scope
        return self

    def __enter__(self) -> None:
        """Let calls be numbered here."""
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        """Let calls be numbered where they were before."""
        _current.reset(self._token)

    def step(self, name: str) -> str:
        """Return the name of the next call of this kind and target."""
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        return f"{self._scope}{name}#{number}"

    def known(self, step: str) -> Any | None:
        """Return the answer to a call made before, None when it was not made or not answered.

        What this process did comes back as it was kept; what another did, as the bytes written.
        """
        return self._answers.get(step) or None

    def note(self, step: str, answer: Any, written: bytes) -> None:
        """Remember the answer to a call without lasting effect; written with the next effect."""
        self._answers[step] = answer
        if len(written) <= _LARGEST_ANSWER:
            self._unwritten[step] = written

    async def begin_effect(self, step: str) -> None:
        """Note that a call begins whose repetition would show.

        Raises:
            LeaseLostError: the update is no longer this process's.
            QueueError: nothing may be done that cannot be remembered.
        """
        self.check_lease()
        if self._answers.get(step) == _BEGUN:
            _logger.warning("%s: %s is made again, perhaps twice", self.update_key, step)
            await self._store.list_unsure(self._envelope, step)
        fields = {**self._unwritten, step: _BEGUN}
        await self._store.write(self._envelope.ledger_key, fields)
        self._unwritten.clear()
        self.was_written = True

    def keep(self, step: str, answer: Any, written: bytes) -> None:
        """Remember the answer to an effect, in Redis as soon as it takes it."""
        self._answers[step] = answer
        self._unwritten[step] = written
        self.was_written = True
        self._store.write_soon(self._envelope.ledger_key, self._unwritten)
        self._unwritten = {}

    def doubt(self, step: str) -> None:
        """Take note that an effect was begun and nobody knows how it ended."""
        self._answers[step] = _BEGUN

    def check_lease(self) -> None:
        """Raise LeaseLostError unless the update is still this process's to handle."""
        if not self._lease.is_held:
            raise LeaseLostError(
                f"update {self.update_key} is no longer this process's",
                why=f"the lease on partition {self._lease.partition} ran out",
                mend="nothing: the partition's next owner handles it",
            )


class LedgerStore:
    """The ledgers in Redis."""

    def __init__(self, redis: RedisAccess) -> None:
        """Keep ledgers in `redis`."""
        self._redis = redis
        self._waiting: dict[str, dict[str, bytes]] = {}
        self._in_hand: dict[str, dict[str, bytes]] = {}
        self._hand_free = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self.unsure = 0

    async def read(self, key: str) -> dict[str, Any]:
        """Return a ledger's fields and count that it was taken up again; raises QueueError."""
        flat = await self._redis.call(_RECALL, [key], [_TIMES_FIELD, _KEPT_SECONDS])
        values = iter(flat)
        return {name.decode(): value for name, value in zip(values, values, strict=True)}

    async def write(self, key: str, fields: dict[str, bytes]) -> None:
        """Write fields now; raises QueueError when Redis does not confirm it in time."""
        flat = [part for pair in fields.items() for part in pair]
        await self._redis.call(_WRITE, [key], [_KEPT_SECONDS, *flat], seconds=PROMPT_SECONDS)

    def write_soon(self, key: str, fields: dict[str, bytes]) -> None:
        """Write fields in the background, trying until it is done."""
        self._waiting.setdefault(key, {}).update(fields)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())

    async def forget(self, keys: Iterable[str]) -> None:
        """Write no more of these ledgers, which are about to be removed."""
        gone = set(keys)
        for key in gone:
            self._waiting.pop(key, None)
        while not gone.isdisjoint(self._in_hand):
            await self._hand_free.wait()

    async def _write_waiting(self) -> None:
        while self._waiting:
            self._in_hand, self._waiting = self._waiting, {}
            self._hand_free.clear()
            await until_done(self._write_in_hand)
            self._in_hand = {}
            self._hand_free.set()

    async def _write_in_hand(self) -> None:
        calls: list[Call] = [
            ([key], [_KEPT_SECONDS, *(part for pair in fields.items() for part in pair)])
            for key, fields in self._in_hand.items()
        ]
        await self._redis.call_each(_WRITE, calls)

    async def list_unsure(self, envelope: UpdateEnvelope, step: str) -> None:
        """List a call that is made again although it may have been made; raises QueueError."""
        self.unsure += 1
        fields: dict[Any, Any] = {
            "bot": envelope.bot_name,
            "update_id": str(envelope.update_id),
            "step": step,
            "trace": envelope.trace,
        }
        await self._redis.run(
            self._redis.client.xadd(UNSURE_KEY, fields, maxlen=_UNSURE_KEPT, approximate=True)
        )

    async def flush(self) -> None:
        """Return when all that waits is written."""
        if self._writing:
            await self._writing


_current: ContextVar[UpdateLedger | None] = ContextVar("current_ledger", default=None)


def current_ledger() -> UpdateLedger | None:
    """Return the ledger of the update being handled, None outside of handling one."""
    return _current.get()
