"""`manage.py verify_journal [--seals FILE] [--json]`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from tracker.management.base import SillageCommand, existing_file
from tracker.management.reporting import tell
from tracker.verification import verify_journal
from tracker.verification.seals import read_export


class Command(SillageCommand):
    help = (
        "Vérifie que le journal est entier : chaînes, textes, pièces jointes, demandes, références, scellés, "
        "déclencheurs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="sortie JSON : checked, different")
        parser.add_argument(
            "--seals", type=existing_file, metavar="FICHIER", help="scellés exportés par seal_journal --export"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            exported = read_export(options["seals"]) if options["seals"] else []
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        tell(verify_journal(exported), options, self.stdout, checked="évènements vérifiés")
