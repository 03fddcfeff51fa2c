"""`due DATE DAYS --department CODE`: a deadline and why; `due --file CSV`: many at once. Needs no database."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tracker.calculating import Calculation, due
from tracker.errors import InvalidCommand
from tracker.management.base import FRENCH, SillageCommand, existing_file

COLUMNS = ("department", "received_on", "days")


class Command(SillageCommand):
    help = "Calcule une échéance en jours ouvrés, par la loi seule (jours fériés du département)."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own attribute)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("date", nargs="?", help="jour d’arrivée, par exemple 2026-11-20 (jour 0, non compté)")
        parser.add_argument("days", nargs="?", help="délai en jours ouvrés")
        parser.add_argument("--department", metavar="CODE", help="numéro du département ou du territoire")
        parser.add_argument("--json", action="store_true", help="résultat en JSON")
        parser.add_argument(
            "--file",
            type=existing_file,
            metavar="CSV",
            help="colonnes department, received_on, days\xa0: une date par ligne",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["file"] is not None:
            if any(options[name] is not None for name in ("date", "days", "department")):
                raise CommandError("Indiquez une date et un délai, ou bien --file, pas les deux.", returncode=2)
            for found in list(read(options["file"])):
                self.stdout.write(found.due_on.isoformat())
            return
        if None in (options["date"], options["days"], options["department"]):
            raise CommandError("Indiquez une date, un délai et --department, ou bien --file.", returncode=2)
        self.show(due(options["department"], options["date"], options["days"]), as_json=options["json"])

    def show(self, found: Calculation, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
            return
        self.stdout.write(found.due_on.isoformat())
        self.stdout.write(found.rule)
        for step in found.skipped:
            self.stdout.write(f"{step.day:%d/%m/%Y} non compté\xa0: {step.reason}")


def read(path: Path) -> Iterator[Calculation]:
    """The deadlines of a CSV file, in order. A refused row stops everything, named by its line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # A French spreadsheet separates with semicolons, since its numbers have commas.
            first_line = file.readline()
            file.seek(0)
            rows = csv.DictReader(file, delimiter=";" if ";" in first_line else ",")
            missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if missing:
                raise CommandError(f"{path.name}\xa0: colonne absente\xa0: {', '.join(missing)}.")
            for row in rows:
                try:
                    yield due(*(row[column] or "" for column in COLUMNS))
                except FRENCH as error:
                    raise CommandError(f"{path.name}, ligne {rows.line_num}\xa0: {error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidCommand(f"{path.name} n’est pas un fichier CSV en UTF-8.") from error
