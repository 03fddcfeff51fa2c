"""`manage.py demo`: the demonstration préfecture, fresh, and who can sign in to it."""

from typing import Any

from django.core.management.base import CommandParser

from config.demonstration.accounts import account_lines
from config.demonstration.loading import is_loaded, replace_demonstration
from tracker import clock
from tracker.management.base import SillageCommand
from tracker.models import Prefecture


class Command(SillageCommand):
    help = "Remplace la préfecture de démonstration et montre ses comptes ; refuse une base qui en contient une autre."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="ne charge que si la base ne contient rien encore")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["if_empty"] and Prefecture.objects.exists():
            if not is_loaded():
                self.stdout.write("Cette base contient déjà une préfecture : la démonstration n’est pas chargée.")
                return
        else:
            count = replace_demonstration(clock.now())
            self.stdout.write(f"Préfecture de démonstration chargée : {count} demandes.")
        for line in account_lines():
            self.stdout.write(line)
