"""A demande that is being looked at: what has changed on it meanwhile, who else is there."""

from collections.abc import Sequence
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontend.journal_words import Line
from frontend.pages.tickets.reading import journal_of, page_context
from tracker import kept, writers
from tracker.decisions import Context
from tracker.models import Event, Ticket, User
from tracker.permissions import abilities
from tracker.reading import context_of, fetch
from tracker.writers import Author

PEOPLE_MAX: Final = 50
LARGEST_KEY: Final = 2**63 - 1


@never_cache
@require_safe
def parts(request: HttpRequest, reference: str) -> HttpResponse:
    """All that the page shows, but the form that is open. `opened_version`: the version on which that form was opened."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    ticket = fetch(user, reference)
    events = writers.events_of(ticket)
    context = context_of(ticket, Author(user=user), writers.history_of(events))
    if "read" not in context.abilities:
        raise Http404
    opened = request.GET.get("opened_version", "")
    news = news_since(int(opened), ticket, events, user, context) if opened.isdecimal() and len(opened) < 10 else []
    shown = page_context(ticket, user, context, events) | {"news": news}
    return render(request, "frontend/partials/_ticket_live.html", shown)


def news_since(version: int, ticket: Ticket, events: list[Event], user: User, context: Context) -> list[Line]:
    """What happened to the demande since a form was opened on it."""
    return journal_of(ticket, events, user, context.today, after=version)


@never_cache
@require_safe
def presence(request: HttpRequest, reference: str) -> HttpResponse:
    """In words, those whose keys the live connection has told (`lit`, `ecrit`): only those who may read this demande,
    for who may read it. Nothing of it is kept anywhere."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    ticket = fetch(user, reference)
    if "read" not in abilities(user, ticket):
        raise Http404
    with kept.looking_once():
        writing = names_of(request.GET.getlist("ecrit"), ticket)
        reading = names_of(request.GET.getlist("lit"), ticket)
    return HttpResponse(presence_words(reading, writing), content_type="text/plain; charset=utf-8")


def names_of(keys: Sequence[str], ticket: Ticket) -> list[str]:
    wanted = [int(key) for key in keys[:PEOPLE_MAX] if key.isdecimal() and int(key) <= LARGEST_KEY]
    people = User.objects.filter(pk__in=wanted, is_active=True).order_by("last_name", "first_name", "pk")
    return [person.short_name for person in people if "read" in abilities(person, ticket)]


def presence_words(reading: Sequence[str], writing: Sequence[str]) -> str:
    """« C. Petit remplit un formulaire sur cette demande. A. Martin et B. Durand la lisent. »"""
    said = []
    if writing:
        verb = "remplissent" if len(writing) > 1 else "remplit"
        said.append(f"{listed(writing)} {verb} un formulaire sur cette demande.")
    if reading:
        verb = "lisent" if len(reading) > 1 else "lit"
        said.append(f"{listed(reading)} {verb} cette demande." if not writing else f"{listed(reading)} la {verb}.")
    return " ".join(said)


def listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} et {last}" if first else last
