"""Arrivées: the mailroom's batch, and what was sent back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from frontend.batches import possible, version_in
from frontend.dispatching import waiting
from frontend.duplicates import Duplicate, duplicates_of
from frontend.feedback import done
from frontend.forms.arrivals import ArrivalLine, DispatchForm, Tray
from frontend.pages.tickets.offers import act_url
from frontend.proposing import Clues, proposals
from frontend.registration import register_once
from frontend.returning import remember
from frontend.wording import count_of, small
from tracker import clock, senders, writers
from tracker.commands import Assign, Undo
from tracker.desks import desk_of
from tracker.enums import Role
from tracker.errors import InvalidCommand, SillageError, TransitionRefused
from tracker.models import Office, Ticket, User
from tracker.permissions import abilities
from tracker.registry import Situations
from tracker.writers import Author

BLANK_LINES: Final = 5
MOST_LINES: Final = 200
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Saved:
    """A line that has become a demande."""

    ticket: Ticket
    office: Office | None
    new: bool
    correct_url: str
    alike: list[Duplicate]
    """The others of the same sender with nearly the same subject: the page was not left before it could be said."""


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    user, tray = mailroom_of(request)
    part_alone: bool = request.htmx  # type: ignore[attr-defined]  # set by the htmx middleware
    if request.method == "GET":
        return waiting_again(request, user, tray) if part_alone else page(request, user, tray)
    if part_alone:
        return save_one(request, user, tray)
    return save_all(request, user, tray)


def save_one(request: HttpRequest, user: User, tray: Tray) -> HttpResponse:
    """The line sent by Enter: what it became, or the line itself with what is to be mended."""
    form = bound(request, tray, request.POST.get("only", ""))
    saved = register_line(form, user)
    if saved is None:
        return render(request, "frontend/partials/_arrivals_refused.html", {"line": form}, status=UNPROCESSABLE)
    shown: dict[str, Any] = {"saved": saved, "today": tray.today}
    if saved.office is None:
        shown |= waiting_section(user, tray)
    return render(request, "frontend/partials/_arrivals_saved.html", shown)


def save_all(request: HttpRequest, user: User, tray: Tray) -> HttpResponse:
    """Every line begun, each for itself: a refused one keeps its words and refuses no other."""
    only = request.POST.get("only")
    kept: list[ArrivalLine] = []
    refused = False
    saved: list[Saved] = []
    for prefix in request.POST.getlist("line")[:MOST_LINES]:
        form = bound(request, tray, prefix)
        if form.is_blank:
            continue
        if only and prefix != only:
            kept.append(form.untouched())
            continue
        found = register_line(form, user)
        if found is None:
            refused = True
            kept.append(form)
        else:
            saved.append(found)
    if saved:
        done(request, saved_sentence(saved))
    if kept:
        return page(request, user, tray, lines=kept, status=UNPROCESSABLE if refused else 200)
    return redirect("arrivals")


def register_line(form: ArrivalLine, user: User) -> Saved | None:
    """None where the line is refused: the form then says why."""
    if not form.is_valid():
        return None
    try:
        ticket, new = register_once(form.token, form.typed(), form.tray.desk.prefecture, form.acts(), user)
    except InvalidCommand as refused:
        form.refuse(refused)
        return None
    except TransitionRefused as refused:
        form.add_error(None, refused.message)
        return None
    typed = (ticket.sender_name, ticket.subject, ticket.received_on)
    found = duplicates_of(form.tray.desk.prefecture, user, form.tray.kind, *typed)
    alike = [each for each in found if each.same_subject and each.ticket.pk != ticket.pk]
    correct_url = act_url(ticket, "correct", abilities(user, ticket))
    return Saved(ticket, form.cleaned_data["office"], new, correct_url, alike)


@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """The bureau of a line, as its sender suggests it; by POST so that no name ends in a log of addresses."""
    user, tray = mailroom_of(request)
    form = bound(request, tray, request.POST.get("of", ""))
    proposal = None
    if not form["office"].data:
        clues = Clues(str(form["sender_name"].data or ""))
        proposal = proposals(tray.desk.prefecture, user, clues, tray.today).office
    line = form.untouched(office=proposal.pk) if proposal else form.untouched()
    return render(request, "frontend/partials/_arrivals_office.html", {"line": line, "proposal": proposal})


@require_POST
def complete(request: HttpRequest) -> HttpResponse:
    """Names that complete the sender of a line."""
    user, tray = mailroom_of(request)
    line = bound(request, tray, request.POST.get("of", ""))
    found = senders.completing(tray.desk.prefecture, user, str(line["sender_name"].data or "")[:80])
    return render(request, "frontend/partials/_senders.html", {"senders": found, "owner": f"{line.prefix}-senders"})


# --- Dispatching --------------------------------------------------------------------------------------------------


@require_POST
def dispatch(request: HttpRequest) -> HttpResponse:
    """Send one demande to the bureau of its line, or all the chosen ones to one bureau."""
    user, tray = mailroom_of(request)
    one = request.POST.get("one")
    references = possible([one] if one else request.POST.getlist("chosen"))
    given = {"office": request.POST.get(f"office-{one}" if one else "office", "")}
    form = DispatchForm(given, tray=tray)
    if not references:
        messages.error(request, "Cochez au moins une demande à affecter.")
    elif not form.is_valid():
        messages.error(request, form.errors["office"][0])
    else:
        assign(request, user, references, form.cleaned_data["office"])
    return redirect("arrivals")


def assign(request: HttpRequest, user: User, references: Sequence[str], office: Office) -> None:
    """Each demande is its own act: one that somebody else has just sent elsewhere refuses no other."""
    sent: list[Ticket] = []
    for ticket in Ticket.objects.readable_by(user).filter(reference__in=references).order_by("pk"):
        opened = request.POST.get(f"version-{ticket.reference}", "")
        try:
            written = writers.write_one(
                ticket.pk,
                [Assign(office.pk)],
                Author(user=user),
                # A form that does not say what it showed is refused where somebody has acted since.
                opened_version=version_in(opened) or 0,
            )
        except SillageError as refused:
            messages.error(request, f"{ticket.reference} n’a pas été affectée\xa0: {small(refused.message)}")
        else:
            sent.append(written)
    lost = len(references) - Ticket.objects.filter(reference__in=references).readable_by(user).count()
    if not sent:
        if lost:
            messages.error(request, "Ces demandes ont été affectées entre-temps.")
        return
    back = Ticket.objects.visible_to(user).in_bulk([ticket.pk for ticket in sent])
    undo = urlencode([("demande", f"{ticket.reference}:{ticket.version}") for ticket in sent if ticket.pk in back])
    address = f"{reverse('arrivals-undo')}?{undo}" if len(back) == len(sent) else ""
    names = sent[0].reference if len(sent) == 1 else count_of(len(sent), "demande")
    agreed = "affectée" if len(sent) == 1 else "affectées"
    done(request, f"{names} {agreed}\xa0: {office.name}.", undo=address)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was just sent, as long as the journal allows it."""
    user, _ = mailroom_of(request)
    versions = dict(each.rsplit(":", 1) for each in request.GET.getlist("demande") if ":" in each)
    taken = 0
    for ticket in Ticket.objects.visible_to(user).filter(reference__in=possible(versions)).order_by("pk"):
        version = versions[ticket.reference]
        try:
            writers.write_one(ticket.pk, [Undo()], Author(user=user), opened_version=version_in(version) or 0)
        except SillageError as refused:
            messages.error(request, f"{ticket.reference}\xa0: {small(refused.message)}")
        else:
            taken += 1
    if taken < len(versions) and not taken:
        messages.error(request, "Le bureau s’en est déjà chargé\xa0: l’affectation ne s’annule plus.")
    elif taken:
        done(request, f"Affectation annulée\xa0: {count_of(taken, 'demande')} de nouveau à affecter.")
    return redirect("arrivals")


# --- Parts --------------------------------------------------------------------------------------------------------


def mailroom_of(request: HttpRequest) -> tuple[User, Tray]:
    """404 to whom does not open the mail."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    desk = desk_of(user) if user.scope.has(Role.MAILROOM) else None
    if desk is None:
        raise Http404
    return user, Tray(desk, clock.today(desk.site.time_zone))


def bound(request: HttpRequest, tray: Tray, prefix: str) -> ArrivalLine:
    """The line that the page named `prefix`; 404 for a name that is none of ours."""
    try:
        uuid.UUID(prefix[1:])
    except ValueError as unknown:
        raise Http404 from unknown
    return ArrivalLine(request.POST, tray=tray, prefix=prefix)


def page(
    request: HttpRequest, user: User, tray: Tray, *, lines: Sequence[ArrivalLine] = (), status: int = 200
) -> HttpResponse:
    blank = [ArrivalLine(tray=tray) for _ in range(BLANK_LINES - len(lines))]
    remember(request, "arrivals")
    shown = {"lines": [*lines, *blank], "model": ArrivalLine(tray=tray), **waiting_section(user, tray)}
    return render(request, "frontend/pages/arrivals.html", shown, status=status)


def waiting_again(request: HttpRequest, user: User, tray: Tray) -> HttpResponse:
    """What waits for a bureau now: asked for when something has changed elsewhere."""
    return render(request, "frontend/partials/_arrivals_section.html", waiting_section(user, tray))


def waiting_section(user: User, tray: Tray) -> dict[str, Any]:
    rows, total = waiting(user, Situations.at(clock.now(), user.scope.prefecture_ids))
    return {
        "returned": [row for row in rows if row.returned],
        "unassigned": [row for row in rows if not row.returned],
        "total": total,
        "shown": len(rows),
        "offices": tray.office_choices[1:],
        "today": tray.today,
    }


def saved_sentence(saved: Sequence[Saved]) -> str:
    """« 2 courriers enregistrés : 44-2026-000012, 44-2026-000013. »"""
    if len(saved) == 1:
        return f"Demande {saved[0].ticket.reference} enregistrée."
    return f"{len(saved)} demandes enregistrées\xa0: {', '.join(each.ticket.reference for each in saved)}."


urlpatterns = [
    path("arrivees/", show, name="arrivals"),
    path("arrivees/bureau/", propose, name="arrivals-office"),
    path("arrivees/expediteurs/", complete, name="arrivals-senders"),
    path("arrivees/affecter/", dispatch, name="arrivals-dispatch"),
    path("arrivees/annuler/", undo, name="arrivals-undo"),
]
