"""System checks of the kernel, run by `check`, `migrate` and every command."""

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from tracker import changes, clamd, triggers


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


@register(Tags.database)
def change_triggers(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Every trigger that tells processes of a change stands, on each database named."""
    if sys.argv[1:2] == ["migrate"]:
        return []
    return [
        Error(
            f"Le déclencheur « {name} » manque : les pages pourraient ignorer un changement de réglage.",
            hint="manage.py migrate le remet en place.",
            id="tracker.E003",
        )
        for alias in databases or ()
        if changes.TABLE in connections[alias].introspection.table_names()
        for name in changes.missing(alias)
    ]


@register
def antivirus_address(**_kwargs: Any) -> list[CheckMessage]:
    """What `CLAMD_ADDRESS` names can be an antivirus."""
    try:
        if clamd.is_configured():
            clamd.parse_address(settings.CLAMD_ADDRESS)
    except ValueError:
        return [
            Error(
                f"CLAMD_ADDRESS ne désigne pas un antivirus : « {settings.CLAMD_ADDRESS} ».",
                hint="Un fichier (/run/clamav/clamd.ctl), ou une machine et un port (127.0.0.1:3310).",
                id="tracker.E002",
            )
        ]
    return []


@register(deploy=True)
def antivirus_answers(**_kwargs: Any) -> list[CheckMessage]:
    """No file is taken while the antivirus does not answer: better known before people find out."""
    if not clamd.is_configured() or antivirus_address() or clamd.ping():
        return []
    return [
        Warning(
            "L’antivirus ne répond pas : aucune pièce jointe ne sera prise.",
            hint="Vérifiez CLAMD_ADDRESS et le service clamav-daemon.",
            id="tracker.W001",
        )
    ]
