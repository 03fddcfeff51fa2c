"""The directory of senders: the words of each name, and the names of the demandes that it did not know (imports)."""

from django.db import migrations, models

# A pure function: where it changes, the names are cut again by a migration of that change.
from tracker.senders import key_of

TABLE = "tracker_correspondent"
INDEX = "tracker_correspondent_words_gin"
CHUNK = 2_000


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    Correspondent = apps.get_model("tracker", "Correspondent")
    Ticket = apps.get_model("tracker", "Ticket")
    named = Ticket.objects.using(alias).exclude(sender_name="").values_list("prefecture_id", "sender_name").distinct()
    names = sorted(named)
    for start in range(0, len(names), CHUNK):
        Correspondent.objects.using(alias).bulk_create(
            [Correspondent(prefecture_id=pk, name=name) for pk, name in names[start : start + CHUNK]],
            ignore_conflicts=True,
        )
    rows = list(Correspondent.objects.using(alias).order_by("pk").only("pk", "name"))
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        for row in chunk:
            row.words = key_of(row.name)
        Correspondent.objects.using(alias).bulk_update(chunk, ["words"])
    # An address that one bureau was given is not for the others: it stays on the demandes that carry it.
    Correspondent.objects.using(alias).exclude(contact="").update(contact="")


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        vector = "array_to_tsvector(string_to_array(words, ' '))"
        schema_editor.execute(f"CREATE INDEX {INDEX} ON {TABLE} USING gin (({vector}))")


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("tracker", "0017_search_vectors")]

    operations = [
        migrations.AddField(
            model_name="correspondent",
            name="words",
            field=models.CharField(blank=True, max_length=500, verbose_name="mots du nom", default=""),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="correspondent",
            index=models.Index(fields=["prefecture", "words"], name="correspondent_words"),
        ),
        migrations.RunPython(make_index, drop_index, elidable=False),
        # Last: PostgreSQL makes no index on a table with rows inserted in the same transaction.
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
