"""Takes updates from the queue: in order within a chat, side by side between chats."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import count

from bots.engine.metrics import EngineMetrics
from bots.engine.update_queue import Entry, QueueError, UpdateQueue
from utils.update_envelope import PARTITIONS

DRAIN_SECONDS = 8.0
"""How long handlers in progress may take to end at shutdown."""

_IN_FLIGHT_PER_PARTITION = 64
_LONGEST_PAUSE_SECONDS = 2.0
_logger = logging.getLogger(__name__)

Deliver = Callable[[Entry], Awaitable[None]]
"""Handles an entry to its end, whatever that is: afterwards it is acknowledged or parked."""


class UpdateConsumer:
    """Reads all partitions and delivers what they hold.

    An entry is settled by `deliver`; one that was not (the process died, Redis went away) is
    read again at the next start or reconnection, before anything newer of its partition.
    """

    def __init__(self, queue: UpdateQueue, deliver: Deliver, metrics: EngineMetrics) -> None:
        """Read from `queue` and hand over to `deliver`."""
        self._queue = queue
        self._partitions = [
            _Partition(number, queue, deliver, metrics) for number in range(PARTITIONS)
        ]
        self._readers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to read."""
        self._readers = [asyncio.create_task(each.read_forever()) for each in self._partitions]

    async def stop(self) -> None:
        """Stop reading, let handlers in progress end, and leave the rest in the queue."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        running = [task for each in self._partitions for task in each.stop_taking()]
        if running:
            _, late = await asyncio.wait(running, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class _Partition:
    """One stream: its reader, and a lane for each chat that has something to do."""

    def __init__(
        self, number: int, queue: UpdateQueue, deliver: Deliver, metrics: EngineMetrics
    ) -> None:
        self._number = number
        self._queue = queue
        self._deliver = deliver
        self._metrics = metrics
        self._lanes: dict[tuple[bytes, bytes], deque[Entry]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight: set[str] = set()
        self._room = asyncio.Semaphore(_IN_FLIGHT_PER_PARTITION)
        self._stopping = False

    async def read_forever(self) -> None:
        """Read until cancelled, coming back whenever Redis does."""
        for failures in count():
            try:
                await self._queue.open_partition(self._number)
                await self._read_unsettled()
                while True:
                    await self._take(await self._queue.read(self._number, ">"))
            except QueueError as error:
                if self._number == 0:
                    _logger.warning("the queue cannot be read; trying on: %s", error.why)
                await asyncio.sleep(min(0.1 * 2 ** min(failures, 10), _LONGEST_PAUSE_SECONDS))

    async def _read_unsettled(self) -> None:
        after = "0"
        while entries := await self._queue.read(self._number, after):
            await self._take(entries)
            after = entries[-1].entry_id

    async def _take(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.entry_id in self._in_flight:
                continue
            await self._room.acquire()
            self._in_flight.add(entry.entry_id)
            self._metrics.waiting.inc()
            self._put_in_lane(entry)

    def _put_in_lane(self, entry: Entry) -> None:
        chat = (entry.fields.get(b"bot", b""), entry.fields.get(b"chat", b""))
        lane = self._lanes.get(chat)
        if lane is not None:
            lane.append(entry)
            return
        self._lanes[chat] = deque([entry])
        task = asyncio.create_task(self._run_lane(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, chat: tuple[bytes, bytes]) -> None:
        lane = self._lanes[chat]
        try:
            while lane and not self._stopping:
                entry = lane.popleft()
                try:
                    await self._deliver(entry)
                finally:
                    self._forget(entry)
        finally:
            del self._lanes[chat]

    def _forget(self, entry: Entry) -> None:
        self._in_flight.discard(entry.entry_id)
        self._metrics.waiting.dec()
        self._room.release()

    def stop_taking(self) -> set[asyncio.Task[None]]:
        """Begin nothing more and return what is running."""
        self._stopping = True
        return set(self._tasks)


async def until_done(attempt: Callable[[], Awaitable[None]]) -> None:
    """Repeat `attempt` until Redis has taken it."""
    for failures in count():
        with contextlib.suppress(QueueError):
            await attempt()
            return
        await asyncio.sleep(min(0.1 * 2 ** min(failures, 10), _LONGEST_PAUSE_SECONDS))
