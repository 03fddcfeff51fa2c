"""`manage.py import_actions`: the plan of a spreadsheet."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError, CommandParser

from actions.importing.importer import DEFAULT_REGISTER
from actions.importing.job import KIND
from actions.models import ActionSource
from tracker.enums import JobState
from tracker.errors import InvalidCommand
from tracker.importing.files import digest_of_file, forget_file
from tracker.jobs import run_here
from tracker.management.base import SillageCommand, existing_file
from tracker.management.reporting import refused_sentence
from tracker.models import Prefecture

KEYS = (
    "rows", "taken", "already_known", "updated", "blank", "totals", "refused", "ignored_sheets", "notes",
    "created_engagements", "unknown_pilots", "unknown_offices", "unknown_sites", "undated_openings", "register",
    "dry_run",
)  # fmt: skip
TITLES = (
    ("Feuilles sans tableau reconnu", "ignored_sheets"),
    ("Engagements créés, libellé à compléter", "created_engagements"),
    ("Pilotes sans compte, gardés tels qu’ils sont écrits", "unknown_pilots"),
    ("Services inconnus, actions sans bureau", "unknown_offices"),
    ("Sites inconnus, actions de toute la préfecture", "unknown_sites"),
)


class Command(SillageCommand):
    help = "Importe un plan d’actions (xlsx, xls ou ods) : le même fichier deux fois n’ajoute rien."
    with_prefecture = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=existing_file, metavar="FICHIER")
        parser.add_argument("--source", metavar="CODE", help="source des actions où le plan ne la dit pas")
        parser.add_argument(
            "--register",
            metavar="NOM",
            help=f"nom du plan, où les numéros se suivent (par défaut : {DEFAULT_REGISTER})",
        )
        parser.add_argument("--dry-run", action="store_true", help="répétition : rien n’est écrit")
        parser.add_argument("--json", action="store_true", help="rapport en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        prefecture = self.prefecture(options)
        check_source(prefecture, options["source"])
        params = {
            "name": path.name,
            "sha256": digest_of_file(path),
            "dry_run": options["dry_run"],
            "register": (options["register"] or "")[:120],
            "source": options["source"] or "",
        }
        with path.open("rb") as handle:
            job = run_here(
                KIND,
                params,
                prefecture=prefecture,
                file=File(handle, name=path.name),
                listener=None if options["json"] or not sys.stderr.isatty() else self.show_progress,
            )
        forget_file(job)  # nobody confirms a rehearsal of the terminal: the file is the person's own
        if job.state != JobState.DONE:
            raise CommandError(job.error)
        if options["json"]:
            report = {key: job.result[key] for key in KEYS} | {"import": job.pk}
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        self.show_report(job.result)

    def show_progress(self, done: int, _total: int) -> None:
        self.stderr.write(f"\r{done} lignes…", ending="")

    def show_report(self, result: dict[str, Any]) -> None:
        self.stdout.write(result["sentence"])
        for title, key in TITLES:
            if result[key]:
                self.stdout.write(f"{title} : {', '.join(map(str, result[key]))}.")
        if result["undated_openings"]:
            self.stdout.write(
                f"Actions sans date d’ouverture, ouvertes au premier jour connu : {result['undated_openings']}."
            )
        for note in result["notes"]:
            place = f"feuille « {note['sheet']} », ligne {note['row']}"
            self.stdout.write(f"Note laissée de côté, {place} : {note['text']}")
        for row in result["refused"]:
            self.stdout.write(refused_sentence(row))


def check_source(prefecture: Prefecture, code: str | None) -> None:
    """Raises InvalidCommand: what was typed, before any work is begun."""
    codes = list(ActionSource.objects.filter(prefecture=prefecture).values_list("code", flat=True))
    if code and code not in codes:
        raise InvalidCommand(f"Aucune source n’a le code « {code} ». Codes connus : {', '.join(codes)}.")
