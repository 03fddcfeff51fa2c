"""Emptying a demonstration database: the one place where demandes and events are deleted, and only fictitious ones."""

from functools import partial

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from tracker import triggers
from tracker.errors import SillageError
from tracker.models import Attachment, Channel, ClosedDay, Engagement, Job, Nature, Prefecture, User

LABELS = ("tracker", "correspondence", "complaints", "actions", "notifications", "frontend", "sessions", "axes")
SHARED: tuple[type[models.Model], ...] = (Channel, Nature, Engagement, ClosedDay)
"""Global lists, which belong to no préfecture: they stay (but for the local closed days)."""


def check_replaceable() -> None:
    """Raises SillageError unless the database holds nothing but the demonstration préfecture, or nothing at all."""
    others = list(Prefecture.objects.filter(is_demonstration=False).values_list("name", flat=True))
    if others:
        raise SillageError(
            f"Cette base contient « {others[0]} », qui n’est pas la démonstration : rien n’a été changé. "
            "Choisissez une autre base (SILLAGE_DATA ou DATABASE_URL)."
        )
    strangers = User.objects.filter(is_demonstration=False).exclude(memberships__prefecture__is_demonstration=True)
    stranger = strangers.values_list("email", flat=True).first()
    if stranger:
        raise SillageError(
            f"Cette base contient le compte {stranger}, qui n’est pas de la démonstration : rien n’a été changé."
        )


def empty() -> None:
    """Delete every row but the shared lists, in the caller's transaction, with the journal's triggers lifted until its
    rows are gone. The caller has called `check_replaceable`."""
    if not Prefecture.objects.exists():
        return
    files = [
        *Job.objects.exclude(file="").values_list("file", flat=True),
        *map(Attachment.path_of, Attachment.objects.values_list("key", flat=True)),
    ]
    triggers.lift()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in LABELS and model not in SHARED and not model._meta.proxy:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        table = connection.ops.quote_name(ClosedDay._meta.db_table)
        cursor.execute(f"DELETE FROM {table} WHERE site_id IS NOT NULL")  # noqa: S608
    # Foreign keys wait for the end of the transaction; PostgreSQL wants them checked before a trigger is made again.
    connection.check_constraints()
    triggers.install()
    transaction.on_commit(partial(delete_files, files))


def delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
