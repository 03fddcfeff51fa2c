"""The lists of a préfecture: kinds of demande, themes, mailboxes, and its own settings.

What demandes use is never taken from them: an entry that is withdrawn is only no longer offered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from tracker.editing import again, change, create, hold, line, next_position, refuse_same
from tracker.enums import Machine, Purpose
from tracker.errors import InvalidCommand
from tracker.models import Mailbox, Office, Prefecture, Theme, TicketKind
from tracker.writers import Author

Entry = TicketKind | Theme | Mailbox

LONGEST_KIND: Final = 60
LONGEST_THEME: Final = 80
LONGEST_MAILBOX: Final = 80
LONGEST_ADDRESS: Final = 254
MAILROOM_KIND: Final = "correspondence"
"""What « Arrivées » registers."""
MOST_CLOSING_DAYS: Final = 250
"""About one year of working days: more is a typing error."""
PROMISES: Final = {
    (Machine.REPLY, Purpose.REPLY): "Une réponse à la personne",
    (Machine.REPLY, Purpose.UPDATE): "Une mise en ligne, ou en service",
    (Machine.MEETING, Purpose.PROPOSAL): "Un rendez-vous\xa0: une date proposée, puis l’entretien",
}
"""What a kind may promise: its machine and the purpose of its first deadline, chosen once."""


# --- Kinds --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_kind(prefecture: Prefecture, label: str, machine: str, purpose: str, author: Author) -> TicketKind:
    """A kind with a code made from its label; code, machine and purpose never change: demandes and rules stand on them.
    It has no delay until a rule gives it one. Raises InvalidCommand."""
    prefecture = hold(prefecture)
    kinds = prefecture.kinds.all()
    label = checked_label(kinds, label, LONGEST_KIND, "Donnez un libellé au type de demande.")
    if (machine, purpose) not in PROMISES:
        raise InvalidCommand("Choisissez ce que ce type de demande promet.", field="purpose")
    kind = TicketKind(
        prefecture=prefecture,
        code=free_code(label, {row.code for row in kinds}, "type"),
        label=label,
        machine=machine,
        purpose=purpose,
        position=next_position(kinds),
    )
    return create(kind, prefecture, author)


@transaction.atomic
def rename_kind(kind: TicketKind, label: str, author: Author) -> bool:
    """Whether anything changed. Raises InvalidCommand."""
    prefecture = hold(kind.prefecture)
    others = prefecture.kinds.exclude(pk=kind.pk)
    label = checked_label(others, label, LONGEST_KIND, "Donnez un libellé au type de demande.")
    return change(again(kind), {"label": label}, prefecture, author)


# --- Themes -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_theme(prefecture: Prefecture, label: str, author: Author) -> Theme:
    """Raises InvalidCommand."""
    prefecture = hold(prefecture)
    themes = prefecture.themes.all()
    label = checked_label(themes, label, LONGEST_THEME, "Donnez un libellé au thème.")
    code = free_code(label, {row.code for row in themes}, "theme")
    theme = Theme(prefecture=prefecture, code=code, label=label, position=next_position(themes))
    return create(theme, prefecture, author)


@transaction.atomic
def rename_theme(theme: Theme, label: str, author: Author) -> bool:
    """Whether anything changed. Raises InvalidCommand."""
    prefecture = hold(theme.prefecture)
    label = checked_label(prefecture.themes.exclude(pk=theme.pk), label, LONGEST_THEME, "Donnez un libellé au thème.")
    return change(again(theme), {"label": label}, prefecture, author)


def checked_label(others: Iterable[TicketKind] | Iterable[Theme], label: str, longest: int, wanted: str) -> str:
    label = line(label, longest, field="label", wanted=wanted)
    refuse_same(others, "label", label, "Ce libellé est déjà pris, au besoin par une entrée retirée.")
    return label


def free_code(label: str, taken: set[str], otherwise: str) -> str:
    """« modification-du-svi »: made once, never shown for editing."""
    stem = slugify(label)[:26].strip("-") or otherwise
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem[:24]}-{number}"
    return code


# --- Mailboxes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailboxTerms:
    name: str
    address: str = ""
    office: Office | None = None


@transaction.atomic
def add_mailbox(prefecture: Prefecture, terms: MailboxTerms, author: Author) -> Mailbox:
    """Raises InvalidCommand."""
    prefecture = hold(prefecture)
    mailbox = Mailbox(prefecture=prefecture)
    for name, value in checked_mailbox(prefecture, mailbox, terms).items():
        setattr(mailbox, name, value)
    return create(mailbox, prefecture, author)


@transaction.atomic
def change_mailbox(mailbox: Mailbox, terms: MailboxTerms, author: Author) -> bool:
    """Whether anything changed. Raises InvalidCommand."""
    prefecture = hold(mailbox.prefecture)
    row = again(mailbox)
    return change(row, checked_mailbox(prefecture, row, terms), prefecture, author)


def checked_mailbox(prefecture: Prefecture, mailbox: Mailbox, terms: MailboxTerms) -> dict[str, object]:
    others = prefecture.mailboxes.exclude(pk=mailbox.pk)
    name = line(terms.name, LONGEST_MAILBOX, field="name", wanted="Donnez un nom à la boîte.")
    refuse_same(others, "name", name, "Une autre boîte porte ce nom, au besoin une boîte retirée.")
    address = line(terms.address, LONGEST_ADDRESS, field="address").lower()
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise InvalidCommand(f"«\xa0{address}\xa0» n’est pas une adresse électronique.", field="address") from error
        refuse_same(others, "address", address, "Une autre boîte a cette adresse.")
    if terms.office is not None:
        office = prefecture.offices.filter(pk=terms.office.pk).first()
        if office is None:
            raise InvalidCommand("Ce bureau n’existe pas dans votre préfecture.", field="office")
        if not office.is_active and office.pk != mailbox.office_id:
            raise InvalidCommand("Ce bureau est fermé\xa0: choisissez-en un autre.", field="office")
    return {"name": name, "address": address, "office": terms.office}


# --- Withdrawing --------------------------------------------------------------------------------------------------


@transaction.atomic
def offer(entry: Entry, author: Author, *, offered: bool) -> bool:
    """Offer an entry of a list again, or no longer: demandes that use it keep it, lists and figures still find them.
    Whether anything changed; raises InvalidCommand for the kind that
    the mailroom cannot do without."""
    prefecture = hold(entry.prefecture)
    row = again(entry)
    if not offered and isinstance(row, TicketKind) and row.code == MAILROOM_KIND:
        raise InvalidCommand(f"«\xa0{row.label}\xa0» reste proposé\xa0: le service du courrier n’enregistre que cela.")
    return change(row, {"is_active": offered}, prefecture, author, kind="offered" if offered else "withdrawn")


# --- The préfecture -----------------------------------------------------------------------------------------------


@transaction.atomic
def change_closing(prefecture: Prefecture, days: int, author: Author) -> bool:
    """After how many working days an answered demande closes by itself, from the next night on. Whether anything
    changed; raises InvalidCommand."""
    if not 1 <= days <= MOST_CLOSING_DAYS:
        raise InvalidCommand(f"Indiquez un nombre de 1 à {MOST_CLOSING_DAYS}.", field="close_after_days")
    held = hold(prefecture)
    return change(held, {"close_after_days": days}, held, author)
