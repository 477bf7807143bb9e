"""The statistics of the placement test, on learners whose level is known."""

import math
import random
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engageai_core.curriculum.levels import LEVEL_CENTRES, LEVELS
from engageai_core.placement.ability import (
    Ability,
    ItemParameters,
    Prior,
    Response,
    estimate_ability,
)
from engageai_core.placement.item_choice import (
    MAX_ITEMS,
    MIN_ITEMS,
    TARGET_STANDARD_ERROR,
    Candidate,
    choose_item,
    stop_reason,
)

TYPED = ItemParameters(0.0, 1.3, 0.0)
PICKED = ItemParameters(0.0, 1.3, 0.25)


@dataclass(frozen=True)
class Bank:
    """Items as the test believes them to be, and as they truly are."""

    believed: list[Candidate]
    truth: dict[int, ItemParameters]


def build_bank(size: int, dice: random.Random, *, calibrated: bool) -> Bank:
    """Return a bank over A1 to C1 and three skills, half of it typed; tags are half a level off."""
    believed, truth = [], {}
    for number in range(size):
        tag = LEVEL_CENTRES[LEVELS[number % 5]]
        produced = (number // 5) % 2 == 0
        guessing = 0.0 if produced else 0.25
        steepness = min(2.5, max(0.5, math.exp(dice.gauss(math.log(1.3), 0.25))))
        truth[number] = ItemParameters(tag + dice.gauss(0, 0.5), steepness, guessing)
        seen = truth[number] if calibrated else ItemParameters(tag, 1.3, guessing)
        skill = ("grammar", "vocabulary", "reading")[(number // 10) % 3]
        believed.append(Candidate(number, skill, produced, seen))
    return Bank(believed, truth)


def take_test(
    bank: Bank, ability: float, dice: random.Random, *, items: int | None = None
) -> tuple[Ability, list[Candidate]]:
    """Let a simulated learner take the test, for exactly `items` or until it stops by itself."""
    asked: list[Candidate] = []
    responses: list[Response] = []
    estimate = estimate_ability(responses, Prior())
    while len(asked) != items and (items or not stop_reason(estimate.standard_error, len(asked))):
        choice = choose_item(bank.believed, asked, estimate.mean, dice)
        assert choice is not None
        item = bank.believed[choice.item_id]
        asked.append(item)
        correct = dice.random() < bank.truth[item.item_id].probability(ability)
        responses.append(Response(item.parameters, correct))
        estimate = estimate_ability(responses, Prior())
    return estimate, asked


def share_within_one_level(*, calibrated: bool, items: int, learners: int = 300) -> float:
    """Return the share of simulated learners placed at most one level off."""
    dice = random.Random(20)
    within = 0
    for number in range(learners):
        if number % 60 == 0:
            bank = build_bank(300, dice, calibrated=calibrated)
        level = LEVELS[number % 6]
        ability = LEVEL_CENTRES[level] + dice.uniform(-0.5, 0.5)
        estimate, _ = take_test(bank, ability, dice, items=items)
        within += abs(LEVELS.index(estimate.level) - LEVELS.index(level)) <= 1
    return within / learners


def test_ten_items_of_a_calibrated_bank_place_within_one_level() -> None:
    assert share_within_one_level(calibrated=True, items=10) >= 0.95


def test_twelve_items_place_within_one_level_on_tags_alone() -> None:
    assert share_within_one_level(calibrated=False, items=12) >= 0.95


@pytest.mark.parametrize("level", ["A1", "C1", "C2"])
def test_the_ends_of_the_scale_are_reached(level: str) -> None:
    dice = random.Random(3)
    bank = build_bank(300, dice, calibrated=False)
    found = Counter(take_test(bank, LEVEL_CENTRES[level], dice)[0].level for _ in range(40))
    assert found[level] >= 15, found


def test_the_test_stops_between_8_and_15_items_with_enough_of_them_produced() -> None:
    dice = random.Random(5)
    bank = build_bank(120, dice, calibrated=True)
    for number in range(60):
        estimate, asked = take_test(bank, dice.uniform(-3, 3), dice)
        assert MIN_ITEMS <= len(asked) <= MAX_ITEMS
        assert estimate.standard_error <= TARGET_STANDARD_ERROR or len(asked) == MAX_ITEMS
        assert sum(item.produced for item in asked) >= 0.4 * len(asked), number
        assert len({item.item_id for item in asked}) == len(asked)
        skills = Counter(item.skill for item in asked)
        assert max(skills.values()) - min(skills.values()) <= 2


def test_the_same_seed_asks_the_same_items_and_another_does_not() -> None:
    bank = build_bank(120, random.Random(1), calibrated=True)
    first = take_test(bank, 0.3, random.Random("a"), items=10)[1]
    assert take_test(bank, 0.3, random.Random("a"), items=10)[1] == first
    assert take_test(bank, 0.3, random.Random("b"), items=10)[1] != first


def test_an_empty_bank_has_no_next_item() -> None:
    assert choose_item([], [], 0.0, random.Random(1)) is None


def test_without_typed_items_the_test_goes_on_with_picked_ones() -> None:
    picked = [Candidate(number, "grammar", False, PICKED) for number in range(4)]
    asked = picked[:3]
    choice = choose_item(picked, asked, 0.0, random.Random(1))
    assert choice is not None
    assert choice.item_id == 3


def test_i_dont_know_counts_like_a_wrong_answer_whatever_could_be_guessed() -> None:
    hard = ItemParameters(1.0, 1.3, 0.25)
    wrong = estimate_ability([Response(hard, correct=False)], Prior())
    unknown = estimate_ability([Response(hard, correct=False, dont_know=True)], Prior())
    lucky = estimate_ability([Response(hard, correct=True)], Prior())
    assert unknown.mean == pytest.approx(wrong.mean)
    assert unknown.mean < 0 < lucky.mean


def test_a_right_answer_that_was_typed_says_more_than_one_that_was_picked() -> None:
    typed = estimate_ability([Response(TYPED, correct=True)], Prior())
    picked = estimate_ability([Response(PICKED, correct=True)], Prior())
    assert typed.mean > picked.mean
    assert TYPED.information(0.0) > PICKED.information(0.0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-3, 3), st.floats(0.4, 2.5), st.floats(0, 0.5), st.booleans()),
        max_size=15,
    )
)
def test_any_answers_give_a_proper_distribution(
    answers: list[tuple[float, float, float, bool]],
) -> None:
    responses = [Response(ItemParameters(b, a, c), correct=right) for b, a, c, right in answers]
    ability = estimate_ability(responses, Prior())
    assert sum(ability.level_probabilities.values()) == pytest.approx(1)
    assert 0 < ability.standard_error < 2
    assert -5 <= ability.mean <= 6
    better = estimate_ability([*responses, Response(TYPED, correct=True)], Prior())
    assert better.mean > ability.mean
