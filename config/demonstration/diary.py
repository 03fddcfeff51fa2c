"""When things happen in the demonstration: office hours, working days, and never after the moment of the load."""

import random
from datetime import date, datetime, time, timedelta

from tracker import clock
from tracker.commands import Command
from tracker.enums import Via
from tracker.models import Ticket, User
from tracker.workdays import WorkCalendar
from tracker.writers import Author, Draft


class Days:
    """Working days around the day of the load."""

    def __init__(self, calendar: WorkCalendar, today: date) -> None:
        self.calendar = calendar
        self.today = today
        self.yesterday = self.before(today, 1)

    def before(self, day: date, n: int) -> date:
        """The `n`th working day strictly before `day` (n ≥ 1): `calendar.add` the other way."""
        while n:
            day -= timedelta(days=1)
            n -= self.calendar.is_working(day)
        return day

    def around(self, offset: int) -> date:
        """The working day `offset` working days from today; 0 is today, or the next working day on a closed one."""
        if offset < 0:
            return self.before(self.today, -offset)
        return self.calendar.add(self.today, offset) if offset else self.calendar.next_working(self.today)

    def between(self, draw: random.Random, first: date, last: date) -> date:
        """A working day from `first` to `last`, or `last` itself where there is none."""
        day = first + timedelta(days=draw.randint(0, max(0, (last - first).days)))
        return min(self.calendar.next_working(day), last)


class Diary:
    """The acts of one demande, each at a plausible hour of its day, in order, none after the load."""

    def __init__(self, ticket: Ticket, draw: random.Random, loaded_at: datetime) -> None:
        self.ticket = ticket
        self.steps: list[tuple[Author, list[Command]]] = []
        # When the registration was to be made, whatever the hour of the load: the order of the references.
        self.planned_at: datetime | None = None
        self._draw = draw
        self._zone = clock.zone(ticket.site.time_zone)
        self._loaded_at = loaded_at.astimezone(self._zone)

    def write(self, user: User | None, on: date, *acts: Command) -> None:
        """One act of `user` (None: what the product does by itself) on the day `on`."""
        planned = time(self._draw.randint(8, 16), self._draw.randint(0, 59), self._draw.randint(0, 59))
        self._at(user, datetime.combine(on, planned, self._zone), acts)

    def write_soon_after(self, user: User, minutes: int, *acts: Command) -> None:
        """One more act a few minutes after the last one."""
        self._at(user, self.last + timedelta(minutes=minutes), acts)

    @property
    def last(self) -> datetime:
        return self.steps[-1][0].moment

    def _at(self, user: User | None, moment: datetime, acts: tuple[Command, ...]) -> None:
        if self.steps:
            moment = max(moment, self.last + timedelta(minutes=7))
        self.planned_at = self.planned_at or moment
        # What would come later today than the load is written at the load.
        moment = min(moment, self._loaded_at)
        self.steps.append((Author(user=user, via=Via.PAGE if user else Via.TASK, quiet=True, now=moment), [*acts]))

    def draft(self) -> Draft:
        return Draft(self.ticket, self.steps)
