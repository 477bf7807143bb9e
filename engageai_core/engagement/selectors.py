"""How a learner stands now: XP and streak, seen from the learner's own day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from engageai_core.accounts.models import Learner
from engageai_core.engagement.models import DailyActivity, Streak


@dataclass(frozen=True)
class Standing:
    """XP in all, and the streak as it stands today."""

    xp: int
    streak_days: int
    longest_streak: int


def local_date(learner: Learner, at: datetime | None = None) -> date:
    """Return the calendar date at the learner's place at `at` (default: now)."""
    return (at or timezone.now()).astimezone(ZoneInfo(learner.timezone)).date()


def standing_of(learner: Learner, at: datetime | None = None) -> Standing:
    """Return how the learner stands at `at` (default: now)."""
    streak = _streak_of(learner)
    if streak is None:
        return Standing(xp=0, streak_days=0, longest_streak=0)
    return Standing(
        xp=streak.total_xp,
        streak_days=streak.current_days if is_alive(streak, local_date(learner, at)) else 0,
        longest_streak=streak.longest_days,
    )


def xp_of_today(learner: Learner, at: datetime | None = None) -> int:
    """Return the XP earned on the learner's date at `at` (default: now)."""
    active = DailyActivity.objects.filter(learner=learner, date=local_date(learner, at)).first()
    return active.xp if active else 0


def _streak_of(learner: Learner) -> Streak | None:
    try:
        return learner.streak
    except Streak.DoesNotExist:
        return None


def is_alive(streak: Streak, today: date) -> bool:
    """Tell whether the streak can still go on: the last active day was today or yesterday."""
    last = streak.last_active_on
    return last is not None and last >= today - timedelta(days=1)


def recent_days(
    learner: Learner, *, days: int, at: datetime | None = None
) -> list[tuple[date, int]]:
    """Return the last `days` local dates, oldest first, each with its XP."""
    today = local_date(learner, at)
    first = today - timedelta(days=days - 1)
    earned = dict(
        DailyActivity.objects.filter(learner=learner, date__gte=first).values_list("date", "xp")
    )
    return [
        (first + timedelta(days=offset), earned.get(first + timedelta(days=offset), 0))
        for offset in range(days)
    ]
