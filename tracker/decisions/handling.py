"""Registering, sharing out, noting: what moves a demande towards the one who will answer it."""

from tracker.commands import Assign, MarkSignature, Note, Register, Remind, SendBack, Take
from tracker.decisions.base import Context, EventDraft, iso, scope_of, transition
from tracker.enums import Machine, Purpose, RuleStart, State
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models.tickets import Ticket
from tracker.text import clean_text

PERSONAL_LIMITS = {"sender_name": 200, "sender_contact": 300, "subject": 500}
PERSONAL_LABELS = {"sender_name": "L’expéditeur", "sender_contact": "L’adresse de réponse", "subject": "L’objet"}


def clean(name: str, value: str) -> str:
    """The text of a personal column without the characters that no screen shows; refuses one that is too long."""
    value = clean_text(value)
    limit = PERSONAL_LIMITS.get(name)
    if limit is not None and len(value) > limit:
        raise InvalidCommand(f"{PERSONAL_LABELS[name]} dépasse {limit} caractères ({len(value)}).", field=name)
    return value


def register(ticket: Ticket, command: Register, context: Context) -> EventDraft:
    context.not_future(command.received_on, "received_on")
    if command.postmark_on:
        context.in_calendar(command.postmark_on, "postmark_on")
    if command.postmark_on and command.postmark_on > command.received_on:
        raise InvalidCommand("Le cachet de la poste est postérieur à l’arrivée.", field="postmark_on")
    ticket.kind = command.kind
    ticket.machine = command.kind.machine
    for name in ("channel_id", "nature_id", "module", "theme_id", "mailbox_id", "site_id", "received_on"):
        setattr(ticket, name, getattr(command, name))
    for name in Ticket.PERSONAL_FIELDS:
        setattr(ticket, name, clean(name, getattr(command, name)))
    ticket.year = command.received_on.year
    ticket.postmark_on = command.postmark_on
    ticket.by_mailroom = command.by_mailroom
    ticket.registered_at = context.now
    ticket.registered_by_id = context.actor_id
    scope = scope_of(ticket)
    purposes: list[str] = [command.kind.purpose]
    if command.kind.machine == Machine.MEETING:
        rule = context.rules.find(Purpose.MEETING, scope, command.received_on)
        if rule is None or rule.start == RuleStart.ARRIVAL:
            purposes.append(Purpose.MEETING)
    data = {
        "received_on": iso(command.received_on),
        "kind": command.kind.code,
        "channel": command.channel_id,
        "nature": command.nature_id,
        "module": command.module,
        "site": command.site_id,
        **context.openings(purposes, scope, command.received_on),
    }
    return EventDraft(
        "registered", command.received_on, data, {"evidence": command.evidence} if command.evidence else {}
    )


def assign(ticket: Ticket, command: Assign, context: Context) -> EventDraft:
    """To a bureau (« réaffecter » when it had one), or hand-over inside the bureau, which keeps the state."""
    context.require("assign" if ticket.office_id in (None, command.office_id) else "reassign")
    had_office = ticket.office_id
    data = {"office": command.office_id, "assignee": command.assignee_id}
    if had_office == command.office_id and ticket.is_open and ticket.state != State.REGISTERED:
        if command.assignee_id == ticket.assignee_id:
            raise InvalidCommand("La demande est déjà affectée ainsi.", field="assignee")
        ticket.assignee_id = command.assignee_id
        kind = "handed_over"
    else:
        transition(ticket.assign, office_id=command.office_id, assignee_id=command.assignee_id)
        kind = "reassigned" if had_office else "assigned"
    return EventDraft(kind, context.today, data, noted(command.note))


def take(ticket: Ticket, _command: Take, context: Context) -> EventDraft:
    context.require("take")
    if context.actor_id is None:
        raise InvalidCommand("Une demande se prend en charge par une personne.")
    transition(ticket.take, assignee_id=context.actor_id)
    return EventDraft("taken", context.today, {"assignee": context.actor_id})


def send_back(ticket: Ticket, command: SendBack, context: Context) -> EventDraft:
    context.require("send_back")
    from_office = ticket.office_id
    transition(ticket.send_back)
    return EventDraft("sent_back", context.today, {"office": from_office}, noted(command.note))


def note(_ticket: Ticket, command: Note, context: Context) -> EventDraft:
    context.require("note")
    text = clean("note", command.text)
    if not text:
        raise InvalidCommand("Écrivez la note.", field="text")
    return EventDraft("noted", context.today, {}, {"note": text})


def remind(ticket: Ticket, command: Remind, context: Context) -> EventDraft:
    context.require("remind")
    if not ticket.is_open:
        raise TransitionRefused("La demande est terminée\xa0: il n’y a plus rien à relancer.")
    if ticket.office_id != command.office_id:
        raise TransitionRefused("La demande a changé de bureau.")
    return EventDraft("reminded", context.today, {"office": command.office_id}, noted(command.note))


def mark_signature(ticket: Ticket, command: MarkSignature, context: Context) -> EventDraft:
    context.require("mark_signature")
    if command.since is not None:
        context.not_future(command.since, "since")
    ticket.signature_since = command.since
    return EventDraft("signature_marked", command.since or context.today, {"since": iso(command.since)})


def noted(text: str) -> dict[str, str]:
    text = clean("note", text)
    return {"note": text} if text else {}
