"""An entry's delivery to its bot: attempts with growing pauses, then the dead letters."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bots.engine.consuming import Settle
from bots.engine.failures import Failure, Verdict, judge
from bots.engine.ledger import LeaseLostError, LedgerStore, UpdateLedger
from bots.engine.metrics import EngineMetrics
from bots.engine.time_limit import HandlerTooSlowError, TimeLimit
from bots.engine.update_queue import Entry, UpdateQueue, until_done
from utils.errors import EngageError
from utils.logs import current_trace
from utils.update_envelope import PUSH, EnvelopeError, Lane, UpdateEnvelope

ATTEMPTS = 5
"""How often a handler that fails by itself is tried."""

OUTAGE_SECONDS = 900.0
"""How long an update waits for a core or a Telegram that is away."""

HANDLER_SECONDS = 120.0
"""A handler that runs longer is cancelled for good: its chat waits for it."""

DEADLIEST = 5
"""How often an update is taken up after a process that died with it, before it is given up."""

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 4.0
_HANDLERS_AT_ONCE: dict[Lane, int] = {"chat": 200, "fast": 100, "push": 50}
_logger = logging.getLogger(__name__)

Handle = Callable[[UpdateEnvelope], Awaitable[None]]


@dataclass(frozen=True)
class Voice:
    """What a learner is told when an update takes longer, or fails for good."""

    apologise: Handle
    announce_outage: Handle


@dataclass(frozen=True)
class DeliveryMeans:
    """What deliveries are made with.

    Attributes:
        store: the ledgers in Redis.
        metrics: what is counted.
        handle: runs an update through its bot's handlers.
        voice: tells the learner of failures.
        time_limit: cancels handlers that run for too long.
        places: how many handlers of a lane may run at once.
    """

    store: LedgerStore
    metrics: EngineMetrics
    handle: Handle
    voice: Voice
    time_limit: TimeLimit = field(default_factory=lambda: TimeLimit(HANDLER_SECONDS))
    places: Mapping[Lane, asyncio.Semaphore] = field(
        default_factory=lambda: {
            lane: asyncio.Semaphore(places) for lane, places in _HANDLERS_AT_ONCE.items()
        }
    )


class Delivery:
    """Brings entries to their end: handled and settled, or parked with an apology."""

    def __init__(self, queue: UpdateQueue, means: DeliveryMeans) -> None:
        """Deliver by `means`; park in `queue` what cannot be handled."""
        self._queue = queue
        self._means = means

    async def deliver(self, entry: Entry, settle: Settle) -> None:
        """Handle an entry, then settle or park it; leave it when its partition is lost."""
        try:
            envelope = UpdateEnvelope.from_fields(entry.fields)
        except EnvelopeError as error:
            _logger.warning("parked entry %s: %s", entry.entry_id.decode(), error.why)
            await self._park(entry, settle, Verdict("unfit", error), attempts=0)
            return
        current_trace.set(envelope.trace)
        delivery = _OneDelivery(self._means, entry, envelope)
        try:
            verdict = await delivery.run()
        except LeaseLostError as error:
            _logger.info("%s", error.what)
            return
        if verdict is None:
            self._means.metrics.handled(envelope.bot_name)
            settle(entry, delivery.written_ledger)
            return
        await self._give_up(entry, settle, delivery, verdict)

    async def _give_up(
        self, entry: Entry, settle: Settle, delivery: "_OneDelivery", verdict: Verdict
    ) -> None:
        envelope = delivery.envelope
        _logger.error(
            "%s: update %s parked as %s after %s attempts: %s",
            envelope.bot_name,
            envelope.update_id,
            verdict.reason,
            delivery.attempts,
            verdict.error,
        )
        self._means.metrics.parked(envelope.bot_name, verdict.reason)
        await self._park(entry, settle, verdict, attempts=delivery.attempts)
        # The core is told of every push that is given up: it waits for the outcome.
        if verdict.deserves_apology or envelope.kind == PUSH:
            await delivery.tell(self._means.voice.apologise, "apology")

    async def _park(self, entry: Entry, settle: Settle, verdict: Verdict, *, attempts: int) -> None:
        async def attempt() -> None:
            if entry.lease.is_held:
                await self._queue.park(
                    entry, reason=verdict.reason, error=verdict.text, attempts=attempts
                )

        await until_done(attempt)
        settle(entry, None)


class _OneDelivery:
    """One entry's attempts."""

    def __init__(self, means: DeliveryMeans, entry: Entry, envelope: UpdateEnvelope) -> None:
        self.envelope = envelope
        self.attempts = 0
        self._means = means
        self._entry = entry
        self._ledger = UpdateLedger(envelope, entry.lease, means.store)
        self._began = time.time()
        self._is_outage_told = False

    @property
    def written_ledger(self) -> str | None:
        """The key of the ledger when Redis holds it."""
        return self.envelope.ledger_key if self._ledger.was_written else None

    async def run(self) -> Verdict | None:
        """Return None when the entry was handled, else why it cannot be."""
        envelope = self.envelope
        self._means.metrics.wait_seconds.observe(max(self._began - envelope.received_at, 0.0))
        if self._entry.again or envelope.origin == "replay":
            await until_done(self._ledger.recall)
            if self._ledger.times > DEADLIEST and self._entry.again:
                return Verdict.lethal(self._ledger.times)
        pause = _FIRST_PAUSE_SECONDS
        while True:
            if time.time() >= envelope.expires_at:
                return Verdict.expired(envelope.kind)
            failure = await self._try()
            if failure is None:
                return None
            verdict = self._verdict_on(failure)
            if verdict:
                return verdict
            if failure.is_outage:
                await self._announce_outage()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _verdict_on(self, failure: Failure) -> Verdict | None:
        """Return why nothing more is tried, None when another attempt may do."""
        if failure.is_final:
            return failure.verdict
        if failure.is_outage:
            is_over = time.time() - self._began >= OUTAGE_SECONDS
            return failure.verdict if is_over else None
        return failure.verdict if self.attempts >= ATTEMPTS else None

    async def _try(self) -> Failure | None:
        async with self._means.places[self._entry.lane]:
            self._ledger.check_lease()
            self.attempts += 1
            started = time.perf_counter()
            try:
                with self._ledger.numbering(), self._means.time_limit:
                    await self._means.handle(self.envelope)
            except HandlerTooSlowError as error:
                return Failure(Verdict("too_slow", error), is_final=True)
            except LeaseLostError:
                raise
            except Exception as error:  # noqa: BLE001 (a handler may raise anything: that is its wall)
                self._means.metrics.failed(self.envelope.bot_name)
                _log_failure(self.envelope, error, self.attempts)
                return judge(error)
            finally:
                self._means.metrics.handler_seconds.observe(time.perf_counter() - started)
        return None

    async def _announce_outage(self) -> None:
        if not self._is_outage_told:
            self._is_outage_told = True
            await self.tell(self._means.voice.announce_outage, "outage")

    async def tell(self, voice: Handle, scope: str) -> None:
        """Tell the learner, once also when the update is taken up again elsewhere."""
        try:
            with self._ledger.numbering(f"{scope} "):
                await voice(self.envelope)
        except Exception as error:  # noqa: BLE001 (what is told is a courtesy; the update is safe)
            _logger.warning("%s: the %s is not told: %s", self.envelope.bot_name, scope, error)


def _log_failure(envelope: UpdateEnvelope, error: Exception, attempt: int) -> None:
    # Our own errors say all in their three lines; anything else needs its place.
    trace = None if isinstance(error, EngageError) else error
    _logger.warning(
        "%s: update %s failed at attempt %s: %s: %s",
        envelope.bot_name,
        envelope.update_id,
        attempt,
        type(error).__name__,
        error,
        exc_info=trace,
    )
