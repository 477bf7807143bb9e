"""Takes updates from the queue: in order within a chat, side by side between chats and lanes."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bots.engine.ledger import LedgerStore
from bots.engine.ownership import Lease
from bots.engine.redis_access import QueueError
from bots.engine.settling import Settler
from bots.engine.update_queue import BATCH, Batch, Entry, Reading, UpdateQueue
from utils.update_envelope import LANES, Lane, stream_name

DRAIN_SECONDS = 8.0
"""How long handlers in progress may take to end when a partition is given back or at shutdown."""

_IN_FLIGHT: dict[Lane, int] = {"chat": 64, "fast": 32, "push": 16}
"""Entries of one partition that are in flight at once."""

_LONGEST_PAUSE_SECONDS = 1.0
_WAIT_SECONDS = 5.0
_SHORT_WAIT_SECONDS = 0.01
"""While a stream is full: whether it has room again is looked at this often."""

_logger = logging.getLogger(__name__)

Settle = Callable[[Entry, str | None], None]
Deliver = Callable[[Entry, Settle], Awaitable[None]]
"""Handles an entry to its end and settles or parks it; not when the partition was lost."""


class UpdateConsumer:
    """Works on the partitions that this process owns.

    An entry that was not settled (the process died, Redis went away, the lease ran out) is read
    again by the partition's next owner, before anything newer of its lane.
    """

    def __init__(self, queue: UpdateQueue, store: LedgerStore, deliver: Deliver) -> None:
        """Read from `queue` and hand over to `deliver`; nothing is read before `start`."""
        self._lanes = {lane: _LaneReader(lane, queue, store, deliver) for lane in LANES}
        self._reading: list[asyncio.Task[None]] = []
        self.on_lost: Callable[[Lease], None] = lambda lease: lease.end()

    def in_flight(self, lane: Lane) -> int:
        """Return how many of a lane's entries were taken and are not yet settled."""
        return self._lanes[lane].in_flight

    def start(self) -> None:
        """Begin to read what is owned."""
        for reader in self._lanes.values():
            reader.on_lost = self._lost
            self._reading.append(asyncio.create_task(reader.read_forever()))

    def _lost(self, lease: Lease) -> None:
        self.on_lost(lease)

    async def stop(self) -> None:
        """Stop reading; the partitions are to be moved out of before."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    # --------------------------------------------------- as the leases' tenant
    def move_in(self, lease: Lease) -> None:
        """Begin to work on a partition, with what was left unsettled."""
        for reader in self._lanes.values():
            reader.add(lease)

    async def move_out(self, lease: Lease) -> None:
        """Take no more of the partition; let handlers end, then settle what they did."""
        await asyncio.gather(*(reader.move_out(lease) for reader in self._lanes.values()))

    def evict(self, lease: Lease) -> None:
        """Stop all work on a partition that is lost."""
        for reader in self._lanes.values():
            reader.evict(lease)


class _LaneReader:
    """One lane of all partitions owned: a single loop reads them together."""

    def __init__(
        self,
        lane: Lane,
        queue: UpdateQueue,
        store: LedgerStore,
        deliver: Deliver,
    ) -> None:
        self._lane = lane
        self._queue = queue
        self._deliver = deliver
        self._settler = Settler(queue, store, self._settled)
        self._streams: dict[int, _Stream] = {}
        self._changed = asyncio.Event()
        self._moved = asyncio.Event()
        self.on_lost: Callable[[Lease], None] = lambda lease: lease.end()

    @property
    def in_flight(self) -> int:
        """How many entries were taken and are not yet settled."""
        return sum(stream.in_flight for stream in self._streams.values())

    # ------------------------------------------------------------ partitions
    def add(self, lease: Lease) -> None:
        self._streams[lease.partition] = _Stream(lease, self._lane, self)
        self._changed.set()
        self._moved.set()

    async def move_out(self, lease: Lease) -> None:
        stream = self._take_out(lease)
        if stream:
            await stream.end(DRAIN_SECONDS)
            await self._settler.flush()

    def evict(self, lease: Lease) -> None:
        stream = self._take_out(lease)
        if stream:
            stream.cancel()

    def _take_out(self, lease: Lease) -> "_Stream | None":
        stream = self._streams.get(lease.partition)
        if stream is None or stream.lease is not lease:
            return None
        del self._streams[lease.partition]
        self._moved.set()
        return stream

    # --------------------------------------------------------------- reading
    async def read_forever(self) -> None:
        """Read until cancelled, coming back whenever Redis does."""
        failures = 0
        while True:
            try:
                await self._read_once()
                failures = 0
            except QueueError as error:
                if self._lane == "chat":
                    _logger.warning("the queue cannot be read; trying on: %s", error.why)
                for stream in self._streams.values():
                    stream.begin_again()
                await asyncio.sleep(min(0.1 * 2 ** min(failures, 10), _LONGEST_PAUSE_SECONDS))
                failures += 1

    async def _read_once(self) -> None:
        for stream in list(self._streams.values()):
            if stream.last_id is None:
                stream.last_id = await self._queue.open(stream.lease.partition, self._lane)
        ready = [stream for stream in self._streams.values() if stream.is_hot and stream.has_room]
        if not ready:
            await self._wait()
            return
        batches = await self._queue.read([stream.ask() for stream in ready])
        for stream, batch in zip(ready, batches, strict=True):
            if batch.is_fenced:
                self.on_lost(stream.lease)
            else:
                stream.take(batch)

    async def _wait(self) -> None:
        """Wait until a stream has something new, one that was full has room, or they change."""
        open_ones = {
            stream.name: stream.last_id
            for stream in self._streams.values()
            if stream.has_room and stream.last_id is not None
        }
        if not open_ones:
            self._changed.clear()
            await self._changed.wait()
            return
        is_some_full = len(open_ones) < len(self._streams)
        seconds = _SHORT_WAIT_SECONDS if is_some_full else _WAIT_SECONDS
        found = await self._unless_changed(self._queue.wait(open_ones, seconds=seconds))
        for stream in self._streams.values():
            stream.is_hot |= stream.name in found

    async def _unless_changed(self, finding: Coroutine[Any, Any, set[str]]) -> set[str]:
        """Return what was found, nothing when partitions came or went meanwhile."""
        self._moved.clear()
        found = asyncio.create_task(finding)
        moved = asyncio.create_task(self._moved.wait())
        try:
            await asyncio.wait({found, moved}, return_when=asyncio.FIRST_COMPLETED)
            return found.result() if found.done() else set()
        finally:
            for task in (found, moved):
                task.cancel()
            await asyncio.gather(found, moved, return_exceptions=True)

    # -------------------------------------------------------------- handling
    async def handle(self, entry: Entry) -> None:
        """Bring an entry to its end."""
        await self._deliver(entry, self._settler.settle)

    def room_made(self) -> None:
        """Read on: a stream that was full has room."""
        self._changed.set()

    def _settled(self, entry: Entry) -> None:
        stream = self._streams.get(entry.lease.partition)
        if stream and stream.lease is entry.lease:
            stream.forget(entry)


class _Stream:
    """One stream: what it holds in flight, in a row for each chat."""

    def __init__(self, lease: Lease, lane: Lane, reader: _LaneReader) -> None:
        self.lease = lease
        self.lane: Lane = lane
        self.name = stream_name(lease.partition, lane)
        self.last_id: bytes | None = None
        self.is_hot = True
        self._reader = reader
        self._unsettled_after: bytes | None = b"0"
        self._rows: dict[tuple[bytes, bytes], deque[Entry]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight: dict[bytes, Entry] = {}
        self._gone: set[bytes] = set()
        """Settled since the last question: its answer may still hold them as unsettled."""
        self._is_full = False
        self._ending = False

    # --------------------------------------------------------------- reading
    @property
    def in_flight(self) -> int:
        """How many of its entries are taken and not yet settled."""
        return len(self._in_flight)

    @property
    def has_room(self) -> bool:
        """Whether more entries may be taken; once full, only when half of them are done."""
        return not self._is_full

    def ask(self) -> Reading:
        """Return what to ask for next."""
        self._gone.clear()
        return Reading(self.lease, self.lane, self._unsettled_after)

    def begin_again(self) -> None:
        """Look for unsettled entries first: an answer with new ones may have been lost."""
        self._unsettled_after = b"0"
        self.is_hot = True
        self.last_id = None

    def take(self, batch: Batch) -> None:
        """Put entries in their chats' rows."""
        last = batch.entries[-1].entry_id if batch.entries else None
        if self._unsettled_after is not None:
            self._unsettled_after = last
            self.is_hot = True
        else:
            self.last_id = last or self.last_id
            self.is_hot = len(batch.entries) == BATCH
        for entry in batch.entries:
            is_known = entry.entry_id in self._in_flight or entry.entry_id in self._gone
            if not is_known and not self._ending:
                self._in_flight[entry.entry_id] = entry
                self._put_in_row(entry)
        self._is_full = len(self._in_flight) >= _IN_FLIGHT[self.lane]

    def _put_in_row(self, entry: Entry) -> None:
        chat = (entry.fields.get(b"bot", b""), entry.fields.get(b"chat", b""))
        row = self._rows.get(chat)
        if row is not None:
            row.append(entry)
            return
        self._rows[chat] = deque([entry])
        task = asyncio.create_task(self._work_off(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, chat: tuple[bytes, bytes]) -> None:
        row = self._rows[chat]
        try:
            while row and not self._ending:
                await self._reader.handle(row.popleft())
        finally:
            del self._rows[chat]

    def forget(self, entry: Entry) -> None:
        """Make room: the entry is settled."""
        if self._in_flight.pop(entry.entry_id, None) is None:
            return
        self._gone.add(entry.entry_id)
        if self._is_full and len(self._in_flight) <= _IN_FLIGHT[self.lane] // 2:
            self._is_full = False
            self._reader.room_made()

    # ---------------------------------------------------------------- ending
    async def end(self, seconds: float) -> None:
        """Begin nothing more, wait for what runs, and cancel what is late."""
        self._ending = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        tasks = list(self._tasks)
        self.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def cancel(self) -> None:
        """Stop everything now; what is unsettled stays in the queue."""
        self._ending = True
        for task in self._tasks:
            task.cancel()
        self._in_flight.clear()
