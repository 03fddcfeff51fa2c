"""What became of each row of a file: rows = taken + already known + refused + blank + totals, always."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tracker.importing.outlook import promises_as_json

NARROW_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row not taken: where, why, how to mend it, and its cells as they were read."""

    sheet: str
    row: int
    column: str
    reason: str
    mend: str
    raw: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class RowReport:
    """The counts that every import gives."""

    rows: int = 0
    taken: int = 0
    already_known: int = 0
    updated: int = 0
    blank: int = 0
    totals: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    """The headers of the file, in its order: PostgreSQL does not keep that of the cells of a row."""
    ignored_sheets: list[str] = field(default_factory=list)
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """English keys, for `--json`, the job's row and the page."""
        return asdict(self)

    def parts(self) -> list[str]:
        """« 12 prises », « 3 déjà connues », « 0 refusée »."""
        singular, plural = ("serait prise", "seraient prises") if self.dry_run else ("prise", "prises")
        return [
            counted(self.taken, singular, plural),
            counted(self.already_known, "déjà connue", "déjà connues"),
            *([counted(self.updated, "mise à jour", "mises à jour")] if self.updated else ()),
            counted(len(self.refused), "refusée", "refusées"),
        ]

    def sentence(self) -> str:
        """The report in one French sentence."""
        return f"{counted(self.rows, 'ligne lue', 'lignes lues')}\xa0: {', '.join(self.parts())}."


@dataclass(slots=True)
class ImportReport(RowReport):
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Lines under the tables that are no demande (`sheet`, `row`, `text`), among `totals`."""
    created_mailboxes: list[str] = field(default_factory=list)
    created_themes: list[str] = field(default_factory=list)
    unknown_offices: list[str] = field(default_factory=list)
    unknown_sites: list[str] = field(default_factory=list)
    first_arrival: str = ""
    """ISO dates of the rows that the file itself does not refuse; empty where there is none."""
    last_arrival: str = ""
    elsewhere: dict[str, Any] | None = None
    """Where most of these rows stand already (see `elsewhere`), with the `sentence` that says so."""
    promises: dict[str, list[int]] = field(default_factory=dict)
    """Of the rows taken: see `outlook`."""
    sample: list[dict[str, Any]] = field(default_factory=list)
    """The first rows that a rehearsal would take, as they are read; empty for the import itself."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"promises": promises_as_json(self.promises)}

    def parts(self) -> list[str]:
        blank, totals = counted(self.blank, "vide", "vides"), counted(self.totals, "ligne de total", "lignes de totaux")
        notes = [f"dont {counted(len(self.notes), 'note', 'notes')} sous le tableau"] if self.notes else []
        return [*RowReport.parts(self), blank, totals, *notes]


def counted(number: int, singular: str, plural: str) -> str:
    """« 1 ligne lue », « 1 200 lignes lues »."""
    return f"{grouped(number)} {singular if number < 2 else plural}"


def grouped(number: int) -> str:
    """« 1 200 »."""
    return f"{number:,}".replace(",", NARROW_SPACE)
