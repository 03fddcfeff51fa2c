"""A year of a site's calendar as it is read: the list of closed days, and twelve small months."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from frontend.wording import MONTHS
from tracker import closures
from tracker.models import ClosedDay, Site
from tracker.workdays import WEEKEND_NAMES, WorkCalendar


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """One line of the list. `kind` is « legal », « worked » (a legal day that the site works) or « local »."""

    row: ClosedDay
    kind: str
    weekend: str
    origin: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a small month; `reason` is empty for a working day."""

    day: date
    reason: str
    kind: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` run from Monday to Sunday, None outside the month."""

    name: str
    weeks: list[list[Cell | None]]


def closed_rows(site: Site, year: int) -> list[ClosedRow]:
    """The days of the year that the calendar names, in order; a legal day that the site works is one line."""
    found = list(closures.in_force(site).filter(date__year=year).order_by("date", "pk"))
    worked = {row.date for row in found if row.is_open}
    lines = []
    for row in found:
        if row.is_open:
            continue
        kind = "local" if row.site_id else "worked" if row.date in worked else "legal"
        origin = row.source or ("Décision locale" if row.site_id else "Liste légale")
        lines.append(ClosedRow(row, kind, WEEKEND_NAMES.get(row.date.weekday(), ""), origin))
    return lines


def months(calendar: WorkCalendar, year: int, today: date) -> list[Month]:
    weeks_of = Calendar().monthdatescalendar
    return [
        Month(
            name,
            [
                [cell(calendar, day, today) if day.month == number else None for day in week]
                for week in weeks_of(year, number)
            ],
        )
        for number, name in enumerate(MONTHS, 1)
    ]


def cell(calendar: WorkCalendar, day: date, today: date) -> Cell:
    reason = calendar.reason(day) or ""
    kind = "" if not reason else "weekend" if day.weekday() in WEEKEND_NAMES else "closed"
    return Cell(day, reason, kind, day == today)
