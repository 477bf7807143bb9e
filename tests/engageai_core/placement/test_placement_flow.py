"""The placement test as a bot walks a learner through it."""

from typing import Any

import pytest

from engageai_core.accounts.models import Learner, LevelChange
from engageai_core.curriculum.levels import LEVELS
from engageai_core.placement.models import PlacementQuestion, PlacementTest
from tests.engageai_core.learning.answering import right
from tests.engageai_core.school import BotClient, School, placement_items

pytestmark = pytest.mark.django_db


def _walk(bot: BotClient, *, knows: tuple[str, ...]) -> list[dict[str, Any]]:
    """Take the test as one who knows everything up to a level and says so of the rest."""
    step, replies = bot.begin("placement")["next"], []
    while step:
        level = step["text"][:2].upper()
        given = right(step) if level in knows else {"dont_know": True}
        replies.append(bot.answer(step["step_id"], **given))
        step = replies[-1]["next"]
    return replies


@pytest.mark.parametrize(
    ("knows", "level"), [((), "A1"), (("A1", "A2"), "A2"), (LEVELS, "C2")], ids=["A1", "A2", "C2"]
)
def test_the_level_found_is_that_of_the_learner(
    school: School, bot: BotClient, learner: Learner, knows: tuple[str, ...], level: str
) -> None:
    replies = _walk(bot, knows=knows)
    summary = replies[-1]["summary"]
    found = summary["level"]
    assert abs(LEVELS.index(found) - LEVELS.index(level)) <= (0 if level != "A2" else 1)
    assert sum(summary["probabilities"].values()) == pytest.approx(1, abs=0.001)
    assert set(summary["skills"]) == {"grammar", "vocabulary"}
    assert summary["next_suggestion"] == "lesson"
    learner.refresh_from_db()
    assert learner.level == found
    assert learner.onboarding_step == "done"
    assert f"P({found})" in LevelChange.objects.get(learner=learner).reason


def test_no_verdict_is_shown_and_the_test_ends_in_time(school: School, bot: BotClient) -> None:
    replies = _walk(bot, knows=("A1", "A2", "B1"))
    assert 8 <= len(replies) <= 15
    assert all(reply["verdict"] is None for reply in replies)


def test_result_and_choices_are_stored_with_their_reasons(school: School, bot: BotClient) -> None:
    replies = _walk(bot, knows=("A1", "A2", "B1"))
    test = PlacementTest.objects.get()
    assert test.status == "finished"
    assert test.stop_reason in ("precise", "length")
    assert test.evidence["items"] == len(replies)
    assert test.evidence["produced"] >= 0.4 * len(replies)
    assert str(len(replies)) in replies[-1]["summary"]["reason"]
    question = PlacementQuestion.objects.get(position=3)
    assert question.item.slug in question.chosen_because["pool"]
    assert question.ability_after is not None
    last = test.questions.order_by("position").last()
    assert last is not None
    assert last.standard_error_after == pytest.approx(test.standard_error)


def test_the_test_can_be_left_and_taken_up_again(school: School, bot: BotClient) -> None:
    step = bot.begin("placement")["next"]
    second = bot.answer(step["step_id"], dont_know=True)["next"]
    bot.pause()
    taken_up = bot.begin("placement")
    assert taken_up["resumed"] is True
    assert taken_up["next"] == second


def test_a_restart_abandons_the_first_test(school: School, bot: BotClient) -> None:
    bot.begin("placement")
    assert bot.begin("placement", restart=True)["resumed"] is False
    states = PlacementTest.objects.order_by("started_at").values_list("status", flat=True)
    assert list(states) == ["abandoned", "running"]


def test_a_known_level_is_the_first_guess(school: School, bot: BotClient, learner: Learner) -> None:
    Learner.objects.update(level="B2")
    bot.begin("placement")
    assert PlacementTest.objects.get().prior_mean == 1.0


def test_a_small_bank_ends_the_test_early_and_says_why(school: School, bot: BotClient) -> None:
    school.write("placement/bank.yaml", {"items": placement_items()[:3]})
    school.load()
    replies = _walk(bot, knows=("A1",))
    assert len(replies) == 3
    assert "there were no further questions" in replies[-1]["summary"]["reason"]


def test_without_items_the_test_does_not_begin(db: None, bot: BotClient) -> None:
    shown = bot.begin("placement")
    assert shown["next"] is None
    assert shown["summary"]["title"] == "The test cannot begin"
