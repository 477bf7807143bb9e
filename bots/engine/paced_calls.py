"""Calls at Telegram wait for their turn before they are made, and for Telegram when it asks."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Iterator
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bots.engine.ledger import current_ledger
from bots.engine.metrics import SendingMetrics
from bots.engine.pacing import LONGEST_WAIT_SECONDS, NoTurnError, Pace, Way, current_sending

_REPEATS_AFTER_429 = 3
_LONGEST_NAP_SECONDS = 1.0
_COUNTED = ("Send", "Copy", "Forward", "EditMessage", "EditEphemeralMessage")
_NOT_COUNTED = frozenset({"SendChatAction", "SendMessageDraft", "SendRichMessageDraft"})
_logger = logging.getLogger(__name__)


class Paced(BaseRequestMiddleware):
    """Lets a message out when it is its turn, and counts what became of it."""

    def __init__(self, pace: Pace, metrics: SendingMetrics) -> None:
        """Take turns at `pace`."""
        self._pace = pace
        self._metrics = metrics

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Wait for the turn, then send; what is no message goes straight through."""
        way = way_of(bot, method)
        if way is None:
            return await make_request(bot, method)
        try:
            waited = await self._pace.wait_for_turn(
                way, messages=_messages_of(method), sleep=_sleep_while_ours
            )
        except NoTurnError as error:
            seconds = math.ceil(error.seconds)
            raise TelegramRetryAfter(method, "not asked: it is held back", seconds) from error
        self._metrics.pace_seconds.labels(way.sending).observe(waited)
        with self._counting("waited" if waited else "sent"):
            return await make_request(bot, method)

    @contextlib.contextmanager
    def _counting(self, success: str) -> Iterator[None]:
        outcome = "failed"
        try:
            yield
            outcome = success
        except TelegramRetryAfter:
            outcome = "retry_after"
            raise
        except TelegramForbiddenError:
            outcome = "blocked"
            raise
        finally:
            self._metrics.sends.labels(outcome).inc()


class Timed(BaseRequestMiddleware):
    """Innermost: times every call that is made at Telegram."""

    def __init__(self, metrics: SendingMetrics) -> None:
        """Observe in `metrics`."""
        self._metrics = metrics

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Make the call."""
        with self._metrics.call_seconds.time():
            return await make_request(bot, method)


class RetryAfterHonoured(BaseRequestMiddleware):
    """Waits as long as Telegram asks to, and lets all processes wait, then sends again."""

    def __init__(self, pace: Pace, metrics: SendingMetrics) -> None:
        """Hold back at `pace` what must wait."""
        self._pace = pace
        self._metrics = metrics

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Send, waiting out a 429; the last one, or one too long, is raised."""
        left = LONGEST_WAIT_SECONDS
        for _ in range(_REPEATS_AFTER_429):
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                await self._hold(bot, method, error.retry_after)
                left -= error.retry_after
                if left < 0:
                    raise
                await _sleep_while_ours(error.retry_after)
        return await make_request(bot, method)

    async def _hold(self, bot: Bot, method: TelegramMethod[Any], seconds: int) -> None:
        _logger.info("Telegram asks to wait %s s", seconds)
        self._metrics.holds.inc()
        way = way_of(bot, method)
        if way is not None:
            await self._pace.hold(way, seconds)


async def _sleep_while_ours(seconds: float) -> None:
    """Sleep; raise LeaseLostError as soon as the update has become another process's."""
    ledger = current_ledger()
    while seconds > 0:
        nap = min(seconds, _LONGEST_NAP_SECONDS)
        await asyncio.sleep(nap)
        seconds -= nap
        if ledger is not None:
            ledger.check_lease()


def way_of(bot: Bot, method: TelegramMethod[Any]) -> Way | None:
    """Return where a message goes to, None when the call is no message to a chat."""
    chat = getattr(method, "chat_id", None)
    name = type(method).__name__
    if chat is None or not name.startswith(_COUNTED) or name in _NOT_COUNTED:
        return None
    return Way(bot.id, str(chat), current_sending())


def _messages_of(method: TelegramMethod[Any]) -> int:
    """Return how many messages a call makes: albums and copies of several count one by one."""
    several = getattr(method, "media", None) or getattr(method, "message_ids", None)
    return len(several) if isinstance(several, list) else 1
