"""`decide`: from a demande, commands and what is known, to what changes. Pure: nothing is read, nothing is saved."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import compress
from operator import eq, is_not
from typing import Any

from tracker import commands
from tracker.deadlines import Fact, day, effective, next_promise
from tracker.decisions import attaching, correcting, eliminating, ending, handling, meeting, replying
from tracker.decisions.base import ELIMINATED, Change, Context, EventDraft, PastEvent
from tracker.enums import Machine
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models.tickets import Ticket
from tracker.workdays import DateOutsideCalendar

__all__ = ["Change", "Context", "EventDraft", "PastEvent", "decide"]

HANDLERS: dict[type[commands.Command], Callable[..., EventDraft | None]] = {
    commands.Register: handling.register,
    commands.Assign: handling.assign,
    commands.Take: handling.take,
    commands.SendBack: handling.send_back,
    commands.Note: handling.note,
    commands.Remind: handling.remind,
    commands.MarkSignature: handling.mark_signature,
    commands.Attach: attaching.attach,
    commands.Withdraw: attaching.withdraw,
    commands.AskRequester: replying.ask_requester,
    commands.Complete: replying.complete,
    commands.Hold: replying.hold,
    commands.Answer: replying.answer,
    commands.Propose: meeting.propose,
    commands.Confirm: meeting.confirm,
    commands.HoldMeeting: meeting.hold_meeting,
    commands.CallOff: meeting.call_off,
    commands.Close: ending.close,
    commands.Forward: ending.forward,
    commands.Dismiss: ending.dismiss,
    commands.Merge: ending.merge,
    commands.Absorb: ending.absorb,
    commands.Reopen: ending.reopen,
    commands.Undo: ending.undo,
    commands.Correct: correcting.correct,
    commands.Recompute: correcting.recompute,
    commands.Eliminate: eliminating.eliminate,
}

# Columns that follow from the journal or never change: a change of theirs is not a fact to record.
DERIVED = frozenset({"id", "version", "due_on", "due_purpose", "reference", "number", "year", "prefecture_id"})
COLUMNS = frozenset(f.attname for f in Ticket._meta.concrete_fields if f.attname not in DERIVED)


def decide(ticket: Ticket, acts: Sequence[commands.Command], context: Context) -> Change:
    """Apply `acts`, one after the other, to the loaded instance `ticket` and say what follows. Saves nothing.

    Raises InvalidCommand, NotAllowed or TransitionRefused; the instance is then to be thrown away.
    """
    if ticket.eliminated_on is not None:
        raise TransitionRefused(ELIMINATED)
    start = ticket.__dict__.copy()
    events: list[EventDraft] = []
    for act in acts:
        before = ticket.__dict__.copy()
        try:
            draft = HANDLERS[type(act)](ticket, act, context)
        except DateOutsideCalendar as refusal:
            raise InvalidCommand(str(refusal)) from refusal
        if draft is None:
            continue
        if draft.kind != "registered":
            draft = draft.changing(recorded(changed_columns(ticket, before)))
        events.append(draft)
        ticket.version += 1
        context.history.append(
            PastEvent(
                fact=Fact(ticket.version, draft.kind, draft.data),
                act_id=context.act_id,
                actor_id=context.actor_id,
                recorded_at=context.now,
                texts=draft.texts,
            )
        )
    try:
        deadlines = context.deadlines
    except DateOutsideCalendar as refusal:  # a due date past the last year of the calendar
        raise InvalidCommand(str(refusal)) from refusal
    promise = next_promise(deadlines)
    ticket.due_on = promise.due_on if promise else None
    ticket.due_purpose = promise.purpose if promise else ""
    return Change(
        changed_columns(ticket, start).keys() | {"version", "due_on", "due_purpose"},
        events,
        deadlines,
        detail_columns(ticket.machine, acts, context.facts),
    )


def changed_columns(ticket: Ticket, before: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Old and new value of each column of `ticket` that differs from `before`, a copy of its attributes."""
    now = ticket.__dict__
    # Nearly all are the very same object: those are passed over without a step of ours, since imports do this ten times
    # per demande. Both have the same names in the same order, unless an attribute was added: then one by one.
    same_names = len(now) == len(before) and all(map(eq, now, before))
    moved = compress(now, map(is_not, now.values(), before.values())) if same_names else now
    return {name: (before.get(name), now[name]) for name in moved if name in COLUMNS and now[name] != before.get(name)}


def recorded(changes: dict[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Changes as an event holds them: JSON; personal columns are named elsewhere, never quoted."""
    return {
        name: [as_json(old), as_json(new)]
        for name, (old, new) in changes.items()
        if name not in Ticket.PERSONAL_FIELDS and name != "forwarded_to"
    }


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def detail_columns(machine: str, acts: Sequence[commands.Command], facts: Sequence[Fact]) -> dict[str, Any]:
    """What the detail model of the kind keeps: what was typed, and the dates as the journal now has them (an undone
    proposal gives the one before it again)."""
    details: dict[str, Any] = {}
    for act in acts:
        if isinstance(act, commands.Register):
            details |= act.details
        elif isinstance(act, commands.Propose):
            details["place"] = act.place
    if machine != Machine.MEETING:
        return details
    facts = effective(facts)
    undone = any(isinstance(act, commands.Undo) for act in acts)
    if undone or any(fact.kind in ("proposed", "met") for fact in facts):
        latest: dict[str, Any] = {}
        for fact in facts:
            latest[fact.kind] = fact.data
            if fact.kind == "reopened":
                latest.pop("met", None)
                if fact.data["cause"] == "new_message":
                    latest.pop("proposed", None)
        proposed, met = latest.get("proposed"), latest.get("met")
        details |= {
            "proposed_on": day(proposed, "on") if proposed else None,
            "meeting_on": day(proposed, "meeting_on") if proposed else None,
            "met_on": day(met, "on") if met else None,
        }
    return details
