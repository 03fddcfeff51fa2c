"""What was registered wrongly, and what a change of rule or calendar moves."""

from datetime import date
from typing import Any

from tracker.commands import Correct, Recompute
from tracker.deadlines import DeadlineState, Rule, effective, required_day
from tracker.decisions.base import Context, EventDraft, iso, scope_of
from tracker.decisions.handling import clean
from tracker.enums import Outcome, Purpose, RuleStart
from tracker.errors import InvalidCommand
from tracker.models.tickets import Ticket

RECOMPUTING = frozenset({"received_on", "channel_id", "nature_id", "module", "kind_id"})
CORRECTABLE = RECOMPUTING | {"theme_id", "mailbox_id", "postmark_on", *Ticket.PERSONAL_FIELDS}
OPENING_FACTS = ("registered", "completed", "reopened", "proposed")


def correct(ticket: Ticket, command: Correct, context: Context) -> EventDraft:
    """New values for what was registered; unknown columns are a programming error, equal values are left out."""
    context.require("correct")
    if not set(command.values) <= CORRECTABLE | {"kind"}:
        raise ValueError(f"columns that a correction does not write: {set(command.values) - CORRECTABLE}")
    values: dict[str, Any] = {
        name: clean(name, value) if name in Ticket.PERSONAL_FIELDS else value for name, value in command.values.items()
    }
    kind = values.pop("kind", None)
    if kind is not None and kind.pk != ticket.kind_id:
        if kind.machine != ticket.machine:
            raise InvalidCommand(
                "Ce type suit un autre circuit\xa0: classez la demande sans suite («\xa0erreur d’enregistrement\xa0») "
                "et enregistrez-la de nouveau.",
                field="kind",
            )
        values["kind_id"] = kind.pk
    values = {name: value for name, value in values.items() if getattr(ticket, name) != value}
    if not values:
        raise InvalidCommand("Rien n’a changé.")
    if RECOMPUTING & set(values) and deadline_passed(context):
        context.require("override_late")
    check_dates(ticket, values, context)
    texts = {f"was_{name}": getattr(ticket, name) for name in values if name in Ticket.PERSONAL_FIELDS}
    if "kind_id" in values:
        ticket.kind = kind
    for name, value in values.items():
        setattr(ticket, name, value)
    data: dict[str, Any] = {"fields": sorted(values)}
    if RECOMPUTING & set(values):
        data["openings"] = corrected_openings(ticket, context)
    return EventDraft("corrected", context.today, data, {name: text for name, text in texts.items() if text})


def check_dates(ticket: Ticket, values: dict[str, Any], context: Context) -> None:
    """A corrected arrival precedes today and every dated act, and follows the postmark. It may fall in another year
    than the one that numbered the demande: the reference is kept."""
    postmark_on: date | None = values.get("postmark_on", ticket.postmark_on)
    if postmark_on and postmark_on > values.get("received_on", ticket.received_on):
        raise InvalidCommand(
            "Le cachet de la poste est postérieur à l’arrivée.",
            field="received_on" if "received_on" in values else "postmark_on",
        )
    received_on: date | None = values.get("received_on")
    if received_on is None:
        return
    context.not_future(received_on, "received_on")
    acts = [fact for fact in effective(context.facts) if fact.kind != "registered" and fact.data.get("on")]
    first = min((required_day(fact.data, "on") for fact in acts), default=None)
    if first is not None and received_on > first:
        raise InvalidCommand(
            f"L’arrivée ne peut pas suivre ce qui a déjà été fait le {first:%d/%m/%Y}.", field="received_on"
        )


def corrected_openings(ticket: Ticket, context: Context) -> dict[str, dict[str, Any]]:
    """What every fact that opened a deadline would have carried with the ticket's present columns."""
    openings: dict[str, dict[str, Any]] = {}
    scope = scope_of(ticket)
    promise = ticket.kind.purpose
    for fact in effective(context.facts):
        if fact.kind not in OPENING_FACTS or "rules" not in fact.data:
            continue
        purposes = [
            promise if purpose in (Purpose.REPLY, Purpose.UPDATE) else purpose for purpose in fact.data["rules"]
        ]
        if fact.kind == "registered":
            on = ticket.received_on
            openings[str(fact.number)] = {"received_on": iso(on), **context.openings(purposes, scope, on)}
        else:
            openings[str(fact.number)] = context.openings(purposes, scope, required_day(fact.data, "on"))
    return openings


def recompute(ticket: Ticket, command: Recompute, context: Context) -> EventDraft | None:
    """New dates for the running deadlines that the change concerns; None when nothing moves."""
    moved = []
    for state in context.deadlines:
        if not state.running or state.purpose == Purpose.PROMISED_REPLY or not concerned(state, command):
            continue
        rule = recomputed_rule(state, ticket, command, context)
        due_on = context.calendar.add(state.starts_on, rule.days) if rule else None
        rule_id = rule.id if rule else None
        if (rule_id, due_on) != (state.rule, state.due_on):
            moved.append({"purpose": state.purpose, "rank": state.rank, "rule": rule_id})
    if not moved:
        return None
    return EventDraft("recomputed", context.today, {"deadlines": moved, "calendar": context.calendar.version})


def concerned(state: DeadlineState, command: Recompute) -> bool:
    """Whether the change reaches this deadline. A closed day does where it lies after day 0 and not after the due date,
    whether the change closes it (the due date moves later) or opens it again."""
    if command.days:
        return state.due_on is not None and any(state.starts_on < closed <= state.due_on for closed in command.days)
    return state.starts_on >= command.effective_from


def recomputed_rule(state: DeadlineState, ticket: Ticket, command: Recompute, context: Context) -> Rule | None:
    """The rule that a change of rules gives; a change of the calendar keeps the one by which the deadline was promised,
    so that closing a day can only move it later."""
    if command.days:
        return context.rules.get(state.rule)
    rule = context.rules.find(state.purpose, scope_of(ticket), state.starts_on)
    if state.purpose == Purpose.MEETING and rule is not None and rule.start != start_of(state, ticket):
        return context.rules.get(state.rule)
    return rule


def start_of(state: DeadlineState, ticket: Ticket) -> RuleStart:
    return RuleStart.ARRIVAL if state.starts_on == ticket.received_on else RuleStart.PROPOSAL


def deadline_passed(context: Context) -> bool:
    """Whether the day promised is behind us, kept or not: what is corrected from then on rewrites a figure."""
    return any(
        state.outcome != Outcome.VOID and state.due_on is not None and state.due_on < context.today
        for state in context.deadlines
    )
