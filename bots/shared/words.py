"""Reviewing the learner's words and adding to them."""

import re

from bots.engine.core_errors import WordUnknownError
from bots.engine.core_models import Step
from bots.shared.activities import begin
from bots.shared.keyboards import keyboard, way
from bots.shared.learner_chat import LearnerChat
from bots.shared.steps import render_card

LONGEST_WORD_BYTES = 40
"""A word has to fit into a button."""

_ENGLISH = re.compile(r"[A-Za-z][A-Za-z’'-]*(?: [A-Za-z’'-]+){0,3}")


async def review(chat: LearnerChat) -> None:
    """Begin or take up the review of the words that are due."""
    await begin(chat, "review")


async def add(chat: LearnerChat, word: str) -> None:
    """Put a word among the learner's and show its card."""
    t = chat.texts
    buttons = keyboard([[way("review", t)]])
    try:
        outcome = await chat.core.add_word(chat.learner.telegram_id, word)
    except WordUnknownError:
        text = t(
            "I have no “{word}” in my dictionary. Is it spelled right? "
            "Send me the base form: <i>go</i>, not <i>went</i>.",
            word=word,
        )
        await chat.say(text, buttons)
        return
    said = (
        t("➕ Added. I will ask you about it.")
        if outcome.added
        else t("You have this word already 👌")
    )
    await chat.say(f"{said}\n\n{render_card(outcome.word)}", buttons)


def english_word(text: str) -> str | None:
    """Return the English word or short phrase that a text is, None when it is neither."""
    word = " ".join(text.split())
    fits = len(word.encode()) <= LONGEST_WORD_BYTES
    return word if fits and _ENGLISH.fullmatch(word) else None


def asks_for_meaning(step: Step, typed: str) -> bool:
    """Tell whether a card shows English and wants its meaning in another script.

    English typed there is no answer, so that it may be taken as a new word.
    """
    card = step.card
    if card is None or english_word(typed) is None or english_word(card.translation):
        return False
    return card.word.casefold() in step.text.casefold() and typed.strip().casefold() != card.word
