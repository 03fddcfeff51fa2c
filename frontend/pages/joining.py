"""« C’est la même », « c’en est la suite »: what is typed joins a demande that is already there, in one act."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse

from frontend.batches import possible
from frontend.feedback import done
from frontend.forms.registering import RegisterForm
from frontend.registration import Sending, register_into, reopen_once
from frontend.ticket_words import TO_DISPATCH
from frontend.wording import expected, long_date
from tracker.enums import State
from tracker.models import Ticket, User
from tracker.reading import context_of, undo_refusal
from tracker.writers import Author

MERGE, REOPEN = "merge", "reopen"
GONE: Final = "Cette demande n’est plus accessible\xa0: elle a pu changer de bureau. Enregistrez la vôtre à part."
ANSWERED: Final = (
    "Une demande déjà traitée ne rejoint pas une autre\xa0: videz «\xa0Si c’est déjà fait\xa0», "
    "ou enregistrez-la à part."
)


@dataclass(frozen=True, slots=True)
class Join:
    """`how`: merge the new demande into `target`, or reopen `target` by it."""

    how: str
    target: Ticket


def asked_for(request: HttpRequest, form: RegisterForm, user: User) -> Join | None:
    """The join that a button of the form asks for. A demande that the person may not read is none, however it is named:
    the form then says so. The bureau of the form is not needed, the demande goes where the other one is."""
    how = next((name for name in (MERGE, REOPEN) if name in request.POST), None)
    if how is None:
        return None
    form.fields["office"].required = False
    readable = Ticket.objects.readable_by(user).filter(prefecture=form.desk.prefecture, kind=form.kind)
    target = readable.filter(reference__in=possible([request.POST[how]])).first()
    form.is_valid()
    if target is None:
        form.add_error(None, GONE)
        return None
    if form.is_answered:
        form.add_error(None, ANSWERED)
    return Join(how, target)


def typed_in(join: Join | None) -> dict[str, str]:
    """What the button adds to the content of the form: another button is another sending."""
    return {join.how: join.target.reference} if join else {}


def join_once(request: HttpRequest, join: Join, form: RegisterForm, sending: Sending) -> None:
    """Do it, and say it with the way back. Raises what the services raise."""
    if join.how == MERGE:
        ticket, new = register_into(sending, form.registration(), join.target)
        words = f"Demande {ticket.reference} enregistrée et fusionnée avec {join.target.reference}."
    else:
        ticket, new = reopen_once(sending, join.target, form.cleaned_data["received_on"], form.message)
        words = f"Demande {ticket.reference} rouverte par le message du {{}}."
        words = words.format(long_date(form.cleaned_data["received_on"], form.today))
    kept = Ticket.objects.select_related("site").get(pk=join.target.pk)
    if kept.state == State.REGISTERED:
        words += f" {TO_DISPATCH}"
    if not new:
        words = f"C’était déjà fait\xa0: ce formulaire avait été envoyé. {words}"
    if kept.is_open and kept.due_on:
        words += f" {expected('À traiter', kept.due_on, form.today)}"
    undo = ""
    ticket = Ticket.objects.select_related("site").get(pk=ticket.pk)
    if not undo_refusal(context_of(ticket, Author(user=sending.user))):
        undo = f"{reverse('ticket-act', args=[ticket.reference, 'undo'])}?version={ticket.version}"
    onward = f"{reverse('register', args=[form.kind.code])}?suivante=1"
    done(request, words, undo=undo, links=[("Enregistrer la suivante", onward)])
