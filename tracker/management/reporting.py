"""How the commands say what they found."""

import json
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from tracker.verification import Report

SHOWN = 50
"""Differences listed as text; `--json` gives them all."""


def tell(report: Report, options: dict[str, Any], stdout: OutputWrapper, *, checked: str) -> None:
    """Print a report (JSON or French text). Raises CommandError, so that the command exits with 1, where something
    differs. `checked` names what was counted, in the plural."""
    if options["json"]:
        stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        stdout.write(f"{report.checked} {checked}.")
        for difference in report.different[:SHOWN]:
            stdout.write(f"- {difference}")
        if len(report.different) > SHOWN:
            stdout.write(f"… et {len(report.different) - SHOWN} autres.")
    if report.different:
        raise CommandError(f"{len(report.different)} différence(s).")
    if not options["json"]:
        stdout.write("Tout concorde.")


def refused_sentence(row: dict[str, Any]) -> str:
    """« Feuille « Bureaux », ligne 4, colonne « Site » : … »."""
    column = f", colonne « {row['column']} »" if row["column"] else ""
    return f"Feuille « {row['sheet']} », ligne {row['row']}{column} : {row['reason']} {row['mend']}"
