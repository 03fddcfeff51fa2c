"""The figures by bureau, the oldest promises, what has just happened: the page, and the part of it that follows."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from frontend import fragments
from frontend.following import URGENCY_CHOICES, Board, Choice, choice_of
from frontend.http import PageRequest
from tracker import kept
from tracker.enums import Role
from tracker.filters import Facets

FOLLOWING_ROLES: Final = (Role.SUPERVISOR, Role.QUALITY)


@require_safe
@kept.looking_once()
def show(request: PageRequest) -> HttpResponse:
    facets = facets_of(request)
    choice = choice_of(request.GET, facets)
    shown: dict[str, Any] = {
        "choice": choice,
        "offices": facets.choices("office"),
        "sites": facets.choices("site"),
        "kinds": facets.choices("kind"),
        "urgencies": URGENCY_CHOICES,
        "board": piece(request, choice, facets),
    }
    return render(request, "frontend/pages/live.html", shown)


@require_safe
@kept.looking_once()
def region(request: PageRequest) -> HttpResponse:
    """What the page asks for again when something has changed."""
    facets = facets_of(request)
    return HttpResponse(piece(request, choice_of(request.GET, facets), facets))


def facets_of(request: PageRequest) -> Facets:
    """404 to whom follows nothing."""
    if not request.user.scope.has(*FOLLOWING_ROLES):
        raise Http404
    return Facets(request.user)


def piece(request: PageRequest, choice: Choice, facets: Facets) -> SafeString:
    """The part that follows: made once for all who may see the same and ask for the same, until something changes."""
    version = fragments.version_of(request.user.scope.prefecture_ids)

    def make() -> SafeString:
        return render_to_string("frontend/partials/_live.html", {"board": Board(request, choice, facets)})

    return fragments.once(("live", request.user.scope, choice), version, make)
