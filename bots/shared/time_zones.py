"""The time zones that are offered, by the clock that the learner sees."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bots.shared.texts import Texts

ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "America/New_York",
    "America/Los_Angeles",
)
"""One zone for each hour at which many of the learners live, from west to east in Eurasia."""

_CLOCK = re.compile(r"\s*([01]?\d|2[0-3])[:. ]([0-5]\d)\s*")


def clock_in(zone: str, now: datetime | None = None) -> str:
    """Return what a clock shows in `zone` at `now` (default: this moment), as `HH:MM`."""
    return (now or datetime.now(UTC)).astimezone(ZoneInfo(zone)).strftime("%H:%M")


def city_name(zone: str, t: Texts) -> str:
    """Return the zone's city in the learner's language, or its offset when it is none of ours."""
    cities = {
        "Europe/London": t.plain("London"),
        "Europe/Berlin": t.plain("Berlin"),
        "Europe/Kaliningrad": t.plain("Kaliningrad"),
        "Europe/Moscow": t.plain("Moscow"),
        "Europe/Samara": t.plain("Samara"),
        "Asia/Yekaterinburg": t.plain("Yekaterinburg"),
        "Asia/Omsk": t.plain("Omsk"),
        "Asia/Krasnoyarsk": t.plain("Krasnoyarsk"),
        "Asia/Irkutsk": t.plain("Irkutsk"),
        "Asia/Yakutsk": t.plain("Yakutsk"),
        "Asia/Vladivostok": t.plain("Vladivostok"),
        "Asia/Magadan": t.plain("Magadan"),
        "Asia/Kamchatka": t.plain("Kamchatka"),
        "America/New_York": t.plain("New York"),
        "America/Los_Angeles": t.plain("Los Angeles"),
    }
    return cities.get(zone) or zone.rpartition("/")[2].replace("_", " ")


def zone_of_clock(text: str, now: datetime | None = None) -> str | None:
    """Return the zone in which a clock shows the typed time, to the nearest half hour.

    Args:
        text: what the learner typed, such as `18:40`; anything else gives None.
        now: the moment to compare with, timezone-aware; default: this moment.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    shown = timedelta(hours=int(match[1]), minutes=int(match[2]))
    passed = timedelta(hours=moment.hour, minutes=moment.minute)
    return min(ZONES, key=lambda zone: _distance(shown - passed, zone, moment))


def is_zone_known(zone: str) -> bool:
    """Tell whether `zone` is an IANA time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _distance(offset: timedelta, zone: str, moment: datetime) -> timedelta:
    difference = offset - (moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta())
    day = timedelta(days=1)
    return min(abs(difference + turn * day) for turn in (-1, 0, 1))
