"""Makes bots known to Telegram: asks whether their tokens are good, puts their menus there."""

import asyncio
import logging
from collections.abc import Sequence

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from aiogram.types import BotCommand

from bots.engine.bot_settings import Command

_AT_ONCE = 4
_LONGEST_PAUSE_SECONDS = 60.0
_logger = logging.getLogger(__name__)


class Introductions:
    """What is still to be said to Telegram, a few bots at a time: learners' answers go first."""

    def __init__(self) -> None:
        """Introduce nobody yet."""
        self.unauthorized: set[str] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, bot: Bot, commands: Sequence[Command]) -> None:
        """Introduce the bot of a folder, in place of what was begun for it before."""
        self.cancel(name)
        self._running[name] = asyncio.create_task(self._until_done(name, bot, commands))

    def cancel(self, name: str) -> None:
        """Forget the bot of a folder."""
        self.unauthorized.discard(name)
        task = self._running.pop(name, None)
        if task:
            task.cancel()

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_done(self, name: str, bot: Bot, commands: Sequence[Command]) -> None:
        """Try until Telegram has taken the bot's menu, more and more seldom."""
        pause = 1.0
        while True:
            try:
                async with self._places:
                    await introduce(bot, commands)
            except TelegramAPIError as error:
                if isinstance(error, TelegramUnauthorizedError):
                    self.unauthorized.add(name)
                _logger.warning("%s: its commands menu is not set: %s", name, error.message)
            else:
                self.unauthorized.discard(name)
                self._running.pop(name, None)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


async def introduce(bot: Bot, commands: Sequence[Command]) -> None:
    """See whether Telegram knows the token, and put the commands menu there.

    The menu is in Russian by default, and in English.

    Raises:
        TelegramUnauthorizedError: Telegram does not accept the token.
        TelegramAPIError: Telegram cannot be reached, or refuses the menu.
    """
    await bot.get_me()
    for language in (None, "ru", "en"):
        menu = [
            BotCommand(command=each.name, description=each.en if language == "en" else each.ru)
            for each in commands
        ]
        if menu:
            await bot.set_my_commands(menu, language_code=language)
