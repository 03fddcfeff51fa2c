"""Who is away in the demonstration: somebody now, with a substitute, and somebody soon."""

from datetime import datetime, timedelta
from typing import Final

from config.demonstration.diary import Days
from config.demonstration.organisation import Organisation
from tracker import absences
from tracker.absences import Terms
from tracker.enums import Via
from tracker.writers import Author

AWAY: Final = (
    # login, first and last day in working days from today, substitute
    ("agent.elections", -2, 4, "agent"),
    ("agent.accueil", 0, 1, None),
    ("agent.legalite", 8, 17, "encadrant"),
)


def record(house: Organisation, days: Days, now: datetime) -> None:
    """As the encadrants would have: with the product's own service. The last day includes the week-end after it."""
    author = Author(user=None, via=Via.COMMAND, quiet=True, now=now)
    for login, first, last, substitute in AWAY:
        ends_on = days.around(last)
        while not days.calendar.is_working(ends_on + timedelta(days=1)):
            ends_on += timedelta(days=1)
        terms = Terms(days.around(first), ends_on, house.users[substitute] if substitute else None)
        absences.record(house.prefecture, house.users[login], terms, author)
