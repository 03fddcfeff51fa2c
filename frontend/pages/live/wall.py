"""The wall: a page for a screen, opened by a person or by the address made for that screen."""

from typing import Any, Final

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from frontend import fragments
from frontend.context import version
from frontend.pages import errors
from frontend.wall import THEMES, Viewer, Wall, let_in, screen_of, viewer_of_person, viewer_of_screen
from tracker import clock, kept, screens
from tracker.models import User

GUESSES: Final = 10
"""Wrong addresses of a screen from one place before it is made to wait."""
GUESSES_SECONDS: Final = 900


@login_not_required  # a screen has no person: whoever looks is asked here
@never_cache
@kept.looking_once()
def show(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if viewer is None:
        return redirect_to_login(request.get_full_path())
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    shown: dict[str, Any] = {
        "viewer": viewer,
        "theme": THEMES.get(request.GET.get("theme", ""), ""),
        "board": piece(request, viewer),
    }
    response = render(request, "frontend/pages/wall.html", shown)
    if viewer.screen is not None:
        let_in(response, viewer.screen)
    return response


@login_not_required
@never_cache
@kept.looking_once()
def region(request: HttpRequest) -> HttpResponse:
    """What the wall asks for again when something has changed."""
    viewer = viewer_of(request)
    if viewer is None:
        return redirect_to_login(request.get_full_path())
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return HttpResponse(piece(request, viewer))


def viewer_of(request: HttpRequest) -> Viewer | None:
    """The person, where somebody is signed in (404 to whom follows nothing), else the screen; None for nobody."""
    if isinstance(request.user, User):
        viewer = viewer_of_person(request.user, request.GET.get("bureau", ""))
        if viewer is None:
            raise Http404
        return viewer
    screen = screen_of(request)
    if screen is None:
        return None
    screens.note_seen(screen, clock.now())
    return viewer_of_screen(screen)


def piece(request: HttpRequest, viewer: Viewer) -> SafeString:
    seen = fragments.version_of(viewer.scope.prefecture_ids)
    address = request.GET.get("bureau", "") if viewer.screen is None else ""

    def make() -> SafeString:
        shown = {"wall": Wall(viewer), "bureau": address, "version": version()}
        return render_to_string("frontend/partials/_wall.html", shown)

    return fragments.once(("wall", viewer.scope, address), seen, make)


@login_not_required
@never_cache
@require_safe
def open_screen(request: HttpRequest, secret: str) -> HttpResponse:
    """The address of a screen: its browser keeps a pass, and the secret leaves the address."""
    place = f"wall-guesses:{get_client_ip_address(request)}"
    if guessed(place) >= GUESSES:
        return errors.page(request, 429, text="Trop d’adresses d’écran inconnues ont été essayées depuis ce poste.")
    screen = screens.screen_of_secret(secret)
    if screen is None:
        guessed(place, more=1)
        raise Http404
    theme = request.GET.get("theme", "")
    response = redirect(f"{reverse('wall')}?theme={theme}" if theme in THEMES else reverse("wall"))
    let_in(response, screen)
    return response


def guessed(place: str, *, more: int = 0) -> int:
    """How many wrong addresses came from there, `more` counted. Whoever counts may be away: a secret of 256 bits needs
    no counting, and a screen must open."""
    try:
        cache.add(place, 0, GUESSES_SECONDS)
        return int(cache.incr(place, more))
    except (RedisError, ValueError):  # ValueError: the count has just been forgotten
        return more
