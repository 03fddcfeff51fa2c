"""Registre: every demande one may see, filtered, searched, exported."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from frontend.downloads import workbook
from frontend.filter_words import tags, with_values, without
from frontend.filters import TicketFilter
from frontend.listing import lines
from frontend.returning import remember
from frontend.wording import count_of
from tracker import clock, exports, paging
from tracker.models import Ticket, User
from tracker.paging import Order, Total
from tracker.registry import ORDERS, READERS
from tracker.search import by_reference
from tracker.spreadsheets.writing import write_csv

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
    order = order_of(request)
    tickets = filters.qs.select_related("kind", "channel", "office").defer("body", "sender_contact")
    page = paging.page(tickets, order, request.GET.get("from", ""))
    here = request.path
    shown = {
        "lines": lines(page.rows, filters.user, filters.situations),
        "today": filters.situations.first.today if filters.situations.first else None,
        "tags": tags(filters, request.GET, here),
        "kept": [
            (name, value) for name, values in request.GET.lists() for value in values if name not in ("text", "from")
        ],
        "text": filters.form.cleaned_data["text"],
        "summary": total_words(paging.total(filters.qs)),
        "orders": [(each, with_values(request.GET, here, order=each.code)) for each in ORDERS.values()],
        "order": order,
        "previous_url": page.previous and with_values(request.GET, here, **{"from": page.previous}),
        "next_url": page.next and with_values(request.GET, here, **{"from": page.next}),
        "query": without(request.GET, "", "from"),
    }
    return render(request, "frontend/pages/registry.html", shown)


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The filters to choose from, in place or as a page of its own."""
    filters = filters_of(request)
    return ask(request, filters, status=200 if filters.is_valid() else UNPROCESSABLE)


@require_safe
def export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """All the rows of the list as it is seen, in its order."""
    if extension not in ("xlsx", "csv"):
        raise Http404
    filters = filters_of(request)
    if not filters.is_valid():
        return ask(request, filters)
    rows = exports.TicketExport(filters.qs, order_of(request), filters.user.scope, filters.situations)
    name = f"registre-{clock.now():%Y-%m-%d}.{extension}"
    if extension == "csv":
        body: Iterator[bytes] = write_csv(exports.COLUMNS, rows.tickets())
        return StreamingHttpResponse(
            body,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    return workbook(rows.sheets(), name)


def filters_of(request: HttpRequest) -> TicketFilter:
    """The filters of the address; 404 to whom no list is open."""
    user: User = request.user  # type: ignore[assignment]  # every list is for a signed-in person
    if not user.scope.has(*READERS):
        raise Http404
    return TicketFilter(request.GET, request=request)


def order_of(request: HttpRequest) -> Order:
    return ORDERS.get(request.GET.get("order", ""), ORDERS["received"])


def named_ticket(filters: TicketFilter) -> Ticket | None:
    text = filters.form.cleaned_data["text"]
    if not text or filters.situations.first is None:
        return None
    return by_reference(Ticket.objects.visible_to(filters.user), text, filters.situations.first.today.year)


def ask(request: HttpRequest, filters: TicketFilter, status: int = UNPROCESSABLE) -> HttpResponse:
    shown: dict[str, Any] = {"form": filters.form, "kept": request.GET.get("order", "")}
    name = "partials/_registry_filters" if request.htmx else "pages/registry_filters"  # type: ignore[attr-defined]
    return render(request, f"frontend/{name}.html", shown, status=status)


def total_words(total: Total) -> str:
    """« 412 demandes », « plus de 10 000 demandes »."""
    if total.exact:
        return count_of(total.number, "demande")
    return f"plus de {total.number:,} demandes".replace(",", "\u202f")


urlpatterns = [
    path("registre/", show, name="registry"),
    path("registre/filtres/", choose, name="registry-filters"),
    path("registre/export.<str:extension>", export, name="registry-export"),
]
