"""Registering a demande from a form: once per token, with what the person may complete and what looks like it."""

import difflib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from frontend.models import Submission
from tracker import attachments, clock, writers
from tracker.attachments import Checked
from tracker.commands import Command
from tracker.desks import remember_sender
from tracker.models import Correspondent, Prefecture, Ticket, User
from tracker.text import clean_text

SUGGESTIONS = 8
CANDIDATES = 40
NEAR_DAYS = timedelta(days=15)
RECENT = timedelta(days=90)
LIKENESS = 0.6


def register_once(
    token: uuid.UUID,
    typed: Mapping[str, str],
    prefecture: Prefecture,
    acts: Sequence[Command],
    user: User,
    files: Sequence[Checked] = (),
) -> tuple[Ticket, bool]:
    """Register with `files` attached, unless the form carrying `token` was already sent with the same content: then the
    demande that it gave, and False. A form sent, taken back with the browser and changed registers another demande.

    The token's row is written first: two sendings at the same instant wait for each other on its key. Raises what
    `writers.register` raises, and keeps no trace of the token then.
    """
    content = sorted([*typed.items(), *(("files", file.sha256) for file in files)])
    key = uuid.uuid5(token, json.dumps(content, ensure_ascii=False))
    author = writers.Author(user=user, now=clock.now())
    with attachments.stored(files) as claimed:
        try:
            with transaction.atomic():
                sent = Submission.objects.create(token=key, user=user, prefecture=prefecture, sent_at=author.moment)
                ticket = writers.register(prefecture, [*acts, *(file.act for file in files)], author)
                attachments.insert_rows(ticket, files, author, author.moment)
                sent.ticket = ticket
                sent.save(update_fields=["ticket"])
        except IntegrityError:
            earlier = Submission.objects.select_related("ticket").filter(token=key, user=user).first()
            if earlier is None or earlier.ticket is None:
                raise
            return earlier.ticket, False
        claimed |= {file.key for file in files}
    # Outside: nobody waits for a convenience behind the counter of references.
    remember_sender(ticket)
    return ticket, True


def senders_like(prefecture: Prefecture, user: User, typed: str) -> list[Correspondent]:
    """Senders whose name holds `typed`, among those of demandes that `user` may read."""
    typed = clean_text(typed)
    if len(typed) < 2:
        return []
    known = Correspondent.objects.filter(prefecture=prefecture, name__icontains=typed).order_by("name")[:CANDIDATES]
    found = {row.name: row for row in known}
    readable = Ticket.objects.readable_by(user).filter(prefecture=prefecture, sender_name__in=found)
    used = set(readable.values_list("sender_name", flat=True).distinct())
    return [row for name, row in found.items() if name in used][:SUGGESTIONS]


@dataclass(frozen=True, slots=True)
class Duplicate:
    ticket: Ticket
    same_subject: bool


def duplicates_of(
    prefecture: Prefecture, user: User, sender: str, subject: str, received_on: date | None
) -> list[Duplicate]:
    """Demandes of the same sender, recent or open, whose subject or arrival is near. Only what `user` may read."""
    sender = sender.strip()
    if not sender:
        return []
    on = received_on or date.max
    recent = Q(received_on__gte=on - RECENT) if received_on else Q()
    rows = Ticket.objects.readable_by(user).filter(recent, prefecture=prefecture, sender_name__iexact=sender)
    found = []
    for ticket in rows.select_related("kind", "channel").order_by("-received_on", "-pk")[:CANDIDATES]:
        same_subject = alike(subject, ticket.subject)
        near = received_on is not None and abs(ticket.received_on - received_on) <= NEAR_DAYS
        if same_subject or near:
            found.append(Duplicate(ticket, same_subject))
    return sorted(found, key=lambda each: not each.same_subject)[:SUGGESTIONS]


def alike(one: str, other: str) -> bool:
    one, other = one.casefold().strip(), other.casefold().strip()
    return bool(one and other) and difflib.SequenceMatcher(None, one, other).ratio() >= LIKENESS
