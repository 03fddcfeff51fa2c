"""Who stands at the other end of a live connection: a person by their session, or a screen by a cookie of its own.

Every function here asks the database: never on the event loop.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Protocol, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from notifications import topics
from tracker.models import User


class Visitor(Protocol):
    @property
    def user(self) -> User | None:
        """The person, None for a screen that belongs to nobody."""

    def allows(self, topic: str) -> bool:
        """Whether this visitor may follow the topic so called, now."""

    def still_there(self) -> bool:
        """Asks again: False once the session has ended, the account is closed, the screen's key is withdrawn."""


Loader = Callable[[str], Visitor | None]
"""From the cookie's value; None where it opens nothing. Must bear any text."""

_loaders: dict[str, Loader] = {}


def register_visitor(cookie: str, loader: Loader) -> None:
    """Called from `AppConfig.ready`: this cookie may open a live connection too."""
    _loaders[cookie] = loader


def visitors_of(cookies: Mapping[str, str]) -> list[Visitor]:
    """All those whom these cookies name; a browser may hold a session and a screen's key. Empty: nobody."""
    found = (loader(cookies[name]) for name, loader in _loaders.items() if name in cookies)
    return [visitor for visitor in found if visitor is not None]


class UserVisitor:
    """A signed-in person. Their roles are read once, then again by `still_there`."""

    def __init__(self, session_key: str, user: User) -> None:
        self._session_key = session_key
        self._user = user

    @property
    def user(self) -> User | None:
        return self._user

    def allows(self, topic: str) -> bool:
        return topics.allows(self._user, topic)

    def still_there(self) -> bool:
        user = user_of_session(self._session_key)
        if user is None or user.pk != self._user.pk:
            return False
        self._user = user
        return True


def from_session(key: str) -> UserVisitor | None:
    user = user_of_session(key)
    return UserVisitor(key, user) if user else None


def user_of_session(key: str) -> User | None:
    """Whose session it is: None where it has ended, where the password has changed since, where the account is closed
    or must choose another password first."""
    if not (key.isascii() and key.isalnum()):  # no key of ours; PostgreSQL would refuse to look for some of them
        return None
    request: Any = SimpleNamespace(session=SessionStore(key))
    user = get_user(cast(HttpRequest, request))
    return user if isinstance(user, User) and user.is_active and not user.must_change_password else None


register_visitor(settings.SESSION_COOKIE_NAME, from_session)
