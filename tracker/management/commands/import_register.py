import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError, CommandParser

from tracker.enums import JobState, Outcome, Purpose
from tracker.importing.elsewhere import OPTION
from tracker.importing.files import digest_of_file, forget_file
from tracker.importing.job import KIND
from tracker.importing.options import REGISTERS, ImportOptions, resolve
from tracker.jobs import run_here
from tracker.management.base import SillageCommand, existing_file


class Command(SillageCommand):
    help = "Importe un registre (xlsx, xls ou ods) : le même fichier deux fois n’ajoute rien."
    with_prefecture = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=existing_file, metavar="FICHIER")
        parser.add_argument("--kind", required=True, help=f"{', '.join(REGISTERS)}, ou le code d’un type de demande")
        parser.add_argument("--module", type=int, help="module de 1 à 8 (par défaut 1 ; rendez-vous : 4)")
        parser.add_argument("--nature", metavar="CODE", help="nature où le registre ne la dit pas")
        parser.add_argument("--office", metavar="CODE", help="bureau où le registre ne le dit pas")
        parser.add_argument("--site", metavar="CODE", help="site d’arrivée (par défaut : le siège)")
        parser.add_argument("--mailbox", metavar="NOM", help="boîte fonctionnelle ; créée si elle manque")
        parser.add_argument("--register", metavar="NOM", help="nom du registre (par défaut : la boîte, ou le fichier)")
        parser.add_argument(
            "--undated",
            choices=("open", "late"),
            default="open",
            help="ligne sans réponse : encore ouverte (open), ou répondue sans date, donc hors délai (late)",
        )
        parser.add_argument(
            OPTION,
            action="store_true",
            help="importe même si la plupart des lignes sont déjà là sous un autre type ou dans un autre registre",
        )
        parser.add_argument("--dry-run", action="store_true", help="répétition : rien n’est écrit")
        parser.add_argument("--json", action="store_true", help="rapport en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        prefecture = self.prefecture(options)
        chosen = ImportOptions(**{name: options[name] for name in OPTIONS})
        resolve(prefecture, chosen, path.name)
        with path.open("rb") as handle:
            job = run_here(
                KIND,
                {
                    "options": chosen.as_json(),
                    "name": path.name,
                    "sha256": digest_of_file(path),
                    "dry_run": options["dry_run"],
                },
                prefecture=prefecture,
                file=File(handle, name=path.name),
                listener=None if options["json"] or not sys.stderr.isatty() else self.show_progress,
            )
        result = job.result
        forget_file(job)  # nobody confirms a rehearsal of the terminal: the file is the person's own
        if job.state != JobState.DONE:
            raise CommandError(job.error)
        if options["json"]:
            keys = (*COUNTS, "refused", *LISTS, *GIVEN, "elsewhere", "dry_run", "register")
            report = {key: result[key] for key in keys} | {"import": job.pk}
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        self.show_report(result)
        if result["taken"] and not options["dry_run"]:
            self.stdout.write(f"Pour le retirer : manage.py withdraw_import {job.pk}")

    def show_progress(self, done: int, _total: int) -> None:
        self.stderr.write(f"\r{done} lignes…", ending="")

    def show_outlook(self, result: dict[str, Any]) -> None:
        """The period covered, what each promise gives, and the first rows of a rehearsal."""
        if result["first_arrival"]:
            self.stdout.write(f"Arrivées du {day_of(result['first_arrival'])} au {day_of(result['last_arrival'])}.")
        for promise in result["promises"]:
            self.stdout.write(f"{promise['label']} : {promise['on_time']} sur {promise['n']} dans les délais.")
        for row in result["sample"]:
            what = " · ".join(text for text in (row["sender"], row["subject"] or row["theme"]) if text)
            proposed = row["purpose"] == Purpose.PROPOSAL
            done = "sans date" if row["undated"] else day_of(row["met_on" if proposed else "answered_on"])
            outcome = OUTCOMES.get(row["outcome"], Outcome(row["outcome"]).label.lower() if row["outcome"] else "")
            self.stdout.write(
                f"Ligne {row['row']} : reçu le {day_of(row['received_on'])}, {what or '–'} ; "
                f"{'proposé' if proposed else 'répondu'} : {done} ; "
                f"au plus tard : {day_of(row['due_on'])}, {outcome}"
            )

    def show_report(self, result: dict[str, Any]) -> None:
        self.stdout.write(result["sentence"])
        self.show_outlook(result)
        if result["elsewhere"]:
            self.stdout.write(f"Attention : {result['elsewhere']['sentence']}")
        for title, key in TITLES:
            if result[key]:
                self.stdout.write(f"{title} : {', '.join(result[key])}.")
        for note in result["notes"]:
            place = f"feuille « {note['sheet']} », ligne {note['row']}"
            self.stdout.write(f"Note laissée de côté, {place} : {note['text']}")
        for row in result["refused"]:
            place = f"Feuille « {row['sheet']} », ligne {row['row']}"
            column = f", colonne « {row['column']} »" if row["column"] else ""
            self.stdout.write(f"{place}{column} : {row['reason']} {row['mend']}")


OPTIONS = ("kind", "module", "nature", "office", "site", "mailbox", "register", "undated", "allow_known_elsewhere")
GIVEN = ("first_arrival", "last_arrival", "promises", "sample", "notes")
OUTCOMES = {"in_time": "dans les délais", "late": "hors délai"}
COUNTS = ("rows", "taken", "already_known", "updated", "blank", "totals")
LISTS = ("ignored_sheets", "created_mailboxes", "created_themes", "unknown_offices", "unknown_sites")
TITLES = (
    ("Feuilles sans tableau reconnu", "ignored_sheets"),
    ("Boîtes créées", "created_mailboxes"),
    ("Thèmes créés", "created_themes"),
    ("Services inconnus, demandes à affecter", "unknown_offices"),
    ("Sites inconnus, demandes comptées au site de l’import", "unknown_sites"),
)


def day_of(iso: str | None) -> str:
    """« 02/03/2026 », or a dash."""
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else "–"
