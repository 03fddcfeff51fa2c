"""Tokens of the API: made, recognised, revoked. A token never does more than its owner may."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from tracker import clock, journal
from tracker.enums import TokenScope
from tracker.errors import InvalidCommand
from tracker.models import ApiToken, User
from tracker.text import clean_text
from tracker.writers import Author

PREFIX: Final = "sillage_"
"""So that a secret left in a file is recognised for what it is."""
SECRET_BYTES: Final = 32
LONGEST: Final = timedelta(days=365)
LABEL_LENGTH: Final = 80
MOST: Final = 20
"""Open tokens of one person: beyond, some are no longer known to anybody."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its secret, which nobody can read again."""

    token: ApiToken
    secret: str


def digest_of(secret: str) -> str:
    """Without salt nor stretching: the secret is 256 bits drawn at random, not a password."""
    return hashlib.sha256(secret.encode()).hexdigest()


def account_is_open(user: User) -> bool:
    """Whether an account may act at all. Demonstration accounts, whose password is published, may not in production."""
    return user.is_active and (settings.SILLAGE_DEMONSTRATION_ALLOWED or not user.is_demonstration)


def open_tokens(user: User, today: date) -> Q:
    return Q(user=user, revoked_at__isnull=True, expires_on__gte=today)


def create_token(user: User, *, label: str, scope: TokenScope, expires_on: date, author: Author) -> NewToken:
    """Raises InvalidCommand. The journal says that a token was made, its scope and its end; never its secret."""
    now = author.moment
    today = clock.local_date(now, settings.TIME_ZONE)
    label = clean_text(label)
    if not label:
        raise InvalidCommand("Dites à quoi ce jeton servira.", field="label")
    if len(label) > LABEL_LENGTH:
        raise InvalidCommand(f"L’usage dépasse {LABEL_LENGTH} caractères ({len(label)}).", field="label")
    if expires_on <= today:
        raise InvalidCommand("Choisissez un jour à venir.", field="expires_on")
    if expires_on > today + LONGEST:
        raise InvalidCommand(f"Un jeton vaut un an au plus\xa0: le {today + LONGEST:%d/%m/%Y}.", field="expires_on")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if ApiToken.objects.filter(open_tokens(user, today)).count() >= MOST:
            raise InvalidCommand(f"Vous avez déjà {MOST} jetons\xa0: révoquez ceux qui ne servent plus.")
        token = ApiToken.objects.create(
            user=user,
            label=label,
            digest=digest_of(secret),
            ending=secret[-4:],
            scope=scope,
            created_at=now,
            expires_on=expires_on,
        )
        data = {"scope": str(scope), "expires_on": expires_on.isoformat()}
        _record(token, "token_created", data, author)
    return NewToken(token, secret)


def revoke_token(token_id: int, author: Author) -> ApiToken:
    """Close a token for good; one already revoked stays as it is."""
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().get(pk=token_id)
        if token.revoked_at is None:
            token.revoked_at = author.moment
            token.save(update_fields=["revoked_at"])
            _record(token, "token_revoked", {}, author)
    return token


def _record(token: ApiToken, kind: str, data: dict[str, str], author: Author) -> None:
    now = author.moment
    entry = journal.Entry(kind, clock.local_date(now, settings.TIME_ZONE), data)
    journal.record(token, entry, author.act(now), prefecture_id=min(token.user.scope.prefecture_ids, default=None))


def token_for(secret: str) -> ApiToken | None:
    """The open token of this secret, its owner loaded; None for any other. Notes the day of its last use."""
    if not secret.startswith(PREFIX):
        return None
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(secret)).first()
    today = clock.today(settings.TIME_ZONE)
    if token is None or not token.is_open(today):
        return None
    if token.user.must_change_password or not account_is_open(token.user):
        return None
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token
