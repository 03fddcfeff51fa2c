"""Éliminations: lists for the archives, their visa, the erasing, and its certificate."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.context import Link, settings_link
from frontend.downloads import workbook
from frontend.feedback import done
from frontend.forms.eliminations import EliminationForm, VisaForm
from frontend.http import PageRequest
from frontend.pages.errors import page as error_page
from frontend.pages.reference.rights import prefecture_edited_by
from frontend.wording import count_of
from tracker import clock, elimination
from tracker.enums import EliminationOutcome
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models import Elimination, EliminationLine, Prefecture
from tracker.spreadsheets.writing import Column, ColumnType, Sheet
from tracker.writers import Author

UNPROCESSABLE: Final = 422
SHOWN: Final = 50
COLUMNS: Final[tuple[Column[EliminationLine], ...]] = (
    Column("Référence", lambda line: line.ticket.reference, width=18),
    Column("Type", lambda line: line.ticket.kind.label, width=28),
    Column("Nature", lambda line: line.ticket.nature.label, width=28),
    Column("Reçue le", lambda line: line.ticket.received_on, ColumnType.DATE, 12),
    Column("Terminée le", lambda line: line.ticket.ended_on, ColumnType.DATE, 12),
    Column("Fin", lambda line: line.ticket.get_state_display(), width=16),
    Column("Suite", lambda line: line.get_outcome_display(), width=14),
)
"""What the archives are shown of a demande: nothing of its sender nor of its subject."""


@require_http_methods(["GET", "POST"])
def eliminations(request: PageRequest) -> HttpResponse:
    """The lists, the newest first; POST draws a new one up."""
    prefecture = prefecture_edited_by(request.user)
    today = clock.today(prefecture.time_zone)
    form = EliminationForm(request.POST if request.method == "POST" else None, prefecture=prefecture, today=today)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            made = elimination.propose(prefecture, typed["ended_by"], typed["kind"], Author(user=request.user))
        except InvalidCommand as refused:
            form.refuse(refused)
        else:
            done(request, f"Liste établie\xa0: {count_of(made.lines.count(), 'demande')}.")
            return redirect("elimination", made.pk)
    lists = counted(prefecture)[:SHOWN]
    return render(
        request,
        "frontend/pages/eliminations.html",
        {"trail": (settings_link(),), "form": form, "lists": lists, "today": today},
        status=UNPROCESSABLE if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def show(request: PageRequest, elimination_id: int) -> HttpResponse:
    """One list, then its certificate; POST notes the visa and begins the erasing."""
    prefecture = prefecture_edited_by(request.user)
    found = get_object_or_404(counted(prefecture), pk=elimination_id)
    today = clock.today(prefecture.time_zone)
    form = VisaForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            elimination.carry_out(found.pk, typed["visa"], typed["visa_on"], Author(user=request.user))
        except InvalidCommand as refused:
            form.refuse(refused)
        except TransitionRefused as refused:
            return conflict(request, refused)
        else:
            done(request, "Visa noté\xa0: les textes de ces demandes sont en cours d’élimination.")
            return redirect("elimination", found.pk)
    name = "partials/_elimination_status.html" if request.htmx else "pages/elimination.html"
    shown = {
        "trail": (settings_link(), Link("Éliminations", reverse("eliminations"))),
        "elimination": found,
        "form": form,
        "today": today,
        "sheet": some_lines(found),
        "waiting": elimination.waits(found),
    }
    return render(request, f"frontend/{name}", shown, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def abandon(request: PageRequest, elimination_id: int) -> HttpResponse:
    found = get_object_or_404(Elimination, pk=elimination_id, prefecture=prefecture_edited_by(request.user))
    try:
        elimination.abandon(found.pk, Author(user=request.user))
    except TransitionRefused as refused:
        return conflict(request, refused)
    done(request, "Liste abandonnée\xa0: rien n’est éliminé.")
    return redirect("eliminations")


@require_GET
def export(request: PageRequest, elimination_id: int) -> FileResponse:
    """The whole list, to be joined to the request made to the archives."""
    found = get_object_or_404(Elimination, pk=elimination_id, prefecture=prefecture_edited_by(request.user))
    return workbook([Sheet("Liste", COLUMNS, all_lines(found))], f"elimination-{found.pk}.xlsx")


def counted(prefecture: Prefecture) -> Any:
    """Lists with their sizes: all, erased and kept."""
    sizes = {
        outcome.value: Count("lines", filter=Q(lines__outcome=outcome))
        for outcome in (EliminationOutcome.ERASED, EliminationOutcome.KEPT)
    }
    lists = Elimination.objects.filter(prefecture=prefecture).annotate(size=Count("lines"), **sizes)
    return lists.select_related("kind", "job", "created_by", "prefecture").order_by("-pk")


def some_lines(found: Elimination) -> list[EliminationLine]:
    return list(found.lines.select_related("ticket__kind").order_by("ticket__received_on", "ticket_id")[:SHOWN])


def all_lines(found: Elimination) -> Iterator[EliminationLine]:
    lines = found.lines.select_related("ticket__kind", "ticket__nature").order_by("ticket__received_on", "ticket_id")
    yield from lines.iterator(chunk_size=2000)


def conflict(request: PageRequest, refused: TransitionRefused) -> HttpResponse:
    return error_page(request, 409, title="Cette liste a déjà changé", text=refused.message)


urlpatterns = [
    path("reglages/eliminations/", eliminations, name="eliminations"),
    path("reglages/eliminations/<int:elimination_id>/", show, name="elimination"),
    path("reglages/eliminations/<int:elimination_id>/abandonner/", abandon, name="elimination-abandon"),
    path("reglages/eliminations/<int:elimination_id>/liste.xlsx", export, name="elimination-export"),
]
