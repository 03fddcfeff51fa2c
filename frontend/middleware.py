"""What stands between the address and the page, for every page."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from frontend.pages import errors
from tracker import clock, kept
from tracker.models import User

OPEN_BEFORE_PASSWORD = frozenset(
    {"password-change", "sign-out", "help", "guide", "accessibility", "health", "shortcuts", "shortcuts-choose"}
)
"""Pages that a person whose password was given by somebody else may see before choosing another."""


API = "api"
"""The application name of the API's addresses."""


class LookOnceMiddleware:
    """What only reads asks once whether the lists, the rules and the roles in memory still hold. What writes may change
    them: it asks each time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with kept.looking_once():
            return self.get_response(request)


class LocalTimeMiddleware:
    """Shows the hours of a page as the clock of the person's site does: overseas they are not those of Paris."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or not user.time_zone:
            return self.get_response(request)
        with timezone.override(clock.zone(user.time_zone)):
            return self.get_response(request)


class DoorMiddleware:
    """Refuses an upload that was cut and an address that holds a NUL, and sends a person with a one-time password to
    choose another."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if request.resolver_match is not None and request.resolver_match.app_name == API:
            # It answers programs in its own words, and asks its own questions of whoever comes in.
            return None
        if "\0" in request.path_info:
            # PostgreSQL refuses to look for it where SQLite finds nothing.
            raise Http404
        # The CSRF check, which comes before, has read the body: the mark is there by now.
        if errors.upload_was_cut(request):
            return errors.upload_cut(request)
        user = request.user
        if isinstance(user, User) and user.must_change_password and not self._is_open(request):
            return redirect("password-change")
        return None

    def _is_open(self, request: HttpRequest) -> bool:
        return request.resolver_match is not None and request.resolver_match.url_name in OPEN_BEFORE_PASSWORD
