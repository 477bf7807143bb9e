"""The questions about the learner: asked one by one at the start, and again in the settings."""

import re
from dataclasses import dataclass

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bots.engine.core_models import Learner
from bots.shared.callbacks import AskTap, Field, Place, SettingTap
from bots.shared.keyboards import Rows, button, fill_rows, go, keyboard, language_switch
from bots.shared.texts import Texts
from bots.shared.time_zones import ZONES, city_name, clock_in, is_zone_known, zone_of_clock

MINUTES = (5, 10, 15, 20, 30)
HOURS = (8, 10, 13, 18, 19, 20, 21, 22)
NO_REMINDER = "off"
_MOST_TYPED = 40


@dataclass(frozen=True)
class Change:
    """What an answer changes: the core's name of it, and the value."""

    name: str
    value: str | int | None


def goals(t: Texts) -> dict[str, str]:
    """Return the goals and their labels."""
    return {
        "travel": t.plain("✈️ Travel"),
        "work": t.plain("💼 Work"),
        "study": t.plain("🎓 Studies"),
        "exam": t.plain("📝 An exam"),
        "talk": t.plain("💬 Talking to people"),
        "films": t.plain("🎬 Films and books"),
    }


def render_question(field: Field, learner: Learner, t: Texts) -> str:
    """Return the question's text."""
    if field == "goal":
        return t("🎯 <b>What do you need English for?</b>\nSo that I know where we are going.")
    if field == "minutes":
        return t("⏱ <b>How many minutes a day suit you?</b>\nFive every day beat an hour a week.")
    if field == "reminder":
        return t("🔔 <b>When shall I remind you?</b>\nOne short message a day, by your clock.")
    return t(
        "🌍 <b>Is it {clock} where you are?</b>\nIf not, type your time, such as 18:40.",
        clock=clock_in(learner.timezone),
    )


def question_keyboard(
    field: Field, learner: Learner, t: Texts, place: Place
) -> InlineKeyboardMarkup:
    """Return the answers as buttons, and the way to the other language or back."""
    if field == "goal":
        rows = [[_answer(field, goal, label, place)] for goal, label in goals(t).items()]
        rows = [[*rows[0], *rows[1]], [*rows[2], *rows[3]], rows[4], rows[5]]
    elif field == "minutes":
        labels = {str(minutes): t.plain("{minutes} min", minutes=minutes) for minutes in MINUTES}
        rows = fill_rows([_answer(field, value, label, place) for value, label in labels.items()])
    elif field == "reminder":
        rows = _reminder_rows(t, place)
    else:
        rows = _clock_rows(learner, t, place)
    last = [language_switch(t)] if place == "start" else [go(t.plain("↩️ Back"), "settings")]
    return keyboard([*rows, last])


def zones_keyboard(t: Texts, place: Place) -> InlineKeyboardMarkup:
    """Return every zone that is offered, named by its clock and a city."""
    labels = {zone: f"{clock_in(zone)} · {city_name(zone, t)}" for zone in ZONES}
    answers = [_answer("timezone", zone, label, place) for zone, label in labels.items()]
    rows = [answers[first : first + 2] for first in range(0, len(answers), 2)]
    return keyboard([*rows, [] if place == "start" else [go(t.plain("↩️ Back"), "settings")]])


def read_answer(field: Field, value: str) -> Change | None:
    """Return what a button's value changes, None when it is no answer to the question."""
    if field == "goal":
        return Change("goal", value) if value in _GOALS else None
    if field == "minutes":
        known = value.isdecimal() and int(value) in MINUTES
        return Change("minutes_per_day", int(value)) if known else None
    if field == "reminder":
        return _read_hour(value)
    return Change("timezone", value) if is_zone_known(value) else None


def read_typed_answer(field: Field, text: str, t: Texts) -> Change | None:
    """Return what a typed answer changes, None when it cannot be understood."""
    typed = text.strip().casefold()[:_MOST_TYPED]
    if field == "goal":
        chosen = [goal for goal, label in goals(t).items() if typed and typed in label.casefold()]
        return Change("goal", chosen[0]) if len(chosen) == 1 else None
    if field == "timezone":
        zone = zone_of_clock(typed)
        return Change("timezone", zone) if zone else None
    if field == "reminder" and typed in {"нет", "не надо", "no", "none"}:
        return Change("reminder_hour", None)
    number = re.match(r"\d{1,2}\b", typed)
    return read_answer(field, number.group()) if number else None


_GOALS = frozenset({"travel", "work", "study", "exam", "talk", "films"})


def _read_hour(value: str) -> Change | None:
    if value == NO_REMINDER:
        return Change("reminder_hour", None)
    known = value.isdecimal() and 0 <= int(value) <= 23
    return Change("reminder_hour", int(value)) if known else None


def _reminder_rows(t: Texts, place: Place) -> Rows:
    hours = [_answer("reminder", str(hour), f"{hour}:00", place) for hour in HOURS]
    return [
        hours[:4],
        hours[4:],
        [_answer("reminder", NO_REMINDER, t.plain("🔕 No reminders"), place)],
    ]


def _clock_rows(learner: Learner, t: Texts, place: Place) -> Rows:
    agreed = t.plain("Yes · {city}", city=city_name(learner.timezone, t))
    other = button(t.plain("No, another time"), AskTap(field="timezone", place=place))
    return [[_answer("timezone", learner.timezone, agreed, place)], [other]]


def _answer(field: Field, value: str, label: str, place: Place) -> InlineKeyboardButton:
    return button(label, SettingTap(field=field, value=value, place=place))
