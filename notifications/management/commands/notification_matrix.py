"""`manage.py notification_matrix [--output FILE]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from notifications.matrix import page
from tracker.management.base import SillageCommand


class Command(SillageCommand):
    help = "Écrit qui est prévenu de quoi (Markdown), lu dans le code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, metavar="FICHIER", help="par défaut : la sortie standard")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["output"]:
            options["output"].write_text(page(), encoding="utf-8")
        else:
            self.stdout.write(page(), ending="")
