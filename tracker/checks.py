"""System checks of the kernel, run by `check`, `migrate` and every command."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from tracker import triggers


@register(Tags.database)
def journal_triggers(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Every trigger of the journal stands, on each database named (`check --database default`)."""
    if sys.argv[1:2] == ["migrate"]:
        return []  # what it is about to put in place must not stop it
    found: list[CheckMessage] = []
    for alias in databases or ():
        if triggers.TABLE not in connections[alias].introspection.table_names():
            continue  # before the first migration
        found += [
            Error(
                f"Le déclencheur « {name} » du journal manque : des évènements pourraient être modifiés.",
                hint="manage.py migrate le remet en place.",
                id="tracker.E001",
            )
            for name in triggers.missing(alias)
        ]
    return found
