"""One worker of the benchmark `worker`, as a process: `MODE REDIS_URL WAIT_SECONDS PROCESSES`.

It prints `ready` when it could begin, begins at a line on standard input, and goes on until the
queue is empty; then it prints `{"handled", "seconds", "cpu_seconds"}`.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, Router
from aiogram.types import Message, Update
from redis.asyncio import Redis

from bots.engine.consuming import UpdateConsumer
from bots.engine.delivering import Delivery, DeliveryMeans, Voice
from bots.engine.ledger import LedgerStore
from bots.engine.metrics import EngineMetrics
from bots.engine.outgoing import HarmlessRefusals, OnceForEachUpdate, RetryAfterHonoured
from bots.engine.ownership import PartitionOwnership
from bots.engine.redis_access import RedisAccess
from bots.engine.update_queue import UpdateQueue
from utils.update_envelope import PARTITIONS, UpdateEnvelope, stream_name

PLAIN_STREAM = "plain"
PLAIN_GROUP = "plain"
_PLAIN_BATCH = 100


class _Handled:
    """Counts what the handler saw, and when it first and last did."""

    def __init__(self, wait_seconds: float) -> None:
        self.number = 0
        self._wait_seconds = wait_seconds
        self.bot = Bot("42:" + "A" * 35)
        self.bot.session.middleware.register(OnceForEachUpdate())
        self.bot.session.middleware.register(HarmlessRefusals())
        self.bot.session.middleware.register(RetryAfterHonoured())
        router = Router()
        router.message.register(self._handle)
        self.dispatcher = Dispatcher(disable_fsm=True)
        self.dispatcher.include_router(router)

    async def _handle(self, _message: Message) -> None:
        self.number += 1
        if self._wait_seconds:
            await asyncio.sleep(self._wait_seconds)

    async def feed(self, body: bytes) -> None:
        """Run one update through the dispatcher."""
        update = Update.model_validate_json(body, context={"bot": self.bot})
        await self.dispatcher.feed_update(self.bot, update)


async def _plain(redis_url: str, handled: _Handled, _processes: int) -> None:
    """Read, handle, acknowledge: the least that can be done with a consumer group."""
    redis = Redis.from_url(redis_url)
    await _told_to_begin()
    while True:
        answer: Any = await redis.xreadgroup(
            PLAIN_GROUP, "one", {PLAIN_STREAM: ">"}, count=_PLAIN_BATCH
        )
        if not answer:
            break
        entries = next(iter(answer.values()))[0] if isinstance(answer, dict) else answer[0][1]
        for _, fields in entries:
            await handled.feed(fields[b"body"])
        await redis.xack(PLAIN_STREAM, PLAIN_GROUP, *(entry_id for entry_id, _ in entries))
    _Clock.end()
    await redis.aclose()


async def _real(redis_url: str, handled: _Handled, processes: int) -> None:
    """The engine's own loop, one of so many: leases, lanes, ledger, metrics, settling."""
    redis = RedisAccess(redis_url)
    queue = UpdateQueue(redis, high_mark=10**6)
    store = LedgerStore(redis)

    async def handle(envelope: UpdateEnvelope) -> None:
        await handled.feed(envelope.body)

    async def say_nothing(_: UpdateEnvelope) -> None:
        return

    means = DeliveryMeans(
        store, EngineMetrics(), handle=handle, voice=Voice(say_nothing, say_nothing)
    )
    consumer = UpdateConsumer(queue, store, Delivery(queue, means).deliver)
    ownership = PartitionOwnership(redis, consumer)
    consumer.on_lost = ownership.lost
    ownership.start()
    while len(ownership.partitions) != PARTITIONS // processes:
        await asyncio.sleep(0.05)
    await _told_to_begin()
    consumer.start()
    await _until_empty(redis)
    _Clock.end()
    await ownership.stop()
    await consumer.stop()
    await redis.close()


async def _until_empty(redis: RedisAccess) -> None:
    while True:
        pipeline = redis.pipeline()
        for number in range(PARTITIONS):
            pipeline.xlen(stream_name(number, "chat"))
        if not sum(await pipeline.execute()):
            return
        await asyncio.sleep(0.05)


async def _told_to_begin() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    _Clock.begin()


class _Clock:
    """Times between `begin` and `end`."""

    seconds = 0.0
    cpu_seconds = 0.0

    @classmethod
    def begin(cls) -> None:
        """Start the clock."""
        cls.seconds, cls.cpu_seconds = -time.perf_counter(), -time.process_time()

    @classmethod
    def end(cls) -> None:
        """Stop the clock."""
        cls.seconds += time.perf_counter()
        cls.cpu_seconds += time.process_time()


_MODES: dict[str, Callable[[str, _Handled, int], Coroutine[Any, Any, None]]] = {
    "plain": _plain,
    "real": _real,
}


async def _main() -> None:
    mode, redis_url, wait_seconds, processes = sys.argv[1:]
    handled = _Handled(float(wait_seconds))
    await _MODES[mode](redis_url, handled, int(processes))
    outcome = {
        "handled": handled.number,
        "seconds": _Clock.seconds,
        "cpu_seconds": _Clock.cpu_seconds,
    }
    await handled.bot.session.close()
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    gc.freeze()
    uvloop.run(_main())
