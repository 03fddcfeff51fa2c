"""Files that join a demande and leave it. They move no deadline and change no column."""

from tracker.commands import Attach, Withdraw
from tracker.decisions.base import Context, EventDraft
from tracker.decisions.handling import clean
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models.tickets import Ticket

ATTACHMENT_FACTS = frozenset({"attachment_added", "attachment_removed"})


def attach(_ticket: Ticket, command: Attach, context: Context) -> EventDraft:
    context.require("attach")
    data = {"attachment": str(command.key), "type": command.type, "size": command.size, "sha256": command.sha256}
    return EventDraft("attachment_added", context.today, data)


def withdraw(_ticket: Ticket, command: Withdraw, context: Context) -> EventDraft:
    context.require("attach")
    reason = clean("reason", command.reason)
    if not reason:
        raise InvalidCommand("Indiquez pourquoi cette pièce est retirée.", field="reason")
    key = str(command.key)
    about = [fact for fact in context.facts if fact.data.get("attachment") == key]
    if not about or about[-1].kind != "attachment_added":
        raise TransitionRefused("Cette pièce jointe a déjà été retirée.")
    data = {"attachment": key, "sha256": about[-1].data["sha256"]}
    return EventDraft("attachment_removed", context.today, data, {"reason": reason})
