"""An update's delivery to its bot: attempts with growing pauses, then the dead letters."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bots.engine.consuming import until_done
from bots.engine.metrics import EngineMetrics
from bots.engine.outgoing import SentCalls, remembering
from bots.engine.update_queue import Entry, UpdateQueue
from utils.errors import EngageError
from utils.update_envelope import EnvelopeError, UpdateEnvelope

ATTEMPTS = 5
HANDLER_SECONDS = 120.0
"""A handler that runs longer has failed: its chat waits for it."""

_FIRST_PAUSE_SECONDS = 0.5
_HANDLERS_AT_ONCE = 200
_logger = logging.getLogger(__name__)

Handle = Callable[[UpdateEnvelope], Awaitable[None]]
Apologise = Callable[[UpdateEnvelope], Awaitable[None]]


class UnfitUpdateError(EngageError):
    """An update that no repetition will make fit: it is parked at once."""


class Delivery:
    """Brings entries to their end: handled and acknowledged, or parked with an apology."""

    def __init__(
        self, queue: UpdateQueue, metrics: EngineMetrics, *, handle: Handle, apologise: Apologise
    ) -> None:
        """Deliver to `handle`; `apologise` tells the learner when that failed for good."""
        self._queue = queue
        self._metrics = metrics
        self._handle = handle
        self._apologise = apologise
        self._places = asyncio.Semaphore(_HANDLERS_AT_ONCE)

    async def deliver(self, entry: Entry) -> None:
        """Handle an entry and settle it."""
        try:
            envelope = UpdateEnvelope.from_fields(entry.fields)
        except EnvelopeError as error:
            _logger.warning("parked entry %s: %s", entry.entry_id, error.why)
            await self._park(entry, error, attempts=0)
            return
        self._metrics.wait_seconds.observe(max(time.time() - envelope.received_at, 0.0))
        failure, attempts = await self._attempt(envelope)
        if failure is None:
            self._metrics.updates.labels(envelope.bot_name, "handled").inc()
            await until_done(lambda: self._queue.settle(entry))
            return
        await self._give_up(entry, envelope, failure, attempts)

    async def _attempt(self, envelope: UpdateEnvelope) -> tuple[Exception | None, int]:
        """Return the last failure, None when handled, and how many attempts were made."""
        sent = SentCalls()
        failure: Exception | None = None
        for attempt in range(1, ATTEMPTS + 1):
            failure = await self._try(envelope, sent)
            if failure is None or isinstance(failure, UnfitUpdateError):
                return failure, attempt
            self._metrics.updates.labels(envelope.bot_name, "failed").inc()
            _log_failure(envelope, failure, attempt)
            if attempt < ATTEMPTS:
                await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        return failure, ATTEMPTS

    async def _try(self, envelope: UpdateEnvelope, sent: SentCalls) -> Exception | None:
        async with self._places:
            started = time.perf_counter()
            try:
                with remembering(sent):
                    async with asyncio.timeout(HANDLER_SECONDS):
                        await self._handle(envelope)
            except Exception as error:  # noqa: BLE001 (a handler may raise anything: that is its wall)
                return error
            finally:
                self._metrics.handler_seconds.observe(time.perf_counter() - started)
        return None

    async def _give_up(
        self, entry: Entry, envelope: UpdateEnvelope, failure: Exception, attempts: int
    ) -> None:
        _logger.error(
            "%s: update %s parked after %s attempts",
            envelope.bot_name,
            envelope.update_id,
            attempts,
        )
        self._metrics.updates.labels(envelope.bot_name, "parked").inc()
        await self._park(entry, failure, attempts=attempts)
        try:
            await self._apologise(envelope)
        except Exception as error:  # noqa: BLE001 (the update is parked already; nothing more to save)
            _logger.warning("%s: the apology failed: %s", envelope.bot_name, error)

    async def _park(self, entry: Entry, failure: Exception, *, attempts: int) -> None:
        text = f"{type(failure).__name__}: {failure}"
        await until_done(lambda: self._queue.park(entry, error=text, attempts=attempts))


def _log_failure(envelope: UpdateEnvelope, failure: Exception, attempt: int) -> None:
    # Our own errors say all in their three lines; anything else needs its place.
    trace = None if isinstance(failure, EngageError) else failure
    _logger.warning(
        "%s: update %s failed at attempt %s of %s: %s: %s",
        envelope.bot_name,
        envelope.update_id,
        attempt,
        ATTEMPTS,
        type(failure).__name__,
        failure,
        exc_info=trace,
    )
