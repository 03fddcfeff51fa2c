"""What changes rarely and every request asks for (rules, calendars, lists, who holds what): read once, then kept in the
memory of the process for as long as the database says that none of it has changed.

Each change of a table of `changes.TABLES`, whoever makes it, leaves a random number beside it (`tracker.changes`), in
the same transaction. Their sum names one state of these tables: what was read under a sum holds wherever the same sum
is read, in any process, and the sum of a transaction rolled back never comes again. Rows are read after the sum, so
that what is kept is never older than it.

What this gives is shared by all the requests of the process: nobody changes it.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db.models import Model

from tracker import changes

Value = TypeVar("Value")
Row = TypeVar("Row", bound=Model)


class Kept:
    """What was read under one sum of the changes."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._found: dict[Hashable, Any] = {}

    def get(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """What was read under `key`, read now where nobody has yet."""
        if key not in self._found:
            self._found[key] = read()
        found: Value = self._found[key]
        return found


_latest = Kept(0)
_looked: ContextVar[list[Kept] | None] = ContextVar("looked", default=None)


def present() -> Kept:
    """What stands now: one query, or none where `looking_once` has asked already."""
    looked = _looked.get()
    if looked:
        return looked[0]
    found = _at(changes.total())
    if looked is not None:
        looked.append(found)
    return found


def rows(model: type[Row]) -> list[Row]:
    """Every row of one of these tables, in its declared order. Hundreds, at most some thousands: one query."""
    return present().get(("rows", model), lambda: list(model._default_manager.all()))


def by_key(model: type[Row]) -> dict[int, Row]:
    """The same by primary key."""
    return present().get(("by key", model), lambda: {row.pk: row for row in rows(model)})


@contextmanager
def looking_once() -> Iterator[None]:
    """Ask the database once for the whole block, at its first question: for what reads these tables and writes none."""
    if _looked.get() is not None:
        yield
        return
    token = _looked.set([])
    try:
        yield
    finally:
        _looked.reset(token)


@contextmanager
def looking_again() -> Iterator[None]:
    """As `looking_once`, asking anew, whatever the block around has seen: for what decides, in its own transaction. The
    block around goes on with what this one has seen."""
    around, seen = _looked.get(), list[Kept]()
    token = _looked.set(seen)
    try:
        yield
    finally:
        _looked.reset(token)
        if around is not None and seen:
            around[:] = seen


def forget() -> None:
    """Hold nothing more. For tests, whose databases are younger than their process."""
    global _latest
    _latest = Kept(0)


def _at(total: int) -> Kept:
    """Another thread may hold another sum, that of a transaction under way: each goes on with the one it has read."""
    global _latest
    found = _latest
    if found.total != total:
        found = _latest = Kept(total)
    return found
