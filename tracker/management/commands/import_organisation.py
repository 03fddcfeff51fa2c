"""`manage.py import_organisation`: bureaux, people and roles from a workbook."""

import json
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError, CommandParser

from tracker.enums import JobState
from tracker.importing.files import forget_file
from tracker.jobs import run_here
from tracker.management.base import SillageCommand, existing_file
from tracker.management.reporting import refused_sentence
from tracker.organisation_import.job import KIND

KEYS = ("rows", "taken", "already_known", "updated", "blank", "totals", "refused", "ignored_sheets", "offices")
FURTHER = ("accounts", "roles", "dry_run")


class Command(SillageCommand):
    help = "Importe les bureaux et les personnes d’un classeur : le même fichier deux fois ne change rien."
    with_prefecture = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=existing_file, metavar="FICHIER")
        parser.add_argument("--dry-run", action="store_true", help="répétition : rien n’est écrit")
        parser.add_argument("--json", action="store_true", help="rapport en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        prefecture = self.prefecture(options)
        with path.open("rb") as handle:
            job = run_here(
                KIND,
                {"name": path.name, "dry_run": options["dry_run"]},
                prefecture=prefecture,
                file=File(handle, name=path.name),
            )
        forget_file(job)  # nobody confirms a rehearsal of the terminal: the file is the person's own
        if job.state != JobState.DONE:
            raise CommandError(job.error)
        if options["json"]:
            told = {key: job.result[key] for key in (*KEYS, *FURTHER)}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self.show_report(job.result)

    def show_report(self, result: dict[str, Any]) -> None:
        self.stdout.write(result["sentence"])
        if result["ignored_sheets"]:
            self.stdout.write(f"Feuilles laissées de côté : {', '.join(result['ignored_sheets'])}.")
        for row in result["refused"]:
            self.stdout.write(refused_sentence(row))
        if result["accounts"] and not result["dry_run"]:
            self.stdout.write(
                "Les nouveaux comptes n’ont pas encore de mot de passe : un administrateur les remet depuis "
                "« Réglages », « Comptes et rôles »."
            )
