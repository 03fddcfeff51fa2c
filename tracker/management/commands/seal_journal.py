"""`manage.py seal_journal [--export FILE] [--json]`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from tracker.management.base import SillageCommand
from tracker.verification.seals import as_record, export, seal_heads


class Command(SillageCommand):
    help = "Scelle le journal de chaque préfecture jusqu’à il y a une heure (à lancer une fois par jour)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="sortie JSON : sealed")
        parser.add_argument(
            "--export", type=Path, metavar="FICHIER", help="ajoute les nouveaux scellés à ce fichier, à garder ailleurs"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        heads = seal_heads()
        if options["export"]:
            export(heads, options["export"])
        if options["json"]:
            self.stdout.write(json.dumps({"sealed": [asdict(as_record(head)) for head in heads]}))
            return
        for head in heads:
            until = f"{head.sealed_until:%d/%m/%Y à %H h %M} UTC"
            self.stdout.write(f"{head.prefecture} : {head.events} évènements scellés jusqu’au {until}.")
        if not heads:
            self.stdout.write("Rien de nouveau à sceller.")
