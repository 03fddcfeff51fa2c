"""Attaching files to a demande, and withdrawing them.

A file is checked (size, type, antivirus) and on the disk before the transaction that names it begins: no lock waits for
a disk or for an antivirus, and a row never names a file that is not there. The other way round, a file that no row
names is deleted as soon as the act is refused, or by the nightly sweep where the process died meanwhile.
"""

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from tracker import clamd, idempotency, writers
from tracker.commands import Attach, Withdraw
from tracker.errors import FileRefused, NotAllowed, SillageError
from tracker.filetypes import EMPTY_REFUSED, FileType, recognise
from tracker.models import Attachment, Ticket
from tracker.text import clean_file_name, size_words
from tracker.writers import Author

logger = logging.getLogger(__name__)

STORED_NAME: Final = re.compile(r"[0-9a-f]{32}")
NOT_THERE: Final = "ce fichier n’est pas, ou n’est plus, joint à la demande."
UNSTORED: Final = (
    "le serveur n’a pas pu le garder. Prévenez le service informatique (disque plein, peut-être), puis joignez-le de "
    "nouveau."
)
UNSCANNED: Final = "l’antivirus ne répond pas, ce fichier n’a donc pas été pris. Réessayez dans quelques minutes."


class Unscanned(FileRefused):
    default = UNSCANNED


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be attached."""

    name: str
    type: FileType
    size: int
    sha256: str
    content: "File[bytes]"
    key: UUID = field(default_factory=uuid4)

    @property
    def act(self) -> Attach:
        return Attach(self.key, self.type.code, self.size, self.sha256)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not taken, and what to do about it."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"«\xa0{self.name}\xa0»\xa0: {self.message}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the files of one act: one that is refused does not hold back the others. `replayed`: it had been
    done before, under the same key."""

    added: list[Attachment]
    refused: list[Refused]
    replayed: bool = False


# --- Checking -----------------------------------------------------------------------------------------------------


def check_all(files: "Sequence[File[bytes]]") -> tuple[list[Checked], list[Refused]]:
    """Each file as it comes from outside, `name` included; nothing is kept yet. An antivirus that has not answered for
    one file is not waited for again."""
    checked, refused, answering = [], [], True
    for file in files:
        name = clean_file_name(file.name or "")
        try:
            checked.append(check(file, name, answering=answering))
        except FileRefused as refusal:
            answering = answering and not isinstance(refusal, Unscanned)
            refused.append(Refused(name, refusal.message))
    return checked, refused


def check(file: "File[bytes]", name: str, *, answering: bool) -> Checked:
    """Raises FileRefused; Unscanned at once where the antivirus is not `answering`."""
    limit = settings.ATTACHMENT_MAX_BYTES
    if not file.size:
        raise FileRefused(EMPTY_REFUSED)
    if file.size > limit:
        raise FileRefused(
            f"ce fichier fait {size_words(file.size)}, la limite est de {size_words(limit)}. "
            "Numérisez-le plus légèrement (200 points par pouce) ou partagez-le en plusieurs."
        )
    found = recognise(file, name)
    refuse_virus(file, answering=answering)
    file.seek(0)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return Checked(name, found, file.size, digest.hexdigest(), file)


def refuse_virus(file: "File[bytes]", *, answering: bool) -> None:
    if not clamd.is_configured():
        return
    if not answering:
        raise Unscanned
    try:
        virus = clamd.find_virus(file)
    except clamd.ScannerUnavailable as unknown:
        raise Unscanned from unknown
    if virus:
        raise FileRefused(
            f"l’antivirus y a trouvé un virus ({virus}). Ne l’ouvrez pas et prévenez le service informatique."
        )


# --- Storing ------------------------------------------------------------------------------------------------------


@contextmanager
def stored(files: Sequence[Checked]) -> Iterator[set[UUID]]:
    """The files on the disk while the block writes their rows; it adds to what is given the keys of those whose rows
    are committed. The others are deleted at its end. Where it ends badly it is not known whether the rows are
    committed, and `sweep` will tell. Raises FileRefused where the disk does not take them."""
    claimed: set[UUID] = set()
    save(files)
    try:
        yield claimed
    except SillageError:
        discard(files, set())
        raise
    discard(files, claimed)


def save(files: Sequence[Checked]) -> None:
    """On the disk, all of them or none."""
    for file in files:
        try:
            default_storage.save(Attachment.path_of(file.key), file.content)
        except OSError as failure:
            logger.exception("the storage does not take attachments")
            with suppress(OSError):  # what cannot be deleted either is left to `sweep`
                discard(files, set())
            raise FileRefused(str(Refused(file.name, UNSTORED)), field="files") from failure


def discard(files: Sequence[Checked], claimed: set[UUID]) -> None:
    for file in files:
        if file.key not in claimed:
            default_storage.delete(Attachment.path_of(file.key))


def insert_rows(ticket: Ticket, files: Sequence[Checked], author: Author, now: datetime) -> list[Attachment]:
    """The rows of files that are on the disk and whose acts have just been written in this same transaction."""
    return Attachment.objects.bulk_create(
        [
            Attachment(
                prefecture_id=ticket.prefecture_id,
                ticket=ticket,
                key=file.key,
                name=file.name,
                type=file.type.code,
                size=file.size,
                sha256=file.sha256,
                added_at=now,
                added_by=author.user,
            )
            for file in files
        ]
    )


# --- Acts of a person ---------------------------------------------------------------------------------------------


def attach(ticket_id: int, files: "Sequence[File[bytes]]", author: Author, *, key: str | None = None) -> Outcome:
    """Attach what can be of `files` in one act; under `key`, once. Raises NotAllowed, and KeyReused where the key
    served for something else."""
    checked, refused = check_all(files)
    if not checked:
        return Outcome([], refused)
    try:
        with stored(checked) as claimed:
            with transaction.atomic():
                done = add(ticket_id, checked, author) if key is None else add_once(ticket_id, checked, author, key)
            claimed |= {row.key for row in done.added}
    except FileRefused:
        return Outcome([], [*refused, *(Refused(file.name, UNSTORED) for file in checked)])
    return replace(done, refused=refused + done.refused)


def add(ticket_id: int, checked: Sequence[Checked], author: Author) -> Outcome:
    """Within a transaction, the files being on the disk."""
    ticket = writers.lock(ticket_id)
    fitting, refused = fit(checked, standing(ticket))
    if not fitting:
        return Outcome([], refused)
    now = author.moment
    writers.write_locked(ticket, [file.act for file in fitting], replace(author, now=now))
    return Outcome(insert_rows(ticket, fitting, author, now), refused)


def add_once(ticket_id: int, checked: Sequence[Checked], author: Author, key: str) -> Outcome:
    """`add`, or what the same request has attached under `key`. What attaches nothing leaves no key behind."""
    if author.user is None:
        raise NotAllowed
    files = [[file.name, file.size, file.sha256] for file in checked]
    row = idempotency.claim(author.user, key, idempotency.digest_of({"ticket": ticket_id, "files": files}))
    if row.ticket is not None:
        there = {each.sha256: each for each in standing(row.ticket)}
        gone = [Refused(file.name, NOT_THERE) for file in checked if file.sha256 not in there]
        return Outcome([there[file.sha256] for file in checked if file.sha256 in there], gone, replayed=True)
    done = add(ticket_id, checked, author)
    if done.added:
        row.ticket_id = ticket_id
        row.save(update_fields=["ticket"])
    else:
        row.delete()
    return done


def standing(ticket: Ticket) -> list[Attachment]:
    """The files of a demande that have been neither withdrawn nor eliminated. In order."""
    return list(openable(ticket))


def openable(ticket: Ticket) -> QuerySet[Attachment]:
    return ticket.attachments.filter(withdrawn_at=None, erased_at=None).order_by("pk")


def fit(files: Sequence[Checked], held: Sequence[Attachment]) -> tuple[list[Checked], list[Refused]]:
    """Those of `files` that a demande which already holds `held` takes: none twice, and not beyond its limits."""
    known = {row.sha256: row.name for row in held}
    total = sum(row.size for row in held)
    most, most_bytes = settings.ATTACHMENTS_MAX_COUNT, settings.ATTACHMENTS_MAX_TOTAL_BYTES
    fitting: list[Checked] = []
    refused: list[Refused] = []
    for file in files:
        if file.sha256 in known:
            refused.append(
                Refused(file.name, f"ce fichier est déjà joint, sous le nom «\xa0{known[file.sha256]}\xa0».")
            )
        elif len(held) + len(fitting) >= most:
            refused.append(Refused(file.name, f"la demande a déjà {most} pièces jointes, elle n’en prend pas plus."))
        elif total + file.size > most_bytes:
            words = size_words(most_bytes)
            refused.append(Refused(file.name, f"avec lui, les pièces de la demande dépasseraient {words} en tout."))
        else:
            known[file.sha256] = file.name
            total += file.size
            fitting.append(file)
    return fitting, refused


def withdraw(attachment: Attachment, reason: str, author: Author) -> None:
    """Take a file back from a demande: nobody can open it any more, and it stays where it is, as the journal says.
    Raises InvalidCommand, NotAllowed or TransitionRefused."""
    now = author.moment
    with transaction.atomic():
        writers.write_one(attachment.ticket_id, [Withdraw(attachment.key, reason)], replace(author, now=now))
        Attachment.objects.filter(pk=attachment.pk).update(withdrawn_at=now, withdrawn_by=author.user)


# --- The end of files ---------------------------------------------------------------------------------------------


def erase(rows: QuerySet[Attachment], at: datetime) -> int:
    """Blank the names of files not yet erased, withdrawn ones too, and delete the files once that is committed; type,
    size and hash stay. For eliminations, which hold the locks of their demandes. Returns how many were erased."""
    with transaction.atomic():
        erased = list(rows.filter(erased_at__isnull=True).only("pk", "key"))
        Attachment.objects.filter(pk__in=[row.pk for row in erased]).update(name="", erased_at=at)
        # A process that dies in between leaves them to `sweep`.
        transaction.on_commit(partial(delete_files, [row.path for row in erased]))
    return len(erased)


def delete_files(paths: Sequence[str]) -> None:
    for path in paths:
        default_storage.delete(path)


def sweep(before: datetime) -> int:
    """Delete the files stored before `before` that no row names (a process died between the two) or whose row was
    eliminated; returns how many."""
    if not default_storage.exists(Attachment.FOLDER):
        return 0
    return sum(
        sweep_folder(f"{Attachment.FOLDER}/{name}", before) for name in default_storage.listdir(Attachment.FOLDER)[0]
    )


def sweep_folder(folder: str, before: datetime) -> int:
    keys = [UUID(name) for name in default_storage.listdir(folder)[1] if STORED_NAME.fullmatch(name)]
    named = set(Attachment.objects.filter(key__in=keys, erased_at=None).values_list("key", flat=True))
    count = 0
    for key in keys:
        path = Attachment.path_of(key)
        with suppress(FileNotFoundError):  # an elimination has just deleted it
            if key not in named and default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                count += 1
    return count
