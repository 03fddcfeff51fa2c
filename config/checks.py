"""System checks of an installation."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from tracker.models import User


@register(Tags.database)
def no_demonstration_account(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A production database holds no account whose password is published (`check --database default`)."""
    if settings.SILLAGE_DEMONSTRATION_ALLOWED:
        return []
    table = User._meta.db_table
    return [
        Error(
            f"La base « {alias} » contient des comptes de démonstration, dont le mot de passe est public.",
            hint="Partez d’une base vide : « manage.py migrate », puis « manage.py init ».",
            id="config.E001",
        )
        for alias in databases or ()
        if table in connections[alias].introspection.table_names()
        and User.objects.using(alias).filter(is_demonstration=True).exists()
    ]
