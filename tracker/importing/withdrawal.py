"""Taking an import back: the demandes that it brought in, and that nobody has touched since, are dismissed as errors of
registration. Nothing is deleted; the rows of the register may be imported again.

See docs/decisions/0015-withdrawing-an-import.md.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from tracker import clock, jobs
from tracker.commands import Command, Dismiss, Reopen
from tracker.enums import DismissalReason, JobState, Via
from tracker.errors import InvalidCommand
from tracker.importing.files import JOB_KIND
from tracker.importing.report import counted
from tracker.models import Event, ExternalIdentity, Job, Prefecture, Ticket, User
from tracker.querysets import IdentityQuerySet
from tracker.rulebooks import rule_book
from tracker.writers import STREAM, Author, Draft, lock_many, write_many

KIND: Final = "withdraw_import"
CHUNK: Final = 100
"""Demandes dismissed in one transaction."""

NOTHING: Final = "Cet import n’a rien apporté que l’on puisse retirer."
ALL_TOUCHED: Final = "Toutes les demandes de cet import ont été modifiées depuis\xa0: aucune ne peut être écartée."
UNDER_WAY: Final = "Le retrait de cet import a déjà été demandé."


# --- What would be withdrawn --------------------------------------------------------------------------------------


def brought_by(imported: Job) -> IdentityQuerySet:
    """What an import has brought in and that still stands, whichever run of it wrote the row."""
    runs, earlier = [imported.pk], [imported.pk]
    while earlier:
        taken_up = Job.objects.filter(kind=JOB_KIND, params__followed_by__in=earlier, params__dry_run=False)
        earlier = list(taken_up.values_list("pk", flat=True))
        runs += earlier
    return ExternalIdentity.objects.standing().filter(job__in=runs)


def with_what_followed(identities: IdentityQuerySet) -> QuerySet[Any]:
    """`last_event`: the last thing told of each demande since the act that brought it in, but for what Sillage does by
    itself (closing after some days, recomputing); None where nobody has touched it."""
    of_ticket = Event.objects.filter(stream=STREAM, object_id=OuterRef("ticket_id"))
    first_act = of_ticket.filter(number=1).values("act_id")
    since = of_ticket.filter(~Q(act_id=OuterRef("first_act"))).exclude(via=Via.TASK).order_by("-number")
    annotated = identities.annotate(first_act=Subquery(first_act))
    return annotated.annotate(last_event=Subquery(since.values("pk")[:1]))


def untouched(identities: IdentityQuerySet) -> QuerySet[Any]:
    return with_what_followed(identities).filter(last_event=None)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many demandes of an import would be dismissed, and how many would stay."""

    withdrawn: int
    kept: int

    @property
    def sentence(self) -> str:
        said = counted(self.withdrawn, "demande sera écartée", "demandes seront écartées")
        return f"{said}, {counted(self.kept, 'restera', 'resteront')}."


def preview(imported: Job) -> Preview:
    brought = brought_by(imported)
    withdrawn = untouched(brought).count()
    return Preview(withdrawn, brought.count() - withdrawn)


@dataclass(frozen=True, slots=True)
class Kept:
    """A demande that stays, and why."""

    ticket: Ticket
    why: str


def kept_of(imported: Job, limit: int, sealed: Container[int | None] = ()) -> Iterator[Kept]:
    """The first demandes that stay, by reference. In the bureaux of `sealed`, nobody is named."""
    rows = with_what_followed(brought_by(imported)).exclude(last_event=None)
    found = list(rows.select_related("ticket").order_by("ticket__year", "ticket__number")[:limit])
    events = Event.objects.select_related("actor").in_bulk([row.last_event for row in found])
    for row in found:
        yield Kept(row.ticket, why(events[row.last_event], named=row.ticket.office_id not in sealed))


def why(event: Event, *, named: bool) -> str:
    if event.kind == "eliminated":
        return "ses textes ont été éliminés"
    if event.via == Via.IMPORT and event.kind != "dismissed":
        return "complétée depuis par un autre import"
    if event.actor is None or not named:
        return "modifiée depuis"
    return f"modifiée depuis par {event.actor.full_name}"


# --- Asking for it ------------------------------------------------------------------------------------------------


def withdrawal_of(imported: Job) -> Job | None:
    """The job that takes an import back, or has done so."""
    return Job.objects.filter(pk=imported.params.get("withdrawn_by"), kind=KIND).first()


def can_be_withdrawn(imported: Job) -> bool:
    """An import that has ended, whatever its end, with something that stands."""
    begun = withdrawal_of(imported)
    return (
        imported.ended_at is not None
        and not imported.params.get("dry_run")
        and "followed_by" not in imported.params
        and (begun is None or begun.state == JobState.FAILED)
        and brought_by(imported).exists()
    )


def withdraw(prefecture: Prefecture, user: User, imported: Job) -> Job:
    """Ask for the job that takes an import back. Asked twice, it begins once. Raises InvalidCommand where there is
    nothing to take back."""
    with transaction.atomic():
        imported = Job.objects.select_for_update().get(pk=imported.pk)
        begun = withdrawal_of(imported)
        if begun is not None and begun.state != JobState.FAILED:
            return begun
        refuse_unless_possible(imported)
        job = jobs.enqueue(KIND, {"import": imported.pk}, prefecture=prefecture, user=user)
        mark(imported, job)
    return job


def withdraw_here(prefecture: Prefecture, imported: Job, listener: Callable[[int, int], None] | None = None) -> Job:
    """The same in this process, for a command. Raises InvalidCommand too where it was asked for already."""
    if (begun := withdrawal_of(imported)) is not None and begun.state != JobState.FAILED:
        raise InvalidCommand(UNDER_WAY)
    refuse_unless_possible(imported)
    return jobs.run_here(KIND, {"import": imported.pk}, prefecture=prefecture, listener=listener)


def refuse_unless_possible(imported: Job) -> None:
    if not can_be_withdrawn(imported):
        raise InvalidCommand(NOTHING)
    if not untouched(brought_by(imported)).exists():
        raise InvalidCommand(ALL_TOUCHED)


def mark(imported: Job, job: Job) -> None:
    imported.params = {**imported.params, "withdrawn_by": job.pk}
    imported.save(update_fields=["params"])


# --- Doing it -----------------------------------------------------------------------------------------------------


def install() -> None:
    """Make the job known; called once the models are loaded."""
    jobs.register_job(KIND, run)


def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job. A row withdrawn stands no more: taken up again, it goes on with the others."""
    imported = taken_in_hand(job)
    author = Author(user=job.created_by, via=Via.IMPORT, quiet=True)
    progress.update(job.done, job.total or brought_by(imported).count())
    done: dict[str, int] = {"after": 0, "withdrawn": 0} | progress.checkpoint_data
    while rows := list(brought_by(imported).filter(pk__gt=done["after"]).order_by("pk")[:CHUNK]):
        with transaction.atomic():
            count = withdraw_chunk(imported, rows, author)
            done = {"after": rows[-1].pk, "withdrawn": done["withdrawn"] + count}
            progress.checkpoint(done, done=progress.job.done + len(rows))
    kept = brought_by(imported).count()
    said = counted(done["withdrawn"], "demande écartée", "demandes écartées")
    sentence = f"{said}, {counted(kept, 'reste', 'restent')}."
    return {"withdrawn": done["withdrawn"], "kept": kept, "sentence": sentence}


def taken_in_hand(job: Job) -> Job:
    """The import, which nobody else takes back meanwhile."""
    with transaction.atomic():
        imported = Job.objects.select_for_update().get(pk=job.params["import"])
        begun = withdrawal_of(imported)
        if begun is not None and begun.pk != job.pk and begun.state != JobState.FAILED:
            raise InvalidCommand(UNDER_WAY)
        mark(imported, job)
    return imported


def withdraw_chunk(imported: Job, rows: list[ExternalIdentity], author: Author) -> int:
    """In the caller's transaction. Who has touched a demande is looked at under its lock: an act that came first keeps
    it, one that comes after finds it dismissed. Returns how many were dismissed."""
    locked = lock_many([row.ticket_id for row in rows])
    chunk = brought_by(imported).filter(pk__in=[row.pk for row in rows])
    free = set(untouched(chunk).values_list("ticket_id", flat=True))
    drafts = [
        Draft(ticket, [(author, dismissal(imported, ticket, author))]) for pk, ticket in locked.items() if pk in free
    ]
    write_many(drafts, rule_book(rows[0].prefecture_id), refuse=True)
    gone = [draft.ticket.pk for draft in drafts if draft.refusal is None]
    # The demandes have just been dismissed: their rows are no longer « standing ».
    ExternalIdentity.objects.filter(pk__in=[row.pk for row in rows], ticket__in=gone).update(withdrawn_at=clock.now())
    return len(gone)


def dismissal(imported: Job, ticket: Ticket, author: Author) -> list[Command]:
    """What has ended is first reopened, as something done by mistake is: one act, told in two events."""
    today = clock.local_date(author.moment, ticket.site.time_zone)
    dismiss = Dismiss(DismissalReason.REGISTRATION_ERROR, today, note=f"Import n°\xa0{imported.pk} retiré")
    return [dismiss] if ticket.is_open else [Reopen(), dismiss]
