"""FSRS on the learner's own days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from engageai_core.learning.learner_day import day_start, learner_day
from engageai_core.learning.memory import Grade, Memory, retrievability, review

DAY = date(2026, 3, 2)
MOSCOW = "Europe/Moscow"


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(MOSCOW))


@pytest.mark.parametrize(
    ("at", "day"),
    [(_at(2, 4), 2), (_at(2, 23, 59), 2), (_at(3, 3, 59), 2), (_at(3, 4), 3)],
)
def test_the_learners_day_begins_at_four(at: datetime, day: int) -> None:
    assert learner_day(at.astimezone(UTC), MOSCOW) == date(2026, 3, day)


@given(
    st.integers(1_577_836_800, 1_893_456_000).map(
        lambda second: datetime.fromtimestamp(second, UTC)
    ),
    st.sampled_from(["UTC", MOSCOW, "Asia/Kamchatka", "America/New_York", "Pacific/Chatham"]),
)
def test_every_instant_lies_in_its_day(at: datetime, zone: str) -> None:
    day = learner_day(at, zone)
    slack = timedelta(hours=1)  # where clocks change between 00:00 and 04:00
    assert day_start(day, zone) - slack <= at < day_start(day + timedelta(days=1), zone) + slack


def test_reviews_are_snapped_to_the_learners_day_before_the_library_is_called() -> None:
    evening, morning = _at(2, 23), _at(3, 8)
    first = review(None, Grade.GOOD, learner_day(evening, MOSCOW))
    snapped = review(first, Grade.GOOD, learner_day(morning, MOSCOW))
    days_apart = review(first, Grade.GOOD, first.reviewed_on + timedelta(days=1))
    assert snapped == days_apart

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = Card(
        1, State.Review, None, first.stability, first.difficulty, evening, evening.astimezone(UTC)
    )
    raw, _ = scheduler.review_card(card, Rating.Good, morning.astimezone(UTC))
    assert raw.stability is not None
    assert snapped.stability > raw.stability  # raw: nine hours are no day, nothing was proven


def test_two_reviews_within_one_learners_day_count_as_the_same_day() -> None:
    late, after_midnight = _at(2, 22), _at(3, 1)
    first = review(None, Grade.GOOD, learner_day(late, MOSCOW))
    assert retrievability(first, learner_day(after_midnight, MOSCOW)) == 1.0


def test_a_word_never_comes_back_on_the_same_day() -> None:
    for grade in Grade:
        memory = review(None, grade, DAY)
        assert memory.due_on > DAY
        assert review(memory, Grade.AGAIN, DAY).due_on > DAY


def test_better_grades_come_back_later() -> None:
    due = [review(None, grade, DAY).due_on for grade in Grade]
    assert due == sorted(due)
    assert due[0] < due[-1]


def test_higher_desired_retention_comes_back_sooner() -> None:
    often = review(None, Grade.GOOD, DAY, desired_retention=0.92)
    seldom = review(None, Grade.GOOD, DAY, desired_retention=0.80)
    assert often.due_on < seldom.due_on


def test_the_chance_on_the_due_day_is_the_desired_one() -> None:
    memory = review(None, Grade.EASY, DAY, desired_retention=0.85)
    assert retrievability(memory, memory.due_on) == pytest.approx(0.85, abs=0.02)


def test_a_new_word_is_not_remembered_yet() -> None:
    assert retrievability(None, DAY) == 0.0


@given(st.lists(st.tuples(st.sampled_from(list(Grade)), st.integers(-2, 60)), max_size=20))
def test_no_sequence_of_reviews_breaks_the_schedule(reviews: list[tuple[Grade, int]]) -> None:
    """Days may even go backwards: a learner who flies west lives a day twice."""
    memory: Memory | None = None
    today = DAY
    for grade, days in reviews:
        today += timedelta(days=days)
        memory = review(memory, grade, today)
        assert memory.stability > 0
        assert 1 <= memory.difficulty <= 10
        assert memory.due_on > today
