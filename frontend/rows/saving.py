"""Registering a table once, however often it is sent, and finding again what it gave."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from frontend.models import Submission
from tracker import clock
from tracker.commands import Command
from tracker.errors import SillageError
from tracker.models import Event, Prefecture, Ticket, User
from tracker.registering import register_many
from tracker.writers import STREAM, Author


class AlreadySent(SillageError):
    """The table under this token was registered as it then was, and has been changed since."""

    default = "Ce tableau a déjà été enregistré\xa0: rien ne l’a été une seconde fois."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table became: the demandes that the person still sees, and the references of the others."""

    submission: Submission
    tickets: list[Ticket]
    elsewhere: list[str]

    @property
    def count(self) -> int:
        return len(self.tickets) + len(self.elsewhere)


def register_set(
    token: uuid.UUID, typed: Mapping[str, str], prefecture: Prefecture, rows: Sequence[Sequence[Command]], user: User
) -> bool:
    """Register every row, or none. False where the same table was registered before: it is sent again, by a second
    click or by the browser. Raises AlreadySent, and what `register_many` raises.

    Two rows say that it was sent: under the token, so that a table never gives its demandes twice, and under its
    content. The first is written first: two sendings at the same instant wait for each other on its key.
    """
    author = Author(user=user, now=clock.now())
    sent = {"user": user, "prefecture": prefecture, "sent_at": author.moment}
    content = uuid.uuid5(token, json.dumps(sorted(typed.items()), ensure_ascii=False))
    try:
        with transaction.atomic():
            marks = [Submission.objects.create(token=key, **sent) for key in (token, content)]
            tickets = register_many(prefecture, rows, user, author)
            for mark in marks:
                mark.ticket = tickets[0]
                mark.save(update_fields=["ticket"])
    except IntegrityError:
        keys = set(Submission.objects.filter(token__in=(token, content), user=user).values_list("token", flat=True))
        if content in keys:
            return False
        if Submission.objects.filter(token=token).exists():
            raise AlreadySent from None
        raise
    return True


def outcome_of(token: uuid.UUID, user: User) -> Outcome | None:
    """What a table of this person became, while its sending is remembered. By its author and its instant: a reader who
    has lost sight of a demande gets its reference alone."""
    submission = Submission.objects.filter(token=token, user=user, ticket__isnull=False).first()
    if submission is None:
        return None
    registered = Event.objects.filter(
        prefecture=submission.prefecture_id,
        recorded_at=submission.sent_at,
        actor=user,
        stream=STREAM,
        kind="registered",
    )
    keys: list[Any] = list(registered.values_list("object_id", flat=True))
    seen = Ticket.objects.readable_by(user).filter(pk__in=keys).select_related("office").defer("body").order_by("pk")
    tickets = list(seen)
    others = Ticket.objects.filter(pk__in=set(keys) - {ticket.pk for ticket in tickets}).order_by("pk")
    return Outcome(submission, tickets, list(others.values_list("reference", flat=True)))
