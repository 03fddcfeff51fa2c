"""Eliminations: a list of ended demandes, the visa of the archives, then the erasing of their texts.

The figures stay: dates, states, deadlines and the journal with its chain. What goes is what was said of people: the
personal columns, the texts that the journal carries, the attached files and their names, the words of the search, the
senders proposed while typing, and whatever another part has registered with `also_erase`.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker import attachments, bulk, clock, jobs, journal
from tracker.commands import Eliminate
from tracker.enums import FINAL_STATES, EliminationOutcome, JobState
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models import (
    Attachment,
    Correspondent,
    Elimination,
    EliminationLine,
    Event,
    EventText,
    ExternalIdentity,
    Job,
    Prefecture,
    Ticket,
    TicketKind,
)
from tracker.querysets import TicketQuerySet
from tracker.rulebooks import rule_book
from tracker.search import index_tickets
from tracker.writers import STREAM, Author, Draft, lock_many, write_many

KIND: Final = "eliminate"
CHUNK: Final = 100
"""Demandes erased in one transaction."""

_erasers: list[Callable[[Sequence[int]], None]] = []


def also_erase(eraser: Callable[[Sequence[int]], None]) -> None:
    """Call `eraser` with the keys of each chunk's demandes, in its transaction: for personal data kept beside them."""
    _erasers.append(eraser)


def erase_texts(texts: QuerySet[EventText], at: datetime) -> int:
    """Blank texts not yet erased, and their salts, without which a short text could be guessed from its hash. Returns
    how many were erased."""
    return texts.filter(erased_at__isnull=True).update(text="", salt="", erased_at=at)


# --- The list -----------------------------------------------------------------------------------------------------


def eliminable(prefecture: Prefecture, ended_by: date, kind: TicketKind | None = None) -> TicketQuerySet:
    """Demandes ended on or before `ended_by`, not yet erased nor on another list. One merged into another goes with it
    or after it; one answered without a date, when nothing has been told of it since that day."""
    night = datetime.combine(ended_by + timedelta(days=1), time.min, tzinfo=clock.zone(prefecture.time_zone))
    since = Event.objects.filter(stream=STREAM, object_id=OuterRef("pk"), recorded_at__gte=night)
    listed = EliminationLine.objects.filter(
        ticket=OuterRef("pk"), elimination__abandoned_at=None, outcome=EliminationOutcome.WAITING
    )
    found = Ticket.objects.filter(prefecture=prefecture, state__in=FINAL_STATES, eliminated_on=None)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.filter(
        Q(ended_on__lte=ended_by) | Q(Q(ended_on=None), ~Exists(since)),
        Q(merged_into=None) | Q(merged_into__state__in=FINAL_STATES),
        ~Exists(listed),
    )


@transaction.atomic
def propose(prefecture: Prefecture, ended_by: date, kind: TicketKind | None, author: Author) -> Elimination:
    """Draw up a list, to be shown to the archives. Raises InvalidCommand: a day to come, or nothing to list."""
    now = author.moment
    if ended_by >= clock.local_date(now, prefecture.time_zone):
        raise InvalidCommand("Choisissez un jour passé.", field="ended_by")
    if kind is not None and kind.prefecture_id != prefecture.pk:
        raise InvalidCommand("Ce type de demande n’existe pas dans votre préfecture.", field="kind")
    Prefecture.objects.select_for_update().get(pk=prefecture.pk)  # two lists at once would hold the same demandes
    pks = list(eliminable(prefecture, ended_by, kind).order_by("pk").values_list("pk", flat=True))
    if not pks:
        raise InvalidCommand("Aucune demande terminée à cette date n’est à éliminer.", field="ended_by")
    elimination = Elimination.objects.create(
        prefecture=prefecture, kind=kind, ended_by=ended_by, created_at=now, created_by=author.user
    )
    bulk.insert([EliminationLine(elimination=elimination, ticket_id=pk) for pk in pks])
    data = {"ended_by": ended_by.isoformat(), "kind": kind.code if kind else None, "count": len(pks)}
    tell(elimination, "proposed", data, author)
    return elimination


def abandon(elimination_id: int, author: Author) -> Elimination:
    """Give a list up: its demandes may stand on another. Raises TransitionRefused once the erasing was asked for."""
    with transaction.atomic():
        elimination = locked(elimination_id)
        refuse_unless_waiting(elimination)
        elimination.abandoned_at = author.moment
        elimination.save(update_fields=["abandoned_at"])
        tell(elimination, "abandoned", {}, author)
    return elimination


# --- The visa and the erasing -------------------------------------------------------------------------------------


def carry_out(elimination_id: int, visa: str, visa_on: date, author: Author) -> Elimination:
    """Note the visa of the archives, and ask for the job that erases. Raises InvalidCommand (no reference, a day that
    precedes the list or is to come) and TransitionRefused (abandoned, or already asked for)."""
    visa = " ".join(visa.split())
    with transaction.atomic():
        elimination = locked(elimination_id)
        refuse_unless_waiting(elimination)
        zone = elimination.prefecture.time_zone
        if not visa:
            raise InvalidCommand("Indiquez la référence du visa des archives départementales.", field="visa")
        if not clock.local_date(elimination.created_at, zone) <= visa_on <= clock.local_date(author.moment, zone):
            raise InvalidCommand("Le visa est donné entre le jour de la liste et aujourd’hui.", field="visa_on")
        elimination.visa, elimination.visa_on = visa, visa_on
        elimination.job = jobs.enqueue(
            KIND, {"elimination": elimination.pk}, prefecture=elimination.prefecture, user=author.user
        )
        elimination.save(update_fields=["visa", "visa_on", "job"])
        tell(elimination, "visa_given", {"on": visa_on.isoformat()}, author, {"visa": visa})
    return elimination


def install() -> None:
    """Make the job known; called once the models are loaded."""
    jobs.register_job(KIND, run)


def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job. A line that is no longer waiting is done: taken up again, it goes on with the others."""
    elimination = Elimination.objects.select_related("prefecture").get(pk=job.params["elimination"])
    author = Author(user=job.created_by, quiet=True)
    waiting = elimination.lines.filter(outcome=EliminationOutcome.WAITING).order_by("ticket_id")
    total = elimination.lines.count()
    progress.update(total - waiting.count(), total)
    rules = rule_book(elimination.prefecture_id)
    while lines := list(waiting[:CHUNK]):
        with transaction.atomic():
            tickets = lock_many([line.ticket_id for line in lines])
            drafts = [Draft(ticket, [(author, [Eliminate(elimination.pk)])]) for ticket in tickets.values()]
            write_many(drafts, rules, refuse=True)
            erased = [draft.ticket for draft in drafts if draft.refusal is None]
            erase_beside(elimination.prefecture, erased, author.moment)
            keys = [ticket.pk for ticket in erased]
            chunk = elimination.lines.filter(pk__in=[line.pk for line in lines])
            chunk.filter(ticket__in=keys).update(outcome=EliminationOutcome.ERASED)
            chunk.exclude(ticket__in=keys).update(outcome=EliminationOutcome.KEPT)
            progress.checkpoint({}, done=progress.job.done + len(lines))
    return end(elimination, author)


def erase_beside(prefecture: Prefecture, tickets: Sequence[Ticket], at: datetime) -> None:
    """What stands beside the demandes, in the transaction that blanked them."""
    keys = [ticket.pk for ticket in tickets]
    erase_texts(EventText.objects.filter(event__stream=STREAM, event__object_id__in=keys), at)
    index_tickets(tickets)
    ExternalIdentity.objects.filter(ticket__in=keys).update(sender_digest="")
    named = Ticket.objects.filter(prefecture=prefecture, sender_name=OuterRef("name"))
    Correspondent.objects.filter(~Exists(named), prefecture=prefecture).delete()
    attachments.erase(Attachment.objects.filter(ticket__in=keys), at)
    for eraser in _erasers:
        eraser(keys)


def end(elimination: Elimination, author: Author) -> dict[str, Any]:
    with transaction.atomic():
        elimination = locked(elimination.pk)
        counts = {outcome: elimination.lines.filter(outcome=outcome).count() for outcome in ("erased", "kept")}
        if elimination.done_at is None:
            elimination.done_at = author.moment
            elimination.save(update_fields=["done_at"])
            tell(elimination, "done", counts, author)
    return counts


# --- Details ------------------------------------------------------------------------------------------------------


def locked(elimination_id: int) -> Elimination:
    return Elimination.objects.select_for_update().get(pk=elimination_id)


def waits(elimination: Elimination) -> bool:
    """Whether the erasing can still be asked for: a list neither given up nor begun, or whose job has failed."""
    begun = elimination.job is not None and elimination.job.state != JobState.FAILED
    return elimination.abandoned_at is None and not begun


def refuse_unless_waiting(elimination: Elimination) -> None:
    if elimination.abandoned_at is not None:
        raise TransitionRefused("Cette liste a été abandonnée.")
    if not waits(elimination):
        raise TransitionRefused("L’élimination de cette liste a déjà été demandée.")


def tell(
    elimination: Elimination, kind: str, data: dict[str, Any], author: Author, texts: dict[str, str] | None = None
) -> None:
    today = clock.local_date(author.moment, elimination.prefecture.time_zone)
    entry = journal.Entry(kind, today, data, texts or {})
    journal.record(elimination, entry, author.act(author.moment), prefecture_id=elimination.prefecture_id)
