"""The import: rows read one by one, written in chunks, each row whole or absent."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import Enum
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from tracker import bulk, clock, writers
from tracker.commands import Command
from tracker.deadlines import Fact, effective
from tracker.enums import OPEN_STATES, Machine, State, Via
from tracker.errors import SillageError
from tracker.importing import acts
from tracker.importing.elsewhere import find_elsewhere
from tracker.importing.identities import Identifier, RowIdentity
from tracker.importing.lookups import Lookups
from tracker.importing.options import ImportTarget
from tracker.importing.outlook import SAMPLED, Promises, count_promises, sampled
from tracker.importing.report import ImportReport, RefusedRow
from tracker.models import Event, ExternalIdentity, Job, Ticket, User
from tracker.rulebooks import rule_book
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.rows import RowProblem, TableRow
from tracker.spreadsheets.tables import TableReading
from tracker.spreadsheets.wording import quoted

Follow = Callable[[int, int], None]
"""Told the rows gone through so far, and how many there are (0: not known yet)."""


class Repeat(Enum):
    """What a row says again of what this very file has said before."""

    NOTHING = "nothing"
    NUMBER = "number"  # of another demande
    DEMANDE = "demande"  # the same one, with other dates
    ALL = "all"


@dataclass(slots=True)
class Candidate:
    """A row that the file itself does not refuse, with who it is and what it asks for."""

    row: TableRow
    identity: RowIdentity
    repeats: Repeat = Repeat.NOTHING
    known: ExternalIdentity | None = None
    draft: writers.Draft | None = None
    updates: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a report counted before a chunk, to be restored where the chunk is taken back."""

    taken: int
    already_known: int
    updated: int
    refused: int
    sample: int
    promises: Promises

    @classmethod
    def of(cls, report: ImportReport) -> "Mark":
        promises = {purpose: list(counts) for purpose, counts in report.promises.items()}
        refused, sample = len(report.refused), len(report.sample)
        return cls(report.taken, report.already_known, report.updated, refused, sample, promises)

    def restore(self, report: ImportReport) -> None:
        report.taken, report.already_known, report.updated = self.taken, self.already_known, self.updated
        report.promises = self.promises
        del report.refused[self.refused :]
        del report.sample[self.sample :]


HANDLING = frozenset(
    {
        "answered_on", "published_on", "holding_on", "promised_on", "asked_on", "completed_on", "proposed_on",
        "meeting_on", "met_on", "unavailability",
    }
)  # fmt: skip
"""Columns that say what was done of a demande, not which one it is."""


@dataclass
class Importer:
    """One run over one file. `start` is the number of candidate rows that an interrupted run had already written."""

    path: Path
    name: str
    target: ImportTarget
    user: User | None
    job: Job | None = None
    dry_run: bool = False
    start: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    on_chunk: Callable[["Importer", int], None] | None = None

    def __post_init__(self) -> None:
        self.report.dry_run = self.dry_run
        self.now: datetime = clock.now()
        # A run taken up the next day reads the rows that the first one read: `start` counts them.
        begun = self.job.created_at if self.job else self.now
        self.today = clock.local_date(begun, self.target.site.time_zone)
        self.rules = rule_book(self.target.prefecture.pk)
        self.lookups = Lookups(self.target)
        self.identifier = Identifier()
        # Rows that the file alone refuses: reading it again would refuse them again.
        self.refused_by_file: set[tuple[str, int]] = set()
        # Where this very file has named a demande: the row, and fingerprints of whose it is and of what was done.
        # A rehearsal writes nothing, and must see it all the same. Kept for each row, hence small.
        self.seen: dict[tuple[str, int, str], tuple[int, int, int]] = {}
        self.refused_places: set[tuple[str, int, str]] = set()
        self.arrivals: tuple[date, date] | None = None
        # How much of the file the last chunk has brought us through, from 0 to 1.
        self.read_part = 0.0
        self.facts: dict[int, list[Fact]] = {}
        self.handled: set[int] = set()

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
            done = max(0, min(self.start - written, len(chunk)))
            written += len(chunk)
            if written == len(chunk) and not self.start:
                self.compare(chunk)
            if chunk[done:]:
                self.read_part = chunk[-1].row.table.progress(chunk[-1].row.row)
                self.write(chunk[done:], written)
        self.conclude(reading)
        return self.report

    def compare(self, first: Sequence[Candidate]) -> None:
        """Say where the rows stand already. Raises KnownElsewhere before anything is written, unless a person has
        confirmed it."""
        new = [candidate.identity for candidate in first if candidate.repeats is Repeat.NOTHING]
        sha256 = self.job.params.get("sha256", "") if self.job else ""
        elsewhere = find_elsewhere(self.target, new, sha256)
        if elsewhere is None:
            return
        if not self.dry_run and not self.target.options.allow_known_elsewhere:
            raise elsewhere.refusal()
        self.report.elsewhere = elsewhere.as_json() | {"sentence": elsewhere.sentence}

    def conclude(self, reading: TableReading) -> None:
        report, lookups = self.report, self.lookups
        report.rows, report.blank, report.totals = reading.rows, reading.blank, reading.totals
        report.notes = [asdict(note) for note in reading.notes]
        report.ignored_sheets = [sheet.sheet for sheet in reading.ignored_sheets if sheet.filled_rows]
        report.created_mailboxes = sorted({*report.created_mailboxes, *lookups.created_mailboxes})
        report.created_themes = sorted({*report.created_themes, *lookups.created_themes})
        report.unknown_offices = sorted({*report.unknown_offices, *lookups.unknown_offices})
        report.unknown_sites = sorted({*report.unknown_sites, *lookups.unknown_sites})
        report.columns = list(dict.fromkeys(header for table in reading.sheets for header in table.match.headers))
        order = {table.sheet: position for position, table in enumerate(reading.sheets)}
        report.refused.sort(key=lambda refused: (order.get(refused.sheet, len(order)), refused.row))
        if self.arrivals:
            report.first_arrival, report.last_arrival = (day.isoformat() for day in self.arrivals)

    def candidates(self, reading: Iterable[TableRow | RowProblem]) -> Iterator[Candidate]:
        for row in reading:
            if isinstance(row, RowProblem):
                self.refused_by_file.add((row.sheet, row.row))
                self.refuse(row, row.column, row.reason, row.mend)
            else:
                identity = self.identifier.identify(row.sheet, row.values)
                first, last = self.arrivals or (identity.received_on, identity.received_on)
                self.arrivals = (min(first, identity.received_on), max(last, identity.received_on))
                yield Candidate(row, identity, self.repeat(row, identity))

    def repeat(self, row: TableRow, identity: RowIdentity) -> Repeat:
        """Whether this very file has already given this number. Unlike a later version of the file, a second row cannot
        correct the first: which of the two is right, only a person knows."""
        whose = hash((identity.sender, identity.received_on))
        done = hash(tuple(sorted((code, value) for code, value in row.values.items() if code in HANDLING)))
        number, first_whose, first_done = self.seen.setdefault(identity.place, (row.row, whose, done))
        if number == row.row:
            return Repeat.NOTHING
        if whose != first_whose:
            return Repeat.NUMBER
        return Repeat.ALL if done == first_done else Repeat.DEMANDE

    def write(self, chunk: Sequence[Candidate], position: int) -> None:
        """Take one chunk, in one transaction with the mark of how far the import has come. Where another import has
        just written one of its rows, the chunk is looked at again: that row is then a known one."""
        for attempt in range(1, TRIES + 1):
            before = Mark.of(self.report)
            try:
                self.write_once(chunk, position)
                break
            except IntegrityError:
                if attempt == TRIES:
                    raise
                before.restore(self.report)
                self.lookups.forget()
        if self.dry_run:
            self.lookups.forget()
            self.follow(position)

    def write_once(self, chunk: Sequence[Candidate], position: int) -> None:
        # Of each chunk, not of the run: by its end, the hour in which a long one began may be sealed.
        self.now = clock.now()
        with transaction.atomic():
            self.match(chunk)
            self.lookups.create_missing(c.row.values for c in chunk if c.known is None)
            drafted = [candidate for candidate in chunk if self.prepare(candidate)]
            writers.write_many([c.draft for c in drafted if c.draft], self.rules, refuse=True)
            bulk.insert([identity for identity in map(self.settle, drafted) if identity is not None])
            self.settle_repeated(candidate for candidate in chunk if candidate.repeats is Repeat.ALL)
            if self.dry_run:
                transaction.set_rollback(True)
            else:
                self.follow(position)

    def follow(self, position: int) -> None:
        if self.on_chunk is not None:
            self.on_chunk(self, position)

    def match(self, chunk: Sequence[Candidate]) -> None:
        """Find the demandes that the rows of a chunk already are, and what their journal says of the open ones."""
        identities = ExternalIdentity.objects.standing().filter(
            prefecture=self.target.prefecture,
            kind=self.target.kind,
            register=self.target.register,
            key__in={candidate.identity.key for candidate in chunk},
        )
        # Where somebody has reopened what an import brought in before it was withdrawn, the latest one stands.
        identities = identities.select_related("ticket").order_by(F("withdrawn_at").asc(nulls_last=True))
        found = {(known.sheet, known.year, known.key): known for known in identities}
        # What may be written is locked, in order; what has ended is only compared.
        still_open = {known.ticket_id for known in found.values() if known.ticket.is_open}
        locked = writers.lock_many(sorted(still_open))
        self.facts = {
            pk: effective(past.fact for past in history)
            for pk, (history, _) in writers.load_histories(sorted(locked)).items()
        }
        self.handled = self.handled_here(locked) if self.target.options.undated == "late" else set()
        for known in found.values():
            known.ticket = locked.get(known.ticket_id, known.ticket)
        for candidate in chunk:
            candidate.known, candidate.updates = found.get(candidate.identity.place), False

    def handled_here(self, tickets: Iterable[int]) -> set[int]:
        """Those on which somebody has acted in Sillage since they were imported."""
        acts = Event.objects.filter(stream=writers.STREAM, object_id__in=tickets)
        return set(acts.exclude(via__in=(Via.IMPORT, Via.TASK)).values_list("object_id", flat=True))

    def prepare(self, candidate: Candidate) -> bool:
        """Decide what becomes of a row; True where something is to be written."""
        values = candidate.row.values
        if candidate.repeats is Repeat.NUMBER:
            self.refuse_number(candidate)
            return False
        if candidate.repeats is Repeat.DEMANDE:
            self.refuse_twin(candidate, "avec d’autres dates")
            return False
        if candidate.repeats is Repeat.ALL:
            return False  # counted once it is known what becomes of the first
        if candidate.known is not None:
            return self.known(candidate, candidate.known)
        found = self.lookups.cells(values, candidate.row.sheet)
        site = found.get("site") or self.target.site
        ticket = bulk.blank(Ticket)
        ticket.prefecture, ticket.site = self.target.prefecture, site
        evidence = "\n".join(f"{header}\xa0: {text}" for header, text in candidate.row.raw.items())
        first = acts.registration(values, self.target, found, evidence)
        steps = [*first, *acts.handling(values, self.target)]
        candidate.draft = self.draft(ticket, steps, str(values.get("number", "")))
        return True

    def draft(self, ticket: Ticket, steps: list[Command], old_number: str = "") -> writers.Draft:
        author = writers.Author(user=self.user, via=Via.IMPORT, quiet=True, now=self.now)
        return writers.Draft(ticket, [(author, steps)], old_number)

    def known(self, candidate: Candidate, known: ExternalIdentity) -> bool:
        """A row met before: nothing to do, an open demande to go on with, or a contradiction to report."""
        identity, ticket, values = candidate.identity, known.ticket, candidate.row.values
        same_sender, same_arrival = known.sender_digest == identity.sender, known.received_on == identity.received_on
        if not same_sender and not same_arrival:
            self.refuse_number(candidate)
            return False
        if not same_arrival:
            self.contradiction(candidate, "received_on", "l’arrivée", known.received_on, identity.received_on)
            return False
        answered, answered_on = acts.answer_in(values, self.target)
        if ticket.state not in OPEN_STATES:
            if answered and (ticket.answered_on, ticket.state in ENDED_OTHERWISE) != (answered_on, False):
                self.contradiction(candidate, self.answer_column(), "la réponse", state_of(ticket), answered_on)
            else:
                self.report.already_known += 1
            return False
        facts = self.facts.get(ticket.pk, [])
        if (conflict := acts.contradicted(values, facts)) is not None:
            self.contradiction(candidate, conflict.column, conflict.what, conflict.ours, conflict.theirs)
            return False
        # An option about the whole file does not close what an agent has in hand.
        undated = "open" if ticket.pk in self.handled else None
        todo = acts.still_to_do(acts.handling(values, self.target, undated=undated), facts)
        if not todo:
            self.report.already_known += 1
            return False
        candidate.updates = True
        candidate.draft = self.draft(ticket, todo)
        return True

    def answer_column(self) -> str:
        return "met_on" if self.target.kind.machine == Machine.MEETING else "answered_on"

    def settle(self, candidate: Candidate) -> ExternalIdentity | None:
        """Count a row that was written, or report why it was refused; gives the identity to keep for a new demande."""
        draft, identity = candidate.draft, candidate.identity
        if draft is None:
            return None
        if draft.refusal is not None:
            self.refused_places.add(identity.place)
            self.refuse_by(candidate, draft.refusal)
            return None
        if candidate.updates:
            self.report.already_known += 1
            self.report.updated += 1
            return None
        self.report.taken += 1
        count_promises(self.report.promises, draft.changes[-1][0].deadlines, self.today)
        if self.dry_run and len(self.report.sample) < SAMPLED:
            self.report.sample.append(sampled(candidate.row, draft, self.today))
        return bulk.new(
            ExternalIdentity,
            ticket_id=draft.ticket.pk,
            prefecture_id=self.target.prefecture.pk,
            kind_id=self.target.kind.pk,
            register=self.target.register,
            sheet=identity.sheet,
            year=identity.year,
            key=identity.key,
            old_number=str(candidate.row.values.get("number", ""))[:60],
            received_on=identity.received_on,
            sender_digest=identity.sender,
            job_id=self.job.pk if self.job else None,
            withdrawn_at=None,
        )

    def settle_repeated(self, candidates: Iterable[Candidate]) -> None:
        """A row that repeats another is known, unless the other was refused: nothing stands for it then."""
        for candidate in candidates:
            if candidate.identity.place in self.refused_places:
                self.refuse_twin(candidate, "et elle est refusée")
            else:
                self.report.already_known += 1

    # --- refusals -------------------------------------------------------------------------------------------

    def refuse(self, row: TableRow | RowProblem, column: str, reason: str, mend: str) -> None:
        self.report.refused.append(RefusedRow(row.sheet, row.row, column, reason, mend, row.raw))

    def refuse_by(self, candidate: Candidate, refusal: SillageError) -> None:
        """A row that the rules of the demande refuse, beside the cell that they name."""
        code = getattr(refusal, "field", None) or ""
        column = header_of(candidate.row, COLUMN_OF_FIELD.get(code, code))
        self.refuse(candidate.row, column, refusal.message, "Corrigez cette ligne, puis importez à nouveau ce fichier.")

    def refuse_number(self, candidate: Candidate) -> None:
        self.refuse(
            candidate.row,
            header_of(candidate.row, "number"),
            f"Numéro déjà utilisé dans ce registre\xa0: {quoted(candidate.identity.number or '—')} désigne une autre "
            "demande, d’un autre expéditeur ou d’une autre date.",
            "Donnez un autre numéro à cette ligne, ou importez ce fichier sous un autre nom de registre.",
        )

    def refuse_twin(self, candidate: Candidate, how: str) -> None:
        first, *_ = self.seen[candidate.identity.place]
        self.refuse(
            candidate.row,
            header_of(candidate.row, "number"),
            f"La ligne {first} de cette feuille parle déjà de cette demande, {how}.",
            "Gardez une seule des deux lignes, puis importez à nouveau ce fichier.",
        )

    def contradiction(
        self, candidate: Candidate, column: str, what: str, ours: date | str | None, theirs: date | None
    ) -> None:
        ticket = candidate.known.ticket.reference if candidate.known else ""
        self.refuse(
            candidate.row,
            header_of(candidate.row, column),
            f"Le fichier contredit Sillage sur {what} de la demande {ticket}\xa0: "
            f"{said(theirs)} dans le fichier, {said(ours)} dans Sillage.",
            "Corrigez celui des deux qui se trompe\xa0: rien n’a été remplacé.",
        )


TRIES = 3
ENDED_OTHERWISE = (State.DISMISSED, State.FORWARDED, State.MERGED)
COLUMN_OF_FIELD = {"sent_on": "holding_on", "on": "proposed_on", "sender_name": "sender"}
"""Fields of the commands that the columns of a register name otherwise."""
INSTEAD = {"answered_on": "published_on"}


def state_of(ticket: Ticket) -> date | str | None:
    """How a demande that has ended did: its state, or the day of its answer."""
    if ticket.state in ENDED_OTHERWISE:
        return quoted(State(ticket.state).label)
    return ticket.answered_on


def said(value: date | str | None) -> str:
    if value is None:
        return "sans date"
    return value if isinstance(value, str) else f"{value:%d/%m/%Y}"


def header_of(row: TableRow, code: str) -> str:
    """The header of a column as the file writes it; empty where the file does not have it."""
    columns = row.table.match.columns
    indices = columns.get(code) or columns.get(INSTEAD.get(code, ""))
    return row.table.match.headers[indices[0]] if indices else ""


def chunks(items: Iterable[Candidate], size: int) -> Iterator[list[Candidate]]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
