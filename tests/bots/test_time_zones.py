"""A learner's time zone, told by the clock on the wall."""

from datetime import UTC, datetime

import pytest

from bots.shared.time_zones import ZONES, clock_in, is_zone_known, zone_of_clock

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_the_clock_of_every_zone_offered_leads_back_to_its_hour(zone: str) -> None:
    found = zone_of_clock(clock_in(zone, NOON), NOON)
    assert found is not None
    assert clock_in(found, NOON) == clock_in(zone, NOON)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("15:04", "Europe/Moscow"),
        ("14.04", "Europe/Berlin"),
        ("22 01", "Asia/Vladivostok"),
        ("0:10", "Asia/Kamchatka"),
    ],
)
def test_a_typed_clock_finds_the_nearest_zone(typed: str, zone: str) -> None:
    assert zone_of_clock(typed, NOON) == zone


@pytest.mark.parametrize("typed", ["", "25:00", "12:60", "noon", "12", "1:2:3", "٣:٠٠x"])
def test_what_is_no_clock_finds_none(typed: str) -> None:
    assert zone_of_clock(typed, NOON) is None


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "/etc", "a" * 50])
def test_what_is_no_zone_is_known_as_none(zone: str) -> None:
    assert not is_zone_known(zone)
