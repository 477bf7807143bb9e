"""Paying XP and keeping the streak: once for each thing done, on the learner's own day."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from engageai_core.accounts.models import Learner
from engageai_core.engagement.models import DailyActivity, Streak, XpEntry
from engageai_core.engagement.selectors import is_alive, local_date

XP_FOR_RIGHT = 10
XP_FOR_EFFORT = 2
XP_IN_A_TEST = 5
"""Paid for any answer of a placement test: other XP for a right one would give its key away."""


@dataclass(frozen=True)
class Reward:
    """What one answer brought: its XP (0 when it was paid before) and the streak after it."""

    xp: int
    streak_days: int
    streak_extended: bool


@transaction.atomic
def reward_answer(
    *, learner: Learner, source_key: str, correct: bool, kind: str, at: datetime | None = None
) -> Reward:
    """Pay for one answer; a second call with the same key pays nothing.

    Args:
        learner: who answered.
        source_key: what is paid for, unique for the learner, such as `answer:17`.
        correct: a right answer earns XP_FOR_RIGHT, a wrong one XP_FOR_EFFORT.
        kind: the activity's kind; in a `placement` every answer earns XP_IN_A_TEST.
        at: when it was answered (default: now).
    """
    at = at or timezone.now()
    today = local_date(learner, at)
    Streak.objects.get_or_create(learner=learner)
    streak = Streak.objects.select_for_update().get(learner=learner)
    # Who reads the learner's streak from this instance afterwards sees what is written here.
    learner.streak = streak
    xp = _xp_for(kind, correct=correct)
    _, is_new = XpEntry.objects.get_or_create(
        learner=learner,
        source_key=source_key,
        defaults={"kind": kind, "xp": xp, "local_date": today, "earned_at": at},
    )
    if not is_new:
        return Reward(xp=0, streak_days=streak.current_days, streak_extended=False)
    day, _ = DailyActivity.objects.get_or_create(learner=learner, date=today)
    DailyActivity.objects.filter(pk=day.pk).update(xp=F("xp") + xp, answers=F("answers") + 1)
    extended = streak.last_active_on is None or streak.last_active_on < today
    if extended:
        kept = is_alive(streak, today)
        streak.current_days = streak.current_days + 1 if kept else 1
        streak.longest_days = max(streak.longest_days, streak.current_days)
        streak.last_active_on = today
    streak.total_xp += xp
    streak.save()
    return Reward(xp=xp, streak_days=streak.current_days, streak_extended=extended)


def _xp_for(kind: str, *, correct: bool) -> int:
    if kind == "placement":
        return XP_IN_A_TEST
    return XP_FOR_RIGHT if correct else XP_FOR_EFFORT


def streaks_settle(*, at: datetime | None = None) -> int:
    """Set to zero every streak whose learner missed a whole local day; return how many."""
    at = at or timezone.now()
    settled = 0
    # East of UTC the local date can be a day ahead, so yesterday by UTC is already doubtful.
    doubtful = Streak.objects.filter(
        current_days__gt=0, last_active_on__lt=at.date()
    ).select_related("learner")
    for streak in doubtful.iterator():
        if not is_alive(streak, local_date(streak.learner, at)):
            settled += Streak.objects.filter(
                pk=streak.pk, last_active_on=streak.last_active_on
            ).update(current_days=0)
    return settled
