"""The learner's own day: it begins at 04:00 local time, so that a late evening is still today."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_STARTS_AT = time(4, 0)
_SHIFT = timedelta(hours=DAY_STARTS_AT.hour)


def learner_day(at: datetime, timezone: str) -> date:
    """Return the learner's day that the instant `at` (aware) belongs to."""
    return (at.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) - _SHIFT).date()


def day_start(day: date, timezone: str) -> datetime:
    """Return the instant, in UTC, at which the learner's `day` begins."""
    return datetime.combine(day, DAY_STARTS_AT, ZoneInfo(timezone)).astimezone(UTC)
