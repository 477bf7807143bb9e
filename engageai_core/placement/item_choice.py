"""Which item the placement test asks next, and when it has asked enough."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engageai_core.placement.ability import ItemParameters

MIN_ITEMS = 8
MAX_ITEMS = 15
TARGET_STANDARD_ERROR = 0.50
EXPOSURE_POOL = 5
"""The next item is drawn from so many of the best, so that no single item is worn out."""
MAX_PRODUCED_SHARE = 0.6
"""Typed items tell more, and tire more: at most this share, except where no other is left."""


@dataclass(frozen=True)
class Candidate:
    """An item as the choice sees it; `produced` means typed or put in order, not picked."""

    item_id: int
    skill: str
    produced: bool
    parameters: ItemParameters


@dataclass(frozen=True)
class ItemChoice:
    """The chosen item with the reasons, as they are stored.

    Attributes:
        item_id: the item to ask.
        skill: the least covered skill it was chosen for.
        form: which items were considered: `produced`, `picked` or `any`.
        pool: ids of the best items it was drawn from, best first.
        information: of the chosen item at the present ability, per square logit.
    """

    item_id: int
    skill: str
    form: str
    pool: list[int]
    information: float


def choose_item(
    candidates: Sequence[Candidate],
    asked: Sequence[Candidate],
    ability: float,
    dice: random.Random,
) -> ItemChoice | None:
    """Return the next item, or None when none is left.

    At least every second item is typed or ordered, which keeps their share at 40 % or more
    wherever the test stops; then the least covered skill; then the most informative five.
    """
    asked_ids = {candidate.item_id for candidate in asked}
    left = [candidate for candidate in candidates if candidate.item_id not in asked_ids]
    if not left:
        return None
    form = _form_due(asked)
    if form != "any":
        left = [item for item in left if item.produced == (form == "produced")] or left
    skill = _least_covered_skill(left, asked, ability)
    ranked = sorted(
        (candidate for candidate in left if candidate.skill == skill),
        key=lambda candidate: -candidate.parameters.information(ability),
    )
    pool = ranked[:EXPOSURE_POOL]
    chosen = dice.choice(pool)
    return ItemChoice(
        item_id=chosen.item_id,
        skill=skill,
        form=form,
        pool=[candidate.item_id for candidate in pool],
        information=chosen.parameters.information(ability),
    )


def stop_reason(standard_error: float, answered: int) -> str | None:
    """Return why the test ends now (`precise` or `length`), or None while it goes on."""
    if answered >= MAX_ITEMS:
        return "length"
    if answered >= MIN_ITEMS and standard_error <= TARGET_STANDARD_ERROR:
        return "precise"
    return None


def _form_due(asked: Sequence[Candidate]) -> str:
    produced, number = sum(candidate.produced for candidate in asked), len(asked) + 1
    if produced < number // 2:
        return "produced"
    return "picked" if produced + 1 > MAX_PRODUCED_SHARE * number else "any"


def _least_covered_skill(
    left: Sequence[Candidate], asked: Sequence[Candidate], ability: float
) -> str:
    covered = Counter(candidate.skill for candidate in asked)
    best = {
        skill: max(
            candidate.parameters.information(ability)
            for candidate in left
            if candidate.skill == skill
        )
        for skill in {candidate.skill for candidate in left}
    }
    return min(best, key=lambda skill: (covered[skill], -best[skill], skill))
