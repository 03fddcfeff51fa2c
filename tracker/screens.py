"""Wall screens: the address that a référent makes for each, what it shows, its end.

A screen is nobody: it reads figures, at a place where anybody may look. The secret of its address is exchanged once for
a signed pass, which the screen's browser keeps and which is worth nothing once the screen is withdrawn.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from tracker import clock, journal, kept, scopes
from tracker.editing import line
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.models import Membership, Office, Prefecture, Site, WallScreen
from tracker.scopes import Scope
from tracker.tokens import digest_of
from tracker.writers import Author

SECRET_BYTES: Final = 32
LONGEST_SECRET: Final = 100
NAME_LENGTH: Final = 80
MOST: Final = 60
"""Screens of one préfecture: beyond, nobody knows any more where they hang."""
SALT: Final = "sillage.wall"
SEEN_EVERY: Final = timedelta(minutes=1)
"""A screen's last sign of life is written at most that often."""


@dataclass(frozen=True, slots=True)
class NewScreen:
    """A screen and the secret of its address, which nobody can read again."""

    screen: WallScreen
    secret: str


# --- Making and withdrawing ---------------------------------------------------------------------------------------


@transaction.atomic
def create_screen(
    prefecture: Prefecture, *, name: str, site: Site | None, office: Office | None, author: Author
) -> NewScreen:
    """Raises InvalidCommand. The journal says that a screen was made and what it shows; never its secret."""
    if author.user is None:
        raise TypeError("a screen is made by a person")
    name = line(name, NAME_LENGTH, field="name", wanted="Donnez un nom à cet écran\xa0: l’endroit où il est accroché.")
    Prefecture.objects.select_for_update(no_key=True).get(pk=prefecture.pk)
    if open_screens(prefecture).count() >= MOST:
        raise InvalidCommand(f"La préfecture a déjà {MOST} écrans\xa0: retirez ceux qui ne servent plus.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    screen = WallScreen.objects.create(
        prefecture=prefecture,
        site=site,
        office=office,
        name=name,
        digest=digest_of(secret),
        created_by=author.user,
        created_at=author.moment,
    )
    data = {"site": site.pk if site else None, "office": office.pk if office else None}
    _record(screen, "created", data, author)
    return NewScreen(screen, secret)


@transaction.atomic
def withdraw_screen(screen_id: int, author: Author) -> WallScreen:
    """Close a screen's address for good; one already withdrawn stays as it is."""
    screen = WallScreen.objects.select_for_update().get(pk=screen_id)
    if screen.revoked_at is None:
        screen.revoked_at = author.moment
        screen.save(update_fields=["revoked_at"])
        _record(screen, "withdrawn", {}, author)
    return screen


def _record(screen: WallScreen, kind: str, data: dict[str, int | None], author: Author) -> None:
    now = author.moment
    entry = journal.Entry(kind, clock.local_date(now, kept.by_key(Prefecture)[screen.prefecture_id].time_zone), data)
    journal.record(screen, entry, author.act(now), prefecture_id=screen.prefecture_id)


# --- Coming in ----------------------------------------------------------------------------------------------------


def open_screens(prefecture: Prefecture) -> "QuerySet[WallScreen]":
    return WallScreen.objects.filter(prefecture=prefecture, revoked_at__isnull=True)


def screen_of_secret(secret: str) -> WallScreen | None:
    """The screen of an address; None for any other text."""
    if len(secret) > LONGEST_SECRET:
        return None
    return WallScreen.objects.filter(digest=digest_of(secret), revoked_at__isnull=True).first()


def pass_of(screen: WallScreen) -> str:
    """What the screen's browser keeps in place of the secret."""
    return signing.dumps(screen.pk, salt=SALT)


def screen_of_pass(text: str) -> WallScreen | None:
    """The screen that a pass opens now; None for any other text, and once it is withdrawn."""
    try:
        pk = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return WallScreen.objects.filter(pk=pk, revoked_at__isnull=True).first()


def note_seen(screen: WallScreen, now: datetime) -> None:
    if screen.last_seen_at is None or now - screen.last_seen_at >= SEEN_EVERY:
        WallScreen.objects.filter(pk=screen.pk).update(last_seen_at=now)


# --- What it shows ------------------------------------------------------------------------------------------------


def scope_of(screen: WallScreen) -> Scope:
    """What a référent of the same part of the tree would see; pages show no more of it than figures."""
    offices = [
        (each.pk, each.parent_id, each.prefecture_id, each.site_id, each.is_sensitive)
        for each in kept.rows(Office)
        if each.prefecture_id == screen.prefecture_id
    ]
    role = Membership(
        prefecture_id=screen.prefecture_id, site_id=screen.site_id, office_id=screen.office_id, role=Role.QUALITY
    )
    return scopes.scope_of([role], offices)
