"""One-time passwords: shown once, in the answer to the button that makes them, and kept nowhere (decision 0011)."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from frontend.context import settings_link
from frontend.http import PageRequest
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.pages.settings.editing import author_of
from frontend.pages.settings.people import (
    administered_person,
    people_link,
    person_context,
    person_trail,
    roles_of,
    with_roles,
)
from tracker import accounts
from tracker.errors import InvalidCommand

AT_ONCE: Final = 40
"""Passwords made in one go: each is hashed slowly, on purpose."""


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def passwords(request: PageRequest) -> HttpResponse:
    """Everybody who waits for a password, and the sheet to hand out."""
    prefecture = prefecture_administered_by(request.user)
    held_here = accounts.administered(accounts.accounts_of(prefecture), request.user)
    waiting = accounts.without_password(held_here)
    rows = with_roles(waiting, prefecture).order_by("last_name", "first_name", "pk")[:AT_ONCE]
    total = waiting.count()
    handed = []
    if request.method == "POST":
        handed = accounts.issue_passwords(list(rows), prefecture, author_of(request))
        handed.sort(key=lambda each: (each.user.last_name, each.user.first_name))
    context = {
        "trail": (settings_link(), people_link()),
        "title": "Mots de passe à remettre",
        "rows": [(user, roles_of(user)) for user in rows],
        "total": total,
        "handed": handed,
    }
    return render(request, "frontend/pages/passwords.html", context)


@require_POST
@cache_control(no_store=True)
def person_password(request: PageRequest, user_id: int) -> HttpResponse:
    """A new one for one person, shown on the page itself: a redirection would have to keep it somewhere."""
    prefecture, user = administered_person(request.user, user_id)
    try:
        handed = accounts.issue_passwords([user], prefecture, author_of(request))
    except InvalidCommand as refusal:
        context = {**person_context(request.user, prefecture, user), "refusal": refusal.message}
        return render(request, "frontend/pages/person.html", context, status=409)
    context = {"trail": person_trail(user), "title": f"Mot de passe de {user}", "handed": handed, "one": user}
    return render(request, "frontend/pages/passwords.html", context)


urlpatterns = [
    path("reglages/comptes/mots-de-passe/", passwords, name="passwords"),
    path("reglages/comptes/<int:user_id>/mot-de-passe/", person_password, name="person-password"),
]
