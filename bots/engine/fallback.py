"""What no handler of a bot took: never silence."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bots.engine.translating import Translator


def create_router() -> Router:
    """Return the router that comes after a bot's own."""
    router = Router(name="fallback")
    router.message.register(answer_message)
    router.callback_query.register(answer_button)
    return router


async def answer_message(message: Message, translate: Translator) -> None:
    """Say what the bot understands."""
    await message.answer(translate("I understand text and my own buttons. What I can do: /help"))


async def answer_button(query: CallbackQuery, translate: Translator) -> None:
    """Say that the button is of the past."""
    await query.answer(translate("This button is no longer in use. Send /start to go on."))
