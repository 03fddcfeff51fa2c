"""Working days (« jours ouvrés »): the pure arithmetic behind every deadline.

Convention, for everybody: day 0 is the day of arrival and is not counted; a deadline of N working days is the Nth
working day strictly after it; a working day is Monday to Friday and not closed. Everything is a `date` in the site's
own zone: no clock time and no daylight saving enters here, so the caller turns an instant into a local date first.

This module imports neither Django nor a list of holidays: the closed days are given (see `tracker.legal_days`).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import starmap
from types import MappingProxyType
from typing import Final, NamedTuple

FIRST_DAY: Final = date(2010, 1, 1)
LAST_DAY: Final = date(2050, 12, 31)

FRIDAY: Final = 4
WEEKEND_NAMES: Final = {5: "samedi", 6: "dimanche"}


class DateOutsideCalendar(ValueError):
    """A date asked for, or a deadline found, is not covered by the calendar. The message is French, for the person."""


class InvalidDelay(ValueError):
    """A delay of less than one working day. The message is French, for the person."""


class DayStep(NamedTuple):
    """One day of the explanation of a deadline: either it counts, and has a number, or it does not, and has a reason.

    The day of arrival has the number 0 and no reason, even when it falls on a closed day.
    """

    day: date
    number: int | None
    reason: str | None


class WorkCalendar:
    """The working days of one place over a range of years; immutable, equal only to itself.

    Two tables make every question O(1), whatever the number of days: for each day of the range, the number of working
    days up to and including it; and the list of the working days themselves. Building 41 years takes a few
    milliseconds, so a calendar is built once per version and kept.

    Raises `DateOutsideCalendar` wherever a date, given or found, is not in `first..last` (by default 2010-01-01 to
    2050-12-31).
    """

    __slots__ = ("_base", "_closed", "_days", "_running_total", "first", "last", "version")

    def __init__(
        self, closed: Mapping[date, str], *, version: int = 0, first: date = FIRST_DAY, last: date = LAST_DAY
    ) -> None:
        """`closed` gives the French reason of each closed day; weekends are implied, harmless if repeated."""
        self.version: Final = version
        self.first: Final = first
        self.last: Final = last
        self._base: Final = first.toordinal()
        self._closed: Final = MappingProxyType(dict(closed))
        days: list[date] = []
        running_total: list[int] = []
        for ordinal in range(self._base, last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if day.weekday() <= FRIDAY and day not in self._closed:
                days.append(day)
            running_total.append(len(days))
        self._days: Final = tuple(days)
        self._running_total: Final = tuple(running_total)

    @property
    def closed(self) -> Mapping[date, str]:
        """The closed days as given (read-only), so that a site's calendar can be built from its zone's."""
        return self._closed

    def add(self, day: date, n: int) -> date:
        """The `n`th working day strictly after `day`, which may itself be closed. Raises `InvalidDelay` if n < 1."""
        position = day.toordinal() - self._base
        # Both tests keep a negative index from silently reading the tables from their end.
        if position < 0 or n < 1:
            raise self._refusal(day, n)
        try:
            return self._days[self._running_total[position] + n - 1]
        except IndexError:
            raise self._refusal(day, n) from None

    def count(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`: 0 the same day, 5 a week later.

        Signed: `count(a, b) == -count(b, a)`, so that `count(today, due_on)` is what remains, negative once late.
        """
        position = start.toordinal() - self._base
        end_position = end.toordinal() - self._base
        if position < 0 or end_position < 0:
            raise self._outside(min(start, end))
        try:
            return self._running_total[end_position] - self._running_total[position]
        except IndexError:
            raise self._outside(max(start, end)) from None

    def add_many(self, pairs: Iterable[tuple[date, int]]) -> list[date]:
        """`add` for each (day, n), in order. One refused pair refuses the whole list."""
        return list(starmap(self.add, pairs))

    def count_many(self, pairs: Iterable[tuple[date, date]]) -> list[int]:
        """`count` for each (start, end), in order. One refused pair refuses the whole list."""
        return list(starmap(self.count, pairs))

    def reason(self, day: date) -> str | None:
        """Why `day` is not a working day, in French (« samedi », « dimanche », the closed day's name), or None."""
        if not self.first <= day <= self.last:
            raise self._outside(day)
        return WEEKEND_NAMES.get(day.weekday()) or self._closed.get(day)

    def is_working(self, day: date) -> bool:
        return self.reason(day) is None

    def next_working(self, day: date) -> date:
        """`day` itself where it is a working day, else the first one after it."""
        return day if self.is_working(day) else self.add(day, 1)

    def explain(self, received: date, n: int) -> list[DayStep]:
        """Every day from `received` (number 0) to the deadline of `n` working days, which is the last one.

        Its length grows with `n`: for showing to a person, not for computing.
        """
        return [DayStep(received, 0, None), *self._steps(received, self.add(received, n))]

    def skipped(self, received: date, due: date) -> list[DayStep]:
        """The days after `received` and up to `due` that were not counted, weekends included, each with its reason."""
        return [step for step in self._steps(received, due) if step.number is None]

    def _steps(self, received: date, due: date) -> Iterator[DayStep]:
        number = 0
        for ordinal in range(received.toordinal() + 1, due.toordinal() + 1):
            day = date.fromordinal(ordinal)
            reason = self.reason(day)
            number += reason is None
            yield DayStep(day, number if reason is None else None, reason)

    def _outside(self, day: date) -> DateOutsideCalendar:
        return DateOutsideCalendar(
            f"La date {day:%d/%m/%Y} sort du calendrier, qui va du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}."
        )

    def _refusal(self, day: date, n: int) -> ValueError:
        if n < 1:
            return InvalidDelay("Le délai doit être d'au moins un jour ouvré.")
        if not self.first <= day <= self.last:
            return self._outside(day)
        rank = "1er" if n == 1 else f"{n}e"
        return DateOutsideCalendar(
            f"Le {rank} jour ouvré après le {day:%d/%m/%Y} sort du calendrier, qui s'arrête au {self.last:%d/%m/%Y}."
        )
