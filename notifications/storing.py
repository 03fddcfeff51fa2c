"""Writing what people are told: a key that stands already is left as it is, whoever comes second."""

from collections.abc import Sequence
from functools import cache

from django.db import connection

from notifications.models import Notification
from tracker import bulk


def insert_once(rows: Sequence[Notification]) -> None:
    """Insert those whose key does not stand yet: one statement, whatever their number. Primary keys are not set."""
    if not rows:
        return
    columns, read = bulk.plan(Notification, connection.vendor)
    with connection.cursor() as cursor:
        cursor.executemany(statement(tuple(columns[1:])), [read(row)[1:] for row in rows])


@cache
def statement(columns: tuple[str, ...]) -> str:
    names = ", ".join(map(connection.ops.quote_name, columns))
    marks = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(Notification._meta.db_table)
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING"  # noqa: S608  (our own names)
