"""From events of the journal to what people are told, in the transaction that drains them (`tracker.pending`)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from notifications import messages
from notifications.kinds import BY_EVENT, Kind, event_key
from notifications.models import Notification
from notifications.people import Audience, Case, Recipient
from notifications.storing import insert_once
from tracker import bulk, clock, kept
from tracker.models import Event, Ticket
from tracker.writers import STREAM

COLUMNS = (
    "prefecture_id", "site_id", "office_id", "assignee_id", "state", "by_mailroom", "sent_back_count",
    "registered_by_id", "due_on", "promised_on",
)  # fmt: skip


def follow(events: Sequence[Event]) -> None:
    """Tell whom these events concern."""
    tell(events, clock.now())


def tell(events: Sequence[Event], now: datetime) -> None:
    """At once in the application, by the message that each has chosen. A fixed number of queries for a batch."""
    concerned = [event for event in events if event.stream == STREAM and event.kind in BY_EVENT]
    if not concerned:
        return
    with kept.looking_once():
        rows = Ticket.objects.filter(pk__in={event.object_id for event in concerned})
        tickets = {ticket.pk: ticket for ticket in rows.only(*COLUMNS)}
        audience = Audience({ticket.prefecture_id for ticket in tickets.values()}, now)
        told = [row for event in concerned for row in notifications(event, tickets[event.object_id], audience)]
    insert_once(told)
    messages.post(audience, {row.user_id for row in told})


def notifications(event: Event, ticket: Ticket, audience: Audience) -> Iterator[Notification]:
    """One row per person. What has been overtaken already (answered in the same act, given to somebody else since) is
    told to nobody; neither is the author of the act."""
    kind = BY_EVENT[event.kind]
    if event.data.get("assignee", ticket.assignee_id) != ticket.assignee_id:
        return
    for recipient in audience.told(kind, kind.told, Case.of(ticket), event.actor_id):
        row = notification(kind, recipient, event, ticket, audience.now)
        if not kind.settled(row, ticket):
            yield row


def notification(kind: Kind, recipient: Recipient, event: Event, ticket: Ticket, now: datetime) -> Notification:
    return bulk.new(
        Notification,
        user_id=recipient.user_id,
        prefecture_id=ticket.prefecture_id,
        kind=kind.code,
        ticket_id=ticket.pk,
        event_id=event.pk,
        actor_id=event.actor_id,
        instead_of_id=recipient.instead_of,
        day=None,
        way=recipient.way,
        message_id=None,
        created_at=now,
        read_at=None,
        key=event_key(kind, event.pk, recipient.user_id),
    )
