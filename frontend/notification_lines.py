"""What a person has been told, as pages show it: day by day, what came together under one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from django.urls import reverse

from frontend.listing import SEALED
from frontend.wording import long_date
from notifications.kinds import BY_CODE, is_settled
from notifications.models import Notification
from notifications.wording import said
from tracker import kept
from tracker.clock import zone
from tracker.models import Office, User

ALONE: Final = 3
"""Up to so many of a kind at the same moment, each has its own line."""

ICONS: Final = {
    "assigned": "fr-icon-inbox-line",
    "due_tomorrow": "fr-icon-time-line",
    "promise_near": "fr-icon-time-line",
    "overdue": "fr-icon-error-warning-line",
    "escalated": "fr-icon-error-warning-line",
    "reminded": "fr-icon-notification-3-line",
    "reopened": "fr-icon-refresh-line",
    "completed": "fr-icon-attachment-line",
    "sent_back": "fr-icon-arrow-go-back-line",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One demande of which something was told. `after`: what has happened since, if that settles it."""

    pk: int
    url: str
    reference: str
    subject: str
    office: str
    due: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One thing told at one moment, of one demande or of several."""

    icon: str
    words: str
    at: datetime
    unread: bool
    lines: tuple[Line, ...]

    # Nobody needs to know at what minute of the night a day has passed.
    timed: bool

    @property
    def folded(self) -> bool:
        return len(self.lines) > ALONE

    @property
    def ids(self) -> str:
        return ",".join(str(line.pk) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Day:
    """`title`: « Non lues », « Vendredi 20 novembre »… with its blocks."""

    title: str
    unread: bool
    blocks: tuple[Block, ...]


def days(rows: Iterable[Notification], user: User, today: date) -> list[Day]:
    """The rows in their order, unread ones first: a title whenever the day, or whether they are read, changes."""
    there = zone(user.time_zone or "Europe/Paris")

    def day_of(row: Notification) -> tuple[bool, date]:
        return row.read_at is None, row.created_at.astimezone(there).date()

    return [
        Day(day_title(day, today), unread, tuple(blocks(found, user, today)))
        for (unread, day), found in groupby(rows, day_of)
    ]


def day_title(day: date, today: date) -> str:
    words = long_date(day, today)
    return f"Aujourd’hui, {words}" if day == today else words.capitalize()


def blocks(rows: Iterable[Notification], user: User, today: date) -> Iterable[Block]:
    there = zone(user.time_zone or "Europe/Paris")
    for _, found in groupby(rows, lambda row: (row.kind, row.created_at, row.actor_id, row.instead_of_id)):
        group = list(found)
        first = group[0]
        yield Block(
            ICONS.get(first.kind, "fr-icon-notification-3-line"),
            words_of(group, today),
            first.created_at.astimezone(there),
            first.read_at is None,
            tuple(line(row, user, today) for row in group),
            first.event_id is not None,
        )


def words_of(rows: list[Notification], today: date) -> str:
    """« Confiée à vous par A. Martin, en l’absence de C. Petit », « 12 demandes vous sont confiées par A. Martin »."""
    first, kind = rows[0], BY_CODE.get(rows[0].kind)
    by = first.actor.short_name if first.actor else ""
    if len(rows) > 1 and kind is not None:
        words = f"{kind.count(len(rows))}{f' par {by}' if by else ''}"
    else:
        words = said(first, today, by)
    return f"{words}, en l’absence de {first.instead_of.short_name}" if first.instead_of else words


def line(row: Notification, user: User, today: date) -> Line:
    ticket = row.ticket
    if ticket is None:
        return Line(row.pk, "", "", "", "", "", settled=False)
    office = kept.by_key(Office).get(ticket.office_id or 0)
    subject = ticket.subject or "Sans objet" if user.scope.reads_text(ticket.office_id) else SEALED
    return Line(
        row.pk,
        reverse("ticket", args=[ticket.reference]),
        ticket.reference,
        subject,
        office.name if office else "à affecter",
        f"au plus tard {long_date(ticket.due_on, today)}" if ticket.due_on else "",
        is_settled(row, ticket),
    )
