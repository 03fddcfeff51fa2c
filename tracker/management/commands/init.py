"""`manage.py init`: a préfecture ready to work, and the one account that may set up the others."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tracker import clock
from tracker.accounts import one_time_password
from tracker.editing import note
from tracker.enums import Role, Via
from tracker.errors import InvalidCommand
from tracker.management.base import SillageCommand
from tracker.membership import RoleTerms, give_role
from tracker.models import Prefecture, User
from tracker.reference import profiles
from tracker.reference.install import create_prefecture
from tracker.writers import Author
from tracker.zones import department


class Command(SillageCommand):
    help = "Crée une préfecture (site, types de demande, délais, calendrier) et son premier administrateur."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--department", required=True, metavar="CODE", help="département, par exemple 44 ou 2A")
        parser.add_argument("--name", required=True, help="nom, par exemple « Préfecture de la Loire-Atlantique »")
        parser.add_argument("--code", help="préfixe des références (par défaut : le département)")
        parser.add_argument("--admin-email", metavar="ADRESSE", help="adresse du premier administrateur")
        parser.add_argument(
            "--profile",
            default=profiles.DEFAULT_PROFILE,
            help=f"délais de départ : {', '.join(profiles.PROFILES)} (par défaut : {profiles.DEFAULT_PROFILE})",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        migrate_if_needed()
        place = department(options["department"])
        code = checked_code(options["code"] or place.code)
        email = checked_email(options["admin_email"] or f"administrateur.{code.lower()}@sillage.local")
        name = options["name"].strip()
        if not name:
            raise InvalidCommand("Donnez un nom à la préfecture : --name « Préfecture de … ».")
        if options["profile"] not in profiles.PROFILES:
            raise InvalidCommand(
                f"Profil inconnu : « {options['profile']} ». Profils connus : {', '.join(profiles.PROFILES)}."
            )
        author = Author(via=Via.COMMAND, now=clock.now())
        act = author.act(author.moment)
        with transaction.atomic():
            prefecture = create_prefecture(
                code=code, department_code=place.code, name=name, profile=options["profile"], act=act
            )
            password = give_administrator(prefecture, email, author)
        self.stdout.write(f"{name} est créée, avec le code {code} et les délais « {options['profile']} ».")
        self.stdout.write(f"Administrateur : {email}")
        if password:
            self.stdout.write(f"Mot de passe, à changer à la première connexion : {password}")
        else:
            self.stdout.write("Ce compte existait : il garde son mot de passe.")


def migrate_if_needed() -> None:
    """Make the tables where they are not there yet. Nothing is run on a database that is up to date: in production the
    application's role may not change a table."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def checked_code(code: str) -> str:
    code = code.strip().upper()
    if not re.fullmatch(r"[0-9A-Z]{1,8}", code):
        raise InvalidCommand("Le code tient en 1 à 8 chiffres ou lettres sans accent : il commence chaque référence.")
    if Prefecture.objects.filter(code=code).exists():
        raise InvalidCommand(f"Une préfecture porte déjà le code « {code} » : choisissez-en un autre avec --code.")
    return code


def checked_email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidCommand(f"« {email} » n’est pas une adresse électronique.") from error
    return email


def give_administrator(prefecture: Prefecture, email: str, author: Author) -> str | None:
    """Make `email` administrator of the préfecture. Returns the one-time password of a new account, None where the
    account was there already."""
    user = User.objects.filter(email=email).first()
    password = None
    if user is None:
        password = one_time_password()
        user = User.objects.create_user(
            email, password, first_name="", last_name="Administrateur", must_change_password=True
        )
        note(user, "created", prefecture, author, after={"email": user.email, "last_name": user.last_name})
    give_role(user, prefecture, RoleTerms(Role.ADMINISTRATOR), author)
    return password
