"""Composing the messages of what people are told, when they leave: reference, bureau, date and link, nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from notifications.composing import NotNow
from notifications.kinds import is_settled
from notifications.links import absolute, ticket_address
from notifications.messages import DIGEST
from notifications.models import Notification
from notifications.people import Audience, Seat
from notifications.wording import Group, groups, said
from tracker import clock, kept
from tracker.dates import long_date
from tracker.models import Absence, Office, Outbox, Ticket, User

LISTED: Final = 50
"""Demandes named under one heading; the rest is counted, and the page has them all."""
HEADERS: Final = {"Auto-Submitted": "auto-generated"}


@dataclass(frozen=True, slots=True)
class MailLine:
    reference: str
    said: str
    office: str
    due: str
    address: str


@dataclass(frozen=True, slots=True)
class MailGroup:
    title: str
    lines: tuple[MailLine, ...]
    more: int


def compose(row: Outbox) -> EmailMessage | None:
    """What this message has to say now: None where all of it was read, settled, or is no longer the person's to see.
    Raises NotNow outside their office hours, whatever kept it until then (a mail server that was down)."""
    user = row.user
    if user is None or not user.is_active:
        return None
    rows = Notification.objects.of(user).unread().filter(message=row).select_related("ticket").order_by("pk")
    with kept.looking_once():
        every = [told for told in rows if told.ticket is not None]
        standing = [told for told in every if told.ticket is not None and not is_settled(told, told.ticket)]
        if not standing:
            return None
        found = groups(standing)
        now = clock.now()
        seat = Audience(user.scope.prefecture_ids, now).seat(user.pk)
        today = seat.today(now)
        if (until := seat.opening(now)) > now:
            raise NotNow(until)
        context = {
            "user": user,
            "groups": [mail_group(group, today) for group in found],
            "is_digest": row.kind == DIGEST,
            "absence": absence_before(seat, user, today) if row.kind == DIGEST else None,
            "settled": len(every) - len(standing),
            "page": absolute("notifications"),
            "choices": absolute("notification-settings"),
        }
    body = render_to_string("notifications/email/notifications.txt", context)
    return EmailMessage(subject_of(found, today), body, to=[user.email], headers=dict(HEADERS))


def subject_of(found: list[Group], today: date) -> str:
    """« 44-2026-000412 : confiée à vous », « 12 demandes sont en retard », « 15 demandes à suivre »."""
    references = {row.ticket.reference for group in found for row in group.rows if row.ticket}
    if len(references) == 1 and len(found) == 1:
        words = said(found[0].rows[0], today)
        return f"{references.pop()}\xa0: {words[:1].lower()}{words[1:]}"
    if len(found) == 1:
        return found[0].title
    return f"{len(references)} {'demandes' if len(references) > 1 else 'demande'} à suivre"


def mail_group(group: Group, today: date) -> MailGroup:
    lines = tuple(mail_line(row, row.ticket, today) for row in group.rows[:LISTED] if row.ticket)
    return MailGroup(group.title, lines, max(0, len(group.rows) - LISTED))


def mail_line(told: Notification, ticket: Ticket, today: date) -> MailLine:
    office = kept.by_key(Office).get(ticket.office_id or 0)
    due = f"au plus tard {long_date(ticket.due_on, today)}" if ticket.due_on else "sans délai défini"
    return MailLine(
        ticket.reference, said(told, today), office.name if office else "à affecter", due, ticket_address(ticket)
    )


def absence_before(seat: Seat, user: User, today: date) -> Absence | None:
    """The absence from which the person is just back: their last working day was in it."""
    last = today - timedelta(days=1)
    while not seat.calendar.is_working(last):
        last -= timedelta(days=1)
    return Absence.objects.away_on(last).filter(user=user, ends_on__lt=today).first()
