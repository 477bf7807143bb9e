"""Starts, takes up, leaves and ends activities."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, FloatField, Max
from django.utils.translation import override

from engageai_core.accounts.models import Learner
from engageai_core.curriculum.models import CefrLevel, Lesson, PlacementItem
from engageai_core.learning import texts
from engageai_core.learning.models import Activity, ActivityKind, LessonDecision, Step
from engageai_core.learning.next_lesson import (
    ENGINE_VERSION,
    LessonChoice,
    LessonState,
    choose_lesson,
)
from engageai_core.learning.presenting import (
    Payload,
    show_lesson_intro,
    show_step,
    show_summary,
)
from engageai_core.learning.services.cards import next_due_on, review_plan
from engageai_core.learning.services.steps import step_put_next
from engageai_core.placement.item_choice import MAX_ITEMS
from engageai_core.placement.services import placement_test_abandon, placement_test_start

_UNFINISHED = (Activity.State.OPEN, Activity.State.PAUSED)


def learner_lock(*, learner: Learner) -> Learner:
    """Return the learner, locked until the transaction ends.

    Everything that changes a learner's activities takes this lock first, so that two requests
    at once happen one after the other.
    """
    return Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)


@transaction.atomic
def activity_start(*, learner: Learner, kind: str, restart: bool, at: datetime) -> Payload:
    """Begin an activity of `kind`, or take up the unfinished one, and return its first step.

    Another open activity is paused. With `restart` the unfinished one of this kind is abandoned.
    """
    learner = learner_lock(learner=learner)
    unfinished = {
        activity.kind: activity
        for activity in Activity.objects.filter(
            learner=learner, state__in=_UNFINISHED
        ).select_related("lesson", "placement_test", "decision")
    }
    existing = unfinished.pop(kind, None)
    Activity.objects.filter(pk__in=[other.pk for other in unfinished.values()]).update(
        state=Activity.State.PAUSED
    )
    if existing and restart:
        _abandon(existing, at)
        existing = None
    with override(learner.language):
        return _take_up(existing, learner) if existing else _begin(learner, kind, at)


def activity_current(*, learner: Learner) -> Payload | None:
    """Return the open activity with its current step, None when there is none."""
    activity = (
        Activity.objects.filter(learner=learner, state=Activity.State.OPEN)
        .select_related("lesson", "decision")
        .first()
    )
    if activity is None:
        return None
    with override(learner.language):
        return _shown(activity, learner, resumed=True)


@transaction.atomic
def activity_pause(*, learner: Learner) -> None:
    """Leave the open activity; it can be taken up again where it was."""
    learner_lock(learner=learner)
    Activity.objects.filter(learner=learner, state=Activity.State.OPEN).update(
        state=Activity.State.PAUSED
    )


def current_step(activity: Activity) -> Step | None:
    """Return the step that waits for an answer."""
    waiting = activity.steps.filter(answered_at=None)
    return waiting.select_related("placement_question", "word").first()


# --------------------------------------------------------------------------- beginnings
def _take_up(activity: Activity, learner: Learner) -> Payload:
    activity.state = Activity.State.OPEN
    activity.save(update_fields=["state"])
    return _shown(activity, learner, resumed=True)


def _begin(learner: Learner, kind: str, at: datetime) -> Payload:
    if kind == ActivityKind.PLACEMENT:
        return _begin_placement(learner, at)
    if kind == ActivityKind.LESSON:
        return _begin_lesson(learner, at)
    return _begin_review(learner, at)


def _begin_placement(learner: Learner, at: datetime) -> Payload:
    if not PlacementItem.objects.filter(is_retired=False).exists():
        title, text = texts.no_placement_items()
        return _nothing_begun(ActivityKind.PLACEMENT, title, text, "lesson")
    activity = Activity.objects.create(
        learner=learner,
        kind=ActivityKind.PLACEMENT,
        placement_test=placement_test_start(learner=learner, at=at),
        total=MAX_ITEMS,
        started_at=at,
    )
    return _first_step(activity, learner, at)


def _begin_lesson(learner: Learner, at: datetime) -> Payload:
    level = learner.level or CefrLevel.A1
    states = _lesson_states(learner)
    choice = choose_lesson(states, level)
    if choice is None:
        return _nothing_begun(ActivityKind.LESSON, *texts.no_lessons(), "review")
    lesson = Lesson.objects.get(pk=choice.lesson_id)
    tasks = lesson.tasks.filter(is_retired=False).order_by("position")
    plan = [{"task": pk, "repeat": False} for pk in tasks.values_list("pk", flat=True)]
    activity = Activity.objects.create(
        learner=learner,
        kind=ActivityKind.LESSON,
        lesson=lesson,
        plan=plan,
        total=len(plan),
        started_at=at,
    )
    _record_decision(activity, choice, states, level, at)
    return _first_step(activity, learner, at)


def _begin_review(learner: Learner, at: datetime) -> Payload:
    words = review_plan(learner=learner, at=at)
    if not words.due and not words.new:
        title, text = texts.nothing_due(next_due_on(learner=learner))
        return _nothing_begun(ActivityKind.REVIEW, title, text, "lesson")
    plan = [{"word": pk, "repeat": False} for pk in [*words.due, *words.new]]
    activity = Activity.objects.create(
        learner=learner,
        kind=ActivityKind.REVIEW,
        plan=plan,
        total=len(plan),
        started_at=at,
    )
    shown = _first_step(activity, learner, at)
    text = texts.review_intro(len(words.due), len(words.new))
    return {**shown, "intro": {"title": texts.review_intro_title(), "text": text}}


def _first_step(activity: Activity, learner: Learner, at: datetime) -> Payload:
    step_put_next(activity=activity, at=at)
    activity.save(update_fields=["plan"])
    return _shown(activity, learner, resumed=False)


def _shown(activity: Activity, learner: Learner, *, resumed: bool) -> Payload:
    step = current_step(activity)
    return {
        "activity": activity.kind,
        "resumed": resumed,
        "intro": _intro(activity, learner.language),
        "next": show_step(step, activity, learner.language) if step else None,
        "summary": None,
    }


def _intro(activity: Activity, language: str) -> Payload | None:
    if activity.kind == ActivityKind.PLACEMENT:
        return {"title": texts.placement_intro_title(), "text": texts.placement_intro()}
    if activity.lesson is None:
        return None
    decision = activity.decision
    reason = decision.reason_ru if language == "ru" else decision.reason_en
    return show_lesson_intro(activity.lesson, reason, language)


def _nothing_begun(kind: str, title: str, text: str, suggestion: str) -> Payload:
    summary = show_summary(title, text, next_suggestion=suggestion)
    return {"activity": kind, "resumed": False, "intro": None, "next": None, "summary": summary}


def _abandon(activity: Activity, at: datetime) -> None:
    activity.state, activity.finished_at = Activity.State.ABANDONED, at
    activity.save(update_fields=["state", "finished_at"])
    if activity.placement_test:
        placement_test_abandon(test=activity.placement_test, at=at)


# ---------------------------------------------------------------------- the next lesson
def _lesson_states(learner: Learner) -> list[LessonState]:
    done = (
        Activity.objects.filter(
            learner=learner, kind=ActivityKind.LESSON, state=Activity.State.FINISHED, answered__gt=0
        )
        .order_by()
        .values_list("lesson_id")
        .annotate(
            share=Max(F("correct") * 1.0 / F("answered"), output_field=FloatField()),
            last=Max("pk"),
        )
    )
    results: dict[Any, tuple[float, int]] = {lesson: (share, last) for lesson, share, last in done}
    lessons = Lesson.objects.filter(is_retired=False).values_list("pk", "level", "position")
    return [
        LessonState(pk, level, position, *results.get(pk, (None, 0)))
        for pk, level, position in lessons
    ]


def _record_decision(
    activity: Activity,
    choice: LessonChoice,
    states: Sequence[LessonState],
    level: str,
    at: datetime,
) -> None:
    with override("ru"):
        reason_ru = texts.lesson_reason(choice.rule, level)
    with override("en"):
        reason_en = texts.lesson_reason(choice.rule, level)
    activity.decision = LessonDecision.objects.create(
        activity=activity,
        lesson_id=choice.lesson_id,
        rule=choice.rule,
        inputs={"level": level, "lessons": [list(vars(state).values()) for state in states]},
        engine_version=ENGINE_VERSION,
        reason_ru=reason_ru,
        reason_en=reason_en,
        decided_at=at,
    )
