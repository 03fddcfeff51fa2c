"""Gives the préfectures that are already there the models that a new one starts from."""

from django.db import migrations

from correspondence.shipped import SHIPPED


def give(apps, schema_editor):
    alias = schema_editor.connection.alias
    Prefecture = apps.get_model("tracker", "Prefecture")
    TicketKind = apps.get_model("tracker", "TicketKind")
    Channel = apps.get_model("tracker", "Channel")
    ReplyModel = apps.get_model("correspondence", "ReplyModel")
    for prefecture in Prefecture.objects.using(alias).all():
        for shipped in SHIPPED:
            model = ReplyModel.objects.using(alias).create(
                prefecture=prefecture,
                code=shipped.code,
                purpose=str(shipped.purpose),
                title=shipped.title,
                body=shipped.body,
            )
            model.kinds.set(TicketKind.objects.using(alias).filter(prefecture=prefecture, code__in=shipped.kinds))
            model.channels.set(Channel.objects.using(alias).filter(code__in=shipped.channels))


class Migration(migrations.Migration):

    dependencies = [("correspondence", "0002_reply_models")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
