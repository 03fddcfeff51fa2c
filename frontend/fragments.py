"""A piece of page that many people watch, made once by each process for each version of what it shows.

What a piece shows depends on its key and its version alone: the key names the scope (never a person whose rights are
others'), the version says what the database held before the piece was made.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Any, Final, TypeVar

from django.db.models import Max

from notifications import topics
from tracker import kept
from tracker.models import PendingEvent

Value = TypeVar("Value")

LIMIT: Final = 256
"""Pieces that a process holds; the one asked for least lately goes first."""


class _Place:
    """Where one key's latest piece stands. Its lock makes those who ask at once wait for one making."""

    __slots__ = ("lock", "value", "version")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.version: Hashable = None
        self.value: Any = None


_places: OrderedDict[Hashable, _Place] = OrderedDict()
_lock = threading.Lock()


def version_of(prefecture_ids: Collection[int]) -> Hashable:
    """What these préfectures' screens show now: their counters and days, the events that the counters do not tell yet
    (whoever has just acted sees it at once), their lists and roles. Three short queries; to be read before the piece.
    """
    waiting = PendingEvent.objects.filter(event__prefecture__in=prefecture_ids).aggregate(last=Max("pk"))["last"]
    return tuple(sorted(topics.states_of(prefecture_ids).items())), waiting, kept.present().total


def once(key: Hashable, version: Hashable, make: Callable[[], Value]) -> Value:
    """The piece of `key` at `version`: that which stands, else `make()`, called once whoever asks meanwhile. Where
    `make` raises, the next who asks makes it."""
    place = _place(key)
    with place.lock:
        if place.version is None or place.version != version:
            place.value = make()
            place.version = version
        found: Value = place.value
        return found


def forget() -> None:
    """Hold nothing more. For tests, whose databases are younger than their process."""
    with _lock:
        _places.clear()


def _place(key: Hashable) -> _Place:
    with _lock:
        place = _places.setdefault(key, _Place())
        _places.move_to_end(key)
        while len(_places) > LIMIT:
            _places.popitem(last=False)
        return place
