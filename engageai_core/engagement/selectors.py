"""How a learner stands now: XP and streak, seen from the learner's own day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from engageai_core.accounts.models import Learner
from engageai_core.engagement.models import DailyActivity, Streak


@dataclass(frozen=True)
class Standing:
    """XP in all and today, and the streak as it stands today."""

    xp: int
    xp_today: int
    streak_days: int
    longest_streak: int


def local_date(learner: Learner, at: datetime | None = None) -> date:
    """Return the calendar date at the learner's place at `at` (default: now)."""
    return (at or timezone.now()).astimezone(ZoneInfo(learner.timezone)).date()


def standing_of(learner: Learner, at: datetime | None = None) -> Standing:
    """Return how the learner stands at `at` (default: now)."""
    today = local_date(learner, at)
    streak = Streak.objects.filter(learner=learner).first()
    if streak is None:
        return Standing(xp=0, xp_today=0, streak_days=0, longest_streak=0)
    active = DailyActivity.objects.filter(learner=learner, date=today).first()
    return Standing(
        xp=streak.total_xp,
        xp_today=active.xp if active else 0,
        streak_days=streak.current_days if is_alive(streak, today) else 0,
        longest_streak=streak.longest_days,
    )


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
