"""Is the answer right? Pure rules, used for lessons, placement and words alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engageai_core.curriculum.answer_text import normalise

MAX_ANSWER_LENGTH = 500
_SLIP_SCORE = 0.9
_REPLACEMENT_FROM = 7
_ENDING = re.compile(r"(?:ied|ies|ier|iest|ing|ed|es|er|est|en|man|men)$")
_REAL_WORDS = frozenset(
    [
        "beard", "bought", "bread", "bred", "brought", "casual", "causal", "certain",
        "choose", "chose", "clothes", "cloths", "cold", "collage", "college", "coma",
        "comma", "complement", "compliment", "contact", "contract", "costume", "could",
        "country", "county", "curtain", "custom", "dairy", "desert", "dessert", "diary",
        "diner", "dinner", "diving", "driving", "farther", "father", "fiend", "filed",
        "filled", "found", "fried", "friend", "fund", "heard", "herd", "hoping",
        "hopping", "horse", "hose", "house", "immoral", "immortal", "later", "lather",
        "latter", "leading", "leaning", "learning", "leaving", "loose", "lose", "massage",
        "meant", "meat", "message", "morning", "mourning", "overcame", "overcome",
        "packing", "parking", "pays", "planed", "planned", "plays", "practice",
        "practise", "quiet", "quite", "sacred", "scared", "selling", "sending", "setting",
        "shoot", "shot", "signing", "singing", "sitting", "smelling", "sped", "speed",
        "spelling", "spending", "stared", "starred", "stationary", "stationery", "taking",
        "talking", "thanking", "then", "there", "thinking", "thorough", "though",
        "thought", "three", "through", "tired", "trail", "trial", "tried", "understand",
        "understood", "united", "untied", "waking", "walking", "wandered", "wandering",
        "washing", "weather", "were", "wether", "where", "whether", "wishing", "withdraw",
        "withdrew", "wondered", "wondering",
    ]
)  # fmt: skip

InvalidReason = Literal["empty", "too_long", "no_words", "not_an_option", "wrong_input"]


class InvalidAnswerError(Exception):
    """What was sent can be no answer to this question; nothing is judged."""

    def __init__(self, reason: InvalidReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Option:
    """Something to pick; the id is short, for a button's data."""

    id: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question as it was shown, with its key.

    Attributes:
        answers: accepted answers, the best first; for a match the right pairs of ids.
    """

    kind: str
    text: str = ""
    passage: str = ""
    options: Sequence[Option] = ()
    right_options: Sequence[Option] = ()
    answers: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Submission:
    """What the learner sent; exactly one of the fields is filled."""

    choice: str | None = None
    text: str | None = None
    order: Sequence[str] | None = None
    pairs: Sequence[tuple[str, str]] | None = None
    dont_know: bool = False
    rating: str | None = None


@dataclass(frozen=True)
class Judgement:
    """The outcome; `slip` is the word as it should have been written, when one letter was off."""

    correct: bool
    score: float
    slip: str | None = None


def judge(question: Question, submission: Submission) -> Judgement:
    """Judge `submission` against the key.

    A learner who types instead of tapping is judged by the typed text.

    Raises:
        InvalidAnswerError: it is empty, too long, or no possible answer.
    """
    if submission.dont_know:
        return Judgement(correct=False, score=0.0)
    if submission.text is not None:
        return _judge_text(question, _checked_text(submission.text))
    if submission.choice is not None:
        return _judge_choice(question, submission.choice)
    if submission.order is not None:
        return _judge_order(question, submission.order)
    if submission.pairs is not None:
        return _judge_pairs(question, submission.pairs)
    raise InvalidAnswerError("empty")


def right_answer(question: Question) -> str:
    """Return the answer to be shown as the right one."""
    if question.kind == "match":
        left = {option.id: option.text for option in question.options}
        right = {option.id: option.text for option in question.right_options}
        return "; ".join(f"{left[one]} – {right[other]}" for one, other in question.pairs)
    return question.answers[0]


def _checked_text(text: str) -> str:
    if not text.strip():
        raise InvalidAnswerError("empty")
    if len(text) > MAX_ANSWER_LENGTH:
        raise InvalidAnswerError("too_long")
    if not normalise(text):
        raise InvalidAnswerError("no_words")
    return text


def _judge_text(question: Question, text: str) -> Judgement:
    if question.kind in ("choice", "read"):
        return _judge_choice(question, _option_named(question, text))
    if question.kind == "match":
        raise InvalidAnswerError("wrong_input")
    typed = normalise(text)
    for answer in question.answers:
        if typed in {normalise(answer), _completed(question, answer)}:
            return Judgement(correct=True, score=1.0)
    if question.kind in ("gap", "translate", "card"):
        shown = frozenset(normalise(question.text).split())
        for answer in question.answers:
            slip = _slip_in(typed.split(), normalise(answer).split(), shown)
            if slip:
                return Judgement(correct=True, score=_SLIP_SCORE, slip=slip)
    return Judgement(correct=False, score=0.0)


def _completed(question: Question, answer: str) -> str:
    """Return the whole sentence of a gap, for those who type all of it."""
    if question.kind != "gap":
        return ""
    gap = " ___" if answer.startswith("'") and " ___" in question.text else "___"
    return normalise(question.text.replace(gap, answer))


def _option_named(question: Question, text: str) -> str:
    typed = normalise(text)
    # Texts before ids: where the options are articles, "a" is the article.
    ids = {option.id: option.id for option in question.options}
    named = ids | {normalise(option.text): option.id for option in question.options}
    if typed not in named:
        raise InvalidAnswerError("not_an_option")
    return named[typed]


def _judge_choice(question: Question, choice: str) -> Judgement:
    texts = {option.id: option.text for option in question.options}
    if question.kind not in ("choice", "read"):
        raise InvalidAnswerError("wrong_input")
    if choice not in texts:
        raise InvalidAnswerError("not_an_option")
    return _all_or_nothing(correct=texts[choice] in question.answers)


def _judge_order(question: Question, order: Sequence[str]) -> Judgement:
    tiles = {option.id: option.text for option in question.options}
    if question.kind != "order":
        raise InvalidAnswerError("wrong_input")
    if not order:
        raise InvalidAnswerError("empty")
    if len(set(order)) != len(order) or not set(order) <= tiles.keys():
        raise InvalidAnswerError("not_an_option")
    built = normalise(" ".join(tiles[tile] for tile in order))
    return _all_or_nothing(correct=built in {normalise(answer) for answer in question.answers})


def _judge_pairs(question: Question, pairs: Sequence[tuple[str, str]]) -> Judgement:
    left = {option.id for option in question.options}
    right = {option.id for option in question.right_options}
    if question.kind != "match":
        raise InvalidAnswerError("wrong_input")
    if not pairs:
        raise InvalidAnswerError("empty")
    if not {one for one, _ in pairs} <= left or not {other for _, other in pairs} <= right:
        raise InvalidAnswerError("not_an_option")
    if len({one for one, _ in pairs}) < len(pairs) or len({two for _, two in pairs}) < len(pairs):
        raise InvalidAnswerError("not_an_option")
    hits = len(set(map(tuple, pairs)) & set(map(tuple, question.pairs)))
    share = hits / len(question.pairs)
    return Judgement(correct=share == 1, score=share)


def _all_or_nothing(*, correct: bool) -> Judgement:
    return Judgement(correct=correct, score=1.0 if correct else 0.0)


# ------------------------------------------------------------------ slips of the pen
def _slip_in(typed: list[str], key: list[str], shown: frozenset[str]) -> str | None:
    """Return the word of the key in which one letter is off, if that is the only difference."""
    if len(typed) != len(key):
        return None
    off = [(one, other) for one, other in zip(typed, key, strict=True) if one != other]
    if len(off) != 1:
        return None
    written, meant = off[0]
    return meant if _is_slip(written, meant) and written not in shown | _REAL_WORDS else None


def _is_slip(written: str, meant: str) -> bool:
    """Say whether one letter is off in a way that is a slip and not another form or word.

    The word has more than four letters; its first and last letters and its ending (-ed, -ies,
    -ing …) stand, for endings carry grammar; a letter may be missing, doubled or swapped with
    its neighbour, and in long words, where that hardly makes another word (write, wrote),
    replaced by another.
    """
    if len(meant) <= 4 or len(written) < 3:
        return False
    if (written[0], written[-1]) != (meant[0], meant[-1]):
        return False
    ending = _ENDING.search(meant)
    if ending and not written.endswith(ending.group()):
        return False
    if len(written) != len(meant):
        longer, shorter = sorted((written, meant), key=len, reverse=True)
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer) - 1))
    off = [at for at, letter in enumerate(meant) if written[at] != letter]
    if len(off) == 1:
        return len(meant) >= _REPLACEMENT_FROM
    if len(off) != 2 or off[1] != off[0] + 1:
        return False
    return (written[off[0]], written[off[1]]) == (meant[off[1]], meant[off[0]])
