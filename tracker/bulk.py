"""Inserting many rows of one model at once, the fastest way that each engine has.

An import of a year's registers inserts ten rows per demande: on PostgreSQL, COPY takes them several times faster than
INSERT (see bench/README.md). Everything else, and every small batch, goes through bulk_create.
"""

import json
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from typing import Any

from django.db import connection, models

WORTH_COPYING = 50
"""Rows from which COPY is worth its own round trip."""

Getter = Callable[[models.Model], Any]


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model and set their keys. Columns are written as they stand on the instances: nothing of
    `save()` runs, as with bulk_create."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor == "postgresql" and len(rows) >= WORTH_COPYING:
        copy(model, rows)
    else:
        model._default_manager.bulk_create(rows)


def copy(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    columns, getters = plan(model)
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        give_keys(cursor, model, rows)
        # Django wraps the errors of its own calls; what the driver says of a COPY must come out under the same names.
        with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row([get(row) for get in getters])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def give_keys(cursor: Any, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Take the keys from the table's own sequence, so that whoever inserts next goes on after them."""
    key = model._meta.pk
    missing = [row for row in rows if row.pk is None]
    if not missing or key.remote_field is not None:
        return
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
        [model._meta.db_table, key.column, len(missing)],
    )
    for row, (value,) in zip(missing, cursor.fetchall(), strict=True):
        row.pk = value


@cache
def plan(model: type[models.Model]) -> tuple[list[str], list[Getter]]:
    """The columns of a model, and how to read each from an instance as the driver wants it."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return [field.column or field.attname for field in fields], [getter(field) for field in fields]


def getter(field: "models.Field[Any, Any]") -> Getter:
    name = field.attname
    if isinstance(field, models.JSONField):
        return lambda row: json.dumps(row.__dict__[name], ensure_ascii=False)
    if field.choices:
        # A choice is stored by its value; the driver would write the name of the enumeration's member.
        return lambda row: value.value if isinstance(value := row.__dict__[name], Enum) else value
    return lambda row: row.__dict__[name]
