"""Settles what was handled, many entries in one call: the chats go on meanwhile."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable

from bots.engine.ledger import LedgerStore
from bots.engine.ownership import Lease
from bots.engine.update_queue import Entry, UpdateQueue, until_done
from utils.update_envelope import Lane

_LARGEST_BATCH = 500
_GATHERING_SECONDS = 0.002
_logger = logging.getLogger(__name__)

Settled = Callable[[Entry], None]
"""Told of each entry that Redis has let go, or that is no longer this process's."""


class Settler:
    """Gathers handled entries and settles them together.

    An entry whose handling ended but that is not yet settled is handled again after a crash: its
    ledger then answers every call.
    """

    def __init__(self, queue: UpdateQueue, store: LedgerStore, settled: Settled) -> None:
        """Settle in `queue`, with the ledgers of `store`; tell `settled` of each."""
        self._queue = queue
        self._store = store
        self._settled = settled
        self._waiting: dict[tuple[Lease, Lane], list[tuple[Entry, str | None]]] = defaultdict(list)
        self._working: asyncio.Task[None] | None = None

    def settle(self, entry: Entry, ledger_key: str | None) -> None:
        """Settle the entry soon, and remove its ledger if it has one in Redis."""
        self._waiting[entry.lease, entry.lane].append((entry, ledger_key))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def flush(self) -> None:
        """Return when everything handled so far is settled."""
        while self._working and not self._working.done():
            await asyncio.wait([self._working])

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(_GATHERING_SECONDS)
            batches, self._waiting = self._waiting, defaultdict(list)
            await asyncio.gather(
                *(
                    self._settle(lease, lane, handled[start : start + _LARGEST_BATCH])
                    for (lease, lane), handled in batches.items()
                    for start in range(0, len(handled), _LARGEST_BATCH)
                )
            )

    async def _settle(
        self, lease: Lease, lane: Lane, handled: list[tuple[Entry, str | None]]
    ) -> None:
        entry_ids = [entry.entry_id for entry, _ in handled]
        ledgers = [key for _, key in handled if key is not None]
        await self._store.forget(ledgers)
        with contextlib.suppress(_LeaseOverError):
            await until_done(lambda: self._try(lease, lane, entry_ids, ledgers))
        for entry, _ in handled:
            self._settled(entry)

    async def _try(
        self, lease: Lease, lane: Lane, entry_ids: list[bytes], ledgers: list[str]
    ) -> None:
        if not lease.is_held:
            raise _LeaseOverError
        if not await self._queue.settle(lease, lane, entry_ids, ledgers):
            _logger.warning(
                "%s entries of partition %s are left to its next owner",
                len(entry_ids),
                lease.partition,
            )


class _LeaseOverError(Exception):
    """The lease ran out before Redis took the settlement."""
