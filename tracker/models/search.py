"""The words of each demande, as the database indexes them for the search of the lists."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

from tracker.models.tickets import Ticket


class SearchDocument(models.Model):
    """The words of one demande, written by `tracker.search.index_tickets`. They are personal text: an elimination
    rewrites them from what is left of the demande."""

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, primary_key=True, related_name="search_document", verbose_name="demande"
    )
    # Each word once, separated by one space. PostgreSQL indexes the expression VECTOR of it, SQLite a full-text table
    # that follows it by triggers: both in the migration that creates this table.
    words = models.TextField("mots")

    class Meta:
        verbose_name = "mots d’une demande"
        verbose_name_plural = "mots des demandes"

    def __str__(self) -> str:
        return str(self.ticket_id)


VECTOR = "array_to_tsvector(string_to_array({column}, ' '))"
"""PostgreSQL: the words as they are. `to_tsvector` would cut them again by rules that SQLite does not have."""
FTS_TABLE = "tracker_searchindex"


@SearchDocument._meta.get_field("words").register_lookup
class Matches(Lookup):
    """`words__matches=…`: the full-text match of the engine, on a query made by `tracker.search`."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{VECTOR.format(column=column)} @@ %s::tsquery", (*params, self.rhs.postgresql)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        alias = connection.ops.quote_name(self.lhs.alias)
        # Both names are ours; what is looked for is a parameter.
        found = f"SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s"  # noqa: S608
        return f'{alias}."ticket_id" IN ({found})', (self.rhs.sqlite,)
