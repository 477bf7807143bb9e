"""Item response theory: how a set of answers becomes an ability and a level.

The three-parameter logistic model on a scale with one logit a CEFR level; the ability is expected
a posteriori on a grid, under a normal prior.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engageai_core.curriculum.levels import LEVELS

_GRID = tuple(-5.0 + 0.1 * step for step in range(111))
_BOUNDS = (-math.inf, -1.5, -0.5, 0.5, 1.5, 2.5, math.inf)


@dataclass(frozen=True)
class ItemParameters:
    """What is known of an item.

    Attributes:
        difficulty: the ability at which half of those who don't guess succeed, logits.
        discrimination: how steeply success rises there, per logit.
        guessing: the chance to succeed without any ability, 0 to 1.
    """

    difficulty: float
    discrimination: float
    guessing: float

    def probability(self, ability: float) -> float:
        """Return the chance of a right answer at `ability`."""
        logit = self.discrimination * (ability - self.difficulty)
        return self.guessing + (1 - self.guessing) / (1 + math.exp(-logit))

    def information(self, ability: float) -> float:
        """Return the Fisher information that an answer carries at `ability`, per square logit."""
        right = self.probability(ability)
        share = (right - self.guessing) / (1 - self.guessing)
        return self.discrimination**2 * (1 - right) / right * share**2


@dataclass(frozen=True)
class Response:
    """One judged answer; "I don't know" is wrong and was no guess."""

    item: ItemParameters
    correct: bool
    dont_know: bool = False

    def likelihood(self, ability: float) -> float:
        """Return how probable this answer is at `ability`."""
        if self.dont_know:
            unguessed = ItemParameters(self.item.difficulty, self.item.discrimination, 0.0)
            return 1 - unguessed.probability(ability)
        right = self.item.probability(ability)
        return right if self.correct else 1 - right


@dataclass(frozen=True)
class Prior:
    """What is believed before the first answer: a normal distribution, logits."""

    mean: float = 0.0
    deviation: float = 1.5


@dataclass(frozen=True)
class Ability:
    """What the answers say.

    Attributes:
        mean: expected ability, logits.
        standard_error: the posterior's standard deviation, logits.
        level_probabilities: of each CEFR level; they sum to 1.
    """

    mean: float
    standard_error: float
    level_probabilities: dict[str, float]

    @property
    def level(self) -> str:
        """The most probable level."""
        return max(LEVELS, key=lambda level: self.level_probabilities[level])


def estimate_ability(responses: Sequence[Response], prior: Prior) -> Ability:
    """Return the expected ability a posteriori after `responses`."""
    weights = [_prior_weight(point, prior) for point in _GRID]
    for response in responses:
        weights = [
            weight * response.likelihood(point)
            for weight, point in zip(weights, _GRID, strict=True)
        ]
    total = math.fsum(weights)
    shares = [weight / total for weight in weights]
    mean = math.fsum(share * point for share, point in zip(shares, _GRID, strict=True))
    variance = math.fsum(
        share * (point - mean) ** 2 for share, point in zip(shares, _GRID, strict=True)
    )
    return Ability(mean, math.sqrt(variance), _level_probabilities(shares))


def _prior_weight(point: float, prior: Prior) -> float:
    return math.exp(-0.5 * ((point - prior.mean) / prior.deviation) ** 2)


def _level_probabilities(shares: Sequence[float]) -> dict[str, float]:
    return {
        level: math.fsum(
            share for share, point in zip(shares, _GRID, strict=True) if low <= point < high
        )
        for level, (low, high) in zip(LEVELS, pairwise(_BOUNDS), strict=True)
    }
