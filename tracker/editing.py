"""What every change of a setting shares: one writer at a time in a préfecture, only what differs is written, and the
journal says it.

Codes, identifiers and dates go into the event's data; words that a person typed (a name, a label, an address) are its
erasable texts, « label.before » and « label.after ».
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from django.db import models
from django.db.models import Max, QuerySet

from tracker import clock, journal
from tracker.errors import InvalidCommand
from tracker.models import Event, Prefecture
from tracker.spreadsheets.wording import fold
from tracker.text import clean_text
from tracker.writers import Author

M = TypeVar("M", bound=models.Model)

BEFORE, AFTER = "before", "after"
LAST_POSITION: Final = 32_767


def hold(prefecture: Prefecture) -> Prefecture:
    """The préfecture's row, locked: two people who change its settings wait for each other, so that what is checked
    (a name that is free, a tree without a circle, an administrator who stays) still holds when it is written."""
    # no_key: registering a demande, which refers to the préfecture, does not wait.
    return Prefecture.objects.select_for_update(no_key=True).get(pk=prefecture.pk)


def again(row: M) -> M:
    """The row as it is now, once the préfecture is held."""
    return type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)


def line(text: str, longest: int, *, field: str, wanted: str = "") -> str:
    """One line of text that fits its column. Raises InvalidCommand with `field`; `wanted` says what is missing where it
    is empty and may not be."""
    cleaned = " ".join(clean_text(text).split())
    if wanted and not cleaned:
        raise InvalidCommand(wanted, field=field)
    if len(cleaned) > longest:
        raise InvalidCommand(f"Ce texte dépasse {longest} caractères ({len(cleaned)}).", field=field)
    return cleaned


def refuse_same(rows: Iterable[models.Model], name: str, text: str, sentence: str) -> None:
    """Refuse a name that another row has, be it written with other capitals or accents."""
    if any(fold(getattr(row, name)) == fold(text) for row in rows):
        raise InvalidCommand(sentence, field=name)


def next_position(rows: "QuerySet[Any]") -> int:
    """The rank after the last."""
    return min((rows.aggregate(last=Max("position"))["last"] or 0) + 1, LAST_POSITION)


def create(row: M, prefecture: Prefecture, author: Author) -> M:
    """Insert a new row of settings and its event. In the caller's transaction."""
    row.save(force_insert=True)
    names = [field.name for field in row._meta.concrete_fields if not field.primary_key and field.name != "prefecture"]
    note(row, "created", prefecture, author, after={name: value_of(row, name) for name in names})
    return row


def change(row: M, values: Mapping[str, Any], prefecture: Prefecture, author: Author, *, kind: str = "changed") -> bool:
    """Write what differs of `values` and its event, in the caller's transaction; False where nothing does. `row` comes
    from `again`."""
    before = {name: value_of(row, name) for name in values if getattr(row, name) != values[name]}
    if not before:
        return False
    for name in before:
        setattr(row, name, values[name])
    row.save(update_fields=list(before))
    note(row, kind, prefecture, author, before=before, after={name: value_of(row, name) for name in before})
    return True


def note(
    row: models.Model,
    kind: str,
    prefecture: Prefecture,
    author: Author,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    on: date | None = None,
) -> Event:
    """Write one event about `row`, which the caller has locked."""
    now = author.moment
    coded: dict[str, dict[str, Any]] = {}
    texts: dict[str, str] = {}
    for side, values in ((BEFORE, before or {}), (AFTER, after or {})):
        for name, value in values.items():
            if is_text(row, name):
                texts[f"{name}.{side}"] = value
            else:
                coded.setdefault(side, {})[name] = value
    on = on or clock.local_date(now, prefecture.time_zone)
    content = {**coded, **(data or {})}
    if kind == "changed":
        content["fields"] = sorted({*(before or {}), *(after or {})})
    entry = journal.Entry(kind, on, content, texts)
    return journal.record(row, entry, author.act(now), prefecture_id=prefecture.pk)


def value_of(row: models.Model, name: str) -> Any:
    """A column's value as the journal writes it."""
    value = column(row, name).value_from_object(row)
    return value.isoformat() if isinstance(value, date) else value


CODED: Final = frozenset({"code", "machine", "purpose", "zone", "time_zone"})
"""Columns of characters that hold a code and no words."""


def is_text(row: models.Model, name: str) -> bool:
    return name not in CODED and isinstance(column(row, name), models.CharField)


def column(row: models.Model, name: str) -> "models.Field[Any, Any]":
    found = row._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise TypeError(f"{name} is no column of {row._meta.label}")
    return found


def history(prefecture: Prefecture, streams: Iterable[str], limit: int) -> "QuerySet[Event]":
    """The latest changes of these kinds of settings, newest first, with who made them and their words."""
    # The exclusion, which changes nothing, lets the engine use the index of the few events that are no demande's.
    events = Event.objects.filter(prefecture=prefecture, stream__in=tuple(streams)).exclude(stream="ticket")
    latest = events.select_related("actor").prefetch_related("texts")
    return latest.order_by("-recorded_at", "-pk")[:limit]
