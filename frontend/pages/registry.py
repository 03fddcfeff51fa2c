"""Registre: every demande one may see, filtered, searched, exported."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from frontend import saved_views
from frontend.display import ListColumn, columns_in, display_of
from frontend.downloads import workbook
from frontend.filter_words import PLACE, tags, with_values, without
from frontend.filters import TicketFilter
from frontend.forms.saved_views import DisplayForm, NameForm
from frontend.listing import LINE_COLUMNS, lines, total_words
from frontend.returning import remember
from tracker import clock, exports, mass, paging
from tracker.models import Ticket, User
from tracker.registry import READERS
from tracker.search import by_reference
from tracker.spreadsheets.writing import Column, Sheet, write_csv

UNPROCESSABLE = 422


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One page of the list; a reference typed in the search opens its demande."""
    filters = filters_of(request)
    if "" in request.GET.values():
        # A form sends its empty fields too: an address that people pass on says only what is asked.
        return redirect(with_values(request.GET, request.path))
    if not filters.is_valid():
        return ask(request, filters)
    named = named_ticket(filters)
    if named is not None:
        return redirect("ticket", named.reference)
    remember(request, "registry")
    return page(request, filters)


def page(
    request: HttpRequest,
    filters: TicketFilter,
    *,
    name_form: NameForm | None = None,
    display_form: DisplayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list that these (valid) filters ask for, with the views to choose from."""
    display = display_of(request.GET, filters.user)
    parts = [part.with_lists().only(*LINE_COLUMNS) for part in filters.in_order(display.order)]
    rows = paging.page(parts, display.order, request.GET.get("from", ""))
    here, current = reverse("registry"), saved_views.normalised(filters)
    total = paging.total(filters.qs)
    since = {"depuis": clock.now().isoformat(), "vues": " ".join(row.reference for row in rows.rows)}
    shown = {
        "changes_url": with_values(request.GET, reverse("registry-changes"), **since),
        "lines": lines(rows.rows, filters.user, filters.situations),
        "tags": tags(filters, request.GET, here),
        "kept": kept_values(request, "text"),
        "text": filters.form.cleaned_data["text"],
        "summary": total_words(total),
        "orders": display.orders.values(),
        "order": display.order,
        "columns": display.columns,
        "previous_url": rows.previous and with_values(request.GET, here, **{"from": rows.previous}),
        "next_url": rows.next and with_values(request.GET, here, **{"from": rows.next}),
        "query": without(request.GET, "", "from"),
        "whole_query": without(request.GET, "", "columns"),
        "seen_query": with_values(request.GET, "", order=display.order.code, columns=display.columns_text),
        "acts": [(kind.value, kind.label) for kind in mass.kinds_for(filters.user)],
        "whole": total_words(total) if total.exact and total.number <= mass.MOST else "",
        "views": saved_views.links(request, current, filters.facets, filters.situations),
        "name_form": name_form or NameForm(),
        "display_form": display_form or DisplayForm(initial={"columns": display.columns, "order": display.order.code}),
    }
    return render(request, "frontend/pages/registry.html", shown, status=status)


def kept_values(request: HttpRequest, *leaving: str) -> list[tuple[str, str]]:
    """What the address says beside `leaving`, for a form that goes on from it."""
    return [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if value and name not in (*leaving, *PLACE)
    ]


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The filters to choose from, in place or as a page of its own."""
    filters = filters_of(request)
    return ask(request, filters, status=200 if filters.is_valid() else UNPROCESSABLE)


@require_safe
def export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """All the rows of the list, in the order in which it is seen. With `columns`, those that the list shows; without,
    every column there is and the other promises beside."""
    if extension not in ("xlsx", "csv"):
        raise Http404
    filters = filters_of(request)
    if not filters.is_valid():
        return ask(request, filters)
    order = display_of(request.GET, filters.user).order
    rows = exports.TicketExport(filters.in_order(order), order, filters.user.scope, filters.situations)
    seen = seen_columns(columns_in(request.GET.get("columns", "")))
    name = f"registre-{clock.now():%Y-%m-%d}.{extension}"
    if extension == "csv":
        body: Iterator[bytes] = write_csv(seen or exports.COLUMNS, rows.tickets())
        return StreamingHttpResponse(
            body,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    return workbook([Sheet("Demandes", seen, rows.tickets())] if seen else rows.sheets(), name)


SEEN_AS: Final = {
    ListColumn.RECEIVED: ("Reçu le",),
    ListColumn.ORIGIN: ("Type", "Canal"),
    ListColumn.SENDER: ("Expéditeur",),
    ListColumn.SUBJECT: ("Objet",),
    ListColumn.OFFICE: ("Bureau",),
    ListColumn.STATE: ("État",),
    ListColumn.DUE: ("Au plus tard le", "Résultat"),
    ListColumn.ANSWERED: ("Répondu le", "Répondu sans date"),
}
"""What a file holds for each column of the list."""


def seen_columns(columns: Iterable[str]) -> tuple[Column[exports.Row], ...]:
    """The columns of a file that follows the list; none where no column is named."""
    headers = [header for name in columns for header in SEEN_AS[ListColumn(name)]]
    return tuple(exports.named_columns("Référence", *headers)) if headers else ()


def filters_of(request: HttpRequest) -> TicketFilter:
    """The filters of the address; 404 to whom no list is open."""
    user: User = request.user  # type: ignore[assignment]  # every list is for a signed-in person
    check_reader(user)
    return TicketFilter(request.GET, request=request)


def check_reader(user: User) -> None:
    """404 to whom no list is open."""
    if not user.scope.has(*READERS):
        raise Http404


def named_ticket(filters: TicketFilter) -> Ticket | None:
    text = filters.form.cleaned_data["text"]
    if not text or filters.situations.first is None:
        return None
    return by_reference(Ticket.objects.visible_to(filters.user), text, filters.situations.first.today.year)


def ask(request: HttpRequest, filters: TicketFilter, status: int = UNPROCESSABLE) -> HttpResponse:
    kept = [(name, value) for name, value in kept_values(request) if name in ("order", "columns")]
    shown: dict[str, Any] = {"form": filters.form, "kept": kept}
    name = "partials/_registry_filters" if request.htmx else "pages/registry_filters"  # type: ignore[attr-defined]
    return render(request, f"frontend/{name}.html", shown, status=status)


urlpatterns = [
    path("registre/", show, name="registry"),
    path("registre/filtres/", choose, name="registry-filters"),
    path("registre/export.<str:extension>", export, name="registry-export"),
]
