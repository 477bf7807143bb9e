"""The first minute: who the tutor is, the questions, and the way to the first task."""

from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bots.engine.core_models import OnboardingStep
from bots.shared.activities import offer_ways
from bots.shared.callbacks import AskTap, Field, LanguageTap, SettingTap
from bots.shared.keyboards import go, keyboard, language_switch, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.questions import (
    question_keyboard,
    read_answer,
    read_typed_answer,
    render_question,
    zones_keyboard,
)

_FIELDS: dict[OnboardingStep, Field] = {
    "goal": "goal",
    "minutes": "minutes",
    "reminder": "reminder",
    "timezone": "timezone",
}


async def start(_message: Message, chat: LearnerChat) -> None:
    """Welcome a new learner with the first question, and a known one back."""
    if chat.learner.onboarding_step == "done" or chat.learner.open_activity:
        await welcome_back(chat)
        return
    text, buttons = first_minute(chat)
    await chat.say(text, buttons)


async def welcome_back(chat: LearnerChat) -> None:
    """Greet a known learner with what waits."""
    t, learner = chat.texts, chat.learner
    lines = [t("👋 <b>Good to see you, {name}!</b>", name=learner.first_name)]
    if learner.streak_days > 1:
        lines.append(
            t.plural("🔥 {number}-day streak", "🔥 {number}-day streak", learner.streak_days)
        )
    if learner.due_words:
        lines.append(
            t.plural(
                "🗂 {number} word waits for a review",
                "🗂 {number} words wait for a review",
                learner.due_words,
            )
        )
    first = way("continue" if learner.open_activity else "lesson", t)
    rows = [[first], [way("review", t), way("progress", t)], [language_switch(t)]]
    await chat.say("\n".join(lines), keyboard(rows))


def first_minute(chat: LearnerChat) -> tuple[str, InlineKeyboardMarkup]:
    """Return the message of the question that the learner is at."""
    step, t = chat.learner.onboarding_step, chat.texts
    field = _FIELDS.get(step)
    if field is None:
        return _render_offer(chat), _offer_keyboard(chat)
    text = render_question(field, chat.learner, t)
    if step == "goal":
        text = _render_introduction(chat) + "\n\n" + text
    return text, question_keyboard(field, chat.learner, t, "start")


async def answer(_query: CallbackQuery, callback_data: SettingTap, chat: LearnerChat) -> None:
    """Take an answer to a question and put the next in its place."""
    if _FIELDS.get(chat.learner.onboarding_step) != callback_data.field:
        await chat.acknowledge(chat.texts.plain("This one is answered already 🙂"))
    elif change := read_answer(callback_data.field, callback_data.value):
        await chat.change(**{change.name: change.value})
    await show_where_we_are(chat)


async def answer_typed(message: Message, chat: LearnerChat) -> None:
    """Take a typed answer to a question; what cannot be read is asked again."""
    field = _FIELDS.get(chat.learner.onboarding_step)
    change = read_typed_answer(field, message.text or "", chat.texts) if field else None
    if change:
        await chat.change(**{change.name: change.value})
    else:
        await chat.say(chat.texts("Choose a button, please, and we go on 👇"))
    text, buttons = first_minute(chat)
    await chat.say(text, buttons)


async def ask_other_clock(_query: CallbackQuery, chat: LearnerChat) -> None:
    """Offer every time zone, named by its clock."""
    t = chat.texts
    text = t("🌍 <b>What time is it where you are?</b>\nChoose, or type it, such as 18:40.")
    await chat.replace(text, zones_keyboard(t, "start"))


async def switch_language(
    _query: CallbackQuery, callback_data: LanguageTap, chat: LearnerChat
) -> None:
    """Say the same in the other language."""
    await chat.speak(callback_data.language)
    await show_where_we_are(chat)


async def show_where_we_are(chat: LearnerChat) -> None:
    """Put the question that the learner is at in the place of the tapped message."""
    if chat.learner.onboarding_step == "done":
        await chat.take_buttons_away()
        await welcome_back(chat)
        return
    text, buttons = first_minute(chat)
    await chat.replace(text, buttons)


async def begin_from_zero(chat: LearnerChat) -> None:
    """Start a beginner at the first level, without a test."""
    if chat.learner.level is None:
        await chat.change(onboarding_step="done")
        await chat.take_buttons_away()
    t = chat.texts
    await offer_ways(chat, t("🌱 Then we start from zero: short rules, many examples, no rush."))


def create_router() -> Router:
    """Return the router of the first minute."""
    router = Router(name="welcome")
    router.message.register(start, CommandStart(ignore_case=True))
    router.callback_query.register(answer, SettingTap.filter(F.place == "start"))
    router.callback_query.register(ask_other_clock, AskTap.filter(F.place == "start"))
    router.callback_query.register(switch_language, LanguageTap.filter(F.place == "start"))
    return router


def _render_introduction(chat: LearnerChat) -> str:
    t = chat.texts
    return t(
        "👋 <b>Hi, {name}! I am your English tutor.</b>\n"
        "I find your level, give a short lesson a day and bring every word back "
        "just before you forget it.\n\n"
        "A few quick questions first.",
        name=chat.learner.first_name,
    )


def _render_offer(chat: LearnerChat) -> str:
    return chat.texts(
        "🎉 <b>All set!</b>\n\n"
        "Now let us find your level: short questions, about five minutes. "
        "Or start from zero, if English is all new to you."
    )


def _offer_keyboard(chat: LearnerChat) -> InlineKeyboardMarkup:
    t = chat.texts
    return keyboard(
        [
            [way("placement", t)],
            [go(t.plain("🌱 I am a beginner"), "beginner")],
            [language_switch(t)],
        ]
    )
