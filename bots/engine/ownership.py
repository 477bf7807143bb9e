"""Which partitions this process owns: leases with fencing tokens, in fair shares.

Every second an owner says that it lives, renews its leases, gives back what is over its share and
takes what is free. A lease that Redis did not renew in time is lost, here by this process's own
clock and there by Redis's, whichever comes first.
"""

import asyncio
import logging
import math
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bots.engine.redis_access import PROMPT_SECONDS, Call, QueueError, RedisAccess, Script
from utils.update_envelope import OWNERS_KEY, PARTITIONS, fence_key, lease_key

LEASE_SECONDS = 6.0
"""How long a dead owner's partitions stay its own."""

_TICK_SECONDS = 1.0
_SAFETY_SECONDS = 0.5
"""A lease counts as lost here this much earlier than in Redis."""

_ANNOUNCE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZCARD', KEYS[1])
""")
_TAKE = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then
  return false
end
local token = redis.call('INCR', KEYS[2]) .. ':' .. ARGV[1]
redis.call('SET', KEYS[1], token, 'PX', ARGV[2])
return token
""")
_RENEW = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
""")
_RELEASE = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 1
""")
_logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Lease:
    """The right to read and settle one partition's entries.

    Attributes:
        partition: which.
        token: `<number>:<owner>`; the number grows with every new owner of the partition.
        held_until: this process's monotonic time until which it may act on the lease.
    """

    partition: int
    token: str
    held_until: float

    @property
    def is_held(self) -> bool:
        """Whether this process may still act as the partition's owner."""
        return time.monotonic() < self.held_until

    def end(self) -> None:
        """Let nothing more be done under the lease."""
        self.held_until = 0.0


class Tenant(Protocol):
    """Who works on the partitions that are owned."""

    def move_in(self, lease: Lease) -> None:
        """Begin to work on a partition."""

    async def move_out(self, lease: Lease) -> None:
        """Take no more of the partition, end or hand back what runs, settle what is done."""

    def evict(self, lease: Lease) -> None:
        """Stop at once: the lease is lost, and somebody else may own the partition."""


class PartitionOwnership:
    """The leases of this process."""

    def __init__(self, redis: RedisAccess, tenant: Tenant) -> None:
        """Own partitions for `tenant`; nothing is taken before `start`."""
        self._redis = redis
        self._tenant = tenant
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._leases: dict[int, Lease] = {}
        self._leaving: dict[int, asyncio.Task[None]] = {}
        self._ticking: asyncio.Task[None] | None = None

    @property
    def partitions(self) -> list[int]:
        """The partitions owned now."""
        return sorted(self._leases)

    def start(self) -> None:
        """Begin to take partitions."""
        self._ticking = asyncio.create_task(self._tick_forever())

    async def stop(self) -> None:
        """Move out of everything and give it back, so that others need not wait."""
        if self._ticking:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        await asyncio.gather(*self._leaving.values(), return_exceptions=True)
        renewing = asyncio.create_task(self._renew_forever())
        await asyncio.gather(*(self._leave(lease) for lease in list(self._leases.values())))
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        await self._quietly(self._redis.run(self._redis.client.zrem(OWNERS_KEY, self._owner)))

    def lost(self, lease: Lease) -> None:
        """Take note that Redis no longer knows the lease, or that it ran out."""
        lease.end()
        if self._leases.get(lease.partition) is not lease:
            return
        del self._leases[lease.partition]
        leaving = self._leaving.pop(lease.partition, None)
        if leaving:
            leaving.cancel()
        _logger.warning("partition %s is no longer owned by this process", lease.partition)
        self._tenant.evict(lease)

    async def _tick_forever(self) -> None:
        while True:
            try:
                await self._tick()
            except QueueError as error:
                _logger.warning("the partitions' leases cannot be renewed: %s", error.why)
            self._drop_what_ran_out()
            await asyncio.sleep(_TICK_SECONDS)

    async def _tick(self) -> None:
        await self._renew_all()
        (owners,) = await self._call_each(_ANNOUNCE, [([OWNERS_KEY], [self._owner])])
        share = math.ceil(PARTITIONS / max(int(owners), 1))
        staying = [number for number in self._leases if number not in self._leaving]
        for number in sorted(staying)[share:]:
            self._leaving[number] = asyncio.create_task(self._leave(self._leases[number]))
        await self._take_free(share - len(staying))

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            await self._quietly(self._renew_all())

    async def _renew_all(self) -> None:
        leases = list(self._leases.values())
        asked_at = time.monotonic()
        answers = await self._call_each(
            _RENEW, [([lease_key(lease.partition)], [lease.token]) for lease in leases]
        )
        for lease, renewed in zip(leases, answers, strict=True):
            # One that ran out here meanwhile is lost even if Redis still has it: handlers have
            # seen its end and left their entries to the next owner.
            if renewed and lease.is_held:
                lease.held_until = asked_at + LEASE_SECONDS - _SAFETY_SECONDS
            else:
                self.lost(lease)

    async def _take_free(self, wanted: int) -> None:
        free = [number for number in range(PARTITIONS) if number not in self._leases]
        # Not all begin at the same number: processes that start together would only collide.
        secrets.SystemRandom().shuffle(free)
        while wanted > 0 and free:
            tried, free = free[:wanted], free[wanted:]
            wanted -= await self._try_to_take(tried)

    async def _try_to_take(self, numbers: list[int]) -> int:
        asked_at = time.monotonic()
        tokens = await self._call_each(
            _TAKE,
            [([lease_key(number), fence_key(number)], [self._owner]) for number in numbers],
        )
        held_until = asked_at + LEASE_SECONDS - _SAFETY_SECONDS
        taken = [
            Lease(number, token.decode(), held_until)
            for number, token in zip(numbers, tokens, strict=True)
            if token
        ]
        for lease in taken:
            self._leases[lease.partition] = lease
            self._tenant.move_in(lease)
        if taken:
            _logger.info("owns partitions %s", ", ".join(map(str, self.partitions)))
        return len(taken)

    async def _leave(self, lease: Lease) -> None:
        try:
            await self._tenant.move_out(lease)
        finally:
            lease.end()
            self._leases.pop(lease.partition, None)
            self._leaving.pop(lease.partition, None)
        release: Call = ([lease_key(lease.partition)], [lease.token])
        await self._quietly(self._call_each(_RELEASE, [release]))
        _logger.info("gave partition %s back", lease.partition)

    def _drop_what_ran_out(self) -> None:
        for lease in list(self._leases.values()):
            if not lease.is_held:
                self.lost(lease)

    async def _call_each(self, script: Script, calls: Sequence[Call]) -> list[Any]:
        """Call a script for each subject; the lease's length in ms is its last argument."""
        length = str(round(LEASE_SECONDS * 1000))
        return await self._redis.call_each(
            script,
            [(keys, [*arguments, length]) for keys, arguments in calls],
            seconds=2 * PROMPT_SECONDS,
        )

    async def _quietly(self, call: Awaitable[Any]) -> None:
        try:
            await call
        except QueueError as error:
            _logger.warning("a lease is left to run out: %s", error.why)
