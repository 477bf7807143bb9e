"""Runs a placement test: start, next question, answer, result. Each decision keeps its reasons."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engageai_core.accounts.models import Learner
from engageai_core.accounts.services import learner_set_level
from engageai_core.curriculum.models import PRODUCED_KINDS, PlacementItem
from engageai_core.placement.ability import (
    LEVEL_CENTRES,
    Ability,
    ItemParameters,
    Prior,
    Response,
    estimate_ability,
)
from engageai_core.placement.item_choice import Candidate, choose_item, stop_reason
from engageai_core.placement.models import PlacementQuestion, PlacementTest

ENGINE_VERSION = "placement-1"
_DEVIATION_AROUND_KNOWN_LEVEL = 1.25
_DEVIATION_AROUND_WHOLE = 0.8
"""How far a skill may lie from the whole: few answers a skill must not swing its level."""


@transaction.atomic
def placement_test_start(*, learner: Learner, at: datetime) -> PlacementTest:
    """Start a test; a level known already sharpens the first guess."""
    prior = Prior()
    if learner.level:
        prior = Prior(LEVEL_CENTRES[learner.level], _DEVIATION_AROUND_KNOWN_LEVEL)
    return PlacementTest.objects.create(
        learner=learner,
        seed=secrets.randbits(62),
        prior_mean=prior.mean,
        prior_deviation=prior.deviation,
        started_at=at,
        evidence={"engine": ENGINE_VERSION, "level_before": learner.level},
    )


@transaction.atomic
def placement_question_next(*, test: PlacementTest, at: datetime) -> PlacementQuestion | None:
    """Choose and record the next question, or finish the test and return None."""
    asked = list(test.questions.select_related("item").order_by("position"))
    ability = estimate_ability(_responses(asked), _prior_of(test))
    reason = stop_reason(ability, len(asked))
    items = {} if reason else PlacementItem.objects.filter(is_retired=False).in_bulk()
    choice = choose_item(
        [_candidate(item) for item in items.values()],
        [_candidate(question.item) for question in asked],
        ability.mean,
        random.Random(f"{test.seed}:{len(asked)}"),  # noqa: S311 (stored, to be repeated)
    )
    if choice is None:
        _finish(test, asked, ability, reason or PlacementTest.StopReason.EXHAUSTED, at)
        return None
    item = items[choice.item_id]
    return PlacementQuestion.objects.create(
        test=test,
        item=item,
        item_version=item.version,
        position=len(asked) + 1,
        difficulty=item.difficulty,
        discrimination=item.discrimination,
        guessing=item.guessing,
        asked_at=at,
        chosen_because={
            "skill": choice.skill,
            "form": choice.form,
            "pool": [items[pk].slug for pk in choice.pool],
            "information": round(choice.information, 4),
            "ability": round(ability.mean, 3),
        },
    )


@transaction.atomic
def placement_question_answer(
    *, question: PlacementQuestion, correct: bool, dont_know: bool, at: datetime
) -> None:
    """Record a judged answer and what is believed after it."""
    question.correct, question.dont_know, question.answered_at = correct, dont_know, at
    answered = list(question.test.questions.exclude(pk=question.pk).filter(correct__isnull=False))
    ability = estimate_ability(_responses([*answered, question]), _prior_of(question.test))
    question.ability_after = ability.mean
    question.standard_error_after = ability.standard_error
    question.save()


def placement_test_abandon(*, test: PlacementTest, at: datetime) -> None:
    """End a test without a result."""
    test.status, test.finished_at = PlacementTest.Status.ABANDONED, at
    test.save(update_fields=["status", "finished_at"])


def _finish(
    test: PlacementTest,
    asked: Sequence[PlacementQuestion],
    ability: Ability,
    reason: str,
    at: datetime,
) -> None:
    test.status, test.finished_at, test.stop_reason = PlacementTest.Status.FINISHED, at, reason
    test.ability, test.standard_error = ability.mean, ability.standard_error
    if asked:
        test.level = ability.level
    test.probabilities = {key: round(p, 4) for key, p in ability.level_probabilities.items()}
    test.skills = _skill_levels(asked, ability)
    test.evidence |= {
        "items": len(asked),
        "correct": sum(bool(question.correct) for question in asked),
        "dont_know": sum(question.dont_know for question in asked),
        "produced": sum(question.item.kind in PRODUCED_KINDS for question in asked),
    }
    test.save()
    if asked:
        learner_set_level(learner=test.learner, level=test.level, reason=_level_reason(test))


def _level_reason(test: PlacementTest) -> str:
    return (
        f"placement test {test.pk}: {test.evidence['items']} items, ability {test.ability:+.2f} "
        f"± {test.standard_error:.2f}, P({test.level}) = {test.probabilities[test.level]:.2f}, "
        f"stopped: {test.stop_reason}"
    )


def _skill_levels(asked: Sequence[PlacementQuestion], ability: Ability) -> dict[str, str]:
    """Return the level of each skill that was asked, held near the level of the whole."""
    prior = Prior(ability.mean, _DEVIATION_AROUND_WHOLE)
    skills = sorted({question.item.skill for question in asked})
    return {
        skill: estimate_ability(
            _responses([question for question in asked if question.item.skill == skill]), prior
        ).level
        for skill in skills
    }


def _responses(questions: Sequence[PlacementQuestion]) -> list[Response]:
    return [
        Response(
            ItemParameters(question.difficulty, question.discrimination, question.guessing),
            question.correct,
            question.dont_know,
        )
        for question in questions
        if question.correct is not None
    ]


def _prior_of(test: PlacementTest) -> Prior:
    return Prior(test.prior_mean, test.prior_deviation)


def _candidate(item: PlacementItem) -> Candidate:
    return Candidate(
        item_id=item.pk,
        skill=item.skill,
        produced=item.kind in PRODUCED_KINDS,
        parameters=ItemParameters(item.difficulty, item.discrimination, item.guessing),
    )


@transaction.atomic
def placement_statistics_refresh() -> int:
    """Count how each item fares in finished tests; return how many items have answers.

    The share of right answers stands beside the share that the model expects of those learners:
    where the two differ, the item's difficulty (or its key) is wrong.
    """
    results = PlacementQuestion.objects.filter(
        test__status=PlacementTest.Status.FINISHED, correct__isnull=False
    ).select_related("test", "item")
    tallies: dict[int, _Tally] = {}
    for question in results.iterator(chunk_size=1000):
        tally = tallies.setdefault(question.item_id, _Tally(question.item))
        tally.add(question)
    for tally in tallies.values():
        tally.item.times_answered = tally.answered
        tally.item.share_correct = tally.correct / tally.answered
        tally.item.expected_correct = tally.expected / tally.answered
    PlacementItem.objects.bulk_update(
        [tally.item for tally in tallies.values()],
        ["times_answered", "share_correct", "expected_correct"],
        batch_size=500,
    )
    return len(tallies)


@dataclass
class _Tally:
    item: PlacementItem
    answered: int = 0
    correct: int = 0
    expected: float = 0.0

    def add(self, question: PlacementQuestion) -> None:
        """Count one answer."""
        parameters = _candidate(self.item).parameters
        self.answered += 1
        self.correct += bool(question.correct)
        self.expected += parameters.probability(question.test.ability or 0.0)
