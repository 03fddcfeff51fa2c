"""Attached files against what the journal says of them: none lost, none replaced, none added by hand."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Final

from django.core.files.storage import default_storage

from tracker.decisions.attaching import ATTACHMENT_FACTS
from tracker.models import Attachment, Event
from tracker.verification.report import Difference, Part, within
from tracker.writers import STREAM

NIGHTS: Final = 30
"""Reading every file each night would take hours: each is read again once in so many nights. That it is there, with its
size, is looked at every night."""

Reads = Callable[[Attachment], bool]
Facts = dict[tuple[int, str], tuple[Event, bool]]


def every_file(_attachment: Attachment) -> bool:
    return True


def in_turn(today: date) -> Reads:
    """Which files are read on the night of `today`."""
    return lambda attachment: attachment.pk % NIGHTS == today.toordinal() % NIGHTS


def check_attachments(part: Part, references: dict[int, str], reads: Reads) -> list[Difference]:
    """Every attachment of the demandes of `part` whose row or file is not what the journal says. `reads`: whether the
    content of a file is read, or its size alone looked at."""
    facts = facts_of(part)
    found = []
    for row in Attachment.objects.filter(within("ticket_id", part)).order_by("pk"):
        told = facts.pop((row.ticket_id, str(row.key)), None)
        wrong = wrong_row(row, *told) if told else ("attachment_unknown", "est inconnue du journal.")
        wrong = wrong or wrong_file(row, reads)
        if wrong:
            found.append(differing(row.ticket_id, references, str(row.key), *wrong))
    found += [
        differing(event.object_id, references, key, "attachment_removed", "a disparu, alors que le journal en parle.")
        for (_, key), (event, _) in facts.items()
    ]
    return found


def facts_of(part: Part) -> Facts:
    """By demande and key: the event that added each file, and whether a later one has withdrawn it."""
    facts: Facts = {}
    events = Event.objects.filter(within("object_id", part), stream=STREAM, kind__in=ATTACHMENT_FACTS)
    for event in events.order_by("object_id", "number"):
        name = (event.object_id, event.data["attachment"])
        facts[name] = (event, False) if event.kind == "attachment_added" else (facts.get(name, (event,))[0], True)
    return facts


def wrong_row(row: Attachment, added: Event, withdrawn: bool) -> tuple[str, str] | None:
    says = (added.data.get("sha256"), added.data.get("size"), added.data.get("type"), withdrawn)
    if (row.sha256, row.size, row.type, row.withdrawn_at is not None) != says:
        return ("attachment_edited", "n’est plus celle que dit le journal.")
    return None


def wrong_file(row: Attachment, reads: Reads) -> tuple[str, str] | None:
    there = default_storage.exists(row.path)
    if row.erased_at is not None:
        return ("file_kept", "est dite éliminée mais son fichier est encore là.") if there else None
    if not there:
        return ("file_missing", "n’a plus son fichier\xa0: reprenez-le dans une sauvegarde.")
    if default_storage.size(row.path) != row.size or (reads(row) and digest_of(row) != row.sha256):
        return ("file_edited", "a un fichier dont le contenu a changé\xa0: reprenez-le dans une sauvegarde.")
    return None


def digest_of(row: Attachment) -> str:
    with default_storage.open(row.path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differing(ticket_id: int, references: dict[int, str], key: str, problem: str, detail: str) -> Difference:
    return Difference(STREAM, ticket_id, references.get(ticket_id, ""), problem, f"la pièce jointe {key} {detail}")
