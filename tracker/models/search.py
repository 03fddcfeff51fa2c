"""The words of each demande, as the database indexes them for the search of the lists."""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

from tracker.models.tickets import Correspondent, Ticket


class SearchDocument(models.Model):
    """The words of one demande, written by `tracker.search.index_tickets`. They are personal text: an elimination
    rewrites them from what is left of the demande."""

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, primary_key=True, related_name="search_document", verbose_name="demande"
    )
    # In each column every word once, separated by one space. PostgreSQL keeps and indexes the VECTOR of each, SQLite a
    # full-text table that follows them by triggers: both made by migrations.
    numbers = models.TextField("mots des numéros", default="")
    sender = models.TextField("mots de l’expéditeur", default="")
    heading = models.TextField("mots de l’expéditeur et de l’objet", default="")
    words = models.TextField("mots")

    class Meta:
        verbose_name = "mots d’une demande"
        verbose_name_plural = "mots des demandes"

    def __str__(self) -> str:
        return str(self.ticket_id)


DOCUMENTS: Final = SearchDocument._meta.db_table
FTS_TABLE: Final = "tracker_searchindex"
VECTOR: Final = "{column}_vector"
"""PostgreSQL: the words as they are, kept by the database beside each column of them (the migration of the vectors).
`to_tsvector` would cut them again by rules that SQLite does not have."""
# The names in these queries are our own; what is looked for is a parameter.
MATCH: Final = f"SELECT ticket_id FROM {DOCUMENTS} WHERE {VECTOR} @@ %s::tsquery"  # noqa: S608
FTS_MATCH: Final = f"SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s"  # noqa: S608
ROW_MATCH: Final = f"(SELECT {VECTOR} @@ %s::tsquery FROM {DOCUMENTS} WHERE ticket_id = {{ticket}})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in one column, in the words of each engine. Only letters and digits, quoted: nothing a person
    types is read as an operator."""

    column: str
    postgresql: str
    sqlite: str


def hits(wanted: Wanted, most: int) -> list[int] | None:
    """The demandes that hold what is looked for; None where they are more than `most`. Asked for apart, because a
    planner does not foresee how many there are for the beginning of a word."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if surely_many(wanted, most):
                return None
            # « MATERIALIZED » hides the limit from the planner, which would rather read every row to find the first
            # ones. In one row: ten thousand would take longer to read than to find.
            match = MATCH.format(column=wanted.column)
            first = f"WITH hit AS MATERIALIZED ({match}), first AS (SELECT ticket_id FROM hit LIMIT %s)"  # noqa: S608
            few = "CASE WHEN count(*) <= %s THEN coalesce(array_agg(ticket_id), '{}') END"
            query = f"{first} SELECT {few} FROM first"  # noqa: S608
            cursor.execute(query, [wanted.postgresql, most + 1, most])
            (found,) = cursor.fetchone()
            return found  # type: ignore[no-any-return]
        cursor.execute(f"{FTS_MATCH} LIMIT %s", [wanted.sqlite, most + 1])
        rows = [pk for (pk,) in cursor]
    return rows if len(rows) <= most else None


def surely_many(wanted: Wanted, most: int) -> bool:
    """Whether PostgreSQL knows without looking that more than `most` hold what is looked for: it would read the whole
    table for them, as for a tenth of it or more, and counts on twice as many. Of a word that it knows nothing of it
    believes a fortieth: that one is looked for."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {MATCH.format(column=wanted.column)}", [wanted.postgresql])
        (told,) = cursor.fetchone()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return bool(plan["Node Type"] == "Seq Scan" and plan["Plan Rows"] > 2 * most)


class OfIdentifier(Lookup):
    """A condition on the identifier of a demande."""

    prepare_rhs = False

    def values(self, vendor: str) -> tuple[str, Any]:
        """The condition on « {ticket} », and its parameter."""
        raise NotImplementedError

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        ticket, params = self.process_lhs(compiler, connection)
        condition, value = self.values(connection.vendor)
        return condition.format(ticket=ticket), (*params, value)


@Ticket._meta.pk.register_lookup
class Among(OfIdentifier):
    """`pk__among=[…]`: thousands of identifiers as one parameter."""

    lookup_name = "among"

    def values(self, vendor: str) -> tuple[str, Any]:
        if vendor == "postgresql":
            return "{ticket} = ANY(%s::bigint[])", self.rhs
        return "{ticket} IN (SELECT value FROM json_each(%s))", json.dumps(self.rhs)


@Ticket._meta.pk.register_lookup
class Found(OfIdentifier):
    """`pk__found=Wanted(…)`: the full-text match of the engine."""

    lookup_name = "found"

    def values(self, vendor: str) -> tuple[str, Any]:
        if vendor == "postgresql":
            return f"{{ticket}} IN ({MATCH.format(column=self.rhs.column)})", self.rhs.postgresql
        return f"{{ticket}} IN ({FTS_MATCH})", self.rhs.sqlite


@Ticket._meta.pk.register_lookup
class Holds(Found):
    """`pk__holds=Wanted(…)`: the same asked row by row. For what very many demandes hold: PostgreSQL then reads a list
    from its first row, whatever it believes of the words."""

    lookup_name = "holds"

    def values(self, vendor: str) -> tuple[str, Any]:
        if vendor == "postgresql":
            return ROW_MATCH.replace("{column}", self.rhs.column), self.rhs.postgresql
        return super().values(vendor)


# --- The directory of senders -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WantedName:
    """Every word must be in the name, the last one perhaps unfinished. Only letters and digits."""

    whole: tuple[str, ...]
    last: str
    last_singular: str

    @property
    def postgresql(self) -> str:
        return " & ".join([*(f"'{word}'" for word in self.whole), f"('{self.last_singular}' | '{self.last}':*)"])


@Correspondent._meta.get_field("words").register_lookup
class HoldsWords(Lookup):
    """`words__hold=WantedName(…)`: the same match on the words of a name. SQLite reads the names of the directory one
    by one: an installation on SQLite has a few thousands."""

    lookup_name = "hold"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        # As its index has it (the migration of the senders' words): a directory is read by that index alone.
        return f"array_to_tsvector(string_to_array({column}, ' ')) @@ %s::tsquery", (*params, self.rhs.postgresql)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        padded = f"(' ' || {column} || ' ') LIKE %s"
        parts, values = [], []
        for word in self.rhs.whole:
            parts.append(padded)
            values += [*params, f"% {word} %"]
        parts.append(f"({padded} OR {padded})")
        values += [*params, f"% {self.rhs.last_singular} %", *params, f"% {self.rhs.last}%"]
        return f"({' AND '.join(parts)})", tuple(values)
