"""The import of a plan: rows read one by one, written in chunks, each row whole or absent."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction

from actions import writers
from actions.enums import ActionState
from actions.importing import acts
from actions.importing.identities import Identifier, RowIdentity
from actions.importing.lookups import Lookups
from actions.importing.reading import read_plan
from actions.importing.report import PlanReport
from actions.models import Action, ActionIdentity, ActionSource
from tracker import clock
from tracker.enums import Via
from tracker.errors import InvalidCommand, SillageError
from tracker.importing.importer import header_of
from tracker.importing.report import RefusedRow
from tracker.models import Job, Prefecture, User
from tracker.spreadsheets.rows import RowProblem, TableRow
from tracker.spreadsheets.tables import TableReading
from tracker.spreadsheets.wording import quoted
from tracker.writers import Author

DEFAULT_REGISTER: Final = "Plan d’actions"
"""A préfecture has one plan, whatever its file is called from one version to the next."""
TRIES: Final = 3
CORRECT_ROW: Final = "Corrigez cette ligne, puis importez à nouveau ce fichier."
COLUMN_OF_FIELD: Final = {"module": "part", "strand": "part", "strand_item": "engagement"}
"""Fields of the commands that the columns of a plan name otherwise."""


@dataclass(slots=True)
class Candidate:
    """A row that the file itself does not refuse, with which action it is and what it asks for."""

    row: TableRow
    identity: RowIdentity
    said: acts.Said
    repeats: int = 0
    """The row of the same sheet that has already given this number."""
    known: ActionIdentity | None = None
    draft: writers.Draft | None = None


@dataclass
class PlanImporter:
    """One run over one file. `start` is the number of candidate rows that an interrupted run had already written."""

    path: Path
    name: str
    prefecture: Prefecture
    user: User | None = None
    register: str = DEFAULT_REGISTER
    source: str = ""
    job: Job | None = None
    dry_run: bool = False
    start: int = 0
    report: PlanReport = field(default_factory=PlanReport)
    refused_places: set[tuple[str, str]] = field(default_factory=set)
    """Sheets and numbers of the rows that the rules refused: what repeats one is refused too."""
    on_chunk: "Callable[[PlanImporter, int], None] | None" = None

    def __post_init__(self) -> None:
        self.report.dry_run = self.dry_run
        begun = self.job.created_at if self.job else clock.now()
        # A run taken up the next day reads the rows that the first one read: `start` counts them.
        self.today = clock.local_date(begun, self.prefecture.time_zone)
        self.sources = {row.code: row for row in ActionSource.objects.filter(prefecture=self.prefecture)}
        if self.source and self.source not in self.sources:
            known = ", ".join(self.sources)
            raise InvalidCommand(
                f"Aucune source n’a le code «\xa0{self.source}\xa0». Codes connus\xa0: {known}.", field="source"
            )
        self.lookups = Lookups(self.prefecture, self.report)
        self.identifier = Identifier()
        # Where this very file has named an action: the row, and what it says. A rehearsal writes nothing, and must see
        # it all the same.
        self.seen: dict[tuple[str, str], tuple[int, acts.Said]] = {}
        # Rows that the file alone refuses: reading it again would refuse them again.
        self.refused_by_file: set[tuple[str, int]] = set()
        # How much of the file the last chunk has brought us through, from 0 to 1.
        self.read_part = 0.0

    def run(self) -> PlanReport:
        """Import the file. Raises SpreadsheetError where the file itself cannot be read; nothing is written then."""
        reading = read_plan(
            self.path,
            name=self.name,
            sources=list(self.sources.values()),
            today=self.today,
            source_given=bool(self.source),
        )
        written = 0
        for chunk in chunks(self.candidates(reading), writers.CHUNK):
            done = max(0, min(self.start - written, len(chunk)))
            written += len(chunk)
            if chunk[done:]:
                self.read_part = chunk[-1].row.table.progress(chunk[-1].row.row)
                self.write(chunk[done:], written)
        self.conclude(reading)
        return self.report

    def conclude(self, reading: TableReading) -> None:
        report = self.report
        report.rows, report.blank, report.totals = reading.rows, reading.blank, reading.totals
        report.notes = [asdict(note) for note in reading.notes]
        report.ignored_sheets = [sheet.sheet for sheet in reading.ignored_sheets if sheet.filled_rows]
        report.columns = list(dict.fromkeys(header for table in reading.sheets for header in table.match.headers))
        order = {table.sheet: position for position, table in enumerate(reading.sheets)}
        report.refused.sort(key=lambda refused: (order.get(refused.sheet, len(order)), refused.row))
        for names in (report.created_engagements, report.unknown_pilots, report.unknown_offices, report.unknown_sites):
            names.sort()

    def candidates(self, reading: Iterable[TableRow | RowProblem]) -> Iterator[Candidate]:
        for row in reading:
            if isinstance(row, RowProblem):
                self.refused_by_file.add((row.sheet, row.row))
                self.refuse(row, row.column, row.reason, row.mend)
                continue
            if self.source:
                row.values.setdefault("source", self.source)
            identity = self.identifier.identify(row.sheet, row.values)
            candidate = Candidate(row, identity, acts.said_by(row.values))
            first, _ = self.seen.setdefault(identity.place, (row.row, candidate.said))
            candidate.repeats = first if first != row.row else 0
            yield candidate

    # --- writing --------------------------------------------------------------------------------------------

    def write(self, chunk: Sequence[Candidate], position: int) -> None:
        """Take one chunk, in one transaction with the mark of how far the import has come. Where another import has
        just written one of its rows, the chunk is looked at again: that row is then a known one."""
        for attempt in range(1, TRIES + 1):
            before = copy.deepcopy(self.report)
            try:
                self.write_once(chunk, position)
                break
            except IntegrityError:
                if attempt == TRIES:
                    raise
                self.report = before
                self.lookups = Lookups(self.prefecture, self.report)
        if self.dry_run:
            self.lookups.forget()
            self.follow(position)

    def write_once(self, chunk: Sequence[Candidate], position: int) -> None:
        # Of each chunk, not of the run: by its end, the hour in which a long one began may be sealed.
        author = Author(user=self.user, via=Via.IMPORT, quiet=True, now=clock.now())
        with transaction.atomic():
            self.match(chunk)
            drafted = [candidate for candidate in chunk if self.prepare(candidate)]
            writers.write_many([candidate.draft for candidate in drafted if candidate.draft], author)
            self.settle(candidate for candidate in drafted if self.is_written(candidate))
            self.settle_repeated(candidate for candidate in chunk if candidate.repeats)
            if self.dry_run:
                transaction.set_rollback(True)
            else:
                self.follow(position)

    def follow(self, position: int) -> None:
        if self.on_chunk is not None:
            self.on_chunk(self, position)

    def match(self, chunk: Sequence[Candidate]) -> None:
        """Find the actions that the rows of a chunk already are, locked."""
        identities = ActionIdentity.objects.filter(
            prefecture=self.prefecture,
            register=self.register,
            key__in={candidate.identity.key for candidate in chunk},
        )
        found = {(known.sheet, known.key): known for known in identities}
        locked = writers.lock_many(sorted({known.action_id for known in found.values()}))
        for known in found.values():
            known.action = locked[known.action_id]
        for candidate in chunk:
            candidate.known, candidate.draft = found.get(candidate.identity.place), None

    def prepare(self, candidate: Candidate) -> bool:
        """Decide what becomes of a row; True where something is to be written."""
        if candidate.repeats:
            return False  # counted once it is known what becomes of the first
        try:
            if candidate.known is not None:
                return self.known(candidate, candidate.known)
            candidate.draft = self.new(candidate.row)
        except SillageError as refusal:
            self.refuse_by(candidate, refusal)
            return False
        return True

    def new(self, row: TableRow) -> writers.Draft:
        source = self.sources.get(str(row.values.get("source", "")))
        if source is None:
            raise InvalidCommand("La source manque.", field="source")
        found = self.lookups.columns(row.values)
        return writers.Draft(Action(prefecture=self.prefecture), acts.recording(row, source, found, self.today))

    def known(self, candidate: Candidate, known: ActionIdentity) -> bool:
        """A row met before: nothing to do, an action to go on with, or a contradiction to report."""
        action, values = known.action, candidate.row.values
        was, said, here = known.said, acts.kept_of(candidate.said), acts.kept_of(acts.said_here(action))
        if candidate.identity.number and acts.is_another(was, said):
            self.refuse_number(candidate, action)
            return False
        todo, contradicted = acts.changed_in_file(was, said, here)
        if contradicted:
            self.refuse_contradiction(candidate, action, contradicted[0])
            return False
        if not todo:
            self.report.already_known += 1
            keep_reading(known, said)
            return False
        if not acts.reachable(ActionState(action.state), ActionState(candidate.said["state"])):
            self.refuse_contradiction(candidate, action, "state")
            return False
        candidate.draft = writers.Draft(action, acts.updating(action, todo, values, self.today))
        return True

    def is_written(self, candidate: Candidate) -> bool:
        """Whether the rules of the plan took the row; it is reported otherwise."""
        draft = candidate.draft
        if draft is None or draft.refusal is None:
            return draft is not None
        self.refuse_by(candidate, draft.refusal)
        return False

    def settle(self, written: Iterable[Candidate]) -> None:
        """Count the rows that were written, and keep what each said."""
        new = []
        for candidate in written:
            if candidate.draft is None:
                continue
            said = acts.kept_of(candidate.said)
            if candidate.known is not None:
                keep_reading(candidate.known, said)
                self.report.already_known += 1
                self.report.updated += 1
                continue
            self.report.taken += 1
            self.report.undated_openings += "opened_on" not in candidate.row.values
            new.append(self.identity_of(candidate, candidate.draft.action, said))
        ActionIdentity.objects.bulk_create(new)

    def identity_of(self, candidate: Candidate, action: Action, said: acts.Said) -> ActionIdentity:
        return ActionIdentity(
            action=action,
            prefecture=self.prefecture,
            register=self.register,
            sheet=candidate.identity.sheet,
            key=candidate.identity.key,
            old_number=str(candidate.row.values.get("number", ""))[:80],
            said=said,
            job=self.job,
        )

    def settle_repeated(self, candidates: Iterable[Candidate]) -> None:
        """A row that repeats another is known, unless it says otherwise or the other was refused."""
        for candidate in candidates:
            _, first = self.seen[candidate.identity.place]
            if candidate.identity.place in self.refused_places:
                self.refuse_twin(candidate, "et elle est refusée")
            elif first != candidate.said:
                self.refuse_twin(candidate, "et en dit autre chose")
            else:
                self.report.already_known += 1

    # --- refusals -------------------------------------------------------------------------------------------

    def refuse(self, row: TableRow | RowProblem, column: str, reason: str, mend: str) -> None:
        self.report.refused.append(RefusedRow(row.sheet, row.row, column, reason, mend, row.raw))

    def refuse_by(self, candidate: Candidate, refusal: SillageError) -> None:
        """A row that the rules of the plan refuse, beside the cell that they name."""
        self.refused_places.add(candidate.identity.place)
        code = refusal.field or ""
        self.refuse(
            candidate.row, header_of(candidate.row, COLUMN_OF_FIELD.get(code, code)), refusal.message, CORRECT_ROW
        )

    def refuse_number(self, candidate: Candidate, action: Action) -> None:
        self.refused_places.add(candidate.identity.place)
        self.refuse(
            candidate.row,
            header_of(candidate.row, "number"),
            f"Numéro déjà utilisé dans ce plan\xa0: {quoted(candidate.identity.number)} désigne l’action "
            f"{action.reference}, {quoted(action.title)}.",
            "Donnez un autre numéro à cette ligne, ou importez ce fichier sous un autre nom de plan.",
        )

    def refuse_twin(self, candidate: Candidate, how: str) -> None:
        self.refuse(
            candidate.row,
            header_of(candidate.row, "number"),
            f"La ligne {candidate.repeats} de cette feuille parle déjà de cette action, {how}.",
            "Gardez une seule des deux lignes, puis importez à nouveau ce fichier.",
        )

    def refuse_contradiction(self, candidate: Candidate, action: Action, name: str) -> None:
        self.refused_places.add(candidate.identity.place)
        theirs, ours = candidate.said[name], acts.said_here(action)[name]
        self.refuse(
            candidate.row,
            header_of(candidate.row, name),
            f"Le fichier contredit Sillage sur {acts.NAMES[name]} de l’action {action.reference}\xa0: "
            f"{acts.shown(name, theirs)} dans le fichier, {acts.shown(name, ours)} dans Sillage.",
            "Corrigez celui des deux qui se trompe\xa0: rien n’a été remplacé.",
        )


def keep_reading(known: ActionIdentity, said: acts.Said) -> None:
    """What the row says now is what its next reading is compared with; an empty cell leaves what it said before."""
    read = {name: value or known.said[name] for name, value in said.items()}
    if read != known.said:
        ActionIdentity.objects.filter(pk=known.pk).update(said=read)


def chunks(items: Iterable[Candidate], size: int) -> Iterator[list[Candidate]]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
