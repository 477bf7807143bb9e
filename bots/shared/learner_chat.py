"""One learner's chat while one update is handled: what handlers say, and to whom."""

from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    CallbackQuery,
    InlineKeyboardMarkup,
    Message,
)

from bots.engine.bot_settings import Command
from bots.engine.core_client import CoreClient
from bots.engine.core_models import Language, Learner
from bots.engine.translating import Catalogues
from bots.shared.callbacks import Destination
from bots.shared.texts import Texts


@dataclass
class LearnerChat:
    """The chat, the learner in it and the core behind it.

    Attributes:
        bot: the bot that talks.
        core: the core's API with this bot's key.
        learner: who is talking; replaced when a handler changes something.
        update_key: names the update, so that a repeat of it gets the core's first answer.
        catalogues: the bot's texts.
        menu: the bot's commands, worded in each language.
        offered: the parts of the whole that this bot offers, the most important first.
        chat_id: where to say it.
        query: the tap on a button that is being handled, None for a message.
    """

    bot: Bot
    core: CoreClient
    learner: Learner
    update_key: str
    catalogues: Catalogues
    menu: tuple[Command, ...]
    offered: tuple[Destination, ...]
    chat_id: int
    query: CallbackQuery | None = None
    acknowledged: bool = False

    @property
    def texts(self) -> Texts:
        """The texts in the learner's language, also when it has just been changed."""
        return Texts(self.catalogues.translator(self.learner.language))

    @property
    def tapped_message(self) -> Message | None:
        """The message whose button was tapped, None when it is too old to be edited."""
        message = self.query.message if self.query else None
        return message if isinstance(message, Message) else None

    async def change(self, **changes: str | float | None) -> None:
        """Change what the core keeps about the learner."""
        self.learner = await self.core.change_learner(self.learner.telegram_id, **changes)

    async def speak(self, language: Language) -> None:
        """Change the language of the texts, and of the commands menu in this chat."""
        await self.change(language=language)
        await self.acknowledge()
        commands = [
            BotCommand(command=one.name, description=one.ru if language == "ru" else one.en)
            for one in self.menu
        ]
        await self.bot.set_my_commands(commands, scope=BotCommandScopeChat(chat_id=self.chat_id))

    async def acknowledge(self, notice: str | None = None) -> None:
        """Stop the button's clock, once, with a short notice where there is one to give."""
        if self.query is None or self.acknowledged:
            return
        self.acknowledged = True
        await self.query.answer(notice)

    async def say(self, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        """Send a message."""
        await self.acknowledge()
        await self.bot.send_message(self.chat_id, text, reply_markup=buttons)

    async def replace(self, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        """Put `text` in the place of the message whose button was tapped, or send it."""
        message = self.tapped_message
        if message is None or message.text is None:
            await self.say(text, buttons)
            return
        await self.acknowledge()
        try:
            await message.edit_text(text, reply_markup=buttons)
        except TelegramBadRequest:  # Deleted, or too old to be edited.
            await self.say(text, buttons)

    async def take_buttons_away(self) -> None:
        """Leave the tapped message's text and remove its buttons."""
        message = self.tapped_message
        if message is None or message.reply_markup is None:
            return
        await self.acknowledge()
        try:
            await message.edit_reply_markup(reply_markup=None)
        except TelegramBadRequest:
            return  # Gone already, or too old: nothing to take away.
