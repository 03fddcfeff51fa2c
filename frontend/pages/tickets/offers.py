"""Which acts a person is offered on a demande: what the machine allows among what the role gives. It names no state."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from frontend.answer_words import answer_words
from frontend.forms import ticket_acts as acts
from frontend.forms import ticket_edits as edits
from frontend.forms.ticket_acts import ActForm
from tracker.models import Ticket
from tracker.reading import refusal, transitions

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
KEYS: Final = {"answer": "reply", "propose": "propose", "hand_over": "hand-over"}
"""The acts that have a key, by its code in `frontend.shortcuts`."""


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
            label=label_of(ticket, name, possible),
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


def label_of(ticket: Ticket, name: str, possible: dict[str, str]) -> str:
    """The machine's own label, but for answering, which has another name where a page is to be put online."""
    return answer_words(ticket.kind.purpose).act if name == "answer" else possible.get(name, "") or FORMS[name].label


def act_url(ticket: Ticket, name: str, allowed: frozenset[str], possible: dict[str, str] | None = None) -> str:
    """Where the act is done; empty where it may not be done now."""
    open_to = refusal(ticket, name, allowed, possible) is None
    return reverse("ticket-act", args=[ticket.reference, name]) if open_to else ""
