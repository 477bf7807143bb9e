"""Learners who blocked a bot, or let it in again: the core is told, and sends them nothing."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import ChatMemberUpdated, TelegramObject, Update

from bots.engine.core_client import CoreClient
from bots.engine.core_errors import CoreAccessError, CoreError, LearnerNotFoundError

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

_GONE = frozenset({ChatMemberStatus.KICKED, ChatMemberStatus.LEFT})
_BLOCKED = ("bot was blocked by the user", "user is deactivated")
_logger = logging.getLogger(__name__)


class ChatStateMiddleware(BaseMiddleware):
    """Takes the news that a person blocked the bot or let it in again; they need no handler."""

    def __init__(self, core: CoreClient) -> None:
        """Tell `core`."""
        self._core = core

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Tell the core, or let pass what is no such news."""
        change = event.my_chat_member if isinstance(event, Update) else None
        if change is None:
            return await handler(event, data)
        if change.chat.type == ChatType.PRIVATE:
            await self._mark(change)
        return None

    async def _mark(self, change: ChatMemberUpdated) -> None:
        is_blocked = change.new_chat_member.status in _GONE
        try:
            await self._core.mark_chat(change.chat.id, is_blocked=is_blocked)
        except (LearnerNotFoundError, CoreAccessError):
            _logger.debug("somebody who never talked to the bot blocked it")


def says_blocked(error: TelegramForbiddenError) -> bool:
    """Tell whether the person blocked the bot or is gone, so that nothing will reach them."""
    return any(reason in error.message for reason in _BLOCKED)


async def mark_blocked(core: CoreClient, error: TelegramForbiddenError) -> None:
    """Tell the core of a person who blocked the bot, if that is what Telegram refused for.

    A core that does not listen is no failure: the next message brings the same refusal.
    """
    chat = getattr(error.method, "chat_id", None)
    if not says_blocked(error) or not isinstance(chat, int):
        return
    try:
        await core.mark_chat(chat, is_blocked=True)
    except CoreError as failure:
        _logger.warning("the core was not told of a blocked chat: %s", failure.why)
