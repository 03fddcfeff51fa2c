"""« 3 demandes ont changé depuis l’ouverture »: a page of the Registre stays as it was opened, and says how it ages."""

from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontend.filter_words import with_values
from frontend.filters import TicketFilter
from frontend.pages.registry import filters_of
from tracker import clock
from tracker.models import Event, Ticket
from tracker.writers import STREAM

MOST: Final = 200
"""Beyond that many, only that there are more."""
SEEN_MAX: Final = 100
DAYS_MAX: Final = 14
"""A page opened before that has changed as a whole."""


@never_cache
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """How many demandes of the list have changed since `depuis` (ISO instant): those that the filters find now, and
    those that the page shows (`vues`, references) though they may have left it."""
    filters = filters_of(request)
    since = moment(request.GET.get("depuis", ""))
    number = len(changed(filters, since, request.GET.get("vues", "").split())) if since and filters.is_valid() else 0
    shown = {
        "number": number if number <= MOST else 0,
        "many": MOST if number > MOST else 0,
        "again_url": with_values(request.GET, reverse("registry"), depuis="", vues=""),
    }
    return render(request, "frontend/partials/_registry_changes.html", shown)


def changed(filters: TicketFilter, since: datetime, seen: list[str]) -> set[int]:
    """Three short queries, whatever the list holds: the journal is read from `since` on."""
    events = Event.objects.filter(
        stream=STREAM, prefecture__in=filters.user.scope.prefecture_ids, recorded_at__gt=since
    ).values("object_id")
    found = filters.qs.filter(pk__in=events).values_list("pk", flat=True)[: MOST + 1]
    shown = Ticket.objects.visible_to(filters.user).filter(reference__in=seen[:SEEN_MAX], pk__in=events)
    return {*found, *shown.values_list("pk", flat=True)}


def moment(text: str) -> datetime | None:
    """The instant that the page was opened; None for a text that is none, or too old a page."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or found.tzinfo is None or found < clock.now() - timedelta(days=DAYS_MAX):
        return None
    return found


urlpatterns = [path("registre/changements/", changes, name="registry-changes")]
