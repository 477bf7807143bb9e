"""What holds for every call that a bot makes at Telegram: once for each update, and refusals."""

import asyncio
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramServerError,
)
from aiogram.methods import AnswerCallbackQuery, Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bots.engine.ledger import UpdateLedger, current_ledger

_WITHOUT_TRACE = frozenset({"SendChatAction", "SendMessageDraft", "SendRichMessageDraft"})
"""Methods whose effect is gone within seconds."""

_REPEATABLE = ("Answer", "Set")
"""How methods begin whose repetition changes nothing."""

_answer_types: dict[type[TelegramMethod[Any]], Any] = {}
_calls_under_way: set[asyncio.Task[Any]] = set()


class OnceForEachUpdate(BaseRequestMiddleware):
    """Skips what was already done for the update that is being handled.

    A call with a lasting effect is carried out to its end even when its handler is cancelled, so
    that its answer is known to whoever handles the update next.
    """

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Answer from the ledger, or make the call and remember its answer."""
        keep_answer_type(method)
        ledger = current_ledger()
        name = type(method).__name__
        if ledger is None or name.startswith("Get") or name in _WITHOUT_TRACE:
            return await make_request(bot, method)
        step = ledger.step(f"{name}:{getattr(method, 'chat_id', '')}")
        known = ledger.known(step)
        if known is not None:
            return _restored(known, bot, method)
        if name.startswith(_REPEATABLE):
            ledger.check_lease()
            answer = await make_request(bot, method)
            ledger.note(step, answer, _written(answer))
            return answer
        await ledger.begin_effect(step)
        calling = asyncio.create_task(_carry_out(make_request, bot, method, ledger, step))
        _calls_under_way.add(calling)
        calling.add_done_callback(_calls_under_way.discard)
        return await asyncio.shield(calling)


def keep_answer_type(method: TelegramMethod[Any]) -> None:
    """Keep the type that aiogram reads the method's answer with.

    pydantic holds such a type by a weak reference alone: it would be made again for every call,
    which takes ten milliseconds in which nothing else runs.
    """
    if type(method) not in _answer_types:
        returned: Any = method.__returning__
        _answer_types[type(method)] = Response[returned]


async def calls_under_way() -> None:
    """Return when every call has ended that outlived its handler."""
    await asyncio.gather(*_calls_under_way, return_exceptions=True)


async def _carry_out(
    make_request: NextRequestMiddlewareType[TelegramType],
    bot: Bot,
    method: TelegramMethod[TelegramType],
    ledger: UpdateLedger,
    step: str,
) -> Response[TelegramType]:
    try:
        answer = await make_request(bot, method)
    except (TelegramNetworkError, TelegramServerError):
        ledger.doubt(step)
        raise
    ledger.keep(step, answer, _written(answer))
    return answer


def _written(answer: Any) -> bytes:
    # Whatever aiogram's annotations say, sessions return what stands under `result`.
    whole = Response[Any](ok=True, result=answer)
    # What was not set may be a stand-in of aiogram's, which cannot be written.
    return whole.model_dump_json(by_alias=True, exclude_unset=True, warnings=False).encode()


def _restored(known: Any, bot: Bot, method: TelegramMethod[TelegramType]) -> Response[TelegramType]:
    if isinstance(known, bytes):
        returned: Any = method.__returning__
        known = Response[returned].model_validate_json(known, context={"bot": bot}).result
    restored: Response[TelegramType] = known
    return restored


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
                nothing_to_do: Any = True
                return cast("Response[TelegramType]", nothing_to_do)
            raise
