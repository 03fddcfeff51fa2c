"""Pages of a long list by key, not by rank: the tenth thousandth row costs what the first does, and a row that arrives
meanwhile neither repeats nor hides another."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

PAGE_SIZE: Final = 50
COUNTED_EXACTLY: Final = 10_000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order. Empty values, where there may be any, stand at the end of the list."""

    name: str
    descending: bool = False
    nullable: bool = False

    def ordering(self, *, backwards: bool) -> OrderBy:
        last: dict[str, Any] = {}
        if self.nullable:
            last = {"nulls_first": True} if backwards else {"nulls_last": True}
        column = F(self.name)
        return column.asc(**last) if self.descending == backwards else column.desc(**last)

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """What stands strictly after `value` in the order (before it when reading backwards)."""
        if value is None:
            return Q((f"{self.name}__isnull", False)) if backwards else Q(pk__in=())
        side = "gt" if self.descending == backwards else "lt"
        found = Q((f"{self.name}__{side}", value))
        return found | Q((f"{self.name}__isnull", True)) if self.nullable and not backwards else found

    def same(self, value: Any) -> Q:
        return Q((f"{self.name}__isnull", True)) if value is None else Q((self.name, value))


@dataclass(frozen=True, slots=True)
class Order:
    """A declared order of a list. Its last key is unique, so that no two rows are equal. `parts`: how many
    lists, each in this order, make the list one after the other."""

    code: str
    label: str
    keys: tuple[Key, ...]
    parts: int = 1

    def columns(self, *, backwards: bool = False) -> list[OrderBy]:
        return [key.ordering(backwards=backwards) for key in self.keys]

    def values(self, row: Model) -> list[Any]:
        return [getattr(row, key.name) for key in self.keys]

    def beyond(self, values: Sequence[Any], *, backwards: bool) -> Q:
        """The rows after those `values` (before them when reading backwards)."""
        found = Q(pk__in=())
        for rank in range(len(self.keys) - 1, -1, -1):
            found = self.keys[rank].beyond(values[rank], backwards=backwards) | (
                self.keys[rank].same(values[rank]) & found if rank < len(self.keys) - 1 else found
            )
        first = self.keys[0]
        if values[0] is None or first.nullable:
            return found
        # Said apart: an engine walks its index from this bound, which it does not read out of the alternatives.
        side = "gte" if first.descending == backwards else "lte"
        return Q((f"{first.name}__{side}", values[0])) & found


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of a part, to read on from in one direction."""

    order: str
    values: tuple[Any, ...]
    backwards: bool = False
    part: int = 0

    def encode(self) -> str:
        values = [value.isoformat() if isinstance(value, date) else value for value in self.values]
        raw = json.dumps([self.order, int(self.backwards), values, self.part], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(text: str, order: Order, model: type[Model]) -> Cursor | None:
    """The cursor that `encode` wrote for this order; None for anything else: the list then begins at its beginning."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        code, backwards, values, part = raw
        if code != order.code or backwards not in (0, 1) or len(values) != len(order.keys):
            return None
        if not isinstance(part, int) or not 0 <= part < order.parts:
            return None
        typed = tuple(
            None if value is None and key.nullable else _typed(model, key.name, value)
            for key, value in zip(order.keys, values, strict=True)
        )
    # RecursionError: brackets opened by the thousand.
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    return Cursor(code, typed, bool(backwards), part)


def _typed(model: type[Model], name: str, value: Any) -> Any:
    """A key's value from its JSON form; ValueError where it is not one."""
    kind = model._meta.get_field(name).get_internal_type()
    if kind == "DateField" and isinstance(value, str):
        return date.fromisoformat(value)
    if kind.endswith(("IntegerField", "AutoField")) and isinstance(value, int) and abs(value) < 2**31:
        return value
    if kind == "CharField" and isinstance(value, str) and "\0" not in value:
        return value
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list, and the cursors of the pages beside; empty where there is none."""

    rows: list[M]
    previous: str = ""
    next: str = ""


def parts_of(rows: QuerySet[M] | Sequence[QuerySet[M]]) -> Sequence[QuerySet[M]]:
    """The parts of a list, which follow one another: most lists have one."""
    return [rows] if isinstance(rows, QuerySet) else rows


def page(
    rows: QuerySet[M] | Sequence[QuerySet[M]], order: Order, cursor_text: str = "", size: int = PAGE_SIZE
) -> Page[M]:
    """At most `size` rows of `rows` in `order`, from the cursor on. One query for each part that it takes to fill the
    page; once more where the page before has just emptied."""
    parts = parts_of(rows)
    cursor = decode(cursor_text, order, parts[0].model) if cursor_text else None
    backwards = cursor is not None and cursor.backwards
    found = list(islice(following(parts, order, cursor, size + 1), size + 1))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if cursor is not None and not found:
        return page(rows, order, size=size)
    has_previous = more if backwards else cursor is not None
    has_next = True if backwards else more
    return Page(
        [row for _, row in found],
        cursor_at(order, *found[0], backwards=True) if has_previous else "",
        cursor_at(order, *found[-1], backwards=False) if has_next else "",
    )


def following(parts: Sequence[QuerySet[M]], order: Order, cursor: Cursor | None, most: int) -> Iterator[tuple[int, M]]:
    """The rows after the cursor (before it, the nearest first, where it reads backwards), with the rank of their part.
    No more than `most` of a part, which is not asked before its first row is."""
    backwards = cursor is not None and cursor.backwards
    columns = order.columns(backwards=backwards)
    first = cursor.part if cursor else 0
    for rank in range(first, -1, -1) if backwards else range(first, len(parts)):
        here = parts[rank].order_by(*columns)
        if cursor and rank == first:
            here = here.filter(order.beyond(cursor.values, backwards=backwards))
        for row in here[:most]:
            yield rank, row


def cursor_at(order: Order, part: int, row: Model, *, backwards: bool) -> str:
    return Cursor(order.code, tuple(order.values(row)), backwards, part).encode()


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has: exact up to COUNTED_EXACTLY."""

    number: int
    exact: bool


def total(rows: QuerySet[M], limit: int = COUNTED_EXACTLY) -> Total:
    """Count at most `limit` + 1 rows, so that the cost does not follow the archive's size."""
    number = rows.order_by().values("pk")[: limit + 1].count()
    return Total(min(number, limit), number <= limit)
