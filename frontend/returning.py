"""The list that a person came from, to go back to it with its filters.

Kept in the session: what was searched for is in no further address, and an address that somebody else wrote is never
followed.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

KEY: Final = "list"
LONGEST: Final = 2000
LABELS: Final = {"queue": "Retour à Ma file", "registry": "Retour au registre", "arrivals": "Retour aux arrivées"}


@dataclass(frozen=True, slots=True)
class WayBack:
    label: str
    url: str


def remember(request: HttpRequest, name: str) -> None:
    """`request` shows the list called `name`: what is opened from now on was opened from it."""
    address = request.get_full_path()
    kept = [name, address if len(address) <= LONGEST else request.path]
    if request.session.get(KEY) != kept:
        request.session[KEY] = kept


def way_back(request: HttpRequest) -> WayBack | None:
    name, url = request.session.get(KEY, ("", ""))
    return WayBack(LABELS[name], url) if name in LABELS else None


def from_list(request: HttpRequest) -> bool:
    """Whether the link or the key that opened this page was on that list; a form sent back carries the answer."""
    if request.method == "POST":
        return "from_list" in request.POST
    back = way_back(request)
    return back is not None and path_before(request) == urlsplit(back.url).path


def path_before(request: HttpRequest) -> str:
    """Of the page that led here; empty where the browser does not say, or says what is no address."""
    try:
        return urlsplit(request.headers.get("Referer", "")).path
    except ValueError:
        return ""


def closing_address(request: HttpRequest, reference: str) -> str:
    """Where « Fermer » leads from a page of its own: the list that it was opened from, else the demande."""
    back = way_back(request)
    return back.url if back and from_list(request) else reverse("ticket", args=[reference])
