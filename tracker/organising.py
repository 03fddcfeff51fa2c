"""The organisation of a préfecture: its sites, and the tree of its directions and bureaux.

Nothing is ever deleted: a bureau that closes stays on every demande that it held, and is no longer offered.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Model

from tracker import clock
from tracker.editing import again, change, create, hold, line, next_position, note, refuse_same
from tracker.enums import OPEN_STATES
from tracker.errors import InvalidCommand
from tracker.models import Mailbox, Membership, Office, Prefecture, Site, Ticket
from tracker.scopes import subtree
from tracker.writers import Author
from tracker.zones import ZONES

LONGEST_CODE: Final = 20
LONGEST_NAME: Final = 120
CODE: Final = re.compile(rf"[0-9A-Z][0-9A-Z._-]{{0,{LONGEST_CODE - 1}}}")


@dataclass(frozen=True, slots=True)
class OfficeTerms:
    """What may change of a bureau; its code may not."""

    name: str
    site: Site
    parent: Office | None = None
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a bureau still has, and that must go elsewhere before it closes."""

    tickets: int
    members: int
    mailboxes: int
    children: int

    @property
    def empty(self) -> bool:
        return not (self.tickets or self.members or self.mailboxes or self.children)


# --- Sites --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_site(prefecture: Prefecture, *, code: str, name: str, zone: str, time_zone: str, author: Author) -> Site:
    """A site with the calendar of `zone` and its clocks. Neither changes afterwards: past deadlines were counted with
    them. Raises InvalidCommand."""
    prefecture = hold(prefecture)
    sites = prefecture.sites.all()
    if zone not in ZONES:
        raise InvalidCommand("Choisissez le calendrier des jours fériés.", field="zone")
    if time_zone not in time_zones():
        raise InvalidCommand("Choisissez le fuseau horaire.", field="time_zone")
    site = Site(
        prefecture=prefecture,
        code=checked_code(code, sites),
        name=line(name, LONGEST_NAME, field="name", wanted="Donnez un nom au site."),
        zone=zone,
        time_zone=time_zone,
        position=next_position(sites),
    )
    refuse_same(sites, "name", site.name, "Un autre site porte ce nom.")
    return create(site, prefecture, author)


@transaction.atomic
def rename_site(site: Site, name: str, author: Author) -> bool:
    """Whether anything changed. Raises InvalidCommand."""
    prefecture = hold(site.prefecture)
    name = line(name, LONGEST_NAME, field="name", wanted="Donnez un nom au site.")
    refuse_same(prefecture.sites.exclude(pk=site.pk), "name", name, "Un autre site porte ce nom.")
    return change(again(site), {"name": name}, prefecture, author)


def time_zones() -> tuple[str, ...]:
    """Where préfectures are: that of each zone, and of the Marquises, which are half an hour from Tahiti."""
    return tuple(sorted({*(zone.time_zone for zone in ZONES.values()), "Pacific/Marquesas"}))


# --- Bureaux ------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_office(prefecture: Prefecture, code: str, terms: OfficeTerms, author: Author) -> Office:
    """Raises InvalidCommand with the field at fault."""
    prefecture = hold(prefecture)
    offices = prefecture.offices.all()
    office = Office(prefecture=prefecture, code=checked_code(code, offices), position=next_position(offices))
    for name, value in checked(prefecture, office, terms).items():
        setattr(office, name, value)
    return create(office, prefecture, author)


@transaction.atomic
def change_office(office: Office, terms: OfficeTerms, author: Author) -> bool:
    """Rename a bureau, attach it elsewhere, move it to another site, mark it as sensitive. Demandes that it holds stay
    with it, and keep their site and their deadlines. Whether anything changed; raises InvalidCommand."""
    prefecture = hold(office.prefecture)
    row = again(office)
    if not row.is_active:
        raise InvalidCommand("Ce bureau est fermé\xa0: rouvrez-le avant de le modifier.")
    return change(row, checked(prefecture, row, terms), prefecture, author)


def checked(prefecture: Prefecture, office: Office, terms: OfficeTerms) -> dict[str, object]:
    """Columns that hold together. Two bureaux may bear one name (« Secrétariat ») under two directions."""
    name = line(terms.name, LONGEST_NAME, field="name", wanted="Donnez un nom au bureau.")
    site, parent = terms.site, terms.parent
    if site.prefecture_id != prefecture.pk:
        raise InvalidCommand("Ce site n’existe pas dans votre préfecture.", field="site")
    if parent is not None:
        check_parent(prefecture, office, parent)
    beside = prefecture.offices.filter(parent=parent, is_active=True).exclude(pk=office.pk)
    refuse_same(beside, "name", name, "Un autre bureau porte ce nom au même endroit.")
    return {"name": name, "site": site, "parent": parent, "is_sensitive": terms.is_sensitive}


def check_parent(prefecture: Prefecture, office: Office, parent: Office) -> None:
    """Read under the lock: of two moves that would make a circle together, the second is refused."""
    rows = {row.pk: row for row in prefecture.offices.all()}
    if parent.pk not in rows:
        raise InvalidCommand("Ce bureau n’existe pas dans votre préfecture.", field="parent")
    if not rows[parent.pk].is_active and parent.pk != office.parent_id:
        raise InvalidCommand(f"«\xa0{parent.name}\xa0» est fermé\xa0: choisissez un bureau en service.", field="parent")
    if office.pk is not None and parent.pk in subtree(office.pk, [(row.pk, row.parent_id) for row in rows.values()]):
        raise InvalidCommand(
            f"«\xa0{parent.name}\xa0» dépend de ce bureau\xa0: il ne peut pas en être aussi la direction.",
            field="parent",
        )


def checked_code(code: str, rows: Iterable[Model]) -> str:
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise InvalidCommand(
            f"Le code tient en {LONGEST_CODE} chiffres ou lettres sans accent au plus, par exemple «\xa0DCL-2\xa0».",
            field="code",
        )
    refuse_same(rows, "code", code, f"Le code «\xa0{code}\xa0» est déjà pris\xa0: il reste à son bureau, même fermé.")
    return code


# --- Closing ------------------------------------------------------------------------------------------------------


def holdings(office: Office) -> Holdings:
    """Four queries."""
    return Holdings(
        tickets=Ticket.objects.filter(office=office, state__in=OPEN_STATES).count(),
        members=Membership.objects.filter(office=office, user__is_active=True).values("user").distinct().count(),
        mailboxes=Mailbox.objects.filter(office=office, is_active=True).count(),
        children=Office.objects.filter(parent=office, is_active=True).count(),
    )


@transaction.atomic
def close_office(office: Office, ended_on: date, author: Author) -> Office:
    """Out of service since `ended_on`, today or before: a bureau closes once it is empty, which nobody can promise of a
    day to come. Raises InvalidCommand where it still holds something, or was closed meanwhile."""
    prefecture = hold(office.prefecture)
    # The whole row: whoever is giving it a demande has it locked, and is waited for.
    row = Office.objects.select_for_update().get(pk=office.pk)
    if not row.is_active:
        raise InvalidCommand("Ce bureau est déjà fermé.")
    if ended_on > clock.local_date(author.moment, prefecture.time_zone):
        raise InvalidCommand(
            "Cette date est à venir\xa0: fermez le bureau ce jour-là, quand il n’aura plus rien.", field="ended_on"
        )
    if not holdings(row).empty:
        raise InvalidCommand("Ce bureau a encore de quoi faire\xa0: rien n’a été changé.", field="ended_on")
    row.is_active, row.ended_on = False, ended_on
    row.save(update_fields=["is_active", "ended_on"])
    note(row, "closed", prefecture, author, on=ended_on)
    return row


@transaction.atomic
def reopen_office(office: Office, author: Author) -> Office:
    """Raises InvalidCommand where the bureau is open, or what it depended on is closed."""
    prefecture = hold(office.prefecture)
    row = again(office)
    if row.is_active:
        raise InvalidCommand("Ce bureau est en service.")
    if row.parent is not None and not row.parent.is_active:
        raise InvalidCommand(f"Il dépend de «\xa0{row.parent.name}\xa0», qui est fermé\xa0: rouvrez-le d’abord.")
    row.is_active, row.ended_on = True, None
    row.save(update_fields=["is_active", "ended_on"])
    note(row, "reopened", prefecture, author)
    return row
