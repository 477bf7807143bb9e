"""What a learner has to say about the bot itself: `/feedback TEXT`, at any moment."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from bots.shared.keyboards import keyboard, way
from bots.shared.learner_chat import LearnerChat

LONGEST_FEEDBACK = 4000


async def take_feedback(_message: Message, command: CommandObject, chat: LearnerChat) -> None:
    """Hand what stands behind the command over to the core; alone, it explains itself."""
    t = chat.texts
    text = (command.args or "").strip()
    if not text:
        said = t(
            "Tell me what to do better, or what does not work: write it behind the command, "
            "such as <b>/feedback the tasks are too easy</b>."
        )
    elif len(text) > LONGEST_FEEDBACK:
        said = t("That is a bit long: {number} characters fit.", number=LONGEST_FEEDBACK)
    else:
        await chat.core.give_feedback(chat.learner.telegram_id, text)
        said = t("💌 Thank you! The people who make me will read it.")
    await chat.say(said, keyboard([[way("continue", t)]]))


def create_router() -> Router:
    """Return the router of feedback."""
    router = Router(name="feedback")
    router.message.register(take_feedback, Command("feedback", ignore_case=True))
    return router
