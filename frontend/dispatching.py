"""What waits for a bureau, and where it comes back from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Case, IntegerField, Value, When

from frontend.listing import Line, lines
from tracker import clock
from tracker.enums import State
from tracker.models import Event, Office, Ticket, User
from tracker.paging import Total, total
from tracker.registry import ORDERS, Situations
from tracker.writers import STREAM

SHOWN: Final = 50
"""Demandes to dispatch that the page shows; the Registre lists them all."""


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
    shown = rows.with_lists().defer("body")
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
