"""The database itself refuses to change or delete an event, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "tracker_event"
MESSAGE = "the journal is append-only"

POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$""",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_change ON {TABLE}",
    f"""CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()""",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}",
    f"""CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()""",
)
POSTGRESQL_LIFT = (
    f"DROP TRIGGER IF EXISTS {TABLE}_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}",
)
SQLITE = (
    *(
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE deletes the row in its way without asking the trigger on DELETE.
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_replace BEFORE INSERT ON {TABLE} "  # noqa: S608  (nothing but constants)
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR "
    "(stream = NEW.stream AND object_id = NEW.object_id AND number = NEW.number)) "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
)
SQLITE_LIFT = tuple(f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb}" for verb in ("update", "delete", "replace"))


def connection_for(alias: str) -> BaseDatabaseWrapper:
    return connections[alias]


def install(alias: str = "default") -> None:
    """Put the triggers in place; harmless where they already stand."""
    run(alias, POSTGRESQL if connection_for(alias).vendor == "postgresql" else SQLITE)


def lift(alias: str = "default") -> None:
    """Take the triggers away. For the test runner alone, which must flush its tables."""
    run(alias, POSTGRESQL_LIFT if connection_for(alias).vendor == "postgresql" else SQLITE_LIFT)


@contextmanager
def lifted(alias: str = "default") -> Iterator[None]:
    """Without the triggers for the time of a block: how tests play the intruder that `verify_journal` must find."""
    lift(alias)
    try:
        yield
    finally:
        install(alias)


def run(alias: str, statements: tuple[str, ...]) -> None:
    with connection_for(alias).cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def missing(alias: str = "default") -> list[str]:
    """The names of the triggers that should stand on the journal's table and do not."""
    connection = connection_for(alias)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = {f"{TABLE}_no_change", f"{TABLE}_no_truncate"}
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'",
                [TABLE],
            )
        else:
            wanted = {f"{TABLE}_no_update", f"{TABLE}_no_delete", f"{TABLE}_no_replace"}
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        return sorted(wanted - {name for (name,) in cursor.fetchall()})
