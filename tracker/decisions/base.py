"""What a decision is given and what it gives back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django_fsm import TransitionNotAllowed

from tracker.deadlines import CalendarAt, DeadlineState, Fact, RuleBook, RuleScope, replay
from tracker.enums import Purpose, State, Via
from tracker.errors import InvalidCommand, NotAllowed, TransitionRefused
from tracker.models.tickets import Ticket
from tracker.workdays import DateOutsideCalendar, WorkCalendar

UNDO_WINDOW = timedelta(minutes=10)
ELIMINATED = "Les textes de cette demande ont été éliminés\xa0: elle ne change plus."


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One event of the demande's journal, as a decision may need it. `texts` are those not yet erased."""

    fact: Fact
    act_id: uuid.UUID
    actor_id: int | None
    recorded_at: datetime
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    """All that a decision knows: it reads no database and no clock."""

    now: datetime
    today: date
    actor_id: int | None
    via: Via
    abilities: frozenset[str]
    rules: RuleBook
    calendar: WorkCalendar
    calendar_at: CalendarAt
    history: list[PastEvent] = field(default_factory=list)
    act_id: uuid.UUID = field(default_factory=uuid.uuid4)
    sent_to_requester: bool = False

    def again(self) -> "Context":
        """The same, for another decision: deciding uses a context up."""
        return replace(self, history=list(self.history), act_id=uuid.uuid4())

    def require(self, ability: str) -> None:
        """Refuse a person whose role does not give `ability` on this demande."""
        if ability not in self.abilities:
            raise NotAllowed

    @property
    def facts(self) -> list[Fact]:
        return [past.fact for past in self.history]

    @property
    def deadlines(self) -> tuple[DeadlineState, ...]:
        """The deadlines as the journal stands."""
        return replay(self.facts, self.rules, self.calendar_at)

    def not_future(self, on: date, field_name: str) -> None:
        """Refuse a day on which nothing can have happened yet, or that the calendar does not know."""
        self.in_calendar(on, field_name)
        if on > self.today:
            raise InvalidCommand(
                f"Le {on:%d/%m/%Y} est dans le futur. Indiquez au plus tard le {self.today:%d/%m/%Y}.", field=field_name
            )

    def in_calendar(self, on: date, field_name: str) -> None:
        """Refuse a day outside the calendar's years, beside the field that holds it."""
        try:
            self.calendar.reason(on)
        except DateOutsideCalendar as refusal:
            raise InvalidCommand(str(refusal), field=field_name) from refusal

    def openings(self, purposes: list[str], scope: RuleScope, on: date) -> dict[str, Any]:
        """What a fact that opens deadlines carries: the rule for each purpose and the calendar's version."""
        found = {purpose: self.rules.find(purpose, scope, on) for purpose in purposes}
        return {
            "rules": {purpose: rule.id if rule else None for purpose, rule in found.items()},
            "calendar": self.calendar.version,
        }


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to write. `data` is JSON without personal text; `texts` go to erasable rows."""

    kind: str
    occurred_on: date
    data: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)

    def changing(self, changes: dict[str, list[Any]]) -> "EventDraft":
        if not changes:
            return self
        return EventDraft(self.kind, self.occurred_on, {**self.data, "changes": changes}, self.texts)


@dataclass(slots=True)
class Change:
    """What an act does: columns changed on the ticket, events, the deadlines after it, columns of the detail model."""

    fields: set[str]
    events: list[EventDraft]
    deadlines: tuple[DeadlineState, ...]
    details: dict[str, Any] = field(default_factory=dict)


def scope_of(ticket: Ticket) -> RuleScope:
    return RuleScope(
        kind=ticket.kind_id,
        channel=ticket.channel_id,
        module=ticket.module,
        nature=ticket.nature_id,
        site=ticket.site_id,
    )


def transition(act: Callable[..., Any], **fields: Any) -> None:
    """Run a transition of the machine; a refusal names the present state."""
    try:
        act(**fields)
    except TransitionNotAllowed as refusal:
        label = State(refusal.object.state).label
        raise TransitionRefused(f"Cette action n’est pas possible\xa0: la demande est «\xa0{label}\xa0».") from refusal


def iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def after_arrival(ticket: Ticket, on: date, field_name: str) -> None:
    if on < ticket.received_on:
        raise InvalidCommand(
            f"Cette date précède l’arrivée de la demande ({ticket.received_on:%d/%m/%Y}).", field=field_name
        )


def after_restart(context: Context, on: date, field_name: str) -> None:
    """Refuse a day before the running clock started: on completion, or with the message that reopened the demande."""
    restarts = [s.starts_on for s in context.deadlines if s.running and s.purpose != Purpose.PROMISED_REPLY]
    if restarts and on < max(restarts):
        raise InvalidCommand(
            f"Cette date précède le départ du délai en cours ({max(restarts):%d/%m/%Y}).", field=field_name
        )
