"""XP is paid once; the streak lives on the learner's own calendar."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from engageai_core.accounts.models import Learner
from engageai_core.engagement.models import Streak, XpEntry
from engageai_core.engagement.selectors import recent_days, standing_of
from engageai_core.engagement.services import (
    XP_FOR_EFFORT,
    XP_FOR_RIGHT,
    reward_answer,
    streaks_settle,
)

_NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def learner(db) -> Learner:
    return Learner.objects.create(telegram_id=5, first_name="Оля", timezone="Europe/Moscow")


def _answer(learner: Learner, key: str, at: datetime, *, correct: bool = True):
    return reward_answer(learner=learner, source_key=key, correct=correct, kind="lesson", at=at)


def test_effort_is_paid_less_than_a_right_answer(learner: Learner):
    assert _answer(learner, "a", _NOON).xp == XP_FOR_RIGHT
    assert _answer(learner, "b", _NOON, correct=False).xp == XP_FOR_EFFORT
    assert standing_of(learner, _NOON).xp == XP_FOR_RIGHT + XP_FOR_EFFORT


def test_xp_do_not_give_away_the_keys_of_a_placement_test(learner: Learner):
    paid = {
        reward_answer(
            learner=learner, source_key=str(right), correct=right, kind="placement", at=_NOON
        ).xp
        for right in (True, False)
    }
    assert len(paid) == 1


def test_the_same_answer_is_never_paid_twice(learner: Learner):
    _answer(learner, "a", _NOON)
    assert _answer(learner, "a", _NOON + timedelta(days=1)).xp == 0
    assert standing_of(learner, _NOON).xp == XP_FOR_RIGHT


@pytest.mark.django_db(transaction=True)
def test_two_at_once_pay_once():
    learner = Learner.objects.create(telegram_id=6, first_name="Два")
    paid: list[int] = []

    def answer() -> None:
        paid.append(_answer(learner, "same", _NOON).xp)
        connection.close()

    threads = [threading.Thread(target=answer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(paid) == [0, 0, 0, XP_FOR_RIGHT]
    assert XpEntry.objects.count() == 1
    assert standing_of(learner, _NOON).xp == XP_FOR_RIGHT


def test_days_in_a_row_make_a_streak_and_a_missed_day_ends_it(learner: Learner):
    for day in range(3):
        reward = _answer(learner, f"day {day}", _NOON + timedelta(days=day))
        assert (reward.streak_days, reward.streak_extended) == (day + 1, True)
    later = _NOON + timedelta(days=4)
    assert standing_of(learner, later).streak_days == 0
    assert _answer(learner, "again", later).streak_days == 1
    assert standing_of(learner, later).longest_streak == 3


def test_a_second_answer_on_a_day_does_not_lengthen_the_streak(learner: Learner):
    _answer(learner, "a", _NOON)
    assert not _answer(learner, "b", _NOON + timedelta(hours=1)).streak_extended


def test_midnight_is_the_learners_own(learner: Learner):
    # 20:30 UTC is 23:30 in Moscow; 21:30 UTC is 00:30 of the next day there.
    assert _answer(learner, "late", datetime(2026, 3, 10, 20, 30, tzinfo=UTC)).streak_days == 1
    assert _answer(learner, "night", datetime(2026, 3, 10, 21, 30, tzinfo=UTC)).streak_days == 2


@pytest.mark.parametrize("first", ["2026-03-28T12:00", "2026-10-24T12:00"])
def test_a_change_of_clocks_breaks_no_streak(learner: Learner, first: str):
    learner.timezone = "Europe/Berlin"
    learner.save()
    begun = datetime.fromisoformat(first).replace(tzinfo=UTC)
    days = [_answer(learner, str(day), begun + timedelta(days=day)).streak_days for day in range(3)]
    assert days == [1, 2, 3]


def test_the_hourly_task_ends_what_was_broken_and_leaves_the_rest(learner: Learner):
    east = Learner.objects.create(telegram_id=8, first_name="В", timezone="Pacific/Kiritimati")
    _answer(learner, "a", _NOON)
    _answer(east, "a", _NOON)
    # 12 March 21:30 in Kiritimati (UTC+14) is two days on; in Moscow it is still the 11th.
    at = datetime(2026, 3, 11, 20, 0, tzinfo=UTC)
    assert streaks_settle(at=at) == 1
    assert Streak.objects.get(learner=east).current_days == 0
    assert Streak.objects.get(learner=learner).current_days == 1
    assert streaks_settle(at=at) == 0


def test_recent_days_are_complete_and_in_order(learner: Learner):
    _answer(learner, "a", _NOON)
    days = recent_days(learner, days=7, at=_NOON)
    assert [xp for _, xp in days] == [0, 0, 0, 0, 0, 0, XP_FOR_RIGHT]


class TestAnyHistory(HypothesisTestCase):
    @settings(deadline=None, max_examples=30)
    @given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
    def test_the_streak_is_the_run_of_days_up_to_the_last(self, offsets: list[int]):
        learner = Learner.objects.create(telegram_id=9, first_name="Г", timezone="Asia/Tokyo")
        for number, offset in enumerate(sorted(offsets)):
            _answer(learner, str(number), _NOON + timedelta(days=offset))
        days = set(offsets)
        run = next(length for length in range(1, 40) if max(days) - length not in days)
        standing = standing_of(learner, _NOON + timedelta(days=max(days)))
        assert standing.streak_days == run
        assert standing.xp == XP_FOR_RIGHT * len(offsets)
