"""What is unsettled is read again once Redis is back, but nothing is handled twice by that."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from bots.engine.consuming import Settle, UpdateConsumer
from bots.engine.ledger import LedgerStore
from bots.engine.ownership import Lease
from bots.engine.redis_access import QueueError, RedisAccess
from bots.engine.update_queue import Batch, Entry, Reading, UpdateQueue
from utils.update_envelope import UpdateEnvelope, lease_key


class TrickyQueue(UpdateQueue):
    """The queue, whose waiting can fail once and whose answers can be held back on their way."""

    def __init__(self, redis: RedisAccess) -> None:
        super().__init__(redis, high_mark=1000)
        self.fails = False
        self.holds = False
        self.held = asyncio.Event()
        self.let_go = asyncio.Event()

    async def wait(self, last_ids, *, seconds: float) -> set[str]:
        if self.fails and any(name.endswith(":chat") for name in last_ids):
            self.fails, self.holds = False, True
            raise QueueError("away", why="the test says so", mend="nothing")
        return await super().wait(last_ids, seconds=min(seconds, 0.05))

    async def read(self, readings: Sequence[Reading]) -> list[Batch]:
        batches = await super().read(readings)
        if self.holds and any(batch.entries for batch in batches):
            self.holds = False
            self.held.set()
            await self.let_go.wait()
        return batches


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[TrickyQueue]:
    redis = RedisAccess(f"{redis_url.removesuffix('/0')}/2")
    await redis.client.flushdb()
    yield TrickyQueue(redis)
    await redis.client.aclose(close_connection_pool=True)


async def test_an_entry_settled_while_it_is_read_again_is_not_handled_twice(queue: TrickyQueue):
    handled: list[bytes] = []
    may_end = asyncio.Event()

    async def deliver(entry: Entry, settle: Settle) -> None:
        handled.append(entry.entry_id)
        await may_end.wait()
        settle(entry, None)

    update = {"update_id": 1, "message": {"chat": {"id": 5}}}
    body = json.dumps(update).encode()
    envelope = UpdateEnvelope.wrap(bot_name="tutor", update=update, body=body, origin="gateway")
    await queue.append(envelope)
    lease = Lease(envelope.partition, "1:test", time.monotonic() + 60)
    await queue.redis.client.set(lease_key(lease.partition), lease.token)
    consumer = UpdateConsumer(queue, LedgerStore(queue.redis), deliver)
    consumer.move_in(lease)
    consumer.start()
    async with asyncio.timeout(10):
        while not handled:
            await asyncio.sleep(0.01)
        queue.fails = True
        await queue.held.wait()
        may_end.set()
        while await queue.redis.client.xlen(envelope.stream):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    queue.let_go.set()
    await asyncio.sleep(0.3)
    await consumer.stop()
    assert len(handled) == 1
