"""Sharing demandes out among the people of a bureau: one, several at once, or all those of somebody who is away."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from tracker import writers
from tracker.commands import Assign, Undo
from tracker.errors import NotAllowed, SillageError, StaleVersion
from tracker.models import Event, Ticket, User
from tracker.permissions import abilities
from tracker.rulebooks import rule_book
from tracker.teams import Teams
from tracker.writers import STREAM, Author, Draft

MOST = 200
"""Demandes handed over in one step; what remains is handed over by the next one."""
CHUNK = 50
"""Demandes written in one transaction: an agent's save waits less than a second."""
ASSIGNING = ("assigned", "reassigned", "handed_over")


@dataclass(frozen=True, slots=True)
class Refusal:
    reference: str
    message: str


@dataclass(slots=True)
class Shared:
    """What was done at the instant `at`, by which it can be taken back, and what was refused, row by row."""

    at: datetime
    written: list[Ticket] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, ticket: Ticket, message: str) -> None:
        self.refused.append(Refusal(ticket.reference, message))


def share_out(chosen: Iterable[tuple[Ticket, int]], to: User, author: Author) -> Shared:
    """Give each demande to `to`, inside its bureau; each comes with the version that the person was shown. Each is its
    own act: one that somebody else has just given refuses no other."""
    author = replace(author, now=author.moment)
    shared = Shared(author.moment)
    chosen = list(chosen)
    teams = Teams({ticket.prefecture_id for ticket, _ in chosen})
    for ticket, version in sorted(chosen, key=lambda pair: pair[0].pk):
        if ticket.office_id is None or not teams.may_hold(to.pk, ticket.office_id):
            shared.refuse(ticket, cannot_hold(to))
            continue
        act = Assign(ticket.office_id, to.pk)
        try:
            shared.written.append(writers.write_one(ticket.pk, [act], author, opened_version=version))
        except StaleVersion as refused:
            shared.refuse(ticket, given_meanwhile(ticket, refused) or refused.message)
        except SillageError as refused:
            shared.refuse(ticket, refused.message)
    return shared


def hand_over(ticket_ids: Sequence[int], holder: User, to: User, author: Author) -> Shared:
    """Give to `to` what `holder` still has among these demandes: done again, it changes nothing more. At most MOST."""
    author = replace(author, now=author.moment)
    shared = Shared(author.moment)
    for start in range(0, len(ticket_ids[:MOST]), CHUNK):
        with transaction.atomic():
            rows = writers.lock_many(ticket_ids[start : start + CHUNK]).values()
            teams = Teams({ticket.prefecture_id for ticket in rows})
            drafts: dict[int, list[Draft]] = defaultdict(list)
            for ticket in rows:
                message = why_not(ticket, holder, to, author, teams)
                if message:
                    shared.refuse(ticket, message)
                elif ticket.office_id is not None:
                    act = Assign(ticket.office_id, to.pk)
                    drafts[ticket.prefecture_id].append(Draft(ticket, [(author, [act])]))
            for prefecture_id, group in drafts.items():
                writers.write_many(group, rule_book(prefecture_id), refuse=True)
        for draft in (each for group in drafts.values() for each in group):
            if draft.refusal is None:
                shared.written.append(draft.ticket)
            else:
                shared.refuse(draft.ticket, draft.refusal.message)
    return shared


def take_back(at: datetime, author: Author) -> Shared:
    """Undo what this person shared out at the instant `at`, as long as the journal allows it."""
    shared = Shared(author.moment)
    if author.user is None:
        raise TypeError("only a person takes back")
    events = Event.objects.filter(prefecture_id__in=author.user.scope.prefecture_ids, recorded_at=at)
    events = events.filter(stream=STREAM, actor=author.user, kind__in=ASSIGNING)
    numbers = dict(events.values_list("object_id", "number"))
    for ticket in Ticket.objects.filter(pk__in=numbers).order_by("pk"):
        try:
            shared.written.append(writers.write_one(ticket.pk, [Undo()], author, opened_version=numbers[ticket.pk]))
        except SillageError as refused:
            shared.refuse(ticket, refused.message)
    return shared


def why_not(ticket: Ticket, holder: User, to: User, author: Author, teams: Teams) -> str:
    """Why a locked demande is not handed over; empty where it is."""
    if not ticket.is_open:
        return "La demande est terminée."
    if ticket.assignee_id != holder.pk:
        return f"{holder.full_name} n’en est plus responsable."
    if author.user is not None and "assign" not in abilities(author.user, ticket):
        return NotAllowed.default
    return "" if teams.may_hold(to.pk, ticket.office_id) else cannot_hold(to)


def cannot_hold(to: User) -> str:
    return f"{to.full_name} ne traite pas les demandes de ce bureau."


def given_meanwhile(ticket: Ticket, refused: StaleVersion) -> str:
    """Who has been given the demande while the page was open; empty where that is not what changed."""
    holder = User.objects.filter(pk__in=Ticket.objects.filter(pk=ticket.pk).values("assignee")).first()
    if holder is None or "assignee_id" not in refused.fields:
        return ""
    return f"La demande vient d’être confiée à {holder.full_name}."
