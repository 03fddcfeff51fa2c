"""Mass acts: one act over many demandes, rehearsed, done by a job, undone by another.

Each demande is written as by hand: same locks, same `decide`, the rights of the person at that moment, refused where
somebody has changed since what the act writes. A chunk is one transaction with what became of each of its lines, so
that a job taken up again does nothing twice.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction

from tracker import bulk, jobs
from tracker.commands import Assign, Close, Command, Correct, Undo
from tracker.decisions import decide
from tracker.decisions.base import UNDO_WINDOW
from tracker.enums import JobState, MassKind, MassOutcome, MassStage, Role
from tracker.errors import InvalidCommand, SillageError, StaleVersion, TransitionRefused
from tracker.models import Job, MassAct, MassActLine, Office, Theme, Ticket, User
from tracker.permissions import BY_ROLE, check_belongs
from tracker.querysets import TicketQuerySet
from tracker.rulebooks import current_calendar, rule_book
from tracker.teams import Teams
from tracker.writers import Author, allowed_to, context_for, load_histories, lock_many, refuse_stale, write_locked

KIND: Final = "mass_act"
CHUNK: Final = 25
"""Demandes written in one transaction. Each stays locked until its end: an agent’s save waits half a second at most."""
MOST: Final = 5_000
"""Demandes of one act."""
AT_ONCE: Final = 200
"""Up to so many are checked while the person waits; beyond, by the job."""
DRAFTS_KEPT: Final = timedelta(days=1)
REPORTS_KEPT: Final = timedelta(days=30)

GONE: Final = "La demande ne vous est plus accessible."
CHANGED: Final = "Quelqu’un a modifié la demande depuis que vous l’avez choisie."
CHANGED_SINCE: Final = "La demande a changé depuis\xa0: corrigez-la à la main si besoin."
SAME_OFFICE: Final = "Ce bureau tient déjà la demande."
SAME_THEME: Final = "La demande a déjà ce thème."
NO_OFFICE: Final = "Aucun bureau ne tient encore la demande\xa0: confiez-la d’abord à un bureau."
NOT_THERE: Final = "Cette personne ne travaille pas dans le bureau de la demande."

NEEDS: Final[Mapping[str, frozenset[str]]] = {
    MassKind.OFFICE: frozenset({"assign", "reassign"}),
    MassKind.AGENT: frozenset({"assign", "take"}),
    MassKind.THEME: frozenset({"correct"}),
    MassKind.CLOSE: frozenset({"close"}),
}
"""The abilities without which no role gets anywhere with the act."""


# --- Asking -------------------------------------------------------------------------------------------------------


def kinds_for(user: User) -> list[MassKind]:
    """The acts that some role of the person may do. Whether it may on each demande, `decide` says."""
    mine = frozenset().union(*(BY_ROLE.get(Role(role), frozenset()) for role in user.scope.roles()))
    return [kind for kind in MassKind if mine >= NEEDS[kind]]


@transaction.atomic
def draw_up(tickets: TicketQuerySet, kind: MassKind, author: Author, *, gone: int = 0) -> MassAct:
    """Note the selection, each demande at its present version. `tickets`: what the person sees of it; `gone`: how many
    more were chosen. Raises InvalidCommand: none, or too many."""
    user = person(author)
    rows = list(tickets.order_by("pk").values_list("pk", "version", "prefecture_id")[: MOST + 1])
    if not rows:
        raise InvalidCommand("Cochez au moins une demande.")
    if len(rows) > MOST:
        raise InvalidCommand(f"Une action porte sur {MOST:,} demandes au plus.".replace(",", "\u202f"))
    act = MassAct.objects.create(
        prefecture_id=rows[0][2], created_by=user, created_at=author.moment, kind=kind, gone=gone
    )
    bulk.insert([MassActLine(act=act, ticket_id=pk, opened_version=version) for pk, version, _ in rows])
    if act.has_target:
        check(act)
    return act


@transaction.atomic
def aim(act_id: int, user: User, target: Office | User | Theme) -> MassAct:
    """Say which bureau, person or theme, and check what it would do. Raises TransitionRefused once it has begun."""
    act = held(act_id, user, MassStage.CHOOSING, MassStage.READY)
    column = {MassKind.OFFICE: "office", MassKind.AGENT: "assignee", MassKind.THEME: "theme"}[MassKind(act.kind)]
    setattr(act, column, target)
    check(act)
    return act


def check(act: MassAct) -> None:
    """Foresee each refusal: now for a small selection, by the job for a large one."""
    act.stage = MassStage.CHECKING
    if act.lines.count() > AT_ONCE:
        act.job = enqueue(act, "check")
    else:
        foresee(list(act.lines.order_by("ticket_id")), act, Author(user=act.created_by))
        act.stage = MassStage.READY
    act.save()


@transaction.atomic
def confirm(act_id: int, user: User) -> MassAct:
    """Ask for the job. Raises TransitionRefused where it was asked for already."""
    act = held(act_id, user, MassStage.READY)
    act.stage, act.job = MassStage.RUNNING, enqueue(act, "do")
    act.save()
    return act


@transaction.atomic
def undo(act_id: int, user: User, now: datetime) -> MassAct:
    """Ask for the job that takes it back, for ten minutes. Raises TransitionRefused."""
    act = held(act_id, user, MassStage.ENDED)
    if not undoable(act, now):
        raise TransitionRefused("Une action s’annule dans les dix minutes.")
    act.stage, act.job = MassStage.UNDOING, enqueue(act, "undo")
    act.save()
    return act


@transaction.atomic
def resume(act_id: int, user: User) -> MassAct:
    """Ask again for a job that has failed: it goes on with what is left. Raises TransitionRefused where it has not."""
    act = held(act_id, user, *STEPS.values())
    if not has_failed(act):
        raise TransitionRefused("Ce travail n’est pas arrêté.")
    step = next(step for step, stage in STEPS.items() if stage == act.stage)
    act.job = enqueue(act, step)
    act.save()
    return act


def undoable(act: MassAct, now: datetime) -> bool:
    recent = act.ended_at is not None and now - act.ended_at <= UNDO_WINDOW
    return act.stage == MassStage.ENDED and recent and act.lines.filter(outcome=MassOutcome.DONE).exists()


def has_failed(act: MassAct) -> bool:
    return act.job is not None and act.job.state == JobState.FAILED and act.stage in STEPS.values()


def held(act_id: int, user: User, *stages: str) -> MassAct:
    """The person's own act, locked, at one of these stages. Two confirmations at once give one job."""
    act = MassAct.objects.select_for_update(of=("self",)).get(pk=act_id, created_by=user)
    if act.stage not in stages:
        raise TransitionRefused("Cette action a déjà avancé.")
    return act


def enqueue(act: MassAct, step: str) -> Job:
    return jobs.enqueue(KIND, {"act": act.pk, "step": step}, prefecture=act.prefecture, user=act.created_by)


def person(author: Author) -> User:
    if author.user is None:
        raise TypeError("a mass act is a person's")
    return author.user


def forget(now: datetime) -> int:
    """Delete what was never confirmed after a day, and reports after a month: the journal keeps what was done. Gives
    how many acts."""
    drafts = models.Q(stage__in=(MassStage.CHOOSING, MassStage.READY), created_at__lt=now - DRAFTS_KEPT)
    ended = models.Q(ended_at__lt=now - REPORTS_KEPT)
    old = MassAct.objects.filter(drafts | ended)
    count = old.count()
    old.delete()
    return count


# --- One demande --------------------------------------------------------------------------------------------------


def command_for(act: MassAct, ticket: Ticket, teams: Teams) -> Command:
    """What the act asks of one demande. Raises InvalidCommand where it makes no sense there."""
    match act.kind:
        case MassKind.OFFICE if act.office_id:
            if ticket.office_id == act.office_id:
                raise InvalidCommand(SAME_OFFICE)
            return Assign(act.office_id)
        case MassKind.AGENT if act.assignee_id:
            if ticket.office_id is None:
                raise InvalidCommand(NO_OFFICE)
            if not teams.may_hold(act.assignee_id, ticket.office_id):
                raise InvalidCommand(NOT_THERE)
            return Assign(ticket.office_id, act.assignee_id)
        case MassKind.THEME if act.theme_id:
            if ticket.theme_id == act.theme_id:
                raise InvalidCommand(SAME_THEME)
            return Correct({"theme_id": act.theme_id})
        case MassKind.CLOSE:
            return Close()
    raise TypeError(f"{act.kind} without what it needs")


def said(refusal: SillageError) -> str:
    return CHANGED if isinstance(refusal, StaleVersion) else refusal.message[:300]


# --- The three steps, a chunk at a time ---------------------------------------------------------------------------


def foresee(lines: Sequence[MassActLine], act: MassAct, author: Author) -> None:
    """Write beside each line why it would be refused, if it would: `decide` on a copy, nothing locked."""
    user = person(author)
    keys = [line.ticket_id for line in lines]
    seen = Ticket.objects.visible_to(user).select_related("site", "kind", "prefecture").in_bulk(keys)
    histories, teams = load_histories(keys), Teams({act.prefecture_id})
    rules = {pk: rule_book(pk) for pk in {ticket.prefecture_id for ticket in seen.values()}}
    calendars = {site.pk: current_calendar(site) for site in {ticket.site for ticket in seen.values()}}
    for line in lines:
        ticket = seen.get(line.ticket_id)
        line.reason = GONE if ticket is None else ""
        if ticket is None:
            continue
        history = list(histories[ticket.pk][0])
        allowed = allowed_to(user, ticket, history)
        context = context_for(
            ticket.site, rules[ticket.prefecture_id], author, author.moment, allowed, calendars[ticket.site_id]
        )
        context.history = history
        try:
            commands = [command_for(act, ticket, teams)]
            check_belongs(ticket.prefecture_id, commands)
            refuse_stale(history, commands, line.opened_version)
            decide(copy.copy(ticket), commands, context)
        except SillageError as refusal:
            line.reason = said(refusal)
    MassActLine.objects.bulk_update(lines, ["reason"])


def do(lines: Sequence[MassActLine], act: MassAct, author: Author) -> None:
    user = person(author)
    tickets = lock_many([line.ticket_id for line in lines])
    seen = set(Ticket.objects.visible_to(user).filter(pk__in=tickets).values_list("pk", flat=True))
    teams = Teams({act.prefecture_id})
    for line in lines:
        ticket = tickets[line.ticket_id]
        try:
            if line.ticket_id not in seen or not user.is_active:
                raise InvalidCommand(GONE)
            command = command_for(act, ticket, teams)
            written = write_locked(ticket, [command], author, opened_version=line.opened_version)
        except SillageError as refusal:
            line.outcome, line.reason = MassOutcome.REFUSED, said(refusal)
        else:
            line.outcome, line.reason, line.done_version = MassOutcome.DONE, "", written.version
    MassActLine.objects.bulk_update(lines, ["outcome", "reason", "done_version"])


def take_back(lines: Sequence[MassActLine], _act: MassAct, author: Author) -> None:
    """Undo each line whose demande has stood still since: anything told of it afterwards is not ours to cancel."""
    tickets = lock_many([line.ticket_id for line in lines])
    for line in lines:
        ticket = tickets[line.ticket_id]
        try:
            if ticket.version != line.done_version:
                raise TransitionRefused(CHANGED_SINCE)
            write_locked(ticket, [Undo()], author)
        except SillageError as refusal:
            line.outcome, line.reason = MassOutcome.KEPT, said(refusal)
        else:
            line.outcome = MassOutcome.UNDONE
    MassActLine.objects.bulk_update(lines, ["outcome", "reason"])


# --- The job ------------------------------------------------------------------------------------------------------

Work = Callable[[Sequence[MassActLine], MassAct, Author], None]
STEPS: Final = {"check": MassStage.CHECKING, "do": MassStage.RUNNING, "undo": MassStage.UNDOING}


def install() -> None:
    """Make the job known; called once the models are loaded."""
    jobs.register_job(KIND, run)


def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """One step of an act. Rights are read afresh for each chunk: they may change while it runs."""
    act = MassAct.objects.select_related("prefecture").get(pk=job.params["act"])
    match job.params["step"]:
        case "check":
            go_through(job, progress, act, foresee, None)
            finish(act, MassStage.CHECKING, stage=MassStage.READY)
        case "do":
            go_through(job, progress, act, do, MassOutcome.WAITING)
            finish(act, MassStage.RUNNING, stage=MassStage.ENDED, ended_at=Author().moment)
        case _:
            go_through(job, progress, act, take_back, MassOutcome.DONE)
            finish(act, MassStage.UNDOING, stage=MassStage.UNDONE)
    return {}


def go_through(job: Job, progress: jobs.Progress, act: MassAct, work: Work, outcome: MassOutcome | None) -> None:
    """Every line that has this outcome (any, where None), from where the job stopped."""
    after = job.checkpoint.get("after", 0)
    lines = act.lines.filter(outcome=outcome) if outcome else act.lines.all()
    progress.update(job.done, job.done + lines.filter(ticket_id__gt=after).count())
    while chunk := list(lines.filter(ticket_id__gt=after).order_by("ticket_id")[:CHUNK]):
        with transaction.atomic():
            work(chunk, act, Author(user=User.objects.get(pk=act.created_by_id)))
            after = chunk[-1].ticket_id
            progress.checkpoint({"after": after}, done=progress.job.done + len(chunk))


def finish(act: MassAct, present: MassStage, **columns: Any) -> None:
    MassAct.objects.filter(pk=act.pk, stage=present).update(**columns)


# --- Reading ------------------------------------------------------------------------------------------------------


def reasons(lines: models.QuerySet[MassActLine]) -> list[tuple[str, int]]:
    """Why, and how many: the most frequent first. One query."""
    counted = lines.exclude(reason="").order_by().values_list("reason").annotate(number=models.Count("pk"))
    return [(reason, number) for reason, number in counted.order_by("-number", "reason")]
