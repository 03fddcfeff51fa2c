"""What every command of Sillage shares: a refusal is one French sentence on standard error and a non-zero exit."""

import os
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, handle_default_options
from django.db import OperationalError, ProgrammingError, connections

from tracker.errors import InvalidCommand, SillageError
from tracker.models import Prefecture
from tracker.workdays import DateOutsideCalendar, InvalidDelay
from tracker.zones import UnknownDepartment, UnknownZone

ARGUMENTS = (InvalidCommand, DateOutsideCalendar, InvalidDelay, UnknownDepartment, UnknownZone)
"""What was typed is wrong: exit 2, as for an option that does not exist."""
FRENCH = (SillageError, DateOutsideCalendar, InvalidDelay, UnknownDepartment, UnknownZone)
"""Errors whose text is a sentence for the person."""

NO_DATABASE = "La base de données ne répond pas ou n’est pas à jour. Lancez « manage.py migrate »."
NO_PREFECTURE = "Aucune préfecture dans cette base. Créez-la avec « manage.py init »."

ARGPARSE = (
    (r"the following arguments are required: (.+)", "Il manque : {}."),
    (r"unrecognized arguments: (.+)", "Option inconnue : {}."),
    (r"argument (\S+?):? invalid choice: (\S+).*", "Valeur refusée pour {} : {}."),
    (r"argument (\S+?): (?:invalid \w+ value: )?(.+)", "Valeur refusée pour {} : {}."),
)


class FrenchParser(CommandParser):
    """Says in French what argparse says in English."""

    def error(self, message: str) -> NoReturn:
        sentence = "Arguments incorrects."
        for pattern, french in ARGPARSE:
            if found := re.fullmatch(pattern, message, re.DOTALL):
                sentence = french.format(*found.groups())
                break
        raise CommandError(
            f"{sentence} « manage.py {self.prog.split()[-1]} --help » dit ce qui est attendu.", returncode=2
        )


class SillageCommand(BaseCommand):
    """Base of our commands. Where `with_prefecture` is set, `--prefecture CODE` is accepted and
    `self.prefecture(options)` gives the préfecture: the one named, else the only one."""

    with_prefecture = False
    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = FrenchParser  # Django chooses the class itself and offers no setting for it
        if self.with_prefecture:
            parser.add_argument("--prefecture", metavar="CODE", help="code de la préfecture (par défaut : la seule)")
        return parser

    def prefecture(self, options: dict[str, Any]) -> Prefecture:
        """Raises SillageError: none yet, or (InvalidCommand) none of that code, several and none named."""
        code = options.get("prefecture")
        found = list(Prefecture.objects.filter(code=code) if code else Prefecture.objects.order_by("code")[:20])
        if len(found) == 1:
            return found[0]
        codes = ", ".join(Prefecture.objects.order_by("code").values_list("code", flat=True))
        if not codes:
            raise SillageError(NO_PREFECTURE)
        if code:
            raise InvalidCommand(f"Aucune préfecture n’a le code « {code} ». Codes connus : {codes}.")
        raise InvalidCommand(f"Plusieurs préfectures dans cette base : précisez --prefecture ({codes}).")

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except FRENCH as error:
            raise CommandError(str(error), returncode=2 if isinstance(error, ARGUMENTS) else 1) from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(NO_DATABASE) from error

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's, without the English name of the error before the sentence."""
        self._called_from_command_line = True
        try:
            chosen = self.create_parser(argv[0], argv[1]).parse_args(argv[2:])
            handle_default_options(chosen)
            options = vars(chosen)
            self.execute(*options.pop("args", ()), **options)
        except BrokenPipeError:
            # The reader went away (« | head »): nothing to say, and nobody to say it to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except CommandError as error:
            self.stderr.write(str(error))
            sys.exit(error.returncode)
        finally:
            connections.close_all()


def existing_file(value: str) -> Path:
    """An argparse type: a file that is there and can be read."""
    path = Path(value)
    if not path.is_file():
        raise CommandError(f"Fichier introuvable : {value}", returncode=2)
    return path
