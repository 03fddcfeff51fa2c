"""The files of a demande: attached, downloaded, withdrawn."""

import uuid
from collections.abc import Sequence
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend.attachment_words import added_words
from frontend.feedback import done
from frontend.forms.attachments import WithdrawForm
from frontend.http import PageRequest
from frontend.pages import errors
from frontend.pages.tickets.acting import UNPROCESSABLE, show_refusal
from frontend.pages.tickets.reading import page_context
from tracker import attachments, clock, downloads, writers
from tracker.errors import InvalidCommand, NotAllowed, TransitionRefused
from tracker.models import Attachment, Ticket
from tracker.permissions import abilities
from tracker.reading import context_of, fetch
from tracker.writers import Author

NOTHING_CHOSEN: Final = "Choisissez au moins un fichier."


def fetch_readable(request: PageRequest, reference: str) -> Ticket:
    """404 also for whom a demande is sealed: its files do not exist."""
    ticket = fetch(request.user, reference)
    if "read" not in abilities(request.user, ticket):
        raise Http404
    return ticket


def find_standing(request: PageRequest, reference: str, key: uuid.UUID) -> Attachment:
    """A file that was neither withdrawn nor eliminated, of a demande that this person reads."""
    return get_object_or_404(attachments.openable(fetch_readable(request, reference)), key=key)


@require_POST
def attach(request: PageRequest, reference: str) -> HttpResponse:
    """The files chosen: what can be attached is, and each of the others is named with what to do."""
    ticket = fetch_readable(request, reference)
    files = request.FILES.getlist("files")
    try:
        outcome = attachments.attach(ticket.pk, files, Author(user=request.user))
    except (NotAllowed, TransitionRefused) as refusal:
        return show_refusal(request, ticket, refusal)
    refused = [str(file) for file in outcome.refused] if files else [NOTHING_CHOSEN]
    if request.htmx or refused:
        return show_files(request, reference, outcome.added, refused)
    done(request, added_words(outcome.added))
    return redirect("ticket", reference)


def show_files(
    request: PageRequest, reference: str, added: Sequence[Attachment], refused: Sequence[str]
) -> HttpResponse:
    """The demande again, or what changed of it where the browser sends the files one by one."""
    ticket = fetch(request.user, reference)
    events = writers.events_of(ticket)
    context = context_of(ticket, Author(user=request.user), writers.history_of(events))
    shown = page_context(ticket, request.user, context, events)
    shown |= {"refused_files": refused, "added_files": added_words(added) if added else ""}
    name = "frontend/partials/_ticket_files_sent.html" if request.htmx else "frontend/pages/ticket.html"
    return render(request, name, shown, status=UNPROCESSABLE if refused else 200)


@require_safe
def download(request: PageRequest, reference: str, key: uuid.UUID) -> HttpResponseBase:
    """The file, to be kept and never shown: whatever it holds, a browser runs nothing of it here."""
    attachment = find_standing(request, reference, key)
    try:
        return downloads.download(attachment)
    except FileNotFoundError:
        text = "Prévenez le service informatique\xa0: il peut le reprendre dans une sauvegarde."
        return errors.page(request, 404, title="Ce fichier manque sur le serveur", text=text)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PageRequest, reference: str, key: uuid.UUID) -> HttpResponse:
    attachment = find_standing(request, reference, key)
    ticket = fetch(request.user, reference)
    today = clock.today(ticket.site.time_zone)
    form = WithdrawForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        try:
            attachments.withdraw(attachment, form.cleaned_data["reason"], Author(user=request.user))
        except InvalidCommand as refusal:
            form.refuse(refusal)
        except (NotAllowed, TransitionRefused) as refusal:
            return show_refusal(request, ticket, refusal)
        else:
            done(request, f"«\xa0{attachment.name}\xa0» est retiré de la demande.")
            return redirect("ticket", reference)
    shown = {"ticket": ticket, "today": today, "form": form, "attachment": attachment}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "frontend/pages/attachment_withdraw.html", shown, status=status)
