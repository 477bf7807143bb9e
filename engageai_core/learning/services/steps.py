"""Puts the next step before the learner."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engageai_core.curriculum.models import PlacementItem, Task, Word
from engageai_core.learning.judging import Question
from engageai_core.learning.models import Activity, ActivityKind, Step, new_step_id
from engageai_core.learning.questions import (
    question_of,
    question_to_json,
    word_card,
    word_question,
)
from engageai_core.placement.models import PlacementQuestion
from engageai_core.placement.services import placement_question_next

_NOTHING = {"ru": "", "en": ""}


@dataclass
class _Draft:
    """A step to be made."""

    question: Question
    skill: str
    why: dict[str, str]
    hint: dict[str, str]
    card: dict[str, str] | None = None
    task: Task | None = None
    word: Word | None = None
    placement_question: PlacementQuestion | None = None
    is_repeat: bool = False


def step_put_next(*, activity: Activity, at: datetime) -> Step | None:
    """Create the next step and take it from the plan; None when the activity has none left.

    Call it inside a transaction that holds the learner's lock, and save the activity after it.
    """
    step_id = new_step_id()
    draft = _next_draft(activity, random.Random(step_id), at)  # noqa: S311 (a shuffle)
    if draft is None:
        return None
    stored: dict[str, Any] = {
        **question_to_json(draft.question),
        "why": draft.why,
        "hint": draft.hint,
        "card": draft.card,
    }
    return Step.objects.create(
        pk=step_id,
        activity=activity,
        position=activity.answered + 1,
        kind=draft.question.kind,
        skill=draft.skill,
        question=stored,
        task=draft.task,
        word=draft.word,
        placement_question=draft.placement_question,
        is_repeat=draft.is_repeat,
        shown_at=at,
    )


def _next_draft(activity: Activity, dice: random.Random, at: datetime) -> _Draft | None:
    if activity.kind == ActivityKind.PLACEMENT:
        return _placement_draft(activity, dice, at)
    if not activity.plan:
        return None
    planned, activity.plan = activity.plan[0], activity.plan[1:]
    if "task" in planned:
        draft = _task_draft(Task.objects.get(pk=planned["task"]), dice)
    else:
        draft = _word_draft(Word.objects.get(pk=planned["word"]))
    draft.is_repeat = planned["repeat"]
    return draft


def _placement_draft(activity: Activity, dice: random.Random, at: datetime) -> _Draft | None:
    test = activity.placement_test
    asked = placement_question_next(test=test, at=at) if test else None
    if asked is None:
        return None
    item: PlacementItem = asked.item
    return _Draft(
        question=question_of(item, dice),
        skill=item.skill,
        why=_NOTHING,
        hint=_NOTHING,
        placement_question=asked,
    )


def _task_draft(task: Task, dice: random.Random) -> _Draft:
    return _Draft(
        question=question_of(task, dice),
        skill=task.skill,
        why={"ru": task.why_ru, "en": task.why_en},
        hint={"ru": task.hint_ru, "en": task.hint_en},
        task=task,
    )


def _word_draft(word: Word) -> _Draft:
    example = f"{word.example} – {word.example_translation}"
    return _Draft(
        question=word_question(word),
        skill="vocabulary",
        why={"ru": example, "en": example},
        hint=_NOTHING,
        card=word_card(word),
        word=word,
    )
