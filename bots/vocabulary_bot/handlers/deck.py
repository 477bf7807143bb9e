"""The learner's deck: the greeting, and words that are sent as plain text."""

from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bots.shared import activities
from bots.shared.callbacks import LanguageTap
from bots.shared.keyboards import keyboard, language_switch, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.words import add, asks_for_meaning, english_word


async def start(_message: Message, chat: LearnerChat) -> None:
    """Say what the bot is for and what waits."""
    text, buttons = await greeting(chat)
    await chat.say(text, buttons)


async def greeting(chat: LearnerChat) -> tuple[str, InlineKeyboardMarkup]:
    """Return the greeting, with the deck in numbers, and its buttons."""
    t = chat.texts
    words = await chat.core.words(chat.learner.telegram_id)
    due = t.plural("{number} word", "{number} words", words.due)
    total = t.plural("{number} word", "{number} words", words.total)
    text = t(
        "👋 <b>Hi, {name}! I keep your English words.</b>\n"
        "Send me a word and I will explain it and ask you about it just before you forget it.\n\n"
        "🗂 Your deck: <b>{total}</b> · due now: <b>{due}</b>",
        name=chat.learner.first_name,
        total=total,
        due=due,
    )
    return text, keyboard([[way("review", t)], [way("progress", t)], [language_switch(t)]])


async def switch_language(
    _query: CallbackQuery, callback_data: LanguageTap, chat: LearnerChat
) -> None:
    """Say the greeting in the other language."""
    await chat.speak(callback_data.language)
    text, buttons = await greeting(chat)
    await chat.replace(text, buttons)


async def show_help(chat: LearnerChat) -> None:
    """Tell what the bot can do."""
    t = chat.texts
    text = t(
        "<b>What I can do</b>\n\n"
        "Send any English word: I show its meaning and put it into your deck.\n"
        "/words – review the words that are due\n"
        "/add journey – put a word into your deck\n"
        "/progress – your progress as a picture\n"
        "/settings – goal, minutes, reminder, time zone\n"
        "/language – Русский or English\n"
        "/feedback – tell the people who make me what to do better\n"
        "/stop – take a break; nothing is lost\n\n"
        "In the middle of a review, a plus adds a word: <b>+journey</b>."
    )
    await chat.say(text, keyboard([[way("review", t)]]))


async def read_text(message: Message, chat: LearnerChat) -> None:
    """Take typed text as the answer to the card, or as a word to add."""
    text = message.text or ""
    step = await activities.current_step(chat) if chat.learner.open_activity else None
    if step and not asks_for_meaning(step, text):
        await activities.answer_by_text(chat, step, text)
        return
    word = english_word(text)
    if word is None:
        t = chat.texts
        said = t("I know English words: send me one, such as <b>journey</b>.")
        await chat.say(said, keyboard([[way("review", t), way("help", t)]]))
        return
    await add(chat, word)
    if step:
        await activities.put_next(chat, step, None)


def create_start_router() -> Router:
    """Return the router of the greeting."""
    router = Router(name="start")
    router.message.register(start, CommandStart(ignore_case=True))
    router.callback_query.register(switch_language, LanguageTap.filter(F.place == "start"))
    return router


def create_text_router() -> Router:
    """Return the router of plain text; commands are taken before it."""
    router = Router(name="deck")
    router.message.register(read_text, F.text & ~F.text.startswith("/"))
    return router
