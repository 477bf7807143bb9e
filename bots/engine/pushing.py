"""Messages to learners from inside: sent when it is their turn, their outcome told to the core."""

import asyncio
import contextvars
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bots.engine.blocking import mark_blocked, says_blocked
from bots.engine.core_client import CoreClient
from bots.engine.failures import UnfitUpdateError
from bots.engine.metrics import SendingMetrics
from bots.engine.pacing import sending_as
from bots.engine.push_message import PushMessage, PushMessageError, PushOutcome, read_push_message
from utils.logs import without_secrets
from utils.update_envelope import UpdateEnvelope

_MOST_AT_ONCE = 100
_GATHERING_SECONDS = 0.5
_LONGEST_ERROR = 200


class _Batch:
    telling: asyncio.Task[None]

    def __init__(self) -> None:
        self.outcomes: list[dict[str, Any]] = []
        self.is_whole = asyncio.Event()


class OutcomeReporter:
    """Tells the core what became of pushes, those of half a second together."""

    def __init__(self) -> None:
        """Nothing to tell yet."""
        self._gathering: dict[CoreClient, _Batch] = {}
        self._telling: set[asyncio.Task[None]] = set()

    async def report(
        self, core: CoreClient, push_id: int, outcome: PushOutcome, error: str = ""
    ) -> None:
        """Return when the core has taken the outcome.

        Raises:
            CoreError: it did not; tell it again.
        """
        told: dict[str, str | int] = {"push_id": push_id, "outcome": outcome}
        if error:
            told["error"] = error[:_LONGEST_ERROR]
        batch = self._gathering.get(core) or self._begin(core)
        batch.outcomes.append(told)
        if len(batch.outcomes) >= _MOST_AT_ONCE:
            self._gathering.pop(core)
            batch.is_whole.set()
        await asyncio.shield(batch.telling)

    async def close(self) -> None:
        """Tell at once what was gathered."""
        for batch in self._gathering.values():
            batch.is_whole.set()
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _begin(self, core: CoreClient) -> _Batch:
        batch = _Batch()
        # Not in the context of the push that happens to come first: the call is not its own.
        batch.telling = asyncio.create_task(self._tell(core, batch), context=contextvars.Context())
        self._gathering[core] = batch
        self._telling.add(batch.telling)
        batch.telling.add_done_callback(self._forget)
        return batch

    async def _tell(self, core: CoreClient, batch: _Batch) -> None:
        try:
            async with asyncio.timeout(_GATHERING_SECONDS):
                await batch.is_whole.wait()
        except TimeoutError:
            pass
        if self._gathering.get(core) is batch:
            del self._gathering[core]
        await core.report_outcomes(batch.outcomes)

    def _forget(self, telling: asyncio.Task[None]) -> None:
        self._telling.discard(telling)
        if not telling.cancelled():
            telling.exception()  # Seen here, since all who waited for it may be gone.


class PushSender:
    """Brings the push lane's entries to their end."""

    def __init__(self, metrics: SendingMetrics) -> None:
        """Count in `metrics`."""
        self._metrics = metrics
        self._outcomes = OutcomeReporter()

    async def send(self, bot: Bot, core: CoreClient, envelope: UpdateEnvelope) -> None:
        """Send the message; return when the core has taken the outcome.

        Raises:
            UnfitUpdateError: the entry holds no message.
            TelegramAPIError: Telegram cannot be reached, or takes nothing now: send it later.
            CoreError: the core did not take the outcome: tell it again.
        """
        message = _read(envelope)
        outcome, error = await self._send(bot, core, message)
        await self._report(core, message, outcome, error)

    async def give_up(self, core: CoreClient, envelope: UpdateEnvelope) -> None:
        """Tell the core of a push that is parked."""
        message = _read(envelope)
        await self._report(core, message, "failed", "parked among the dead letters")

    async def close(self) -> None:
        """Tell the core at once what it was not told yet."""
        await self._outcomes.close()

    async def _send(
        self, bot: Bot, core: CoreClient, message: PushMessage
    ) -> tuple[PushOutcome, str]:
        try:
            with sending_as("bulk" if message.bulk else "push"):
                await bot.send_message(
                    message.chat_id,
                    message.text,
                    reply_markup=_keyboard(message),
                    disable_notification=message.silent or None,
                )
        except TelegramForbiddenError as error:
            await mark_blocked(core, error)
            return "blocked" if says_blocked(error) else "failed", error.message
        except (TelegramBadRequest, TelegramMigrateToChat) as error:
            return "failed", error.message
        return "sent", ""

    async def _report(
        self, core: CoreClient, message: PushMessage, outcome: PushOutcome, error: str
    ) -> None:
        if message.push_id is not None:
            error = without_secrets(error)
            await self._outcomes.report(core, message.push_id, outcome, error)
        self._metrics.pushes.labels(outcome).inc()


def _read(envelope: UpdateEnvelope) -> PushMessage:
    try:
        return read_push_message(envelope.body)
    except PushMessageError as error:
        raise UnfitUpdateError(error.what, why=error.why, mend=error.mend) from None


def _keyboard(message: PushMessage) -> InlineKeyboardMarkup | None:
    rows = [
        [
            InlineKeyboardButton(text=one.text, callback_data=one.callback_data, url=one.url)
            for one in row
        ]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
