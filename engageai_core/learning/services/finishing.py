"""Ends an activity and says how it went."""

from datetime import datetime

from engageai_core.accounts.models import Learner
from engageai_core.learning import texts
from engageai_core.learning.models import Activity, ActivityKind, WordCard
from engageai_core.learning.presenting import Payload, lesson_title, show_summary
from engageai_core.learning.selectors import due_word_count
from engageai_core.learning.services.cards import next_due_on
from engageai_core.placement.models import PlacementTest


def activity_finish(*, activity: Activity, learner: Learner, at: datetime) -> Payload:
    """Close the activity, which the caller saves; return its summary in the active language."""
    activity.state, activity.finished_at = Activity.State.FINISHED, at
    if activity.placement_test is not None:
        return _placement_summary(activity.placement_test, activity)
    if activity.kind == ActivityKind.LESSON:
        return _lesson_summary(activity, learner, at)
    return _review_summary(activity, learner)


def _lesson_summary(activity: Activity, learner: Learner, at: datetime) -> Payload:
    lines = [texts.right_answers(activity.correct, activity.answered), texts.xp_gained(activity.xp)]
    missed = WordCard.objects.filter(
        learner=learner, origin=WordCard.Origin.MISTAKE, added_at__gte=activity.started_at
    ).values_list("word__word", flat=True)
    if missed:
        lines.append(texts.words_added(list(missed)))
    title = lesson_title(activity.lesson, learner.language) if activity.lesson else ""
    return show_summary(
        texts.lesson_done_title(title),
        texts.lesson_done(activity.correct, activity.answered),
        lines=lines,
        xp=activity.xp,
        level=learner.level or None,
        next_suggestion="review" if due_word_count(learner, at) else "lesson",
    )


def _review_summary(activity: Activity, learner: Learner) -> Payload:
    next_due = next_due_on(learner=learner)
    lines = [texts.remembered(activity.correct, activity.answered), texts.xp_gained(activity.xp)]
    return show_summary(
        texts.review_done_title(),
        texts.next_words_on(next_due) if next_due else "",
        lines=lines,
        xp=activity.xp,
        level=learner.level or None,
        next_suggestion="lesson" if learner.level else "placement",
    )


def _placement_summary(test: PlacementTest, activity: Activity) -> Payload:
    lines = [texts.skill_line(skill, level) for skill, level in test.skills.items()]
    if activity.xp:
        lines.append(texts.xp_gained(activity.xp))
    reason = texts.placement_reason(
        test.stop_reason,
        items=test.evidence["items"],
        probability=round(100 * test.probabilities[test.level]),
        level=test.level,
    )
    return show_summary(
        texts.placement_done_title(test.level),
        texts.level_meaning(test.level),
        lines=lines,
        xp=activity.xp,
        level=test.level,
        next_suggestion="lesson",
        probabilities=test.probabilities,
        skills=test.skills,
        reason=reason,
    )
