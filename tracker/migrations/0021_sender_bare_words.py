"""The directory of senders: the words of each name without its particles."""

from django.db import migrations, models

# A pure function: where it changes, the names are cut again by a migration of that change.
from tracker.senders import bare_key_of

CHUNK = 2_000


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    Correspondent = apps.get_model("tracker", "Correspondent")
    rows = list(Correspondent.objects.using(alias).order_by("pk").only("pk", "name"))
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        for row in chunk:
            row.bare_words = bare_key_of(row.name)
        Correspondent.objects.using(alias).bulk_update(chunk, ["bare_words"])


class Migration(migrations.Migration):
    dependencies = [("tracker", "0020_ticket_list_indexes")]

    operations = [
        migrations.AddField(
            model_name="correspondent",
            name="bare_words",
            field=models.CharField(
                blank=True, max_length=500, verbose_name="mots du nom, sans particules", default=""
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="correspondent",
            index=models.Index(fields=["prefecture", "bare_words"], name="correspondent_bare_words"),
        ),
        # Last: PostgreSQL makes no index on a table with rows inserted in the same transaction.
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
