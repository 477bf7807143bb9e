"""Every call that a bot makes at Telegram passes here: the place for pacing and its rules."""

import asyncio
import contextlib
import hashlib
import json
import logging
import math
from collections import defaultdict, deque
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.methods import AnswerCallbackQuery, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import BufferedInputFile, InputFile

from bots.engine.metrics import SendingMetrics
from bots.engine.pacing import LONGEST_WAIT_SECONDS, NoTurnError, Pace, Way, current_sending

_REPEATS_AFTER_429 = 3
_COUNTED = ("Send", "Copy", "Forward", "EditMessage", "EditEphemeralMessage")
_NOT_COUNTED = frozenset({"SendChatAction", "SendMessageDraft", "SendRichMessageDraft"})
_logger = logging.getLogger(__name__)


class SentCalls:
    """What was sent for one update, so that a repeated attempt does not send it again."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._sent: dict[str, list[Any]] = defaultdict(list)
        self._unused: dict[str, deque[Any]] = {}

    def rewind(self) -> None:
        """Begin an attempt: all that earlier ones sent may be used once."""
        self._unused = {key: deque(answers) for key, answers in self._sent.items()}

    def take(self, key: str) -> Any | None:
        """Return an earlier attempt's answer to the same call, None when there is none left."""
        answers = self._unused.get(key)
        return answers.popleft() if answers else None

    def keep(self, key: str, answer: Any) -> None:
        """Remember a call's answer."""
        self._sent[key].append(answer)


_sent_calls: ContextVar[SentCalls | None] = ContextVar("sent_calls", default=None)


@contextlib.contextmanager
def remembering(sent: SentCalls) -> Iterator[None]:
    """Let the calls made inside be remembered in `sent`, and those known there not be repeated."""
    sent.rewind()
    token = _sent_calls.set(sent)
    try:
        yield
    finally:
        _sent_calls.reset(token)


class OnceForEachUpdate(BaseRequestMiddleware):
    """Skips what an earlier attempt at the same update has already sent."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Answer from memory, or send and remember."""
        sent = _sent_calls.get()
        if sent is None or type(method).__name__.startswith("Get"):
            return await make_request(bot, method)
        key = _fingerprint(method)
        known: Response[TelegramType] | None = sent.take(key)
        if known is not None:
            return known
        answer = await make_request(bot, method)
        sent.keep(key, answer)
        return answer


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
            waited = await self._pace.wait_for_turn(way, messages=_messages_of(method))
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
                await asyncio.sleep(error.retry_after)
        return await make_request(bot, method)

    async def _hold(self, bot: Bot, method: TelegramMethod[Any], seconds: int) -> None:
        _logger.info("Telegram asks to wait %s s", seconds)
        self._metrics.holds.inc()
        way = way_of(bot, method)
        if way is not None:
            await self._pace.hold(way, seconds)


class HarmlessRefusals(BaseRequestMiddleware):
    """Takes as done what Telegram refuses because there is nothing left to do.

    A message edited into what it already is, and a button press that is too old to be answered.
    """

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Send; turn a harmless refusal into success."""
        try:
            return await make_request(bot, method)
        except TelegramBadRequest as error:
            is_late = isinstance(method, AnswerCallbackQuery)
            if is_late or "message is not modified" in error.message:
                return Response[Any](ok=True, result=True)
            raise


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


def _fingerprint(method: TelegramMethod[Any]) -> str:
    content = method.model_dump(exclude_unset=True, warnings=False)
    return f"{type(method).__name__} {json.dumps(content, default=_stand_in, sort_keys=True)}"


def _stand_in(value: Any) -> str:
    if isinstance(value, BufferedInputFile):
        return hashlib.sha256(value.data).hexdigest()
    if isinstance(value, InputFile):
        return f"{type(value).__name__} {value.filename}"
    return str(value)
