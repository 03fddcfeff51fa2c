"""When a message may leave. Pure."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from notifications import hours
from tracker.legal_days import legal_calendar

PARIS, MIQUELON, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("America/Miquelon"), ZoneInfo("Indian/Reunion")
METROPOLE = legal_calendar("metropole")


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("said", "leaves"),
    [
        ("2026-11-20 10:00:00", "2026-11-20 10:04"),
        ("2026-11-20 10:01:59", "2026-11-20 10:04"),
        ("2026-11-20 10:02:00", "2026-11-20 10:06"),
        ("2026-11-20 17:55:59", "2026-11-20 17:58"),
        ("2026-11-20 17:56:00", "2026-11-23 08:00"),  # it would be six o’clock, on a Friday
        ("2026-11-21 11:00:00", "2026-11-23 08:00"),  # Saturday
        ("2026-11-20 03:00:00", "2026-11-20 08:00"),
        ("2026-12-24 18:30:00", "2026-12-28 08:00"),  # Christmas is a Friday
        ("2026-05-13 19:00:00", "2026-05-15 08:00"),  # Ascension
        ("2026-10-24 12:00:00", "2026-10-26 08:00"),  # the night when clocks go back
        ("2026-03-28 12:00:00", "2026-03-30 08:00"),  # and forward
    ],
)
def test_a_message_leaves_within_office_hours(said: str, leaves: str) -> None:
    assert hours.leaves_at(at(said), PARIS, METROPOLE) == at(leaves)


def test_it_never_leaves_on_a_closed_day_nor_at_night() -> None:
    """Each half hour of two years, three zones."""
    for zone, code in ((PARIS, "metropole"), (MIQUELON, "saint-pierre-et-miquelon"), (REUNION, "la-reunion")):
        calendar = legal_calendar(code)
        first = int(at("2026-01-01 00:00", zone).timestamp())
        for number in range(2 * 365 * 48):
            moment = datetime.fromtimestamp(first + number * 1800, UTC)
            there = hours.leaves_at(moment, zone, calendar).astimezone(zone)
            assert moment < there
            assert calendar.is_working(there.date())
            assert 8 <= there.hour < 18


def test_each_zone_has_its_own_morning() -> None:
    midnight = at("2026-11-23 00:10")
    assert hours.leaves_at(midnight, PARIS, METROPOLE) == at("2026-11-23 08:00")
    assert hours.leaves_at(midnight, MIQUELON, METROPOLE) == at("2026-11-23 08:00", MIQUELON)
    assert hours.leaves_at(midnight, REUNION, METROPOLE) == at("2026-11-23 08:00", REUNION)


@pytest.mark.parametrize(
    ("now", "hour", "day"),
    [
        ("2026-11-20 07:59", 8, None),
        ("2026-11-20 08:00", 8, date(2026, 11, 20)),
        ("2026-11-20 15:00", 8, date(2026, 11, 20)),  # the server was off this morning
        ("2026-11-20 18:00", 8, None),
        ("2026-11-20 13:59", 14, None),
        ("2026-11-21 09:00", 8, None),
        ("2026-11-11 09:00", 8, None),
    ],
)
def test_the_digest_is_due_from_its_hour_until_the_office_closes(now: str, hour: int, day: date | None) -> None:
    assert hours.digest_day(at(now), hour, PARIS, METROPOLE) == day


def test_the_next_digest_is_never_that_of_this_very_second() -> None:
    assert hours.next_digest(at("2026-11-20 08:00"), 8, PARIS, METROPOLE) == at("2026-11-23 08:00")
    assert hours.next_digest(at("2026-11-20 07:59"), 8, PARIS, METROPOLE) == at("2026-11-20 08:00")
