"""References of demandes: without gaps, in the order of registration, given once (« 44-2026-000123 »)."""

from collections.abc import Sequence
from typing import Final

from django.db import connection, models

from tracker.models import ReferenceCounter, Ticket


def number_tickets(tickets: Sequence[Ticket]) -> None:
    """Give each new demande its reference, in order, in one block per préfecture and arrival year. Takes the counter's
    lock: call it last before the inserts of a short transaction."""
    groups: dict[tuple[int, int], list[Ticket]] = {}
    for ticket in tickets:
        groups.setdefault((ticket.prefecture_id, ticket.year), []).append(ticket)
    for (prefecture_id, year), group in sorted(groups.items()):
        last = reserve(prefecture_id, year, len(group))
        for number, ticket in enumerate(group, start=last + 1):
            ticket.number = number
            ticket.reference = f"{ticket.prefecture.code}-{year}-{number:06d}"


def reserve(prefecture_id: int, year: int, count: int, counters: type[models.Model] = ReferenceCounter) -> int:
    """Take `count` numbers; returns the last one given before them. A rolled back transaction gives them back.
    `counters` is a table with `prefecture`, `year` and `last`, unique on the first two."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVE.format(counters=counters._meta.db_table), [prefecture_id, year, count])
        (last,) = cursor.fetchone()
    return int(last) - count


# One statement: the first of the year makes the row, the others wait for it and go on after.
RESERVE: Final = (
    "INSERT INTO {counters} (prefecture_id, year, last) VALUES (%s, %s, %s) "
    "ON CONFLICT (prefecture_id, year) DO UPDATE SET last = {counters}.last + excluded.last RETURNING last"
)
