"""`manage.py check_deadlines [--json]`."""

from typing import Any

from django.core.management.base import CommandParser

from tracker.management.base import SillageCommand
from tracker.management.reporting import tell
from tracker.verification import check_deadlines


class Command(SillageCommand):
    help = "Compare les échéances enregistrées à celles que donne le journal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="sortie JSON : checked, different")

    def handle(self, *_args: Any, **options: Any) -> None:
        tell(check_deadlines(), options, self.stdout, checked="demandes vérifiées")
