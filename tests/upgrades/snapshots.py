"""Snapshots of a filled database, as a released version left it: what the next versions must be able to upgrade.

`python -m tests.upgrades.snapshots save FILE` writes one from the database of the settings, with the migrations that
made its tables. `… load FILE` builds an empty database as that version had it, on either engine, and fills it.
"""

import gzip
import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import django

APPS = ("tracker", "correspondence", "complaints", "actions", "notifications", "frontend")


def save(path: Path) -> None:
    """Every row of our applications."""
    from django.apps import apps
    from django.conf import settings
    from django.core.serializers.json import DjangoJSONEncoder
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    leaves = [node for node in MigrationLoader(connection).graph.leaf_nodes() if node[0] in APPS]
    tables: dict[str, list[dict[str, Any]]] = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in APPS and model._meta.managed:
            rows = model._base_manager.order_by("pk").values(*(f.attname for f in model._meta.concrete_fields))
            tables[model._meta.label] = list(rows)
    snapshot = {"migrations": leaves, "journal_key": settings.JOURNAL_KEY, "figures": figures(), "tables": tables}
    text = json.dumps(snapshot, cls=DjangoJSONEncoder, ensure_ascii=False)
    # The same rows give the same file, whenever it is written.
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def figures() -> dict[str, list[int]]:
    """Demandes counted and in time, per promise, in a period so old that no day that passes changes them."""
    from django.core.management import call_command

    out = StringIO()
    call_command("indicators", "--from", "2025-09-01", "--to", "2026-06-30", "--json", stdout=out)
    return {total["code"]: [total["n"], total["on_time"]] for total in json.loads(out.getvalue())["totals"]}


def read(path: Path) -> dict[str, Any]:
    snapshot: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return snapshot


def load(path: Path) -> None:
    """Into an empty database. The rows go through the models as they were then, not as they are now."""
    from django.core.management.color import no_style
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    snapshot = read(path)
    targets = [tuple(node) for node in snapshot["migrations"]]
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in APPS]
    executor.migrate([*targets, *others])
    state = MigrationExecutor(connection).loader.project_state(targets).apps
    models = [state.get_model(label) for label in snapshot["tables"]]
    with connection.constraint_checks_disabled(), transaction.atomic():
        for model in models:
            rows = snapshot["tables"][model._meta.label]
            fields = {field.attname: field for field in model._meta.concrete_fields}
            made = [model(**{name: fields[name].to_python(value) for name, value in row.items()}) for row in rows]
            model._base_manager.bulk_create(made, batch_size=500)
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        connection.cursor().execute(statement)


if __name__ == "__main__":
    django.setup()
    {"save": save, "load": load}[sys.argv[1]](Path(sys.argv[2]))
