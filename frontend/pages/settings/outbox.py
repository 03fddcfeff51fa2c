"""« Envois »: the e-mails that wait, that were given up, that left today. Nothing of what they say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from frontend.context import settings_link
from frontend.http import PageRequest
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.upkeep_words import MESSAGES, UNKNOWN_MESSAGE, at, outbox_words
from frontend.wording import count_of
from notifications import outbox
from tracker import clock
from tracker.models import Outbox, Ticket
from tracker.models.journal import OutboxQuerySet

NOTHING_STUCK: Final = "Plus rien n’était à réessayer\xa0: ces messages sont partis entre-temps."


@dataclass(frozen=True, slots=True)
class Line:
    """A message, by what it is and to whom. `when` is the sentence of its list."""

    row: Outbox
    what: str
    reference: str
    when: str
    may_retry: bool

    @property
    def tries(self) -> str:
        return count_of(self.row.attempts, "essai")


@require_safe
def outbox_page(request: PageRequest) -> HttpResponse:
    """The page, and every ten seconds its lists alone."""
    prefecture, now = prefecture_administered_by(request.user), clock.now()
    state = outbox.state_of(prefecture, now)
    shown = {
        "trail": (settings_link(),),
        "state": state,
        "headline": outbox_words(state, now),
        "failed": lines(outbox.of_prefecture(prefecture).failed().order_by("-failed_at", "-pk")),
        "waiting": lines(outbox.waiting(prefecture, now).order_by("next_try_at", "pk"), now),
        "sent": lines(outbox.sent_since_midnight(prefecture, now).order_by("-done_at", "-pk")),
        "most": outbox.SHOWN,
    }
    name = "partials/_outbox" if request.htmx else "pages/outbox"
    return render(request, f"frontend/{name}.html", shown)


def lines(rows: OutboxQuerySet, now: datetime | None = None) -> list[Line]:
    found = list(rows.select_related("user", "event")[: outbox.SHOWN])
    tickets = [row.event.object_id for row in found if row.event is not None and row.event.stream == "ticket"]
    references = dict(Ticket.objects.filter(pk__in=tickets).values_list("pk", "reference")) if tickets else {}
    return [
        Line(
            row,
            MESSAGES.get(row.kind, UNKNOWN_MESSAGE),
            references.get(row.event.object_id, "") if row.event is not None else "",
            when(row, now),
            may_retry=row.done_at is None and row.outcome != "",
        )
        for row in found
    ]


def when(row: Outbox, now: datetime | None) -> str:
    if row.failed_at is not None:
        return f"abandonné {at(row.failed_at)}"
    if row.done_at is not None:
        return f"parti {at(row.done_at)}"
    if row.outcome == "":
        return "part maintenant" if row.attempts == 0 else "en cours d’envoi"
    if now is not None and row.next_try_at <= now:
        return "nouvel essai maintenant"
    return f"nouvel essai {at(row.next_try_at)}"


@require_POST
def retry(request: PageRequest) -> HttpResponse:
    """One message (`row`), or all that are stuck."""
    prefecture = prefecture_administered_by(request.user)
    row = request.POST.get("row", "")
    count = outbox.try_again(prefecture, request.user, clock.now(), pk=int(row[:18]) if row.isdecimal() else None)
    if count:
        messages.success(request, f"{count_of(count, 'message est réessayé', 'messages sont réessayés')} maintenant.")
    else:
        messages.info(request, NOTHING_STUCK)
    return redirect("outbox")


urlpatterns = [
    path("reglages/envois/", outbox_page, name="outbox"),
    path("reglages/envois/reessayer/", retry, name="outbox-retry"),
]
