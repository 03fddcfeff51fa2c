import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tracker.enums import JobState
from tracker.errors import SillageError
from tracker.importing import withdrawal
from tracker.importing.files import JOB_KIND
from tracker.management.base import SillageCommand
from tracker.models import Job

SHOWN = 200


class Command(SillageCommand):
    help = "Retire un import fait par erreur : ses demandes que personne n’a modifiées sont classées sans suite."
    with_prefecture = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, metavar="NUMÉRO", help="numéro de l’import, dit à la fin de celui-ci")
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui serait écarté : rien n’est écrit")
        parser.add_argument("--json", action="store_true", help="compte rendu en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        prefecture = self.prefecture(options)
        imported = Job.objects.filter(pk=options["number"], kind=JOB_KIND, prefecture=prefecture).first()
        if imported is None:
            raise SillageError(f"Aucun import n’a le numéro {options['number']} dans cette préfecture.")
        if options["dry_run"]:
            withdrawal.refuse_unless_possible(imported)
            preview = withdrawal.preview(imported)
            result: dict[str, Any] = asdict(preview) | {"sentence": preview.sentence}
        else:
            listener = None if options["json"] or not sys.stderr.isatty() else self.show_progress
            job = withdrawal.withdraw_here(prefecture, imported, listener)
            if job.state != JobState.DONE:
                raise CommandError(job.error)
            result = job.result
        kept = [(kept.ticket.reference, kept.why) for kept in withdrawal.kept_of(imported, SHOWN)]
        if options["json"]:
            told = {"withdrawn": result["withdrawn"], "kept": result["kept"], "dry_run": options["dry_run"]}
            told["kept_tickets"] = [{"reference": reference, "reason": why} for reference, why in kept]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        self.stdout.write(result["sentence"])
        for reference, why in kept:
            self.stdout.write(f"{reference} : {why}.")

    def show_progress(self, done: int, _total: int) -> None:
        self.stderr.write(f"\r{done} demandes…", ending="")
