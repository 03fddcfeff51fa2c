"""Closing, forwarding, dismissing, merging, reopening, undoing."""

from datetime import date
from typing import Any

from tracker.commands import Absorb, Close, Dismiss, Forward, Merge, Reopen, Undo
from tracker.deadlines import effective
from tracker.decisions.attaching import ATTACHMENT_FACTS
from tracker.decisions.base import (
    UNDO_WINDOW,
    Context,
    EventDraft,
    PastEvent,
    after_arrival,
    after_restart,
    iso,
    scope_of,
    transition,
)
from tracker.decisions.correcting import corrected_openings
from tracker.decisions.handling import clean, noted
from tracker.enums import DismissalReason, State
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models.tickets import Ticket

NEVER_UNDONE = ATTACHMENT_FACTS | {"registered"}


def close(ticket: Ticket, _command: Close, context: Context) -> EventDraft:
    context.require("close")
    transition(ticket.close)
    return EventDraft("closed", context.today, {})


def forward(ticket: Ticket, command: Forward, context: Context) -> EventDraft:
    context.require("forward")
    to = clean("forwarded_to", command.to)
    if not to:
        raise InvalidCommand("Indiquez l’administration compétente.", field="to")
    for on, name in ((command.forwarded_on, "forwarded_on"), (command.told_on, "told_on")):
        context.not_future(on, name)
        after_arrival(ticket, on, name)
    after_restart(context, command.told_on, "told_on")
    transition(ticket.forward, ended_on=max(command.forwarded_on, command.told_on))
    before = {"was_forwarded_to": ticket.forwarded_to} if ticket.forwarded_to else {}
    ticket.forwarded_to = to
    data = {
        "on": iso(command.forwarded_on),
        "told_on": iso(command.told_on),
        "calendar": context.calendar.version,
    }
    return EventDraft("forwarded", command.forwarded_on, data, before)


def dismiss(ticket: Ticket, command: Dismiss, context: Context) -> EventDraft:
    context.require("dismiss")
    context.not_future(command.on, "on")
    after_arrival(ticket, command.on, "on")
    if command.confirmed:
        context.require("override_late")
    data: dict[str, Any] = {
        "reason": command.reason.value,
        "on": iso(command.on),
        "confirmed": command.confirmed,
        "calendar": context.calendar.version,
    }
    if command.reason == DismissalReason.MISSING_PIECES:
        if ticket.state != State.AWAITING_REQUESTER:
            raise InvalidCommand(
                "Aucune pièce n’est attendue du demandeur\xa0: choisissez un autre motif.", field="reason"
            )
        data["asked_on"] = [fact for fact in effective(context.facts) if fact.kind == "asked"][-1].data["on"]
    transition(ticket.dismiss, reason=command.reason.value, ended_on=command.on)
    return EventDraft("dismissed", command.on, data, noted(command.note))


def merge(ticket: Ticket, command: Merge, context: Context) -> EventDraft:
    context.require("merge")
    transition(ticket.merge, into_id=command.into_id, ended_on=command.on)
    return EventDraft("merged", command.on, {"into": command.into_id})


def absorb(ticket: Ticket, command: Absorb, context: Context) -> EventDraft:
    context.require("merge")
    if not ticket.is_open:
        raise TransitionRefused("La demande de destination est déjà terminée\xa0: rouvrez-la d’abord.")
    data: dict[str, Any] = {"from": command.source_id}
    if command.received_on < ticket.received_on:
        ticket.received_on = command.received_on
        data["openings"] = corrected_openings(ticket, context)
    return EventDraft("absorbed", context.today, data)


def reopen(ticket: Ticket, command: Reopen, context: Context) -> EventDraft:
    context.require("reopen")
    ended_on = ticket.ended_on
    transition(ticket.reopen)
    if command.message_on is None:
        return EventDraft("reopened", context.today, {"cause": "mistake"}, noted(command.note))
    context.not_future(command.message_on, "message_on")
    after_arrival(ticket, command.message_on, "message_on")
    if ended_on is not None and command.message_on < ended_on:
        raise InvalidCommand(
            f"Ce message précède la fin de la demande ({ended_on:%d/%m/%Y})\xa0: il n’y répond pas.", field="message_on"
        )
    opened = next(fact for fact in effective(context.facts) if fact.kind == "registered")
    data = {
        "cause": "new_message",
        "on": iso(command.message_on),
        **context.openings(list(opened.data["rules"]), scope_of(ticket), command.message_on),
    }
    return EventDraft("reopened", command.message_on, data, noted(command.note))


def undo(ticket: Ticket, command: Undo, context: Context) -> EventDraft:
    """Cancel the last act, for ten minutes, by its author. The journal keeps both; replay reads neither."""
    context.require("undo")
    undone = last_act(context)
    if merged_with(undone) != command.partner_id:
        raise TransitionRefused("L’autre demande a changé depuis la fusion\xa0: elle ne s’annule plus.")
    reason = why_not_undo(undone, context)
    if reason:
        raise TransitionRefused(reason)
    state, fields = ticket.state, {}
    for past in reversed(undone):
        for name, (old, _new) in past.fact.data.get("changes", {}).items():
            if name == "state":
                state = old
            else:
                fields[name] = column_value(name, old)
        for name in set(past.fact.data.get("fields", ())) & set(Ticket.PERSONAL_FIELDS):
            fields[name] = past.texts.get(f"was_{name}", "")
        if past.fact.kind == "forwarded":
            fields["forwarded_to"] = past.texts.get("was_forwarded_to", "")
    transition(ticket.undo, state=state, **fields)
    return EventDraft("undone", context.today, {"events": [past.fact.number for past in undone]})


def last_act(context: Context) -> list[PastEvent]:
    """The events of the last act, oldest first, without what is never undone: the registration, and attachments."""
    if not context.history:
        return []
    act_id = context.history[-1].act_id
    return [past for past in context.history if past.act_id == act_id and past.fact.kind not in NEVER_UNDONE]


def merged_with(undone: list[PastEvent]) -> int | None:
    """The other demande of a merge, None where the act is no merge."""
    found = (past.fact.data.get("into") or past.fact.data.get("from") for past in undone)
    return next(filter(None, found), None)


def why_not_undo(undone: list[PastEvent], context: Context) -> str:
    """Why this person may not undo now; empty when it is possible."""
    if not undone and context.history and context.history[-1].fact.kind in ATTACHMENT_FACTS:
        return "Une pièce jointe ne s’annule pas\xa0: retirez-la de la liste des pièces jointes."
    if not undone:
        return (
            "Une inscription ne s’annule pas\xa0: classez la demande sans suite, "
            "motif «\xa0erreur d’enregistrement\xa0»."
        )
    last = undone[-1]
    if last.fact.kind == "reminded":
        return "Le bureau a été prévenu\xa0: une relance ne s’annule pas."
    if last.fact.kind in ("undone", "recomputed", "eliminated"):
        return "Cette action ne s’annule pas."
    if last.actor_id is None or last.actor_id != context.actor_id:
        return "Seule la personne qui a fait cette action peut l’annuler."
    if context.now - last.recorded_at > UNDO_WINDOW:
        return "Une action s’annule dans les dix minutes. Corrigez-la plutôt."
    if context.sent_to_requester:
        return "Un message est déjà parti vers le demandeur\xa0: cette action ne s’annule plus."
    return ""


def column_value(name: str, value: Any) -> Any:
    """A column's value from its JSON form."""
    return date.fromisoformat(value) if value is not None and name.endswith(("_on", "_since", "_until")) else value
