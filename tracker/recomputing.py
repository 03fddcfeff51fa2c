"""What a change of rules or calendar does to the deadlines that are running: said beforehand, then done by a job.

Both ask the same `decide`, with `Recompute`. Deadlines that have ended never move; of the others, a change of rules
reaches those whose day 0 is the day of the change or later, a closed day those that it crosses.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from tracker import jobs
from tracker.closures import CalendarPlan, planned_calendar, record_closures
from tracker.commands import Recompute
from tracker.deadlines import CalendarAt, DeadlineState, RuleBook
from tracker.decisions import decide
from tracker.enums import Outcome, Purpose, Via
from tracker.errors import InvalidCommand
from tracker.models import Deadline, DeadlineRule, Job, Ticket
from tracker.permissions import ALL
from tracker.rulebooks import current_calendar, rule_book
from tracker.ruling import RulePlan, concerned_tickets, planned_rules, record_rules
from tracker.workdays import WorkCalendar
from tracker.writers import Author, context_for, load_histories, write_one

KIND = "recompute"
CHUNK = 50
"""Demandes written in one transaction. Each stays locked until its end: an agent’s save waits less than a second."""
MOST_LINES = 500
"""Moves listed one by one in a preview or a report; beyond, only counted."""

Plan = RulePlan | CalendarPlan
Key = tuple[str, int]
"""Purpose and rank of a deadline."""


@dataclass(frozen=True, slots=True)
class Move:
    """One deadline before and after; None is « sans délai défini ». Dates are ISO strings, so that a report is JSON."""

    reference: str
    purpose: str
    before: str | None
    after: str | None

    @property
    def purpose_label(self) -> str:
        return Purpose(self.purpose).label

    @property
    def before_on(self) -> date | None:
        return date.fromisoformat(self.before) if self.before else None

    @property
    def after_on(self) -> date | None:
        return date.fromisoformat(self.after) if self.after else None


@dataclass(slots=True)
class Effect:
    """What a change does, or did: deadlines counted by where they go, and the first moves one by one."""

    later: int = 0
    earlier: int = 0
    gained: int = 0
    lost: int = 0
    unchanged: int = 0
    refused: int = 0
    moves: list[Move] = field(default_factory=list)

    def add(self, moves: Iterable[Move], unchanged: int) -> None:
        self.unchanged += unchanged
        for move in moves:
            if move.before is None:
                self.gained += 1
            elif move.after is None:
                self.lost += 1
            elif move.after > move.before:
                self.later += 1
            else:
                self.earlier += 1
            if len(self.moves) < MOST_LINES:
                self.moves.append(move)

    @property
    def moved(self) -> int:
        return self.later + self.earlier + self.gained + self.lost

    @property
    def sentence(self) -> str:
        """« 12 échéances reculent, 3 avancent. »"""
        parts = [
            (self.later, "recule", "reculent"),
            (self.earlier, "avance", "avancent"),
            (self.gained, "sans délai défini en reçoit un", "sans délai défini en reçoivent un"),
            (self.lost, "n’a plus de délai défini", "n’ont plus de délai défini"),
        ]
        said = [(number, one if number == 1 else many) for number, one, many in parts if number]
        if not said:
            return "Aucune échéance en cours ne change."
        (first, verb), *others = said
        noun = "échéance" if first == 1 else "échéances"
        return ", ".join([f"{first} {noun} {verb}", *(f"{number} {words}" for number, words in others)]) + "."

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Effect":
        return cls(**{**data, "moves": [Move(**move) for move in data.get("moves", ())]})


# --- Which demandes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a change may move something: `part` of the préfecture's demandes, deadlines of `purposes` (empty: all)."""

    prefecture_id: int
    command: Recompute
    part: Q
    purposes: frozenset[str] = frozenset()

    def concerns(self, purpose: str) -> bool:
        return purpose != Purpose.PROMISED_REPLY and (not self.purposes or purpose in self.purposes)

    def tickets(self) -> QuerySet[Ticket]:
        """Demandes with a running deadline that may move; `decide` has the last word on each."""
        running = Deadline.objects.filter(prefecture_id=self.prefecture_id, outcome=Outcome.RUNNING)
        if self.command.days:
            running = running.filter(starts_on__lt=self.command.days[-1], due_on__gte=self.command.days[0])
        else:
            running = running.filter(starts_on__gte=self.command.effective_from, purpose__in=self.purposes)
        return Ticket.objects.filter(
            self.part, prefecture_id=self.prefecture_id, pk__in=running.values("ticket_id")
        ).order_by("pk")


def reach_of(plan: Plan) -> Reach:
    if isinstance(plan, CalendarPlan):
        return days_reach(plan.site.prefecture_id, plan.site.pk, plan.days)
    return rules_reach(plan.prefecture.pk, plan.rows, plan.effective_from)


def days_reach(prefecture_id: int, site_id: int, days: tuple[date, ...]) -> Reach:
    return Reach(prefecture_id, Recompute(effective_from=days[0], days=days), Q(site_id=site_id))


def rules_reach(prefecture_id: int, rows: Sequence[DeadlineRule], effective_from: date) -> Reach:
    purposes = frozenset(row.purpose for row in rows)
    return Reach(prefecture_id, Recompute(effective_from=effective_from), concerned_tickets(rows), purposes)


def batches(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(pks), CHUNK):
        yield pks[start : start + CHUNK]


def moves_between(
    reference: str, before: Mapping[Key, date | None], after: Mapping[Key, date | None]
) -> tuple[list[Move], int]:
    """The running deadlines whose date differs, and how many stay."""
    moves = [
        Move(reference, key[0], iso(before[key]), iso(after[key]))
        for key in sorted(before)
        if after[key] != before[key]
    ]
    return moves, len(before) - len(moves)


def planned_dates(states: Iterable[DeadlineState], reach: Reach) -> dict[Key, date | None]:
    return {state.key: state.due_on for state in states if state.running and reach.concerns(state.purpose)}


def stored_dates(ticket_id: int, reach: Reach) -> dict[Key, date | None]:
    rows = Deadline.objects.filter(ticket_id=ticket_id, outcome=Outcome.RUNNING)
    return {
        (purpose, rank): due_on
        for purpose, rank, due_on in rows.values_list("purpose", "rank", "due_on")
        if reach.concerns(purpose)
    }


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- Saying it ----------------------------------------------------------------------------------------------------


def preview(plan: Plan) -> Effect:
    """What the plan would do to the running deadlines. Writes nothing."""
    reach = reach_of(plan)
    rules = RuleBook(planned_rules(plan)) if isinstance(plan, RulePlan) else rule_book(reach.prefecture_id)
    calendar_for = calendars(plan)
    author = Author(via=Via.TASK)
    effect = Effect()
    for batch in batches(list(reach.tickets().values_list("pk", flat=True))):
        histories = load_histories(batch)
        for ticket in Ticket.objects.filter(pk__in=batch).select_related("site", "kind").order_by("pk"):
            context = context_for(ticket.site, rules, author, author.moment, ALL, calendar_for(ticket))
            context.calendar_at = with_planned(context.calendar, context.calendar_at)
            context.history = list(histories[ticket.pk][0])
            before = planned_dates(context.deadlines, reach)
            try:
                change = decide(ticket, [reach.command], context)
            except InvalidCommand:  # the new date falls outside the calendar: the job will leave the present one
                effect.refused += 1
                continue
            effect.add(*moves_between(ticket.reference, before, planned_dates(change.deadlines, reach)))
    return effect


def with_planned(planned: WorkCalendar, stored_at: CalendarAt) -> CalendarAt:
    """The calendars of a site, in which one version is not written yet."""
    return lambda version: planned if version == planned.version else stored_at(version)


def calendars(plan: Plan) -> Callable[[Ticket], WorkCalendar]:
    """The calendar that the plan gives to each demande: at the site it changes the planned one."""
    known = {plan.site.pk: planned_calendar(plan)} if isinstance(plan, CalendarPlan) else {}

    def calendar_for(ticket: Ticket) -> WorkCalendar:
        if ticket.site_id not in known:
            known[ticket.site_id] = current_calendar(ticket.site)
        return known[ticket.site_id]

    return calendar_for


# --- Doing it -----------------------------------------------------------------------------------------------------


@transaction.atomic
def carry_out(plan: Plan, author: Author) -> Job:
    """Write the plan, and ask for the job that recomputes what it reaches: both or neither. Raises what
    `record_rules` and `record_closures` raise."""
    if isinstance(plan, CalendarPlan):
        record_closures(plan, author)
        prefecture = plan.site.prefecture
        params: dict[str, Any] = {"site": plan.site.pk, "days": [day.isoformat() for day in plan.days]}
    else:
        record_rules(plan, author)
        prefecture = plan.prefecture
        params = {"rules": [row.pk for row in plan.rows], "from": plan.effective_from.isoformat()}
    return jobs.enqueue(KIND, params, prefecture=prefecture, user=author.user)


def install() -> None:
    """Make the job known; called once the models are loaded."""
    jobs.register_job(KIND, run)


def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job. Each chunk is one transaction with its checkpoint; a demande recomputed twice does not move again."""
    reach = reach_of_job(job)
    state = job.checkpoint or {"after": 0, "done": 0, "effect": Effect().as_json()}
    effect, done = Effect.from_json(state["effect"]), state["done"]
    pks = list(reach.tickets().filter(pk__gt=state["after"]).values_list("pk", flat=True))
    progress.update(done, done + len(pks))
    for batch in batches(pks):
        with transaction.atomic():
            for pk in batch:
                recompute_one(pk, reach, effect)
            done += len(batch)
            progress.checkpoint({"after": batch[-1], "done": done, "effect": effect.as_json()}, done=done)
    return effect.as_json()


def reach_of_job(job: Job) -> Reach:
    if job.prefecture_id is None:
        raise TypeError("a recomputation belongs to a préfecture")
    params = job.params
    if "site" in params:
        return days_reach(job.prefecture_id, params["site"], tuple(map(date.fromisoformat, params["days"])))
    rows = list(DeadlineRule.objects.filter(pk__in=params["rules"]))
    return rules_reach(job.prefecture_id, rows, date.fromisoformat(params["from"]))


def recompute_one(pk: int, reach: Reach, effect: Effect) -> None:
    """One demande, by the system: what moved is added to `effect`."""
    before = stored_dates(pk, reach)
    try:
        ticket = write_one(pk, [reach.command], Author(via=Via.TASK))
    except InvalidCommand:  # the new date falls outside the calendar: the present one stays, and is reported
        effect.refused += 1
        return
    effect.add(*moves_between(ticket.reference, before, stored_dates(pk, reach)))
