"""What the tests of the clock rules say of a demande's deadlines, and the days they use.

November 2026 in Paris: the 9th, 16th, 23rd and 30th are Mondays, Wednesday the 11th is a holiday, today is Friday the
20th.
"""

from datetime import date
from typing import Any

from tracker.models import Ticket


def nov(day: int) -> date:
    return date(2026, 11, day)


def dec(day: int) -> date:
    return date(2026, 12, day)


def outcomes(ticket: Ticket) -> list[tuple[str, str]]:
    """(purpose, outcome) of each deadline in the order in which they were opened; excluded ones say why."""
    rows = ticket.deadlines.order_by("pk").values_list("purpose", "outcome", "exclusion")
    return [(purpose, exclusion or outcome) for purpose, outcome, exclusion in rows]


def dates(ticket: Ticket, purpose: str) -> list[date | None]:
    return list(ticket.deadlines.filter(purpose=purpose).order_by("rank").values_list("due_on", flat=True))


def counted(ticket: Ticket, purpose: str) -> list[date | None]:
    """The dates at which the deadlines of `purpose` count in the figures; None: they never do."""
    return list(ticket.deadlines.filter(purpose=purpose).order_by("rank").values_list("counted_on", flat=True))


def in_the_rate(ticket: Ticket, *purposes: Any) -> int:
    """How many of its deadlines count in N: ended, in time or late."""
    return ticket.deadlines.filter(
        purpose__in=purposes or ("reply", "update", "proposal"),
        counted_on__isnull=False,
        outcome__in=("in_time", "late"),
    ).count()
