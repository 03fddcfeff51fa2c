"""The import: rows read one by one, written in chunks, each row whole or absent."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from tracker import bulk, clock, writers
from tracker.commands import Command
from tracker.enums import OPEN_STATES, State, Via
from tracker.errors import SillageError
from tracker.importing import acts
from tracker.importing.identities import Identifier, RowIdentity
from tracker.importing.lookups import Lookups
from tracker.importing.options import ImportTarget
from tracker.importing.report import ImportReport, RefusedRow
from tracker.models import ExternalIdentity, Ticket, User
from tracker.rulebooks import rule_book
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.tables import RowProblem, TableRow
from tracker.spreadsheets.wording import quoted

Follow = Callable[[int, int], None]
"""Told the rows gone through so far, and how many there are (0: not known yet)."""


@dataclass(slots=True)
class Candidate:
    """A row that the file itself does not refuse, with who it is and what it asks for."""

    row: TableRow
    identity: RowIdentity
    known: ExternalIdentity | None = None
    draft: writers.Draft | None = None
    updates: bool = False


@dataclass
class Importer:
    """One run over one file. `start` is the number of candidate rows that an interrupted run had already written."""

    path: Path
    name: str
    target: ImportTarget
    user: User | None
    dry_run: bool = False
    start: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    on_chunk: Callable[["Importer", int], None] | None = None

    def __post_init__(self) -> None:
        self.report.dry_run = self.dry_run
        self.now: datetime = clock.now()
        self.today = clock.local_date(self.now, self.target.site.time_zone)
        self.rules = rule_book(self.target.prefecture.pk)
        self.lookups = Lookups(self.target)
        self.identifier = Identifier()
        # Rows that the file alone refuses: reading it again would refuse them again.
        self.refused_by_file: set[tuple[str, int]] = set()
        # Where this very file has already named a demande: a rehearsal writes nothing, and must see it all the same.
        self.seen: dict[tuple[str, int, str], RowIdentity] = {}

    def run(self) -> ImportReport:
        """Import the file. Raises SpreadsheetError where the file itself cannot be read; nothing is written then."""
        reading = read_register(
            self.path,
            kind=self.target.options.kind,
            today=self.today,
            mapping=self.target.options.mapping,
            name=self.name,
        )
        written = 0
        for chunk in chunks(self.candidates(reading), writers.CHUNK):
            position = written + len(chunk)
            if position > self.start:
                self.write(chunk[max(0, self.start - written) :], position)
            written = position
        self.report.rows = reading.rows
        self.report.blank = reading.blank
        self.report.totals = reading.totals
        self.report.ignored_sheets = [sheet.sheet for sheet in reading.ignored_sheets if sheet.filled_rows]
        self.report.created_mailboxes = sorted({*self.lookups.created_mailboxes, *self.report.created_mailboxes})
        self.report.created_themes = sorted({*self.lookups.created_themes, *self.report.created_themes})
        self.report.unknown_offices = sorted({*self.lookups.unknown_offices, *self.report.unknown_offices})
        self.report.refused.sort(key=lambda refused: refused.row)
        return self.report

    def candidates(self, reading: Iterable[TableRow | RowProblem]) -> Iterator[Candidate]:
        for row in reading:
            if isinstance(row, RowProblem):
                self.refused_by_file.add((row.sheet, row.row))
                self.refuse(row, row.column, row.reason, row.mend)
            else:
                yield Candidate(row, self.identifier.identify(row.sheet, row.values))

    def write(self, chunk: Sequence[Candidate], position: int) -> None:
        """Take one chunk, in one transaction with the mark of how far the import has come."""
        with transaction.atomic():
            self.match(chunk)
            drafted = [candidate for candidate in chunk if self.prepare(candidate)]
            writers.write_many([c.draft for c in drafted if c.draft], self.rules, refuse=True)
            bulk.insert([identity for identity in map(self.settle, drafted) if identity is not None])
            if self.on_chunk is not None:
                self.on_chunk(self, position)
            if self.dry_run:
                transaction.set_rollback(True)

    def match(self, chunk: Sequence[Candidate]) -> None:
        """Find the demandes that the rows of a chunk already are."""
        identities = ExternalIdentity.objects.filter(
            prefecture=self.target.prefecture,
            kind=self.target.kind,
            register=self.target.register,
            key__in={candidate.identity.key for candidate in chunk},
        ).select_related("ticket")
        found = {(known.sheet, known.year, known.key): known for known in identities}
        # What may be written is locked, in order; what has ended is only compared.
        still_open = {known.ticket_id for known in found.values() if known.ticket.is_open}
        locked = writers.lock_many(sorted(still_open))
        for known in found.values():
            known.ticket = locked.get(known.ticket_id, known.ticket)
        for candidate in chunk:
            candidate.known = found.get(candidate.identity.place)

    def prepare(self, candidate: Candidate) -> bool:
        """Decide what becomes of a row; True where something is to be written."""
        identity, values = candidate.identity, candidate.row.values
        before = self.seen.setdefault(identity.place, identity)
        if before is not identity:
            return self.repeated(candidate, before)
        if candidate.known is not None:
            return self.known(candidate, candidate.known)
        found = self.lookups.cells(values)
        site = found.get("site") or self.target.site
        ticket = Ticket(prefecture=self.target.prefecture, site=site)
        evidence = "\n".join(f"{header} : {text}" for header, text in candidate.row.raw.items())
        first = acts.registration(values, self.target, found, evidence)
        candidate.draft = self.draft(ticket, [*first, *acts.handling(values, self.target)])
        return True

    def draft(self, ticket: Ticket, steps: list[Command]) -> writers.Draft:
        author = writers.Author(user=self.user, via=Via.IMPORT, quiet=True, now=self.now)
        return writers.Draft(ticket, [(author, steps)])

    def repeated(self, candidate: Candidate, before: RowIdentity) -> bool:
        identity = candidate.identity
        if identity.sender != before.sender and identity.received_on != before.received_on:
            self.refuse_number(candidate)
        else:
            self.report.already_known += 1
        return False

    def known(self, candidate: Candidate, known: ExternalIdentity) -> bool:
        """A row met before: nothing to do, an open demande to go on with, or a contradiction to report."""
        identity, ticket = candidate.identity, known.ticket
        same_sender, same_arrival = known.sender_digest == identity.sender, known.received_on == identity.received_on
        if not same_sender and not same_arrival:
            self.refuse_number(candidate)
            return False
        if not same_arrival:
            self.contradiction(
                candidate, "l’arrivée", f"{known.received_on:%d/%m/%Y}", f"{identity.received_on:%d/%m/%Y}"
            )
            return False
        answered, answered_on = acts.answer_in(candidate.row.values, self.target)
        if ticket.state not in OPEN_STATES:
            if answered and (ticket.answered_on, ticket.state in ENDED_OTHERWISE) != (answered_on, False):
                self.contradiction(candidate, "la réponse", state_of(ticket), date_of(answered_on))
            else:
                self.report.already_known += 1
            return False
        todo = acts.still_to_do(acts.handling(candidate.row.values, self.target), self.lookups.facts_of(ticket))
        if not todo:
            self.report.already_known += 1
            return False
        candidate.updates = True
        candidate.draft = self.draft(ticket, todo)
        return True

    def settle(self, candidate: Candidate) -> ExternalIdentity | None:
        """Count a row that was written, or report why it was refused; gives the identity to keep for a new demande."""
        draft, identity = candidate.draft, candidate.identity
        if draft is None:
            return None
        if draft.refusal is not None:
            self.refuse_by(candidate, draft.refusal)
            return None
        if candidate.updates:
            self.report.already_known += 1
            self.report.updated += 1
            return None
        self.report.taken += 1
        return ExternalIdentity(
            ticket=draft.ticket,
            prefecture=self.target.prefecture,
            kind=self.target.kind,
            register=self.target.register,
            sheet=identity.sheet,
            year=identity.year,
            key=identity.key,
            old_number=str(candidate.row.values.get("number", ""))[:60],
            received_on=identity.received_on,
            sender_digest=identity.sender,
        )

    # --- refusals -------------------------------------------------------------------------------------------

    def refuse(self, row: TableRow | RowProblem, column: str, reason: str, mend: str) -> None:
        self.report.refused.append(RefusedRow(row.sheet, row.row, column, reason, mend, row.raw))

    def refuse_by(self, candidate: Candidate, refusal: SillageError) -> None:
        self.refuse(candidate.row, "", refusal.message, "Corrigez cette ligne, puis importez à nouveau ce fichier.")

    def refuse_number(self, candidate: Candidate) -> None:
        self.refuse(
            candidate.row,
            header_of(candidate.row, "number"),
            f"Numéro déjà utilisé dans ce registre : {quoted(candidate.identity.number or '—')} désigne une autre "
            "demande, d’un autre expéditeur et d’une autre date.",
            "Donnez un autre numéro à cette ligne, ou importez ce fichier sous un autre nom de registre.",
        )

    def contradiction(self, candidate: Candidate, what: str, ours: str, theirs: str) -> None:
        ticket = candidate.known.ticket.reference if candidate.known else ""
        column = "received_on" if what == "l’arrivée" else "answered_on"
        self.refuse(
            candidate.row,
            header_of(candidate.row, column),
            f"Le fichier contredit Sillage sur {what} de la demande {ticket} : "
            f"{theirs} dans le fichier, {ours} dans Sillage.",
            "Corrigez celui des deux qui se trompe : rien n’a été remplacé.",
        )


ENDED_OTHERWISE = (State.DISMISSED, State.FORWARDED, State.MERGED)


def state_of(ticket: Ticket) -> str:
    if ticket.state in ENDED_OTHERWISE:
        return f"« {State(ticket.state).label} »"
    return date_of(ticket.answered_on)


def date_of(answered_on: Any) -> str:
    return f"{answered_on:%d/%m/%Y}" if answered_on else "sans date"


def header_of(row: TableRow, code: str) -> str:
    columns = row.table.match.columns.get(code)
    return row.table.match.headers[columns[0]] if columns else ""


def chunks(items: Iterable[Candidate], size: int) -> Iterator[list[Candidate]]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
