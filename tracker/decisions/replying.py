"""The reply machine: asking for a piece, holding reply, answer."""

from tracker.commands import Answer, AskRequester, Complete, Hold
from tracker.deadlines import effective, required_day
from tracker.decisions.base import Context, EventDraft, after_arrival, after_restart, iso, scope_of, transition
from tracker.decisions.handling import clean
from tracker.errors import InvalidCommand
from tracker.models.tickets import Ticket


def ask_requester(ticket: Ticket, command: AskRequester, context: Context) -> EventDraft:
    context.require("ask_requester")
    context.not_future(command.asked_on, "asked_on")
    after_arrival(ticket, command.asked_on, "asked_on")
    after_restart(context, command.asked_on, "asked_on")
    missing, reason = clean("missing", command.missing), clean("reason", command.reason)
    if not missing:
        raise InvalidCommand("Dites ce qui manque\xa0: le demandeur doit le savoir.", field="missing")
    if command.until is not None:
        context.in_calendar(command.until, "until")
        if command.until < command.asked_on:
            raise InvalidCommand("Le délai laissé au demandeur précède la demande de pièce.", field="until")
    if not reason and any(fact.kind == "asked" for fact in effective(context.facts)):
        raise InvalidCommand("Une pièce a déjà été demandée\xa0: dites pourquoi il en faut une autre.", field="reason")
    transition(ticket.ask_requester, until=command.until)
    data = {"on": iso(command.asked_on), "until": iso(command.until), "calendar": context.calendar.version}
    texts = {"missing": missing} | ({"reason": reason} if reason else {})
    return EventDraft("asked", command.asked_on, data, texts)


def complete(ticket: Ticket, command: Complete, context: Context) -> EventDraft:
    context.require("complete")
    context.not_future(command.completed_on, "completed_on")
    asked = [fact for fact in effective(context.facts) if fact.kind == "asked"]
    if asked and iso(command.completed_on) < asked[-1].data["on"]:
        raise InvalidCommand("La pièce ne peut pas être arrivée avant d’avoir été demandée.", field="completed_on")
    transition(ticket.complete)
    purpose = ticket.kind.purpose
    data = {
        "on": iso(command.completed_on),
        **context.openings([purpose], scope_of(ticket), command.completed_on),
    }
    return EventDraft("completed", command.completed_on, data)


def hold(ticket: Ticket, command: Hold, context: Context) -> EventDraft:
    """The promised date must be worked: another is shifted to the next working day, and the event says so."""
    context.require("hold")
    context.not_future(command.sent_on, "sent_on")
    after_arrival(ticket, command.sent_on, "sent_on")
    after_restart(context, command.sent_on, "sent_on")
    promised_on, shifted = command.promised_on, False
    if promised_on is not None:
        if promised_on <= command.sent_on:
            raise InvalidCommand("La date promise doit suivre l’envoi de la réponse d’attente.", field="promised_on")
        context.in_calendar(promised_on, "promised_on")
        promised_on = context.calendar.next_working(promised_on)
        shifted = promised_on != command.promised_on
    transition(ticket.hold, promised_on=promised_on)
    data = {
        "on": iso(command.sent_on),
        "promised_on": iso(promised_on),
        "shifted": shifted,
        "calendar": context.calendar.version,
    }
    return EventDraft("held", command.sent_on, data)


def answer(ticket: Ticket, command: Answer, context: Context) -> EventDraft:
    context.require("answer")
    if command.answered_on is not None:
        context.not_future(command.answered_on, "answered_on")
        after_arrival(ticket, command.answered_on, "answered_on")
        after_restart(context, command.answered_on, "answered_on")
        held = [required_day(fact.data, "on") for fact in effective(context.facts) if fact.kind == "held"]
        if held and command.answered_on < held[-1]:
            raise InvalidCommand(f"Cette date précède la réponse d’attente ({held[-1]:%d/%m/%Y}).", field="answered_on")
    transition(ticket.answer, answered_on=command.answered_on, channel_id=command.channel_id)
    data = {
        "on": iso(command.answered_on),
        "channel": command.channel_id,
        "calendar": context.calendar.version,
    }
    return EventDraft("answered", command.answered_on or context.today, data)
