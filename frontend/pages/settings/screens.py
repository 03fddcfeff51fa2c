"""Écrans muraux: the address that each screen is opened with, made here, shown once, withdrawn here."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from frontend.context import settings_link
from frontend.feedback import done
from frontend.forms.screens import ScreenForm
from frontend.http import PageRequest
from frontend.live_words import moment_words
from frontend.pages.reference.rights import prefecture_edited_by
from frontend.pages.settings.editing import UNPROCESSABLE, author_of
from tracker import clock
from tracker.errors import InvalidCommand
from tracker.models import Prefecture, WallScreen
from tracker.screens import create_screen, open_screens, withdraw_screen


@dataclass(frozen=True, slots=True)
class Row:
    """A screen as the list tells it."""

    screen: WallScreen
    shows: str
    made: str
    seen: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def screens(request: PageRequest) -> HttpResponse:
    """The préfecture's screens, and a form for one more. Its address stands in the form's answer, and nowhere else."""
    prefecture = prefecture_edited_by(request.user)
    if request.method != "POST":
        return show(request, prefecture, ScreenForm(prefecture=prefecture))
    form = ScreenForm(request.POST, prefecture=prefecture)
    if form.is_valid():
        try:
            new = create_screen(
                prefecture,
                name=form.cleaned_data["name"],
                site=form.site,
                office=form.office,
                author=author_of(request),
            )
        except InvalidCommand as refused:
            form.refuse(refused)
        else:
            address = request.build_absolute_uri(reverse("wall-open", args=[new.secret]))
            return show(request, prefecture, ScreenForm(prefecture=prefecture), address=address)
    return show(request, prefecture, form, status=UNPROCESSABLE)


def show(
    request: PageRequest, prefecture: Prefecture, form: ScreenForm, *, address: str = "", status: int = 200
) -> HttpResponse:
    today = clock.today(prefecture.time_zone)
    rows = [
        Row(
            screen,
            str(screen.office or screen.site or "toute la préfecture"),
            moment_words(screen.created_at, prefecture.time_zone, today),
            moment_words(screen.last_seen_at, prefecture.time_zone, today) if screen.last_seen_at else "",
        )
        for screen in open_screens(prefecture).select_related("site", "office")
    ]
    shown = {"trail": (settings_link(),), "form": form, "rows": rows, "address": address}
    return render(request, "frontend/pages/screens.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PageRequest, screen_id: int) -> HttpResponse:
    """What is withdrawn stays so: the person is asked first."""
    prefecture = prefecture_edited_by(request.user)
    screen = open_screens(prefecture).filter(pk=screen_id).first()
    if screen is None:
        raise Http404
    if request.method == "POST":
        withdraw_screen(screen.pk, author_of(request))
        done(
            request,
            f"«\xa0{screen.name}\xa0» est retiré\xa0: son adresse n’ouvre plus rien, il s’éteint dans la minute.",
        )
        return redirect("screens")
    return render(request, "frontend/pages/screen_withdraw.html", {"screen": screen, "trail": (settings_link(),)})


urlpatterns = [
    path("reglages/ecrans/", screens, name="screens"),
    path("reglages/ecrans/<int:screen_id>/retirer/", withdraw, name="screen-withdraw"),
]
