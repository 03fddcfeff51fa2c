"""When a message may leave: on a working day of the person's site, within office hours on its clock. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tracker.workdays import WorkCalendar

OPENS: Final = 8
CLOSES: Final = 18
"""Hours, on the site's clock: nothing leaves before the first, nor from the second on."""
DIGEST_HOURS: Final = tuple(range(OPENS, CLOSES))
DIGEST_HOUR: Final = OPENS

GROUPED: Final = 120
"""Seconds: what happens within the same two minutes goes in one message."""


def at_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """That hour of that day where the clocks show `zone`, in UTC. No office hour falls within a change of clocks."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def next_hour(moment: datetime, hour: int, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """The first time that it is `hour` on a working day, at `moment` or after it."""
    day = moment.astimezone(zone).date()
    if calendar.is_working(day) and at_hour(day, hour, zone) >= moment:
        return at_hour(day, hour, zone)
    return at_hour(calendar.add(day, 1), hour, zone)


def is_open(moment: datetime, zone: ZoneInfo, calendar: WorkCalendar) -> bool:
    """Whether a message may leave at `moment`."""
    there = moment.astimezone(zone)
    return OPENS <= there.hour < CLOSES and calendar.is_working(there.date())


def opening(moment: datetime, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """`moment` itself where a message may leave then, else when one next may."""
    return moment if is_open(moment, zone, calendar) else next_hour(moment, OPENS, zone, calendar)


def leaves_at(moment: datetime, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """When a message decided at `moment` leaves: between two and four minutes later, at an instant that all those of
    the same two minutes share; where nobody is at work then, when they next are."""
    seconds = int(moment.timestamp())
    shared = datetime.fromtimestamp(seconds - seconds % GROUPED + 2 * GROUPED, UTC)
    return opening(shared, zone, calendar)


def digest_day(moment: datetime, hour: int, zone: ZoneInfo, calendar: WorkCalendar) -> date | None:
    """The day whose digest is due at `moment` (from its hour on, until the office closes); None outside of that."""
    there = moment.astimezone(zone)
    open_since = there.hour >= hour and is_open(moment, zone, calendar)
    return there.date() if open_since else None


def next_digest(moment: datetime, hour: int, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """When the digest that holds what is told at `moment` leaves, at the earliest."""
    return next_hour(moment + timedelta(seconds=1), hour, zone, calendar)
