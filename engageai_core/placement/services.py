"""Runs a placement test: start, next question, answer, result. Each decision keeps its reasons."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engageai_core.accounts.models import Learner
from engageai_core.accounts.services import learner_set_level
from engageai_core.curriculum.levels import LEVEL_CENTRES
from engageai_core.curriculum.models import PRODUCED_KINDS, PlacementItem, Skill
from engageai_core.placement.ability import (
    Ability,
    ItemParameters,
    Prior,
    Response,
    estimate_ability,
)
from engageai_core.placement.item_choice import (
    Candidate,
    ItemChoice,
    choose_item,
    stop_reason,
)
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
    believed, error = test.prior_mean, test.prior_deviation
    if asked and asked[-1].ability_after is not None:
        believed, error = asked[-1].ability_after, asked[-1].standard_error_after or error
    reason = stop_reason(error, len(asked))
    choice = choose_item(
        [] if reason else _bank(),
        [_candidate(question.item) for question in asked],
        believed,
        random.Random(f"{test.seed}:{len(asked)}"),  # noqa: S311 (stored, to be repeated)
    )
    if choice is None:
        _finish(test, asked, reason or PlacementTest.StopReason.EXHAUSTED, at)
        return None
    return _ask(test, choice, len(asked) + 1, believed, at)


def _ask(
    test: PlacementTest, choice: ItemChoice, position: int, believed: float, at: datetime
) -> PlacementQuestion:
    pool = PlacementItem.objects.in_bulk(choice.pool)
    item = pool[choice.item_id]
    return PlacementQuestion.objects.create(
        test=test,
        item=item,
        item_version=item.version,
        position=position,
        difficulty=item.difficulty,
        discrimination=item.discrimination,
        guessing=item.guessing,
        asked_at=at,
        chosen_because={
            "skill": choice.skill,
            "form": choice.form,
            "pool": [pool[pk].slug for pk in choice.pool],
            "information": round(choice.information, 4),
            "ability": round(believed, 3),
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
    reason: str,
    at: datetime,
) -> None:
    ability = estimate_ability(_responses(asked), _prior_of(test))
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
    asked_skills = {question.item.skill for question in asked}
    return {
        skill: estimate_ability(
            _responses([question for question in asked if question.item.skill == skill]), prior
        ).level
        for skill in Skill.values
        if skill in asked_skills
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


def _bank() -> list[Candidate]:
    rows = PlacementItem.objects.filter(is_retired=False).values_list(
        "pk", "skill", "kind", "difficulty", "discrimination", "guessing"
    )
    return [
        Candidate(pk, skill, kind in PRODUCED_KINDS, ItemParameters(*parameters))
        for pk, skill, kind, *parameters in rows
    ]


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
