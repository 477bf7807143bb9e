"""A lesson as a bot walks a learner through it."""

import pytest

from engageai_core.accounts.models import Learner
from engageai_core.learning.models import Answer, LessonDecision, WordCard
from tests.engageai_core.learning.answering import right, wrong
from tests.engageai_core.school import BotClient, School

pytestmark = pytest.mark.django_db


def test_all_right_answers_lead_through_every_kind_to_the_summary(
    school: School, bot: BotClient
) -> None:
    shown = bot.begin("lesson")
    assert shown["intro"]["title"] == "Lesson 1"
    assert "The rule" in shown["intro"]["text"]
    step, kinds = shown["next"], []
    while step:
        kinds.append(step["kind"])
        assert (step["position"], step["total"]) == (len(kinds), 6)
        reply = bot.answer(step["step_id"], **right(step))
        assert reply["outcome"] == "judged"
        assert reply["verdict"]["correct"] is True
        assert reply["verdict"]["feedback"] == "Because it is so."
        assert reply["verdict"]["xp"] > 0
        step = reply["next"]
    assert kinds == ["choice", "gap", "order", "match", "translate", "read"]
    assert reply["summary"]["title"] == "Lesson done: Lesson 1"
    assert reply["summary"]["xp"] > 0
    assert bot.current() is None


def test_the_key_is_never_shown_before_the_answer(school: School, bot: BotClient) -> None:
    step = bot.begin("lesson")["next"]
    assert "answers" not in str(step)
    assert "why" not in step
