"""The meeting machine: a date proposed, confirmed, held, called off."""

from datetime import date

from tracker.commands import CallOff, Confirm, HoldMeeting, Propose
from tracker.deadlines import effective, required_day
from tracker.decisions.base import Context, EventDraft, after_arrival, after_restart, iso, scope_of, transition
from tracker.decisions.handling import noted
from tracker.enums import Purpose, State
from tracker.errors import InvalidCommand
from tracker.models.tickets import Ticket


def propose(ticket: Ticket, command: Propose, context: Context) -> EventDraft:
    context.require("propose")
    context.not_future(command.proposed_on, "proposed_on")
    after_arrival(ticket, command.proposed_on, "proposed_on")
    after_restart(context, command.proposed_on, "proposed_on")
    if command.meeting_on is not None:
        context.in_calendar(command.meeting_on, "meeting_on")
        if command.meeting_on < command.proposed_on:
            raise InvalidCommand("Le rendez-vous précède sa proposition.", field="meeting_on")
    transition(ticket.propose)
    data = {
        "on": iso(command.proposed_on),
        "meeting_on": iso(command.meeting_on),
        "fields": ["meeting_on"],
        "calendar": context.calendar.version,
    }
    if not meeting_promised(context):
        data |= context.openings([Purpose.MEETING], scope_of(ticket), command.proposed_on)
    return EventDraft("proposed", command.proposed_on, data)


def meeting_promised(context: Context) -> bool:
    """Whether the delay to meet runs, or ran, since the arrival or since the message that reopened the demande."""
    promised = False
    for fact in effective(context.facts):
        rules = fact.data.get("rules", ())
        promised = Purpose.MEETING in rules or (promised and (fact.kind != "reopened" or not rules))
    return promised


def confirm(ticket: Ticket, command: Confirm, context: Context) -> EventDraft:
    context.require("confirm")
    context.not_future(command.confirmed_on, "confirmed_on")
    not_before_proposal(command.confirmed_on, "confirmed_on", context)
    transition(ticket.confirm)
    return EventDraft("confirmed", command.confirmed_on, {"on": iso(command.confirmed_on)})


def hold_meeting(ticket: Ticket, command: HoldMeeting, context: Context) -> EventDraft:
    context.require("hold_meeting")
    context.not_future(command.met_on, "met_on")
    not_before_proposal(command.met_on, "met_on", context)
    transition(ticket.hold_meeting, met_on=command.met_on)
    data = {
        "on": iso(command.met_on),
        "requester_unavailable": command.requester_unavailable,
        "calendar": context.calendar.version,
    }
    return EventDraft("met", command.met_on, data)


def call_off(ticket: Ticket, command: CallOff, context: Context) -> EventDraft:
    """A date that the requester refuses before confirming is declined; anything else is a cancellation."""
    declined = command.by_requester and ticket.state == State.PROPOSED
    context.require("decline" if declined else "cancel")
    context.not_future(command.on, "on")
    not_before_proposal(command.on, "on", context)
    transition(ticket.decline if declined else ticket.cancel, ended_on=command.on if command.ends else None)
    data = {
        "act": "declined" if declined else "cancelled",
        "on": iso(command.on),
        "by": "requester" if command.by_requester else "prefecture",
        "ends": command.ends,
    }
    return EventDraft("called_off", command.on, data, noted(command.note))


def not_before_proposal(on: date, field_name: str, context: Context) -> None:
    proposals = [fact for fact in effective(context.facts) if fact.kind == "proposed"]
    if proposals and on < required_day(proposals[-1].data, "on"):
        raise InvalidCommand("Cette date précède la proposition du rendez-vous.", field=field_name)
