"""What no other handler takes: it is never met with silence."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bots.shared.activities import go_on, offer_ways
from bots.shared.keyboards import keyboard, way
from bots.shared.learner_chat import LearnerChat


async def answer_unknown_command(_message: Message, chat: LearnerChat) -> None:
    """Point from a command that is none of ours to those that are."""
    t = chat.texts
    buttons = keyboard([[way("continue", t), way("help", t)]])
    await chat.say(t("I have no such command. All of them are in /help."), buttons)


async def answer_media(_message: Message, chat: LearnerChat) -> None:
    """Say kindly that pictures, stickers and voice are not read yet."""
    t = chat.texts
    text = t("Nice! But so far I only read text and buttons 🙂 Shall we go on?")
    await chat.say(text, keyboard([[way("continue", t), way("help", t)]]))


async def answer_edit(_message: Message, chat: LearnerChat) -> None:
    """Say that an edited answer is not read again; outside a task an edit needs no answer."""
    if chat.learner.open_activity in chat.offered:
        await chat.say(chat.texts("I only read new messages. Send the answer as a new one 🙂"))


async def answer_old_button(_query: CallbackQuery, chat: LearnerChat) -> None:
    """Say that a button leads nowhere any more, and show where the learner is."""
    await chat.acknowledge(chat.texts.plain("This button is from an old message"))
    await chat.take_buttons_away()
    if chat.learner.open_activity in chat.offered:
        await go_on(chat)
        return
    await offer_ways(chat, chat.texts("What shall we do?"))


def create_router() -> Router:
    """Return the router that comes last."""
    router = Router(name="fallback")
    router.message.register(answer_unknown_command, F.text.startswith("/"))
    router.message.register(answer_media)
    router.edited_message.register(answer_edit)
    router.callback_query.register(answer_old_button)
    return router
