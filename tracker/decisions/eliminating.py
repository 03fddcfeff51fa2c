"""Erasing what a demande says of people, once the archives have agreed. What was counted stays."""

from tracker.commands import Eliminate
from tracker.decisions.base import Context, EventDraft
from tracker.enums import FINAL_STATES
from tracker.errors import TransitionRefused
from tracker.models.tickets import Ticket


def eliminate(ticket: Ticket, command: Eliminate, context: Context) -> EventDraft:
    """Blank the personal columns. Unlike a correction, nothing of what stood there is kept."""
    context.require("eliminate")
    if ticket.state not in FINAL_STATES:
        raise TransitionRefused("La demande a été rouverte\xa0: ses textes servent encore.")
    for name in (*Ticket.PERSONAL_FIELDS, "forwarded_to"):
        setattr(ticket, name, "")
    ticket.eliminated_on = context.today
    return EventDraft("eliminated", context.today, {"elimination": command.elimination_id})
