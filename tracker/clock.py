"""The only place that reads the clock, so that a test can move it and a date always belongs to a site."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(tz=UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """The day that people at `time_zone` (IANA name) call the instant `moment`."""
    return moment.astimezone(zone(time_zone)).date()


def today(time_zone: str) -> date:
    """Today's date where the clocks show `time_zone` (IANA name)."""
    return local_date(now(), time_zone)
