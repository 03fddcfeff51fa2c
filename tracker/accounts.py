"""Accounts: who may sign in. What an administrator may know and do of an account that another préfecture has too, and
how a password is handed over, is decided in docs/decisions/0011."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker import clock
from tracker.editing import again, change, hold, line, note
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.membership import RoleTerms, check_terms, give_role, refuse_losing_administrator
from tracker.models import Membership, Prefecture, User
from tracker.writers import Author

# Without the signs that are read one for another (0 O, 1 l I): the password is copied from a screen or from paper.
PASSWORD_SIGNS: Final = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105  (an alphabet)
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 80
LONGEST_TITLE: Final = 120
NOT_FROM_HERE: Final = (
    "Cette adresse ne peut pas être ajoutée d’ici. Vérifiez-la\xa0; si elle est juste, le service qui tient le serveur "
    "de Sillage peut ajouter la personne."
)
"""For an account that the person who asks may not know of: whose it is, or whether there is one, is not said."""
NOT_TO_THIS_ACCOUNT: Final = "Cette adresse ne peut pas être donnée à ce compte\xa0: vérifiez-la."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is. `email` is the login."""

    email: str
    first_name: str
    last_name: str
    job_title: str = ""


# --- Which accounts -----------------------------------------------------------------------------------------------


def accounts_of(prefecture: Prefecture) -> QuerySet[User]:
    """The accounts that hold a role in the préfecture, closed ones too."""
    return User.objects.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), prefecture=prefecture)))


def without_password(users: QuerySet[User]) -> QuerySet[User]:
    """Those who have yet to be given a password; an account of the single sign-on needs none."""
    return users.filter(is_active=True, sub=None, password__startswith=UNUSABLE_PASSWORD_PREFIX)


def found_by(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Each word in the name, the address or the title."""
    for word in text.split():
        named = Q(first_name__icontains=word) | Q(last_name__icontains=word)
        users = users.filter(named | Q(email__icontains=word) | Q(job_title__icontains=word))
    return users


def is_administered(user: User, by: User | None) -> bool:
    """Whether `by` administers every préfecture where the person has a role: only then is the account itself, and not
    only its roles here, theirs to change. Otherwise a password reset here would open another préfecture."""
    if by is None:
        return True
    return administered(User.objects.filter(pk=user.pk), by).exists()


def administered(users: QuerySet[User], by: User) -> QuerySet[User]:
    """Those of whom `is_administered` holds."""
    here = {grant.prefecture_id for grant in by.scope.grants if grant.role == Role.ADMINISTRATOR and grant.is_whole}
    elsewhere = Membership.objects.filter(user=OuterRef("pk")).exclude(prefecture_id__in=here)
    return users.exclude(Exists(elsewhere))


def is_locked_out(user: User) -> bool:
    """Whether wrong passwords have closed the account to some address for now."""
    attempts = AccessAttempt.objects.filter(username=user.email, attempt_time__gte=clock.now() - get_cool_off())
    return bool(attempts.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT).exists())


# --- Changing them ------------------------------------------------------------------------------------------------


@transaction.atomic
def add_account(prefecture: Prefecture, identity: Identity, terms: RoleTerms, author: Author) -> User:
    """A new account, closed until a password is issued or the single sign-on knows it, with its first role.

    Raises InvalidCommand with the field at fault.
    """
    prefecture = hold(prefecture)
    identity = checked(identity)
    known = User.objects.filter(email=identity.email).first()
    if known is not None:
        if known.memberships.filter(prefecture=prefecture).exists():
            sentence = f"Cette adresse est celle de {known.full_name}, qui a déjà un compte ici."
            raise InvalidCommand(sentence, field="email")
        raise InvalidCommand(NOT_FROM_HERE, field="email")
    check_terms(prefecture, terms)
    user = User.objects.create_user(
        identity.email,
        None,
        first_name=identity.first_name,
        last_name=identity.last_name,
        job_title=identity.job_title,
        is_demonstration=prefecture.is_demonstration,
    )
    names = ("email", "first_name", "last_name", "job_title")
    note(user, "created", prefecture, author, after={name: getattr(user, name) for name in names})
    give_role(user, prefecture, terms, author)
    return user


@transaction.atomic
def change_account(user: User, prefecture: Prefecture, identity: Identity, author: Author) -> bool:
    """Whether anything changed. Raises InvalidCommand with the field at fault."""
    prefecture = hold(prefecture)
    row = own(user, author)
    identity = checked(identity)
    if User.objects.filter(email=identity.email).exclude(pk=row.pk).exists():
        raise InvalidCommand(NOT_TO_THIS_ACCOUNT, field="email")
    names = ("email", "first_name", "last_name", "job_title")
    return change(row, {name: getattr(identity, name) for name in names}, prefecture, author)


def checked(identity: Identity) -> Identity:
    email = line(identity.email, LONGEST_EMAIL, field="email", wanted="Indiquez l’adresse électronique.").lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidCommand(f"«\xa0{email}\xa0» n’est pas une adresse électronique.", field="email") from error
    return Identity(
        email,
        line(identity.first_name, LONGEST_NAME, field="first_name", wanted="Indiquez le prénom."),
        line(identity.last_name, LONGEST_NAME, field="last_name", wanted="Indiquez le nom."),
        line(identity.job_title, LONGEST_TITLE, field="job_title"),
    )


def own(user: User, author: Author) -> User:
    """The account as it is now, locked. Raises InvalidCommand where it is not the author's to change."""
    row = again(user)
    if not is_administered(row, author.user):
        raise InvalidCommand("Cette personne travaille aussi ailleurs\xa0: ce compte ne se modifie pas d’ici.")
    return row


@transaction.atomic
def deactivate(user: User, prefecture: Prefecture, author: Author) -> None:
    """Close an account. Its password is thrown away, which ends its sessions at once and for good; its roles stay, for
    the day it is opened again. Raises InvalidCommand for oneself and for the last administrator."""
    prefecture = hold(prefecture)
    row = own(user, author)
    if not row.is_active:
        raise InvalidCommand("Ce compte est déjà désactivé.")
    if author.user is not None and author.user.pk == row.pk:
        raise InvalidCommand("Vous ne pouvez pas désactiver votre propre compte.")
    for held in Membership.objects.filter(user=row, role=Role.ADMINISTRATOR).select_related("prefecture"):
        refuse_losing_administrator(held.prefecture, row, author)
    row.is_active = False
    row.set_unusable_password()
    row.save(update_fields=["is_active", "password"])
    note(row, "deactivated", prefecture, author)


@transaction.atomic
def reactivate(user: User, prefecture: Prefecture, author: Author) -> None:
    """Open it again, with the roles that it had and no password until one is issued. Raises InvalidCommand."""
    prefecture = hold(prefecture)
    row = own(user, author)
    if row.is_active:
        raise InvalidCommand("Ce compte est actif.")
    row.is_active = True
    row.save(update_fields=["is_active"])
    note(row, "reactivated", prefecture, author)


# --- Passwords ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handed:
    """A one-time password, in clear for as long as the answer that shows it."""

    user: User
    password: str


def one_time_password() -> str:
    """20 signs in four groups: about 115 bits, which nobody guesses."""
    return "-".join("".join(secrets.choice(PASSWORD_SIGNS) for _ in range(5)) for _ in range(4))


def issue_passwords(users: Sequence[User], prefecture: Prefecture, author: Author) -> list[Handed]:
    """Give each a new password, to be changed at the next sign-in: sessions that were open end. Only its hash is kept,
    so that whoever is asked shows it at once. Raises InvalidCommand, and nobody is then given any."""
    handed = [Handed(user, one_time_password()) for user in sorted(users, key=lambda user: user.pk)]
    # Slow on purpose, and forty of them: done before anybody has to wait for the préfecture.
    hashes = [make_password(each.password) for each in handed]
    with transaction.atomic():
        prefecture = hold(prefecture)
        for each, password_hash in zip(handed, hashes, strict=True):
            write_password(own(each.user, author), password_hash, prefecture, author)
    return handed


def write_password(row: User, password_hash: str, prefecture: Prefecture, author: Author) -> None:
    if not row.is_active:
        raise InvalidCommand("Ce compte est désactivé\xa0: réactivez-le d’abord.")
    if author.user is not None and author.user.pk == row.pk:
        raise InvalidCommand("Pour vous-même, choisissez «\xa0Changer de mot de passe\xa0» dans votre menu.")
    row.password, row.must_change_password = password_hash, True
    row.save(update_fields=["password", "must_change_password"])
    note(row, "password_issued", prefecture, author)


@transaction.atomic
def unlock(user: User, prefecture: Prefecture, author: Author) -> None:
    """Forget the wrong passwords, from wherever they came: the person may try again at once."""
    prefecture = hold(prefecture)
    row = own(user, author)
    reset(username=row.email)
    note(row, "unlocked", prefecture, author)
