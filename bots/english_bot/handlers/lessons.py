"""Lessons, the test of the level, and what the learner types."""

from aiogram import F, Router
from aiogram.types import InlineKeyboardButton, Message

from bots.english_bot.handlers import welcome
from bots.shared import activities
from bots.shared.callbacks import WordTap
from bots.shared.keyboards import button, go, keyboard, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.texts import Texts
from bots.shared.words import asks_for_meaning, english_word


async def learn(chat: LearnerChat) -> None:
    """Begin or take up the lesson; before the level is known, the questions come first."""
    if await _is_new(chat):
        return
    await activities.begin(chat, "lesson")


async def place(chat: LearnerChat) -> None:
    """Begin or take up the test of the level."""
    await activities.begin(chat, "placement")


async def place_again(chat: LearnerChat) -> None:
    """Begin the test of the level anew."""
    await activities.begin(chat, "placement", restart=True)


async def go_on(chat: LearnerChat) -> None:
    """Take up whatever waits: a step, a question of the first minute, or nothing."""
    if chat.learner.open_activity is None and await _is_new(chat):
        return
    await activities.go_on(chat)


async def show_level(chat: LearnerChat) -> None:
    """Tell the level and what it means, and offer the test."""
    t, level = chat.texts, chat.learner.level
    if level is None:
        text = t("I do not know your level yet. The test takes about five minutes.")
        await chat.say(text, keyboard([[way("placement", t)]]))
        return
    text = t("🏅 <b>Your level: {level}</b>\n{meaning}", level=level, meaning=_meaning(level, t))
    again = go(t.plain("🎯 Test me again"), "placement_again")
    await chat.say(text, keyboard([[way("lesson", t)], [again]]))


async def show_help(chat: LearnerChat) -> None:
    """Tell what the tutor can do."""
    t = chat.texts
    text = t(
        "<b>What I can do</b>\n\n"
        "/learn – today’s lesson: a short rule and tasks\n"
        "/words – review the words that are due\n"
        "/add journey – put a word into your deck\n"
        "/progress – your progress as a picture\n"
        "/level – your level and the test\n"
        "/settings – goal, minutes, reminder, time zone\n"
        "/language – Русский or English\n"
        "/feedback – tell the people who make me what to do better\n"
        "/stop – take a break; nothing is lost\n\n"
        "Answer by buttons or by typing, and leave whenever you like: I remember the place."
    )
    await chat.say(text, keyboard([[way("continue", t)]]))


async def read_text(message: Message, chat: LearnerChat) -> None:
    """Take typed text as the answer to what is asked; outside a task, say what can be done."""
    text = message.text or ""
    step = await activities.current_step(chat) if chat.learner.open_activity else None
    if step and asks_for_meaning(step, text):
        await _offer_to_add(chat, text)
    elif step:
        await activities.answer_by_text(chat, step, text)
    elif chat.learner.onboarding_step != "done":
        await welcome.answer_typed(message, chat)
    else:
        await _hint(chat, text)


def create_router() -> Router:
    """Return the router of typed text; commands are taken before it."""
    router = Router(name="lessons")
    router.message.register(read_text, F.text & ~F.text.startswith("/"))
    return router


async def _is_new(chat: LearnerChat) -> bool:
    """Put the questions to a learner who has not answered them; tell whether that was so."""
    if chat.learner.onboarding_step == "done" or chat.learner.level is not None:
        return False
    text, buttons = welcome.first_minute(chat)
    await chat.say(text, buttons)
    return True


async def _hint(chat: LearnerChat, text: str) -> None:
    t = chat.texts
    rows = [[way("lesson", t)], [way("review", t), way("progress", t)]]
    word = english_word(text)
    if word and " " not in word:
        rows.insert(0, [_add_button(word, t)])
    said = t("I teach by lessons and words, and cannot chat freely yet. What shall we do?")
    await chat.say(said, keyboard(rows))


async def _offer_to_add(chat: LearnerChat, text: str) -> None:
    """English is no answer to a card that asks for the meaning: perhaps it is a new word."""
    t = chat.texts
    said = t("The card asks for the meaning in Russian. Or is it a new word to add?")
    word = english_word(text) or ""
    await chat.say(said, keyboard([[_add_button(word, t)], [way("continue", t)]]))


def _add_button(word: str, t: Texts) -> InlineKeyboardButton:
    return button(t.plain("➕ Add “{word}”", word=word), WordTap(word=word))


def _meaning(level: str, t: Texts) -> str:
    meanings = {
        "A1": t("You know the first words and phrases and can say who you are."),
        "A2": t("You manage simple talk: shops, the way, family, plans for the weekend."),
        "B1": t("You get by on a trip and can tell a story or explain your opinion."),
        "B2": t("You speak quite freely and follow films, news and work meetings."),
        "C1": t("You find the words easily and catch what stands between the lines."),
        "C2": t("You understand practically everything, down to shades of meaning."),
    }
    return meanings.get(level, "")
