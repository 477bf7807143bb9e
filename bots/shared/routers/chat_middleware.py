"""Gives every handler the learner's chat, and stops the clock on a tapped button in any case."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiogram import BaseMiddleware, Router
from aiogram.types import CallbackQuery, TelegramObject

from bots.engine.bot_settings import Command
from bots.shared.callbacks import Destination
from bots.shared.learner_chat import LearnerChat
from bots.shared.texts import load_catalogues

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


@dataclass(frozen=True)
class BotProfile:
    """What makes a bot's chats its own.

    Attributes:
        name: the bot folder's name.
        locale_dir: its catalogues.
        menu: its commands.
        offered: the parts of the whole that it offers, the most important first.
    """

    name: str
    locale_dir: Path
    menu: tuple[Command, ...]
    offered: tuple[Destination, ...]


class LearnerChatMiddleware(BaseMiddleware):
    """Puts `chat` among a handler's arguments."""

    def __init__(self, profile: BotProfile) -> None:
        """Make the chats of the bot of this profile."""
        self._profile = profile
        self._catalogues = load_catalogues(profile.locale_dir)

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle the event; a tap that no handler acknowledged is acknowledged at the end."""
        chat = LearnerChat(
            bot=data["bot"],
            core=data["core"],
            learner=data["learner"],
            update_key=data["update_key"],
            catalogues=self._catalogues,
            menu=self._profile.menu,
            offered=self._profile.offered,
            chat_id=data["event_chat"].id,
            query=event if isinstance(event, CallbackQuery) else None,
        )
        try:
            return await handler(event, {**data, "chat": chat})
        finally:
            await chat.acknowledge()


def create_bot_router(profile: BotProfile, *parts: Router) -> Router:
    """Return a bot's whole router: its parts in the order in which they are asked."""
    router = Router(name=profile.name)
    middleware = LearnerChatMiddleware(profile)
    for observer in (router.message, router.edited_message, router.callback_query):
        observer.middleware(middleware)
    router.include_routers(*parts)
    return router
