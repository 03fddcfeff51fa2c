"""What a page says of the files of a demande."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.text import capfirst

from frontend.wording import short_date
from tracker.clock import zone
from tracker.filetypes import TYPES
from tracker.models import Attachment, Ticket, User
from tracker.text import size_words


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file. Without `url` it can no longer be opened: withdrawn, or eliminated."""

    name: str
    what: str
    added: str
    url: str = ""
    withdraw_url: str = ""
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """Those that can be opened, and those that were taken back."""

    held: list[FileLine]
    withdrawn: list[FileLine]


def files_of(ticket: Ticket, today: date) -> Files:
    rows = ticket.attachments.select_related("added_by", "withdrawn_by").order_by("pk")
    lines = [file_line(row, ticket, today) for row in rows]
    return Files([line for line in lines if not line.withdrawn], [line for line in lines if line.withdrawn])


def file_line(row: Attachment, ticket: Ticket, today: date) -> FileLine:
    local = zone(ticket.site.time_zone)
    known = TYPES.get(row.type)
    arguments = [ticket.reference, row.key]
    openable = row.withdrawn_at is None and row.erased_at is None
    return FileLine(
        name=row.name or "fichier éliminé",
        what=f"{capfirst(known.label if known else 'fichier')}, {size_words(row.size)}",
        added=moment_words(row.added_at.astimezone(local), today, row.added_by),
        url=reverse("attachment", args=arguments) if openable else "",
        withdraw_url=reverse("attachment-withdraw", args=arguments) if openable else "",
        withdrawn=moment_words(row.withdrawn_at.astimezone(local), today, row.withdrawn_by) if row.withdrawn_at else "",
    )


def moment_words(at: datetime, today: date, person: User | None) -> str:
    """« 20 nov. à 10:12, par A. Martin »; `at` is in the zone of the site."""
    by = f", par {person.short_name}" if person else ""
    return f"{short_date(at.date(), today)} à {at:%H:%M}{by}"


def added_words(added: Sequence[Attachment]) -> str:
    """« scan.pdf » by its name where it is alone, their number otherwise."""
    if len(added) == 1:
        return f"«\xa0{added[0].name}\xa0» est joint à la demande."
    return f"{len(added)} fichiers sont joints à la demande."
