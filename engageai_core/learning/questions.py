"""How content becomes a question: options get short ids and an order that gives nothing away."""

import random
import re
from collections.abc import Sequence
from dataclasses import asdict
from string import ascii_lowercase
from typing import Any

from engageai_core.curriculum.models import PlacementItem, Task, Word
from engageai_core.learning.judging import Option, Question

_IN_BRACKETS = re.compile(r"\([^)]*\)")
_SENTENCE_STARTERS = frozenset(
    [
        "A", "An", "Are", "At", "Can", "Could", "Did", "Do", "Does", "Don't", "Has", "Have", "He",
        "Her", "Here", "His", "How", "If", "In", "Is", "It", "Let's", "Look", "My", "Never", "No",
        "Not", "On", "Our", "Please", "She", "Should", "That", "The", "Their", "There", "These",
        "They", "This", "Those", "Was", "We", "Were", "What", "When", "Where", "Which", "Who",
        "Whose", "Why", "Will", "Would", "Yesterday", "You", "Your",
    ]
)  # fmt: skip


def question_of(content: Task | PlacementItem, dice: random.Random) -> Question:
    """Return the question of a task or an item, shuffled by `dice`."""
    if content.kind == "match":
        return _match_question(content, dice)
    shown = content.options
    if content.kind == "order":
        shown = _without_clues(content.tiles)
    return Question(
        kind="read" if content.kind == "choice" and content.passage else content.kind,
        text=content.text,
        passage=content.passage,
        options=_options(_shuffled(shown, dice)),
        answers=list(content.answers),
    )


def word_question(word: Word) -> Question:
    """Return the question of a word's card: what does it mean?"""
    bare = _IN_BRACKETS.sub("", word.translation)
    meanings = [part.strip() for part in bare.replace(";", ",").split(",")]
    return Question(
        kind="card",
        text=f"{word.word}  {word.ipa}",
        answers=[word.translation, *(meaning for meaning in meanings if meaning)],
    )


def word_card(word: Word) -> dict[str, str]:
    """Return what a card shows once it is turned over."""
    return {
        "word": word.word,
        "ipa": word.ipa,
        "part_of_speech": word.part_of_speech,
        "translation": word.translation,
        "example": word.example,
        "example_translation": word.example_translation,
        "level": word.level,
    }


def question_to_json(question: Question) -> dict[str, Any]:
    """Return the question as it is stored with a step."""
    return asdict(question)


def question_from_json(stored: dict[str, Any]) -> Question:
    """Return a stored question; keys that are not the question's own are left out."""
    return Question(
        kind=stored["kind"],
        text=stored["text"],
        passage=stored["passage"],
        options=[Option(**option) for option in stored["options"]],
        right_options=[Option(**option) for option in stored["right_options"]],
        answers=stored["answers"],
        pairs=[(left, right) for left, right in stored["pairs"]],
    )


def _match_question(content: Task | PlacementItem, dice: random.Random) -> Question:
    left = _options([left for left, _ in content.pairs])
    right = _options(_shuffled([right for _, right in content.pairs], dice))
    id_of = {option.text: option.id for option in right}
    return Question(
        kind="match",
        text=content.text,
        options=left,
        right_options=right,
        pairs=[
            (option.id, id_of[other])
            for option, (_, other) in zip(left, content.pairs, strict=True)
        ],
    )


def _options(texts: Sequence[str]) -> list[Option]:
    return [Option(id=ascii_lowercase[at], text=text) for at, text in enumerate(texts)]


def _shuffled(texts: Sequence[str], dice: random.Random) -> list[str]:
    """Return the texts in another order where there is one."""
    mixed = list(texts)
    for _ in range(8):
        dice.shuffle(mixed)
        if mixed != list(texts):
            break
    return mixed


def _without_clues(tiles: Sequence[str]) -> list[str]:
    """Return the tiles without the capital that betrays the first word (names keep theirs)."""
    first, *rest = tiles
    words = first.split(" ")
    if words[0] in _SENTENCE_STARTERS:
        first = " ".join([words[0].lower(), *words[1:]])
    return [first, *rest]
