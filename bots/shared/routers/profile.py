"""What a learner may change at any time: the settings and the language."""

from aiogram import Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup

from bots.shared.callbacks import AskTap, Field, LanguageTap, SettingTap
from bots.shared.keyboards import button, keyboard, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.questions import (
    goals,
    question_keyboard,
    read_answer,
    render_question,
    zones_keyboard,
)
from bots.shared.texts import Texts
from bots.shared.time_zones import city_name, clock_in


async def show_settings(chat: LearnerChat) -> None:
    """Show every setting with the buttons to change it."""
    await chat.replace(render_settings(chat), _settings_keyboard(chat.texts))


async def show_language(chat: LearnerChat) -> None:
    """Ask for the language, in both."""
    await chat.say("🌐 <b>Язык · Language</b>", _language_keyboard())


def render_settings(chat: LearnerChat) -> str:
    """Return the settings as they are."""
    learner, t = chat.learner, chat.texts
    not_set = t.plain("not chosen yet")
    hour, minutes = learner.reminder_hour, learner.minutes_per_day
    lines = [
        t("⚙️ <b>Settings</b>") + "\n",
        t("Goal: <b>{goal}</b>", goal=goals(t).get(learner.goal or "", not_set)),
        t("A day: <b>{time}</b>", time=_minutes(minutes, t) if minutes else not_set),
        t("Reminder: <b>{time}</b>", time=t.plain("off") if hour is None else f"{hour}:00"),
        t(
            "Your time: <b>{clock}</b> ({city})",
            clock=clock_in(learner.timezone),
            city=city_name(learner.timezone, t),
        ),
    ]
    return "\n".join(lines)


async def ask(_query: CallbackQuery, callback_data: AskTap, chat: LearnerChat) -> None:
    """Put the question of one setting."""
    await put_question(chat, callback_data.field)


async def put_question(chat: LearnerChat, field: Field) -> None:
    """Put a setting's question in the place of the settings."""
    buttons = (
        zones_keyboard(chat.texts, "settings")
        if field == "timezone"
        else question_keyboard(field, chat.learner, chat.texts, "settings")
    )
    await chat.replace(render_question(field, chat.learner, chat.texts), buttons)


async def set_answer(_query: CallbackQuery, callback_data: SettingTap, chat: LearnerChat) -> None:
    """Change one setting and show them all again."""
    change = read_answer(callback_data.field, callback_data.value)
    if change:
        await chat.change(**{change.name: change.value})
        await chat.acknowledge(chat.texts.plain("Saved ✓"))
    await show_settings(chat)


async def set_language(
    _query: CallbackQuery, callback_data: LanguageTap, chat: LearnerChat
) -> None:
    """Change the language and say so in it."""
    await chat.speak(callback_data.language)
    t = chat.texts
    await chat.replace(t("Done, we speak English now. 🇬🇧"), keyboard([[way("continue", t)]]))


def create_router() -> Router:
    """Return the router of the settings and the language."""
    router = Router(name="profile")
    router.callback_query.register(ask, AskTap.filter())
    router.callback_query.register(set_answer, SettingTap.filter())
    router.callback_query.register(set_language, LanguageTap.filter())
    return router


def _minutes(minutes: int, t: Texts) -> str:
    return t.plain("{minutes} min", minutes=minutes)


def _settings_keyboard(t: Texts) -> InlineKeyboardMarkup:
    return keyboard(
        [
            [
                button(t.plain("🎯 Goal"), AskTap(field="goal", place="settings")),
                button(t.plain("⏱ Minutes"), AskTap(field="minutes", place="settings")),
            ],
            [
                button(t.plain("🔔 Reminder"), AskTap(field="reminder", place="settings")),
                button(t.plain("🌍 Your time"), AskTap(field="timezone", place="settings")),
            ],
            [way("language", t)],
        ]
    )


def _language_keyboard() -> InlineKeyboardMarkup:
    return keyboard(
        [
            [
                button("🇷🇺 Русский", LanguageTap(language="ru", place="language")),
                button("🇬🇧 English", LanguageTap(language="en", place="language")),
            ]
        ]
    )
