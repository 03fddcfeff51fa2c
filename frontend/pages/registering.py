"""Enregistrer: one form per kind, the deadline and likely duplicates told while it is typed."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from frontend import drafts
from frontend.answer_words import answer_words
from frontend.batches import version_in
from frontend.beside import opened, side_of
from frontend.feedback import done
from frontend.feedback import refused as say_refused
from frontend.forms.registering import RegisterForm
from frontend.models import FormDraft
from frontend.pages import joining
from frontend.pages.tickets.offers import act_url
from frontend.registration import Sending, register_once
from frontend.rehearsal import rehearse_registration
from frontend.wording import count_of, expected, small
from tracker import attachments, clock, kept, lists, senders, writers
from tracker.attachments import Checked
from tracker.commands import Dismiss
from tracker.desks import Desk, desk_of
from tracker.enums import DismissalReason, Machine, Outcome, Purpose, State
from tracker.errors import InvalidCommand, NotAllowed, SillageError, TransitionRefused
from tracker.models import Deadline, Ticket, TicketKind, User
from tracker.permissions import abilities
from tracker.reading import fetch
from tracker.writers import Author

UNPROCESSABLE = 422
KEPT_FOR_NEXT = {"received_on": "recu", "channel": "canal", "mailbox": "boite"}
"""What « Enregistrer et suivant » keeps, by its name in the address: nothing personal."""
KEPT_OFFICE = "bureau"
"""The bureau chosen, likewise; it is proposed for the next one, where a person's own bureau is chosen."""
LONGEST_KEY = 18
"""Digits of a key: beyond, none of ours."""
WORTH_KEEPING = ("sender_name", "sender_contact", "subject", "body")
"""Until one of these is typed there is nothing that a person would miss."""
FILES_ARE_GONE = "Choisissez de nouveau vos fichiers\xa0: le navigateur ne les garde pas d’un envoi à l’autre."
EXPECTED = {
    Purpose.REPLY: "Réponse attendue",
    Purpose.UPDATE: "Mise en ligne attendue",
    Purpose.PROPOSAL: "Date à proposer",
    Purpose.MEETING: "Rendez-vous à tenir",
}


@require_http_methods(["GET", "POST"])
@kept.looking_once()
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of one kind; the same address follows what is typed in it, so that nothing personal is ever in one."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    desk, chosen = desk_and_kind(user, kind)
    today = clock.today(desk.site.time_zone)
    if request.method == "GET":
        form = RegisterForm(
            kind=chosen, desk=desk, user_id=user.pk, today=today, initial=initial_of(request, user, chosen)
        )
        return show(request, form, user, drafts.find(user, draft_key(chosen), clock.now()))
    if "senders" in request.POST:
        return complete_sender(request, desk, user)
    if "forget" in request.POST:
        return forget_draft(request, chosen, user)
    form = RegisterForm(request.POST, request.FILES, kind=chosen, desk=desk, user_id=user.pk, today=today)
    return follow(request, form, user) if "live" in request.POST else save(request, form, user)


def follow(request: HttpRequest, form: RegisterForm, user: User) -> HttpResponse:
    """While it is typed: keep what is there, tell the deadline and the duplicates. Registers nothing. By POST, so that
    no name ends in a log of addresses."""
    form.is_valid()
    token = form.cleaned_data.get("token")
    if token and any(form.cleaned_data.get(name) for name in WORTH_KEEPING):
        drafts.save(user, draft_key(form.kind), token, typed_in(form), clock.now())
    return render(
        request,
        "frontend/partials/_register_side.html",
        {"side": side_of(form, user), "form": form, "today": form.today, "live": True},
    )


def save(request: HttpRequest, form: RegisterForm, user: User) -> HttpResponse:
    join = joining.asked_for(request, form, user)
    form.is_valid()
    files = checked_files(form)
    if form.errors:
        refuse_early(form, user)
        return show_refused(request, form, user)
    token: uuid.UUID = form.cleaned_data["token"]
    sending = Sending(token, typed_in(form) | joining.typed_in(join), form.desk.prefecture, user, files)
    try:
        if join is not None:
            joining.join_once(request, join, form, sending)
        else:
            ticket, new = register_once(token, sending.typed, sending.prefecture, form.acts(), user, files)
    except InvalidCommand as refused:
        form.refuse(refused)
        return show_refused(request, form, user)
    except (TransitionRefused, NotAllowed) as refused:
        form.add_error(None, refused.message)
        return show_refused(request, form, user)
    drafts.forget(user, draft_key(form.kind), token)
    if join is not None:
        return redirect(address_of(join.target))
    return show_saved(request, form, ticket, new=new)


def show_saved(request: HttpRequest, form: RegisterForm, ticket: Ticket, *, new: bool) -> HttpResponse:
    """The demande, or the form again for the next one; what was done is said there, with how to come back on it."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    allowed = abilities(user, ticket)
    visible, onward = bool(allowed), next_address(form)
    stays = "next" in request.POST or not visible
    offered = (
        ("Ouvrir", address_of(ticket) * (visible and stays)),
        ("Corriger", act_url(ticket, "correct", allowed) if visible else ""),
        ("Enregistrer la suivante", onward * (not stays)),
    )
    done(
        request,
        saved_sentence(ticket, form, linked=visible, new=new),
        undo=undo_address(ticket) if new and act_url(ticket, "dismiss", allowed) else "",
        links=[link for link in offered if link[1]],
    )
    return redirect(onward if stays else address_of(ticket))


def undo_address(ticket: Ticket) -> str:
    """Where « Annuler » takes a registration back."""
    return f"{reverse('register-undo', args=[ticket.reference])}?version={ticket.version}"


@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """A registration is not undone, its reference is given for good: the demande is dismissed as « erreur
    d’enregistrement », which no figure counts, and that act can be undone in its turn. By its author alone."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    ticket = fetch(user, reference)
    if ticket.registered_by_id != user.pk:
        raise Http404
    today = clock.today(ticket.site.time_zone)
    try:
        ticket = writers.write_one(
            ticket.pk,
            [Dismiss(DismissalReason.REGISTRATION_ERROR, today)],
            Author(user=user),
            opened_version=version_in(request.GET.get("version", "")) or 0,
        )
    except SillageError as refused:
        say_refused(request, f"{ticket.reference} n’a pas été annulée\xa0: {small(refused.message)}")
    else:
        back = f"{reverse('ticket-act', args=[ticket.reference, 'undo'])}?version={ticket.version}"
        done(request, f"Enregistrement annulé\xa0: {ticket.reference} n’est plus comptée nulle part.", undo=back)
    return redirect("register", ticket.kind.code)


def address_of(ticket: Ticket) -> str:
    return reverse("ticket", args=[ticket.reference])


def next_address(form: RegisterForm) -> str:
    """The same form again, with what the next demande shares with this one."""
    kept = {short: form[name].data for name, short in KEPT_FOR_NEXT.items() if form[name].data}
    office = form.cleaned_data.get("office")
    if office is not None and office != form.desk.office:
        kept[KEPT_OFFICE] = office.pk
    return f"{reverse('register', args=[form.kind.code])}?{urlencode({'suivante': 1} | kept)}"


def checked_files(form: RegisterForm) -> list[Checked]:
    """The files to attach; each one that cannot be is said beside the field, and nothing is registered without it."""
    checked, refused = attachments.check_all(form.cleaned_data.get("files", []))
    fitting, too_many = attachments.fit(checked, [])
    for file in (*refused, *too_many):
        form.add_error("files", str(file))
    return fitting


def show_refused(request: HttpRequest, form: RegisterForm, user: User) -> HttpResponse:
    if request.FILES:
        form.add_error("files", FILES_ARE_GONE)
    return show(request, form, user, [], status=UNPROCESSABLE)


def refuse_early(form: RegisterForm, user: User) -> None:
    """Say at once what the service would refuse too, so that a form is mended in one go."""
    if form.tells_a_deadline:
        try:
            rehearse_registration(form.cleaned_data["site"], form.acts(), Author(user=user))
        except InvalidCommand as refused:
            form.refuse(refused)
        except TransitionRefused as refused:
            form.add_error(None, refused.message)


def complete_sender(request: HttpRequest, desk: Desk, user: User) -> HttpResponse:
    """Names that complete what is typed; by POST for the same reason."""
    found = senders.completing(desk.prefecture, user, request.POST.get("sender_name", "")[:80])
    return render(request, "frontend/partials/_senders.html", {"senders": found, "owner": "senders"})


def forget_draft(request: HttpRequest, kind: TicketKind, user: User) -> HttpResponse:
    """The person throws away what was kept of a form."""
    try:
        drafts.forget(user, draft_key(kind), uuid.UUID(request.POST["forget"]))
    except ValueError as unknown:
        raise Http404 from unknown
    return redirect("register", kind.code)


# --- Parts --------------------------------------------------------------------------------------------------------


def desk_and_kind(user: User, code: str) -> tuple[Desk, TicketKind]:
    """404 for whom registers nothing, and for a kind that the préfecture does not propose."""
    desk = desk_of(user)
    if desk is None:
        raise Http404
    chosen = next((kind for kind in lists.kinds([desk.prefecture.pk]) if kind.code == code), None)
    if chosen is None:
        raise Http404
    return desk, chosen


def draft_key(kind: TicketKind) -> str:
    return f"register.{kind.code}"


def typed_in(form: RegisterForm) -> dict[str, str]:
    return {name: str(form.data[name]) for name in form.fields if name != "files" and form.data.get(name)}


def initial_of(request: HttpRequest, user: User, kind: TicketKind) -> dict[str, Any]:
    """What the form opens with: a draft taken up again, or what the demande before it shares with this one."""
    resumed = request.GET.get("reprendre", "")
    for draft in drafts.find(user, draft_key(kind), clock.now()) if resumed else ():
        if str(draft.token) == resumed:
            # A box left empty is not in what was typed.
            return {"take": False, "undated": False, **draft.data, "token": draft.token}
    kept: dict[str, Any] = {name: request.GET[short] for name, short in KEPT_FOR_NEXT.items() if short in request.GET}
    office = request.GET.get(KEPT_OFFICE, "")
    if office.isdecimal() and len(office) <= LONGEST_KEY:
        kept["office"] = kept["kept_office"] = int(office)
    return kept


def show(
    request: HttpRequest, form: RegisterForm, user: User, found: list[FormDraft], *, status: int = 200
) -> HttpResponse:
    resumed = str(form["token"].value())
    shown = {
        "form": form,
        "kind": form.kind,
        "today": form.today,
        "side": side_of(form if form.is_bound else opened(form), user),
        "drafts": [
            (draft, draft.saved_at.astimezone(clock.zone(form.desk.site.time_zone)))
            for draft in found
            if str(draft.token) != resumed
        ],
        "several_sites": len(form.desk.sites) > 1,
        "is_next": "suivante" in request.GET,
    }
    return render(request, "frontend/pages/register.html", shown, status=status)


def saved_sentence(ticket: Ticket, form: RegisterForm, *, linked: bool, new: bool) -> str:
    """« Demande 44-2026-000123 enregistrée. Réponse attendue au plus tard mercredi 25 novembre. »"""
    reference = (
        format_html('<a href="{}">{}</a>', reverse("ticket", args=[ticket.reference]), ticket.reference)
        if linked
        else ticket.reference
    )
    if not new:
        return format_html("Demande {} déjà enregistrée\xa0: ce formulaire avait été envoyé.", reference)
    count = len(form.cleaned_data["files"])
    attached = f" avec {count_of(count, 'pièce jointe', 'pièces jointes')}" if count else ""
    return format_html("Demande {} enregistrée{}. {}", reference, attached, what_follows(ticket, form))


def what_follows(ticket: Ticket, form: RegisterForm) -> str:
    if ticket.state in (State.ANSWERED, State.MET):
        late = Deadline.objects.filter(ticket=ticket, outcome=Outcome.LATE).exists()
        return f"{done_words(ticket)}, {'hors délai' if late else 'dans le délai'}."
    office = form.cleaned_data.get("office")
    to_do = f"Affectée\xa0: {office}." if office else "Il reste à l’affecter à un bureau."
    if ticket.due_on is None:
        return f"Elle est sans délai défini. {to_do}"
    return f"{expected(EXPECTED[Purpose(ticket.due_purpose)], ticket.due_on, form.today)} {to_do}"


def done_words(ticket: Ticket) -> str:
    return "Rendez-vous enregistré" if ticket.machine == Machine.MEETING else answer_words(ticket.kind.purpose).done


urlpatterns = [
    path("enregistrer/<str:kind>/", register, name="register"),
    path("enregistrer/annuler/<str:reference>/", undo, name="register-undo"),
]
