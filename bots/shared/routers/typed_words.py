"""Words that a learner sends to be added: `/add word`, `+word`, or by a button."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bots.shared.callbacks import WordTap
from bots.shared.learner_chat import LearnerChat
from bots.shared.words import add, english_word


async def add_by_command(_message: Message, command: CommandObject, chat: LearnerChat) -> None:
    """Add what stands behind /add."""
    await add_typed(chat, command.args or "")


async def add_by_plus(message: Message, chat: LearnerChat) -> None:
    """Add what stands behind a plus sign, also in the middle of a task."""
    await add_typed(chat, (message.text or "").lstrip("+"))


async def add_by_tap(_query: CallbackQuery, callback_data: WordTap, chat: LearnerChat) -> None:
    """Add the word that the button names."""
    await chat.take_buttons_away()
    await add(chat, callback_data.word)


async def add_typed(chat: LearnerChat, text: str) -> None:
    """Add the word, or say how to send one."""
    word = english_word(text)
    if word is None:
        await chat.say(chat.texts("Send me one English word, such as <b>/add journey</b>."))
        return
    await add(chat, word)


def create_router() -> Router:
    """Return the router of words to add."""
    router = Router(name="typed_words")
    router.message.register(add_by_command, Command("add", ignore_case=True))
    router.message.register(add_by_plus, F.text.regexp(r"^\+\s*[A-Za-z]"))
    router.callback_query.register(add_by_tap, WordTap.filter())
    return router
