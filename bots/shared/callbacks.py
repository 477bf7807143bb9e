"""What a button carries: Telegram allows 64 bytes, and these keep within them.

A tap on a step's button names the step and its position, so that the core can tell a late tap
and the bot a tap made twice. Bots keep no state: what was picked so far stands in the button.
"""

from typing import Literal

from aiogram.filters.callback_data import CallbackData

Destination = Literal[
    "continue",
    "lesson",
    "placement",
    "placement_again",
    "beginner",
    "review",
    "progress",
    "pause",
    "settings",
    "language",
    "help",
]
Field = Literal["goal", "minutes", "reminder", "timezone"]
Place = Literal["start", "settings"]
Rating = Literal["again", "hard", "good", "easy"]


class StepTap(CallbackData, prefix="x"):
    """What every button of a step carries; by itself it is none of them."""

    step_id: str
    position: int


class ChoiceTap(StepTap, prefix="c"):
    """An option was chosen."""

    option: str


class TileTap(StepTap, prefix="t"):
    """A tile was picked or the last pick undone; `picks` is the state after it."""

    picks: str


class CheckTap(StepTap, prefix="k"):
    """The picked tiles are the answer."""

    picks: str


class DontKnowTap(StepTap, prefix="d"):
    """The learner does not know."""


class RevealTap(StepTap, prefix="v"):
    """The card's back is wanted."""


class RatingTap(StepTap, prefix="r"):
    """How well the card was remembered."""

    rating: Rating


class GoTap(CallbackData, prefix="go"):
    """A way to another part of the bot."""

    to: Destination


class LanguageTap(CallbackData, prefix="l"):
    """The language of the texts, chosen in `place`."""

    language: Literal["ru", "en"]
    place: Literal["start", "language"]


class AskTap(CallbackData, prefix="q"):
    """A question is wanted: of the settings, or the longer form of a starting question."""

    field: Field
    place: Place


class SettingTap(CallbackData, prefix="s"):
    """An answer to such a question."""

    field: Field
    value: str
    place: Place


class WordTap(CallbackData, prefix="w"):
    """A word to add to the learner's own."""

    word: str


STEP_TAPS: tuple[type[StepTap], ...] = (
    ChoiceTap,
    TileTap,
    CheckTap,
    DontKnowTap,
    RevealTap,
    RatingTap,
)
