"""When a word comes back: FSRS-6, on the learner's own days.

The library counts whole days between instants, and called with raw instants it predicts worse
than a constant; so it is only ever given midnights (UTC) of the learner's days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from fsrs import Card, Rating, Scheduler, State

DEFAULT_DESIRED_RETENTION = 0.85


class Grade(StrEnum):
    """How well a word was remembered."""

    AGAIN = "again"
    HARD = "hard"
    GOOD = "good"
    EASY = "easy"


_RATINGS = {
    Grade.AGAIN: Rating.Again,
    Grade.HARD: Rating.Hard,
    Grade.GOOD: Rating.Good,
    Grade.EASY: Rating.Easy,
}


@dataclass(frozen=True)
class Memory:
    """The state of one word in one learner's memory.

    Attributes:
        stability: days until the chance to remember falls to 90 %.
        difficulty: 1 (easy) to 10.
        reviewed_on: the learner's day of the last review.
        due_on: the learner's day of the next one.
    """

    stability: float
    difficulty: float
    reviewed_on: date
    due_on: date


def review(
    memory: Memory | None,
    grade: Grade,
    today: date,
    desired_retention: float = DEFAULT_DESIRED_RETENTION,
) -> Memory:
    """Return the memory after a review on the learner's day `today`; None is a new word."""
    scheduler = Scheduler(
        desired_retention=desired_retention,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
    )
    card, _ = scheduler.review_card(_card_of(memory, today), _RATINGS[grade], _midnight(today))
    if card.stability is None or card.difficulty is None:
        raise RuntimeError("the scheduler returned a card without a state after a review")
    return Memory(
        stability=card.stability,
        difficulty=card.difficulty,
        reviewed_on=today,
        due_on=card.due.date(),
    )


def retrievability(memory: Memory | None, today: date) -> float:
    """Return the chance, 0 to 1, that the word is remembered on the learner's day `today`."""
    if memory is None:
        return 0.0
    return Scheduler().get_card_retrievability(_card_of(memory, today), _midnight(today))


def _card_of(memory: Memory | None, today: date) -> Card:
    if memory is None:
        return Card(card_id=0, due=_midnight(today))
    # A clock set back, or a move to the west, must not make a review older than the last one.
    return Card(
        card_id=0,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=_midnight(memory.due_on),
        last_review=min(_midnight(memory.reviewed_on), _midnight(today)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def due_in_days(memory: Memory, today: date) -> int:
    """Return how many of the learner's days remain, 0 when it is due."""
    return max(0, (memory.due_on - today) // timedelta(days=1))
