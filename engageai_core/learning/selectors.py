"""Reads over what learners do, for the API, the progress picture and the other apps."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from engageai_core.accounts.models import Learner
from engageai_core.curriculum.models import Skill
from engageai_core.learning.learner_day import learner_day
from engageai_core.learning.models import Activity, ActivityKind, Answer, WordCard

KNOWN_STABILITY_DAYS = 7.0
"""A word counts as known once it would be remembered for a week."""

_RECENT_ANSWERS = 300
_EVIDENCE_TO_TRUST = 4
"""So many answers weigh as much as knowing nothing: a skill starts at 0 and needs evidence."""


@dataclass(frozen=True)
class AnswerStats:
    """Answers in lessons and reviews; the placement test seeks the limit and is left out."""

    total: int
    correct: int
    lessons_done: int


@dataclass(frozen=True)
class WordCounts:
    """A learner's words: known for a week or longer, due now, and all."""

    known: int
    due: int
    total: int


def due_word_count(learner: Learner, at: datetime | None = None) -> int:
    """Return how many words the learner has to review on the day of `at` (default: now)."""
    today = learner_day(at or timezone.now(), learner.timezone)
    return WordCard.objects.filter(learner=learner, due_on__lte=today).count()


def open_activity_kind(learner: Learner) -> str | None:
    """Return the kind of the activity the learner is in, or None."""
    return (
        Activity.objects.filter(learner=learner, state=Activity.State.OPEN)
        .values_list("kind", flat=True)
        .first()
    )


def skill_profile(learner: Learner) -> dict[str, float]:
    """Return each of the six skills as 0..1: success in recent answers, weighed by evidence."""
    recent = Answer.objects.filter(learner=learner).order_by("-answered_at").values("pk")
    sums = (
        Answer.objects.filter(pk__in=recent[:_RECENT_ANSWERS])
        .order_by()
        .values_list("skill")
        .annotate(points=Sum("score"), number=Count("pk"))
    )
    profile = {skill: points / (number + _EVIDENCE_TO_TRUST) for skill, points, number in sums}
    return {skill: round(profile.get(skill, 0.0), 3) for skill in Skill.values}


def answer_stats(learner: Learner) -> AnswerStats:
    """Return how much was answered, how much of it rightly, and how many lessons were done."""
    counts = (
        Answer.objects.filter(learner=learner)
        .exclude(activity_kind=ActivityKind.PLACEMENT)
        .aggregate(total=Count("pk"), correct=Count("pk", filter=Q(correct=True)))
    )
    lessons = (
        Activity.objects.filter(
            learner=learner, kind=ActivityKind.LESSON, state=Activity.State.FINISHED
        )
        .values("lesson")
        .distinct()
        .count()
    )
    return AnswerStats(total=counts["total"], correct=counts["correct"], lessons_done=lessons)


def word_counts(learner: Learner, at: datetime | None = None) -> WordCounts:
    """Return the learner's words by state on the day of `at` (default: now)."""
    today = learner_day(at or timezone.now(), learner.timezone)
    counts = WordCard.objects.filter(learner=learner).aggregate(
        known=Count("pk", filter=Q(stability__gte=KNOWN_STABILITY_DAYS)),
        due=Count("pk", filter=Q(due_on__lte=today)),
        total=Count("pk"),
    )
    return WordCounts(known=counts["known"], due=counts["due"], total=counts["total"])
