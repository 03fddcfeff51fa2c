"""One demande before a person: whether it exists for them, what they may do to it now. Pages and API ask here."""

from django.http import Http404

from tracker import writers
from tracker.decisions import Context, PastEvent
from tracker.decisions.base import ELIMINATED
from tracker.decisions.ending import last_act, why_not_undo
from tracker.errors import NotAllowed, SillageError, TransitionRefused
from tracker.legal import LegalBand, Situation, legal_band
from tracker.models import Ticket, User
from tracker.rulebooks import rule_book
from tracker.workdays import DateOutsideCalendar
from tracker.writers import Author


def fetch(user: User, reference: str) -> Ticket:
    """The demande, or 404 where the person may not know that it exists."""
    rows = Ticket.objects.visible_to(user).for_lists()
    ticket = rows.filter(reference=reference).first()
    if ticket is None:
        raise Http404
    return ticket


def fetch_to_undo(user: User, reference: str) -> Ticket:
    """As `fetch`; also a demande that this person's own last act has just taken out of sight."""
    if Ticket.objects.visible_to(user).filter(reference=reference).exists():
        return fetch(user, reference)
    rows = Ticket.objects.for_lists().filter(prefecture_id__in=user.scope.prefecture_ids)
    ticket = rows.filter(reference=reference).first()
    if ticket is None or undo_refusal(context_of(ticket, Author(user=user))):
        raise Http404
    return ticket


def context_of(ticket: Ticket, author: Author, history: list[PastEvent] | None = None) -> Context:
    """The context in which `author` would act on `ticket` now; `history`: its journal, where it has been read."""
    if history is None:
        history, _ = writers.load_history(ticket)
    allowed = writers.allowed_to(author.user, ticket, history)
    context = writers.context_for(ticket.site, rule_book(ticket.prefecture_id), author, author.moment, allowed)
    context.history = history
    context.sent_to_requester = writers.sent_to_requester(context.history)
    return context


def band_of(ticket: Ticket, context: Context) -> LegalBand | None:
    """None at the very end of the calendar, where the law's own dates are beyond it."""
    situation = Situation(
        kind=ticket.kind.code,
        machine=ticket.machine,
        channel=ticket.channel.code,
        nature=ticket.nature.code,
        module=ticket.module,
        received_on=ticket.received_on,
        identified=bool(ticket.sender_name or ticket.sender_contact),
        answered_on=ticket.answered_on,
    )
    try:
        return legal_band(situation, context.facts, context.calendar)
    except DateOutsideCalendar:
        return None


def transitions(ticket: Ticket) -> dict[str, str]:
    """The transitions open from the present state, with the machine's own label."""
    open_now = ticket.get_available_state_transitions()  # type: ignore[attr-defined]  # added by django-fsm
    return {found.name: found.custom["label"] for found in open_now}


def ability_for(ticket: Ticket, name: str) -> str:
    """To another bureau, assigning is reassigning; inside the bureau, handing over is assigning."""
    if name == "assign":
        return "assign" if ticket.office_id is None else "reassign"
    return "assign" if name == "hand_over" else name


def refusal(
    ticket: Ticket, name: str, allowed: frozenset[str], possible: dict[str, str] | None = None
) -> SillageError | None:
    """Why a person with these abilities may not do the act now; None when it is possible."""
    if ticket.eliminated_on is not None:
        return TransitionRefused(ELIMINATED)
    if ability_for(ticket, name) not in allowed:
        return NotAllowed()
    if name in ("note", "correct", "undo"):
        return None
    if name == "hand_over":
        held = ticket.is_open and ticket.office_id is not None
        return None if held else TransitionRefused()
    if name == "mark_signature":
        return None if ticket.is_open else TransitionRefused()
    if name == "remind":
        return None if ticket.is_open and ticket.office_id is not None else TransitionRefused()
    return None if name in (transitions(ticket) if possible is None else possible) else TransitionRefused()


def undo_refusal(context: Context) -> str:
    """Why the last act cannot be undone by this person now; empty when it can."""
    if "undo" not in context.abilities:
        return NotAllowed.default
    return why_not_undo(last_act(context), context)
