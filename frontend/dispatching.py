"""What waits for a bureau, where it comes back from, and which bureau a sender's mail usually goes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Case, IntegerField, Value, When

from frontend.listing import Line, lines
from frontend.wording import plain_date
from tracker import clock
from tracker.enums import State
from tracker.models import Event, Office, Prefecture, Ticket, User
from tracker.paging import Total, total
from tracker.registry import ORDERS, Situations
from tracker.search import containing
from tracker.text import clean_text
from tracker.writers import STREAM

SHOWN: Final = 50
"""Demandes to dispatch that the page shows; the Registre lists them all."""
LOOKED_AT: Final = 20


# --- What waits ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Return:
    """A bureau said « pas pour nous »: which, who, when, and what for."""

    office: str
    by: str
    on: date
    note: str


@dataclass(frozen=True, slots=True)
class Waiting:
    line: Line
    version: int
    returned: Return | None


def waiting(user: User, situations: Situations) -> tuple[list[Waiting], Total]:
    """The demandes without a bureau, those that came back first, then the promise that breaks soonest; and how many
    there are in all."""
    rows = Ticket.objects.readable_by(user).filter(state=State.REGISTERED)
    back_first = Case(When(sent_back_count__gt=0, then=Value(0)), default=Value(1), output_field=IntegerField())
    shown = rows.select_related("kind", "channel", "office").defer("body")
    tickets = list(shown.order_by(back_first, *ORDERS["due"].columns())[:SHOWN])
    returned = returns_of([ticket for ticket in tickets if ticket.sent_back_count], situations)
    found = [
        Waiting(line, ticket.version, returned.get(ticket.pk))
        for ticket, line in zip(tickets, lines(tickets, user, situations), strict=True)
    ]
    return found, total(rows)


def returns_of(tickets: Sequence[Ticket], situations: Situations) -> dict[int, Return]:
    """The latest return of each demande: three queries for all."""
    sites = {ticket.pk: ticket.site_id for ticket in tickets}
    events = Event.objects.filter(stream=STREAM, object_id__in=list(sites), kind="sent_back")
    latest = {
        event.object_id: event for event in events.select_related("actor").prefetch_related("texts").order_by("number")
    }
    offices = dict(
        Office.objects.filter(pk__in={event.data["office"] for event in latest.values()}).values_list("pk", "name")
    )
    return {
        pk: Return(
            office=offices.get(event.data["office"], ""),
            by=event.actor.short_name if event.actor else "",
            on=clock.local_date(event.recorded_at, situations.days[sites[pk]].time_zone),
            note=next((row.text for row in event.texts.all() if row.name == "note" and row.erased_at is None), ""),
        )
        for pk, event in latest.items()
    }


# --- Which bureau -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    office_id: int
    reason: str


def proposed_office(prefecture: Prefecture, user: User, sender: str, today: date) -> Proposal | None:
    """The bureau of the last mail of this sender: of what `user` may read, or of what `user` registered and sent there.
    What others sent to a bureau that `user` does not see is no trace here."""
    sender = clean_text(sender)
    if not sender:
        return None
    same = containing(Ticket.objects.filter(prefecture=prefecture, sender_name__iexact=sender), sender)
    readable = same.readable_by(user).filter(office__isnull=False, office__is_active=True)
    seen = readable.order_by("-received_on", "-pk").values_list("received_on", "office_id").first()
    own = list(same.filter(registered_by=user).order_by("-received_on", "-pk").values_list("pk", flat=True)[:LOOKED_AT])
    acts = Event.objects.filter(stream=STREAM, object_id__in=own, actor=user, kind__in=("assigned", "reassigned"))
    last = acts.order_by("-recorded_at", "-pk").first()
    sent = (last.occurred_on, last.data["office"]) if last else None
    latest = max((found for found in (seen, sent) if found), default=None)
    if latest is None:
        return None
    on, office_id = latest
    if office_id is None or not Office.objects.filter(pk=office_id, is_active=True).exists():
        return None
    return Proposal(office_id, f"Proposé\xa0: bureau de son dernier envoi, le {plain_date(on, today)}.")
