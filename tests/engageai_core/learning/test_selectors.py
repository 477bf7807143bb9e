"""What other apps read about a learner."""

import pytest

from engageai_core.accounts.models import Learner
from engageai_core.learning.selectors import (
    AnswerStats,
    WordCounts,
    answer_stats,
    due_word_count,
    open_activity_kind,
    skill_profile,
    word_counts,
)
from tests.engageai_core.learning.answering import right, wrong
from tests.engageai_core.school import BotClient, School

pytestmark = pytest.mark.django_db


def _take_lesson(bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    while step:
        step = bot.answer(step["step_id"], **right(step))["next"]


def test_a_new_learner_has_done_nothing(learner: Learner) -> None:
    assert open_activity_kind(learner) is None
    assert set(skill_profile(learner).values()) == {0.0}
    assert answer_stats(learner) == AnswerStats(total=0, correct=0, lessons_done=0)
    assert word_counts(learner) == WordCounts(known=0, due=0, total=0)


def test_the_open_activity_is_known_until_it_is_left(
    school: School, bot: BotClient, learner: Learner
) -> None:
    bot.begin("lesson")
    assert open_activity_kind(learner) == "lesson"
    bot.pause()
    assert open_activity_kind(learner) is None


def test_skills_grow_with_evidence(school: School, bot: BotClient, learner: Learner) -> None:
    step = bot.begin("lesson")["next"]
    bot.answer(step["step_id"], **right(step))
    once = skill_profile(learner)["grammar"]
    _take_lesson(bot)
    profile = skill_profile(learner)
    assert list(profile) == [
        "grammar", "vocabulary", "reading", "listening", "writing", "speaking",
    ]  # fmt: skip
    assert 0 < once < profile["grammar"] < 1
    assert profile["reading"] > 0
    assert profile["listening"] == profile["speaking"] == 0


def test_misses_keep_a_skill_low(school: School, bot: BotClient, learner: Learner) -> None:
    step = bot.begin("lesson")["next"]
    bot.answer(step["step_id"], **wrong(step))
    assert skill_profile(learner)["grammar"] == 0


def test_statistics_count_lessons_once_and_leave_the_placement_test_out(
    school: School, bot: BotClient, learner: Learner
) -> None:
    step = bot.begin("placement")["next"]
    bot.answer(step["step_id"], dont_know=True)
    for _ in range(4):
        _take_lesson(bot)
    stats = answer_stats(learner)
    assert (stats.total, stats.correct, stats.lessons_done) == (24, 24, 3)


def test_words_are_counted_by_state(school: School, bot: BotClient, learner: Learner) -> None:
    bot.add_word("library")
    bot.add_word("worda")
    step = bot.begin("review")["next"]
    bot.answer(step["step_id"], rating="easy")
    assert word_counts(learner) == WordCounts(known=1, due=1, total=2)
    assert due_word_count(learner) == 1
