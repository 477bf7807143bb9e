"""The buttons that go with a step, and those that lead from one part of a bot to another."""

from collections.abc import Sequence
from itertools import islice

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bots.engine.core_models import Option, Step
from bots.shared.callbacks import (
    CheckTap,
    ChoiceTap,
    Destination,
    DontKnowTap,
    GoTap,
    LanguageTap,
    RatingTap,
    RevealTap,
    TileTap,
)
from bots.shared.steps import has_long_options
from bots.shared.texts import Texts
from bots.shared.tiles import encode_picks, left_over

Rows = list[list[InlineKeyboardButton]]

_ROOM_IN_COLUMNS = ((4, 6), (3, 10), (2, 16))
"""How many buttons fit into a row, by the characters of the longest label."""


def button(label: str, carried: CallbackData) -> InlineKeyboardButton:
    """Return a button that sends `carried` when it is tapped."""
    return InlineKeyboardButton(text=label, callback_data=carried.pack())


def keyboard(rows: Rows) -> InlineKeyboardMarkup:
    """Return the keyboard of these rows; empty rows are left out."""
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])


def fill_rows(buttons: Sequence[InlineKeyboardButton]) -> Rows:
    """Return the buttons in rows of like length that a phone shows uncut: long labels alone."""
    if not buttons:
        return []
    longest = max(len(one.text) for one in buttons)
    columns = next((count for count, room in _ROOM_IN_COLUMNS if longest <= room), 1)
    count = -(-len(buttons) // columns)
    short, with_one_more = divmod(len(buttons), count)
    left = iter(buttons)
    sizes = [short + (row < with_one_more) for row in range(count)]
    return [list(islice(left, size)) for size in sizes]


def step_keyboard(
    step: Step, t: Texts, *, picks: Sequence[int] = (), revealed: bool = False
) -> InlineKeyboardMarkup:
    """Return the buttons of a step in the state that `render_step` shows."""
    if step.input == "rating":
        answers = _rating_rows(step, t) if revealed else _reveal_rows(step, t)
        return keyboard([*answers, [go(t.plain("⏸ Pause"), "pause")]])
    if step.input == "choice":
        answers = _choice_rows(step)
    elif step.input in {"order", "pairs"}:
        answers = [*_tile_rows(step, picks), _tile_ends(step, t, picks)]
    else:
        answers = []
    return keyboard([*answers, _ways_out(step, t)])


def go(label: str, to: Destination) -> InlineKeyboardButton:
    """Return a button that leads to another part of the bot."""
    return button(label, GoTap(to=to))


def language_switch(t: Texts) -> InlineKeyboardButton:
    """Return the button to the other language, named in that language."""
    if t.language == "ru":
        return button("🇬🇧 English", LanguageTap(language="en", place="start"))
    return button("🇷🇺 Русский", LanguageTap(language="ru", place="start"))


def way(to: Destination, t: Texts) -> InlineKeyboardButton:
    """Return a button with the usual label of its destination."""
    labels: dict[Destination, str] = {
        "continue": t.plain("▶️ Continue"),
        "lesson": t.plain("📘 Start a lesson"),
        "placement": t.plain("🎯 Find my level"),
        "review": t.plain("🗂 Review words"),
        "progress": t.plain("📊 My progress"),
        "settings": t.plain("⚙️ Settings"),
        "help": t.plain("❓ Help"),
        "language": t.plain("🌐 Language"),
    }
    return go(labels[to], to)


def _choice_rows(step: Step) -> Rows:
    numbered = has_long_options(step)
    return fill_rows(
        [
            button(str(number) if numbered else option.text, _choice(step, option))
            for number, option in enumerate(step.options, start=1)
        ]
    )


def _choice(step: Step, option: Option) -> ChoiceTap:
    return ChoiceTap(step_id=step.step_id, position=step.position, option=option.id)


def _tile_rows(step: Step, picks: Sequence[int]) -> Rows:
    if step.input == "pairs" and len(picks) >= len(step.options):
        return []
    tiles = step.right_options if step.input == "pairs" else step.options
    return fill_rows(
        [
            button(tiles[index].text, _tile(step, [*picks, index]))
            for index in left_over(picks, len(tiles))
        ]
    )


def _tile(step: Step, picks: Sequence[int]) -> TileTap:
    return TileTap(step_id=step.step_id, position=step.position, picks=encode_picks(picks))


def _tile_ends(step: Step, t: Texts, picks: Sequence[int]) -> list[InlineKeyboardButton]:
    if not picks:
        return []
    ends = [button(t.plain("↩️ Undo"), _tile(step, picks[: -_last_pick(step, picks)]))]
    # An order may have tiles to spare, pairs may not.
    if len(picks) >= (len(step.options) if step.input == "pairs" else 2):
        answer = encode_picks(picks)
        check = CheckTap(step_id=step.step_id, position=step.position, picks=answer)
        ends.append(button(t.plain("✔️ Check"), check))
    return ends


def _last_pick(step: Step, picks: Sequence[int]) -> int:
    """Return how many picks an undo takes back: the last pair of all came by itself."""
    complete = step.input == "pairs" and len(picks) == len(step.right_options) > 1
    return 2 if complete else 1


def _reveal_rows(step: Step, t: Texts) -> Rows:
    reveal = RevealTap(step_id=step.step_id, position=step.position)
    return [[button(t.plain("👀 Show"), reveal)]]


def _rating_rows(step: Step, t: Texts) -> Rows:
    labels = {
        "again": t.plain("🔁 Again"),
        "hard": t.plain("😅 Hard"),
        "good": t.plain("🙂 Good"),
        "easy": t.plain("😎 Easy"),
    }
    marks = [
        button(label, RatingTap.model_validate({**_where(step), "rating": rating}))
        for rating, label in labels.items()
    ]
    return [marks[:2], marks[2:]]


def _ways_out(step: Step, t: Texts) -> list[InlineKeyboardButton]:
    out = [go(t.plain("⏸ Pause"), "pause")]
    if step.can_skip:
        out.insert(0, button(t.plain("🤷 I don’t know"), DontKnowTap.model_validate(_where(step))))
    return out


def _where(step: Step) -> dict[str, object]:
    return {"step_id": step.step_id, "position": step.position}
