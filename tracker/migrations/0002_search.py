"""The table of the search, and the full-text index of each engine over it."""

import django.db.models.deletion
from django.db import migrations, models

TABLE = "tracker_searchdocument"
FTS = "tracker_searchindex"

POSTGRESQL = (
    f"CREATE INDEX tracker_search_words ON {TABLE} USING gin (array_to_tsvector(string_to_array(words, ' ')))",
)
# « content » keeps the words once, in the table itself; the index follows it by triggers.
SQLITE = (
    f"CREATE VIRTUAL TABLE {FTS} USING fts5(words, content='{TABLE}', content_rowid='ticket_id', tokenize='ascii')",
    f"""CREATE TRIGGER {FTS}_insert AFTER INSERT ON {TABLE} BEGIN
    INSERT INTO {FTS}(rowid, words) VALUES (new.ticket_id, new.words); END""",
    f"""CREATE TRIGGER {FTS}_delete AFTER DELETE ON {TABLE} BEGIN
    INSERT INTO {FTS}({FTS}, rowid, words) VALUES ('delete', old.ticket_id, old.words); END""",
    f"""CREATE TRIGGER {FTS}_update AFTER UPDATE ON {TABLE} BEGIN
    INSERT INTO {FTS}({FTS}, rowid, words) VALUES ('delete', old.ticket_id, old.words);
    INSERT INTO {FTS}(rowid, words) VALUES (new.ticket_id, new.words); END""",
)


def make_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    # The triggers and PostgreSQL's index go with the table.
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TABLE {FTS}")


class Migration(migrations.Migration):
    dependencies = [("tracker", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="tracker.ticket",
                        verbose_name="demande",
                    ),
                ),
                ("words", models.TextField(verbose_name="mots")),
            ],
            options={"verbose_name": "mots d’une demande", "verbose_name_plural": "mots des demandes"},
        ),
        migrations.RunPython(make_index, drop_index, elidable=False),
    ]
