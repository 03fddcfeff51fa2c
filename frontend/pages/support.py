"""Help, guides to print, accessibility statement, health."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from frontend import shortcuts


@dataclass(frozen=True, slots=True)
class Guide:
    """A few pages to print, for one role."""

    name: str
    title: str
    template: str


GUIDES: Final = {
    guide.name: guide
    for guide in (
        Guide("agent", "Guide de l’agent", "frontend/pages/guide_agent.html"),
        Guide("referent", "Guide du référent qualité", "frontend/pages/guide_referent.html"),
        Guide("administrateur", "Guide de l’administrateur", "frontend/pages/guide_administrateur.html"),
    )
}


@login_not_required
@require_safe
def show_help(request: HttpRequest) -> HttpResponse:
    shown = {"sections": shortcuts.sections(), "guides": GUIDES.values()}
    return render(request, "frontend/pages/help.html", shown)


@login_not_required
@require_safe
def show_guide(request: HttpRequest, name: str) -> HttpResponse:
    """How the product works for one role. It tells nothing of a préfecture: anybody may read it."""
    if name not in GUIDES:
        raise Http404
    return render(request, GUIDES[name].template, {"guide": GUIDES[name]})


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "frontend/pages/accessibility.html")


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For a supervisor: 200 « ok » when the process answers and the database does too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("aide/", show_help, name="help"),
    path("aide/guides/<slug:name>/", show_guide, name="guide"),
    path("accessibilite/", accessibility, name="accessibility"),
    path("sante/", health, name="health"),
]
