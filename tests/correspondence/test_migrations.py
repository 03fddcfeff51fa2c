"""What the migrations of the correspondences do to a database that is already in use."""

from importlib import import_module

from django.apps import apps
from django.db import connection

from correspondence.models import ReplyModel
from tests.factories import World


def shipped(world: World) -> dict[str, tuple[str, set[str], set[str]]]:
    rows = ReplyModel.objects.filter(prefecture=world.prefecture)
    return {
        row.code: (row.body, {kind.code for kind in row.kinds.all()}, {each.code for each in row.channels.all()})
        for row in rows
    }


def test_a_prefecture_in_use_receives_the_letters_of_a_new_one(world: World) -> None:
    new = shipped(world)
    ReplyModel.objects.all().delete()
    editor = connection.SchemaEditorClass(connection)
    import_module("correspondence.migrations.0003_shipped_reply_models").give(apps, editor)
    assert shipped(world) == new != {}
