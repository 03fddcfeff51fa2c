"""Which acts a person is offered on a demande: what the machine allows among what the role gives. It names no state."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from frontend.forms import ticket_acts as acts
from frontend.forms import ticket_edits as edits
from frontend.forms.ticket_acts import ActForm
from tracker.decisions import Context
from tracker.decisions.base import ELIMINATED
from tracker.decisions.ending import last_act, why_not_undo
from tracker.errors import NotAllowed, SillageError, TransitionRefused
from tracker.models import Ticket

FORMS: Final[dict[str, type[ActForm]]] = {
    form.name: form
    for form in (
        acts.CompleteForm, acts.ConfirmForm, acts.HoldMeetingForm, acts.AnswerForm, acts.ProposeForm, acts.TakeForm,
        acts.HoldForm, acts.AskRequesterForm, acts.HandOverForm, acts.AssignForm, acts.ForwardForm, acts.SendBackForm,
        acts.DeclineForm, acts.CancelForm, acts.MergeForm, acts.DismissForm, acts.CloseForm, acts.ReopenForm,
        edits.NoteForm, edits.SignatureForm, edits.CorrectForm, edits.UndoForm,
    )
}  # fmt: skip
"""In the order in which they are shown: what the state calls for comes first."""

LEADING: Final = frozenset({"complete", "confirm", "hold_meeting", "answer", "propose", "assign"})
"""Acts that move a demande towards its end: the first one offered is the page's primary action."""
ASIDE: Final = frozenset({"note", "mark_signature", "correct"})
KEYS: Final = {"answer": "r", "propose": "r", "hand_over": "a"}


class ActConverter:
    """The act in an address, as French words; reversing takes the act's own name (« answer » gives …/repondre/)."""

    regex = "|".join(sorted({form.slug for form in FORMS.values()}, key=len, reverse=True))

    def to_python(self, value: str) -> str:
        return next(form.name for form in FORMS.values() if form.slug == value)

    def to_url(self, value: str) -> str:
        return FORMS[value].slug


@dataclass(frozen=True, slots=True)
class Offer:
    """One act that a person may do now."""

    name: str
    label: str
    url: str
    key: str
    aside: bool


def offers(ticket: Ticket, allowed: frozenset[str]) -> list[Offer]:
    """The acts offered, the page's primary action first. `allowed` are the person's abilities."""
    possible = transitions(ticket)
    shown = [
        Offer(
            name=name,
            label=possible.get(name, "") or form.label,
            url=reverse("ticket-act", args=[ticket.reference, name]),
            key=KEYS.get(name, ""),
            aside=name in ASIDE,
        )
        for name, form in FORMS.items()
        if name != "undo"
        and (not form.while_open or form.while_open in possible)
        and refusal(ticket, name, allowed, possible) is None
    ]
    if ticket.office_id is None:
        shown.sort(key=lambda offer: offer.name != "assign")
    return shown


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
    return None if name in (transitions(ticket) if possible is None else possible) else TransitionRefused()


def act_url(ticket: Ticket, name: str, allowed: frozenset[str], possible: dict[str, str] | None = None) -> str:
    """Where the act is done; empty where it may not be done now."""
    open_to = refusal(ticket, name, allowed, possible) is None
    return reverse("ticket-act", args=[ticket.reference, name]) if open_to else ""


def undo_refusal(context: Context) -> str:
    """Why the last act cannot be undone by this person now; empty when it can."""
    if "undo" not in context.abilities:
        return NotAllowed.default
    return why_not_undo(last_act(context), context)
