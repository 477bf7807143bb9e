"""How the items of the bank fare."""

from typing import Any

import pytest

from engageai_core.curriculum.models import PlacementItem
from engageai_core.placement.models import PlacementQuestion
from engageai_core.placement.tasks import refresh_item_statistics
from tests.engageai_core.learning.answering import right
from tests.engageai_core.school import BotClient, School

pytestmark = pytest.mark.django_db


def _take_test(bot: BotClient, answer: Any) -> None:
    step = bot.begin("placement", restart=True)["next"]
    while step:
        step = bot.answer(step["step_id"], **answer(step))["next"]


def test_items_are_counted_over_finished_tests_alone(school: School, bot: BotClient) -> None:
    _take_test(bot, right)
    bot.begin("placement")
    asked = set(
        PlacementQuestion.objects.filter(test__status="finished").values_list("item", flat=True)
    )
    assert refresh_item_statistics() == len(asked)
    counted = PlacementItem.objects.filter(times_answered=1, share_correct=1.0)
    assert set(counted.values_list("pk", flat=True)) == asked


def test_expectation_stands_beside_what_happened(school: School, bot: BotClient) -> None:
    _take_test(bot, lambda _: {"dont_know": True})
    refresh_item_statistics()
    for item in PlacementItem.objects.filter(times_answered__gt=0):
        assert item.share_correct == 0.0
        assert item.expected_correct is not None
        assert item.guessing < item.expected_correct < 0.75


def test_counting_twice_counts_nothing_twice(school: School, bot: BotClient) -> None:
    _take_test(bot, right)
    refresh_item_statistics()
    refresh_item_statistics()
    assert set(PlacementItem.objects.values_list("times_answered", flat=True)) <= {0, 1}
