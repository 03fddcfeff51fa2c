"""The database itself notes each change of what processes keep in memory (`tracker.kept`), whoever makes it."""

from typing import Final

from django.db import connection, connections

from tracker.triggers import run

TABLE: Final = "tracker_referencechange"
TABLES: Final = tuple(
    f"tracker_{name}"
    for name in (
        "prefecture", "site", "office", "membership", "channel", "nature", "ticketkind", "theme", "mailbox",
        "deadlinerule", "closedday",
    )
)  # fmt: skip
"""Small, seldom written, read by every request."""

# Two sums of a few thousand such numbers are never equal by chance, and a big integer holds millions of them.
DRAW_ON_POSTGRESQL, DRAW_ON_SQLITE = f"(random() * {2**40})::bigint", f"abs(random() % {2**40})"

NOTE: Final = {
    "postgresql": f"INSERT INTO {TABLE} (value) VALUES ({DRAW_ON_POSTGRESQL})",  # noqa: S608  (constants)
    "sqlite": f"INSERT INTO {TABLE} (value) VALUES ({DRAW_ON_SQLITE})",  # noqa: S608
}

POSTGRESQL: Final = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_note() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN {NOTE['postgresql']}; RETURN NULL; END $$",
    *(
        statement
        for table in TABLES
        for statement in (
            f"DROP TRIGGER IF EXISTS {table}_noted ON {table}",
            f"""CREATE TRIGGER {table}_noted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_note()""",
        )
    ),
)
SQLITE: Final = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_noted_{verb.lower()} AFTER {verb} ON {table} BEGIN {NOTE['sqlite']}; END"
    for table in TABLES
    for verb in ("INSERT", "UPDATE", "DELETE")
)
TOTAL: Final = f"SELECT coalesce(sum(value), 0) FROM {TABLE}"  # noqa: S608  (nothing but constants)


def install(alias: str = "default") -> None:
    """Put the triggers in place, and note a change: what was written without them is read again."""
    vendor = connections[alias].vendor
    run(alias, (*(POSTGRESQL if vendor == "postgresql" else SQLITE), NOTE[vendor]))


def missing(alias: str = "default") -> list[str]:
    """The names of the triggers that should stand and do not: a process would go on with what has changed."""
    vendor = connections[alias].vendor
    if vendor == "postgresql":
        wanted = {f"{table}_noted" for table in TABLES}
        standing = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        wanted = {f"{table}_noted_{verb}" for table in TABLES for verb in ("insert", "update", "delete")}
        standing = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connections[alias].cursor() as cursor:
        cursor.execute(standing)
        return sorted(wanted - {name for (name,) in cursor.fetchall()})


def total() -> int:
    """The sum of what was drawn at each change: one query."""
    with connection.cursor() as cursor:
        cursor.execute(TOTAL)
        return int(cursor.fetchone()[0])
