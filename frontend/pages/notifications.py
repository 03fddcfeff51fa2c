"""Notifications: what one has been told, under the bell and on a page, and how one wants to be told."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend import bell, feedback
from frontend.forms.notifications import ChoicesForm
from frontend.http import PageRequest
from frontend.notification_lines import days
from notifications import choosing, inbox
from notifications.kinds import CONCERNED
from notifications.models import Notification, NotificationQuerySet
from tracker import clock, paging
from tracker.errors import InvalidCommand
from tracker.models import User

IN_PANEL: Final = 8
LONGEST_IDS: Final = 4000
UNPROCESSABLE: Final = 422


def told(user: User) -> NotificationQuerySet:
    """404 for the roles that nothing is ever told."""
    if not user.scope.has(*CONCERNED):
        raise Http404
    rows = Notification.objects.of(user).select_related("actor", "instead_of", "ticket")
    return rows.defer("ticket__body")


@require_safe
def show(request: PageRequest) -> HttpResponse:
    """Unread first, then what was read, the latest first in each."""
    return render(request, "frontend/pages/notifications.html", listed(request))


def listed(request: PageRequest) -> dict[str, Any]:
    user = request.user
    rows = told(user)
    page = paging.page(inbox.parts(rows), inbox.LATEST_FIRST, request.GET.get("from", ""))
    address = reverse("notifications")
    today = clock.today(user.time_zone or "Europe/Paris")
    return {
        "days": days(page.rows, user, today),
        "unread": bell.standing_of(request).unread,
        "last": max((row.pk for row in page.rows), default=0),
        "previous_url": f"{address}?from={page.previous}" if page.previous else "",
        "next_url": f"{address}?from={page.next}" if page.next else "",
    }


@require_safe
def panel(request: PageRequest) -> HttpResponse:
    """What opens under the bell: the first unread ones."""
    rows = told(request.user)
    return shown_panel(request, rows) if request.htmx else redirect("notifications")


def shown_panel(request: PageRequest, told_of: NotificationQuerySet, *, oob: bool = False) -> HttpResponse:
    user = request.user
    rows = list(told_of.unread().order_by("-pk")[:IN_PANEL])
    today = clock.today(user.time_zone or "Europe/Paris")
    shown = {"days": days(rows, user, today), "last": rows[0].pk if rows else 0, "oob": oob}
    return render(request, "frontend/partials/_bell_panel.html", shown)


@require_safe
def count(request: PageRequest) -> HttpResponse:
    """The number beside the bell, which the page asks for again when it is told that it has changed."""
    told(request.user)
    if not request.htmx:
        return redirect("notifications")
    return render(request, "frontend/components/bell_count.html")


@require_POST
def read(request: PageRequest) -> HttpResponse:
    """`ids`: those read, with commas between; `until`: all up to that one."""
    user, now = request.user, clock.now()
    rows = told(user)
    until = number(request.POST.get("until", ""))
    if until:
        done = inbox.mark_all_read(user, until, now)
    else:
        ids = [number(part) for part in request.POST.get("ids", "")[:LONGEST_IDS].split(",")]
        done = inbox.mark_read(user, ids, now)
    if not request.htmx:
        if done:
            feedback.done(request, "C’est noté\xa0: lu." if done == 1 else f"C’est noté\xa0: {done} lues.")
        return redirect("notifications")
    if "apercu" in request.GET:
        return shown_panel(request, rows, oob=True)
    return render(request, "frontend/partials/_notifications.html", listed(request) | {"oob": True})


def number(text: str) -> int:
    """A key as a form sends it; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: PageRequest) -> HttpResponse:
    """How the person wants to be told of each kind of thing."""
    user = request.user
    told(user)
    kinds = choosing.kinds_of(user)
    initial: dict[str, Any] = {"hour": choosing.hour_of(user)} | choosing.choices_of(user)
    form = ChoicesForm(request.POST if request.method == "POST" else None, kinds=kinds, initial=initial)
    status = 200
    if form.is_bound:
        if form.is_valid():
            try:
                choosing.choose(user, form.ways(), form.cleaned_data["hour"])
            except InvalidCommand as refusal:
                form.refuse(refusal)
            else:
                feedback.done(request, "Vos choix de notification sont enregistrés.")
                return redirect("notification-settings")
        status = UNPROCESSABLE
    return render(request, "frontend/pages/notification_settings.html", {"form": form}, status=status)


urlpatterns = [
    path("notifications/", show, name="notifications"),
    path("notifications/apercu/", panel, name="notifications-panel"),
    path("notifications/nombre/", count, name="notifications-count"),
    path("notifications/lues/", read, name="notifications-read"),
    path("notifications/choix/", choices, name="notification-settings"),
]
