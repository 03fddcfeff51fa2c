"""Reminding a bureau of what presses: what was promised for today or before, and that it holds itself.

One act of a person, however many demandes: an event on each of them, and one for the bureau, by which the screens say
when it was last reminded. Nobody's open form is stale because of it. It is not undone: people have been told.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from tracker import clock, journal, kept, writers
from tracker.commands import Remind
from tracker.errors import NotAllowed, StaleVersion, TransitionRefused
from tracker.models import Event, Office, Site, Ticket
from tracker.permissions import abilities
from tracker.querysets import TicketQuerySet
from tracker.registry import Situation, Situations
from tracker.rulebooks import rule_book
from tracker.writers import CHUNK, STREAM, Author, Draft

REMINDER: Final = "reminder"
"""The journal of a bureau's reminders, by the bureau's key."""
OFFICE_REMINDED: Final = "office_reminded"
REMINDED: Final = "reminded"
REMEMBERED: Final = timedelta(days=15)
"""How long a screen says that a bureau was reminded."""
NOTHING_LEFT: Final = "Plus rien n’est en retard ni à traiter aujourd’hui dans ce bureau."


@dataclass(frozen=True, slots=True)
class Reminded:
    """`number`: the demandes of which the bureau was reminded."""

    office: Office
    number: int
    event: Event | None


# --- Reading ------------------------------------------------------------------------------------------------------


def pressing(rows: TicketQuerySet, office_id: int, situations: Situations) -> TicketQuerySet:
    """The demandes that the bureau holds itself and that are late, or to be dealt with today."""
    due: Q = situations.filter(Situation.OVERDUE) | situations.filter(Situation.TODAY)
    return rows.filter(due, office_id=office_id)


def last_reminders(office_ids: Collection[int], prefecture_ids: Collection[int], now: datetime) -> Mapping[int, Event]:
    """The last time that each bureau was reminded, by its key, where it is not long ago: one query."""
    events = Event.objects.filter(
        prefecture__in=prefecture_ids, stream=REMINDER, recorded_at__gte=now - REMEMBERED
    ).exclude(stream=STREAM)  # which changes nothing, and lets the engine use the index of what is no demande's
    found = events.filter(object_id__in=office_ids).select_related("actor").order_by("recorded_at", "pk")
    return {event.object_id: event for event in found}


def last_reminders_of_tickets(ticket_ids: Collection[int]) -> Mapping[int, Event]:
    """The last time that somebody was reminded of each demande, by its key: one query."""
    events = Event.objects.filter(stream=STREAM, object_id__in=ticket_ids, kind=REMINDED)
    return {event.object_id: event for event in events.select_related("actor").order_by("object_id", "number")}


# --- Writing ------------------------------------------------------------------------------------------------------


def remind_office(office: Office, author: Author, *, note: str = "", seen: int | None = None) -> Reminded:
    """Remind a bureau of all that presses. `seen`: the key of the last reminder that the person was shown (0: none).

    Raises NotAllowed; StaleVersion where somebody has reminded the bureau since; TransitionRefused where nothing
    presses any more.
    """
    user = author.user
    if user is None:
        raise TypeError("only a person reminds")
    author = author.for_one_act()
    situations = Situations.at(author.moment, {office.prefecture_id})
    with transaction.atomic():
        # Two people who remind the same bureau wait for each other: the second is told of the first.
        office = Office.objects.select_for_update(no_key=True).get(pk=office.pk)
        tail = Event.objects.filter(stream=REMINDER, object_id=office.pk).order_by("-number").first()
        if seen is not None and seen != (tail.pk if tail else 0):
            raise StaleVersion
        keys = pressing(Ticket.objects.visible_to(user), office.pk, situations).order_by("pk")
        number = write(list(keys.values_list("pk", flat=True)), office, author, note)
        if not number:
            raise TransitionRefused(NOTHING_LEFT)
        event = note_reminder(office, number, author)
    return Reminded(office, number, event)


def remind_of(ticket: Ticket, author: Author, *, note: str = "", seen: int | None = None) -> Reminded:
    """Remind the bureau of one demande that it holds. `seen`: the key of its last reminder that the person was shown.
    Raises as `remind_office`."""
    if ticket.office is None:
        raise NotAllowed
    with transaction.atomic():
        writers.lock(ticket.pk)
        last = last_reminders_of_tickets([ticket.pk]).get(ticket.pk)
        if seen is not None and seen != (last.pk if last else 0):
            raise StaleVersion
        writers.write_one(ticket.pk, [Remind(ticket.office.pk, note)], author)
    return Reminded(ticket.office, 1, None)


def write(ticket_ids: Iterable[int], office: Office, author: Author, note: str) -> int:
    """The event on each demande, a chunk at a time; how many there were. A demande that has moved on meanwhile is left
    alone."""
    ticket_ids, written, allowed = list(ticket_ids), 0, None
    rules = rule_book(office.prefecture_id)
    for start in range(0, len(ticket_ids), CHUNK):
        rows = writers.lock_many(ticket_ids[start : start + CHUNK]).values()
        held = [ticket for ticket in rows if ticket.is_open and ticket.office_id == office.pk]
        if held and allowed is None and author.user is not None:
            # The same for all of them: what a role gives over a demande follows from its bureau.
            allowed = abilities(author.user, held[0])
        drafts = [
            Draft(ticket, [(author, [Remind(office.pk, note)])], allowed=allowed or frozenset()) for ticket in held
        ]
        writers.write_many(drafts, rules)
        written += len(drafts)
    return written


def note_reminder(office: Office, number: int, author: Author) -> Event:
    now = author.moment
    site = kept.by_key(Site)[office.site_id]
    entry = journal.Entry(OFFICE_REMINDED, clock.local_date(now, site.time_zone), {"demandes": number})
    tail = journal.tail_of(REMINDER, office.pk)
    events, texts = journal.chain(REMINDER, office.pk, office.prefecture_id, tail, [entry], author.act(now))
    journal.store(events, texts, quiet=author.quiet)
    return events[0]
