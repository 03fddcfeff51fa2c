"""Gives the préfectures that are already there the sources that a new one starts from."""

from django.db import migrations

from actions.shipped import SHIPPED


def give(apps, schema_editor):
    alias = schema_editor.connection.alias
    Prefecture = apps.get_model("tracker", "Prefecture")
    ActionSource = apps.get_model("actions", "ActionSource")
    ActionSource.objects.using(alias).bulk_create(
        ActionSource(
            prefecture=prefecture,
            code=source.code,
            label=source.label,
            family=str(source.family),
            position=position,
        )
        for prefecture in Prefecture.objects.using(alias).all()
        for position, source in enumerate(SHIPPED, 1)
    )


class Migration(migrations.Migration):

    dependencies = [("actions", "0001_plan")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
