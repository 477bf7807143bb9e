"""What stands around every handler: who is talking, in which language, and what may go wrong."""

import html
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import Chat, TelegramObject, Update, User

from bots.engine.blocking import mark_blocked
from bots.engine.core_client import CoreClient
from bots.engine.core_errors import CoreAccessError, LearnerNotFoundError
from bots.engine.core_models import Learner
from bots.engine.translating import Catalogues, Translator, language_of

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
_logger = logging.getLogger(__name__)


class FailureMiddleware(BaseMiddleware):
    """Outermost: a learner who does not want to hear the bot is no failure."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Run the handler; raise only what is worth another attempt."""
        try:
            return await handler(event, data)
        except TelegramForbiddenError as error:
            _logger.info("a learner does not want to hear the bot: %s", error.message)
            await mark_blocked(data["core"], error)
            return None


class LearnerMiddleware(BaseMiddleware):
    """Gives handlers the learner and the translator; lets only private chats pass."""

    def __init__(self, core: CoreClient, catalogues: Catalogues) -> None:
        """Fetch learners from `core`; translate by `catalogues`."""
        self._core = core
        self._catalogues = catalogues

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Fetch the learner, then run the handler."""
        user: User | None = data.get("event_from_user")
        chat: Chat | None = data.get("event_chat")
        if not isinstance(event, Update) or not _is_talk(event, user, chat):
            return None
        assert user is not None  # noqa: S101 (for the type checker: _is_talk has seen both)
        assert chat is not None  # noqa: S101
        learner = await self._learner(event, user, chat)
        data["learner"] = learner
        data["translate"] = self._catalogues.translator(learner.language)
        return await handler(event, data)

    async def _learner(self, update: Update, user: User, chat: Chat) -> Learner:
        payload = _start_payload(update)
        if payload is None:
            try:
                return await self._core.learner(user.id)
            except (LearnerNotFoundError, CoreAccessError):
                _logger.debug("a learner new to this bot")
        return await self._core.put_learner(
            user.id,
            chat_id=chat.id,
            first_name=user.first_name,
            last_name=user.last_name,
            username=user.username,
            language_code=user.language_code,
            start_payload=payload or None,
        )


def translator_for(update: Update, catalogues: Catalogues) -> Translator:
    """Return the translator for somebody of whom only the update is known."""
    user = _sender(update)
    return catalogues.translator(language_of(user.language_code if user else None))


async def tell(bot: Bot, update: Update, text: str) -> None:
    """Say a plain text where the update came from; without a chat, say nothing."""
    if update.callback_query:
        await update.callback_query.answer()
        message = update.callback_query.message
    else:
        message = update.message
    if message is not None:
        await bot.send_message(message.chat.id, html.escape(text, quote=False))


def _is_talk(update: Update, user: User | None, chat: Chat | None) -> bool:
    """Tell whether a person says something to the bot in private."""
    if user is None or chat is None or user.is_bot or chat.type != "private":
        return False
    return update.my_chat_member is None


def _start_payload(update: Update) -> str | None:
    """Return what stands behind /start (perhaps nothing), None when it is no /start."""
    text = update.message.text if update.message else None
    command, _, payload = (text or "").partition(" ")
    return payload.strip()[:64] if command == "/start" else None


def _sender(update: Update) -> User | None:
    if update.callback_query:
        return update.callback_query.from_user
    return update.message.from_user if update.message else None
