"""What people are told, in words: lines of a list and of a message. Never a sender, a subject, a text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from notifications.kinds import BY_CODE, KINDS, Kind
from notifications.models import Notification
from tracker.dates import long_date


def said(told: Notification, today: date, by: str = "") -> str:
    """« Confiée à vous par A. Martin », « En retard : l’échéance du mercredi 18 novembre est passée »."""
    kind = BY_CODE.get(told.kind)
    if kind is None:
        return "Notification"
    day = long_date(told.day, today) if told.day else ""
    return kind.said.format(day=day, by=f" par {by}" if by else "")


@dataclass(frozen=True, slots=True)
class Group:
    """What one message or one block of a page says of one kind."""

    kind: Kind
    rows: tuple[Notification, ...]

    @property
    def title(self) -> str:
        return self.kind.count(len(self.rows))


def groups(rows: Iterable[Notification]) -> list[Group]:
    """By kind in the order of their table; within one, the most pressing first. The same demande is named once."""
    by_kind: dict[str, dict[int | None, Notification]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, {}).setdefault(row.ticket_id, row)
    return [
        Group(kind, tuple(sorted(by_kind[kind.code].values(), key=pressing))) for kind in KINDS if kind.code in by_kind
    ]


def pressing(row: Notification) -> tuple[date, int]:
    due_on = row.day or (row.ticket.due_on if row.ticket else None)
    return due_on or date.max, row.pk
