"""Inserting many rows of one model at once, the fastest way that each engine has.

An import of a year's registers inserts ten rows per demande: COPY on PostgreSQL, one prepared INSERT on SQLite take
them several times faster than bulk_create (docs/decisions/0006-import-speed.md). Small batches go through bulk_create.
"""

import json
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

WORTH_COPYING = 50
"""Rows from which the fast way is worth its preparation."""

Row = TypeVar("Row", bound=models.Model)
Line = Callable[[models.Model], Sequence[Any]]
Adapter = Callable[[Any], Any]


def new(model: type[Row], **columns: Any) -> Row:
    """An unsaved row, as `model(**columns)` gives it, several times faster: for rows made by the thousand, only to be
    inserted. Every column but an automatic key must be named, a foreign key as `event_id`: no default is looked up."""
    row = model.__new__(model)
    row.__dict__.update(columns)
    row._state = ModelState()
    row.__dict__.setdefault(model._meta.pk.attname, None)
    return row


def blank(model: type[Row]) -> Row:
    """An unsaved row with its defaults, as `model()` gives it, several times faster. The model's defaults are values:
    one that is computed would be the same for every row."""
    return new(model, **defaults(model))


@cache
def defaults(model: type[models.Model]) -> dict[str, Any]:
    if any(callable(field.default) for field in model._meta.concrete_fields if field.has_default()):
        raise TypeError("a default of this model is computed")
    return {name: value for name, value in vars(model()).items() if name != "_state"}


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model and set their keys. Columns are written as they stand on the instances: nothing of
    `save()` runs, as with bulk_create."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) < WORTH_COPYING:
        model._default_manager.bulk_create(rows)
        return
    columns, read = plan(model, connection.vendor)
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        give_keys(cursor, model, rows)
        lines = map(read, rows)
        if connection.vendor == "postgresql":
            # Django wraps the errors of its own calls; what the driver says of a COPY must come out under the same
            # names.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copying:
                for line in lines:
                    copying.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(lines))  # noqa: S608 our own names
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def give_keys(cursor: Any, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Take the keys from the table's own sequence, so that whoever inserts next goes on after them."""
    key = model._meta.pk
    missing = [row for row in rows if row.pk is None]
    if not missing or key.remote_field is not None:
        return
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, key.column, len(missing)],
        )
        keys = [value for (value,) in cursor.fetchall()]
    else:
        # One transaction at a time writes in SQLite: no other can take these keys, and inserting them moves the
        # sequence on. A transaction that began by reading is refused by the engine if another has written since.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        last = (cursor.fetchone() or (0,))[0]
        keys = list(range(last + 1, last + 1 + len(missing)))
    for row, value in zip(missing, keys, strict=True):
        row.pk = value


@cache
def plan(model: type[models.Model], vendor: str) -> tuple[list[str], Line]:
    """The columns of a model, and what reads them all from an instance as the driver wants them."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    pick = itemgetter(*(field.attname for field in fields))
    adapters = [(place, adapt) for place, field in enumerate(fields) if (adapt := adapter(field, vendor)) is not None]

    def line(row: models.Model) -> Sequence[Any]:
        values = list(pick(row.__dict__))
        for place, adapt in adapters:
            if values[place] is not None:
                values[place] = adapt(values[place])
        return values

    return [field.column or field.attname for field in fields], line


def adapter(field: "models.Field[Any, Any]", vendor: str) -> Adapter | None:
    """What a column's value goes through before the driver; None where it goes as it is."""
    if isinstance(field, models.JSONField):
        return JSON.encode
    if field.choices:
        # A choice is stored by its value; the driver would write the name of the enumeration's member.
        return lambda value: value.value if isinstance(value, Enum) else value
    return SQLITE_ADAPTERS.get(field.get_internal_type()) if vendor == "sqlite" else None


JSON = json.JSONEncoder(ensure_ascii=False)
SQLITE_ADAPTERS: dict[str, Adapter] = {
    "DateField": lambda value: connection.ops.adapt_datefield_value(value),
    "DateTimeField": lambda value: connection.ops.adapt_datetimefield_value(value),
    "UUIDField": lambda value: value.hex,
}
"""What SQLite has no type for, written as Django reads it. (PostgreSQL's driver takes these values as they are.)"""
