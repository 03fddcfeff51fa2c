"""Demandes already registered that the one being typed may repeat, and what may be done of it at once."""

import difflib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Q

from tracker import senders
from tracker.enums import OPEN_STATES, DismissalReason, State
from tracker.models import Prefecture, Ticket, TicketKind, User
from tracker.permissions import abilities
from tracker.reading import refusal
from tracker.words import raw_words

SHOWN: Final = 5
CANDIDATES: Final = 40
NEAR: Final = timedelta(days=15)
RECENT: Final = timedelta(days=90)
LIKENESS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`sender`: its own, where it is not quite the one typed. `may_merge`: the one being typed can be registered and
    merged into this one. `may_reopen`: this one has ended, and what is being typed can reopen it as a new message of
    the same person."""

    ticket: Ticket
    sender: str
    same_subject: bool
    may_merge: bool
    may_reopen: bool


def duplicates_of(
    prefecture: Prefecture, user: User, kind: TicketKind, sender: str, subject: str, received_on: date | None
) -> list[Duplicate]:
    """Demandes of the same sender, or of one whose name differs by a particle alone, recent or still open, whose
    subject or arrival is near: the nearest subjects first. Only what `user` may read, and no count of the rest. Two
    queries, whatever the history."""
    if not sender.strip():
        return []
    standing = Ticket.objects.readable_by(user).exclude(state=State.MERGED)
    standing = standing.exclude(dismissal_reason=DismissalReason.REGISTRATION_ERROR)
    rows = senders.of_sender(standing, prefecture, sender, alike=True)
    if received_on:
        rows = rows.filter(Q(received_on__gte=received_on - RECENT) | Q(state__in=OPEN_STATES))
    found = []
    for ticket in rows.with_lists().defer("body").order_by("-received_on", "-pk")[:CANDIDATES]:
        same_subject = alike(subject, ticket.subject)
        near = received_on is not None and abs(ticket.received_on - received_on) <= NEAR
        if same_subject or near:
            found.append((ticket, same_subject))
    found.sort(key=lambda each: not each[1])
    return [duplicate(ticket, sender, same, user, kind, received_on) for ticket, same in found[:SHOWN]]


def duplicate(
    ticket: Ticket, sender: str, same_subject: bool, user: User, kind: TicketKind, received_on: date | None
) -> Duplicate:
    """With what the machine and the rights of `user` allow now; the services have the last word."""
    allowed = abilities(user, ticket)
    same_kind = ticket.kind_id == kind.pk
    since = received_on is not None and (ticket.ended_on is None or ticket.ended_on <= received_on)
    return Duplicate(
        ticket,
        "" if senders.key_of(ticket.sender_name) == senders.key_of(sender) else ticket.sender_name,
        same_subject,
        may_merge=same_kind and refusal(ticket, "merge", allowed) is None,
        may_reopen=same_kind and since and refusal(ticket, "reopen", allowed) is None,
    )


def alike(one: str, other: str) -> bool:
    """Whether two subjects say nearly the same, whatever their accents and capitals."""
    first, second = " ".join(raw_words(one)), " ".join(raw_words(other))
    return bool(first and second) and difflib.SequenceMatcher(None, first, second).ratio() >= LIKENESS
