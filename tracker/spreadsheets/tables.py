"""Reading a table with any layout: every row after the header is taken, refused, blank or a total, and counted."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracker.spreadsheets.cells import parse_date, shown
from tracker.spreadsheets.columns import Layout
from tracker.spreadsheets.errors import (
    AmbiguousColumns,
    EmptyWorkbook,
    HeaderNotFound,
    MappingMismatch,
    MissingColumns,
)
from tracker.spreadsheets.headers import (
    HEADER_WITHIN_ROWS,
    SAMPLE_ROWS,
    HeaderMatch,
    SheetPreview,
    recognise,
)
from tracker.spreadsheets.heading_rows import NumberedRow
from tracker.spreadsheets.reading import Sheet, open_workbook
from tracker.spreadsheets.rowkinds import is_blank
from tracker.spreadsheets.rows import Check, Note, RowProblem, SheetReader, SheetTable, TableRow, refuse_all
from tracker.spreadsheets.wording import quoted, sheet_year

HEAD_ROWS = HEADER_WITHIN_ROWS + SAMPLE_ROWS
LEAST_COLUMNS_OF_RECORDS = 3


@dataclass(frozen=True, slots=True)
class IgnoredSheet:
    """A sheet that holds no table of this kind (a cover page, a synthesis)."""

    sheet: str
    reason: str
    filled_rows: int


@dataclass
class TableReading:
    """The rows of a workbook: each iteration reads the file again, and the counts are final when it ends.

    `rows` = `taken` + `refused` + `blank` + `totals`, always. Iterating raises a SpreadsheetError: for the file itself
    before any row, where no sheet has a usable header after the last one.
    """

    path: Path
    layout: Layout
    checks_for: Callable[[HeaderMatch], Check]
    name: str | None = None
    mapping: Mapping[str, str | None] | None = None
    sheets: list[SheetTable] = field(default_factory=list)
    ignored_sheets: list[IgnoredSheet] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.sheets)

    @property
    def taken(self) -> int:
        return sum(table.taken for table in self.sheets)

    @property
    def refused(self) -> int:
        return sum(table.refused for table in self.sheets)

    @property
    def blank(self) -> int:
        return sum(table.blank for table in self.sheets)

    @property
    def totals(self) -> int:
        return sum(table.totals for table in self.sheets)

    @property
    def notes(self) -> list[Note]:
        """Among `totals`."""
        return [note for table in self.sheets for note in table.notes]

    def __iter__(self) -> Iterator[TableRow | RowProblem]:
        previews: list[SheetPreview] = []
        self.sheets.clear()
        self.ignored_sheets.clear()
        with open_workbook(self.path, name=self.name) as workbook:
            for sheet in workbook.sheets:
                head, preview = _head(sheet, self.layout, self.mapping)
                previews.append(preview)
                yield from self._read_sheet(sheet, head, preview.match)
        self._check_headers(previews)

    def _read_sheet(
        self, sheet: Sheet, head: list[NumberedRow], match: HeaderMatch | None
    ) -> Iterator[TableRow | RowProblem]:
        if match is None or not (match.complete or _looks_like_records(match, head)):
            filled = sum(not is_blank(row) for _, row in itertools.chain(head, sheet.rows))
            reason = "Cette feuille n’a pas de ligne d’en-tête reconnue."
            self.ignored_sheets.append(IgnoredSheet(sheet.name, reason, filled))
            return
        table = SheetTable(sheet, match)
        self.sheets.append(table)
        below = (numbered for numbered in head if numbered[0] > match.row_number)
        rows = itertools.chain(below, sheet.rows)
        if match.complete:
            titles = (shown(cell) for number, row in head if number < match.row_number for cell in row)
            year = sheet_year(sheet.name, titles)
            yield from SheetReader(table, self.layout, self.checks_for(match), year).read(rows)
        else:
            yield from refuse_all(table, rows, header_sentence(match, self.layout))

    def _check_headers(self, previews: list[SheetPreview]) -> None:
        """Raise what concerns the whole file: no sheet of it can be read, or a column that was named is nowhere."""
        if any(table.match.complete for table in self.sheets):
            wanted = {code: header for code, header in (self.mapping or {}).items() if header is not None}
            unmet = set(wanted).difference(*(table.match.columns for table in self.sheets))
            if unmet:
                named = quoted(wanted[min(unmet)])
                raise MappingMismatch(
                    f"La colonne {named} n’est dans aucune feuille de ce classeur.",
                    previews,
                )
            return
        if not self.sheets and not any(sheet.filled_rows for sheet in self.ignored_sheets):
            raise EmptyWorkbook("Ce classeur est vide : aucune cellule n’est remplie.")
        matches = [preview.match for preview in previews if preview.match]
        if not matches:
            raise HeaderNotFound(
                "Aucune ligne d’en-tête n’est reconnue dans ce classeur : "
                f"indiquez à quoi correspond chaque colonne, {self.layout.where_named}.",
                previews,
            )
        match = max(matches, key=lambda match: len(match.columns) + len(match.ambiguous))
        error = AmbiguousColumns if match.ambiguous else MissingColumns
        raise error(header_sentence(match, self.layout), previews)


def preview_sheets(
    path: Path,
    layout: Layout,
    *,
    name: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
) -> list[SheetPreview]:
    """Each sheet's first rows and what is recognised in them, for a person to map the columns.

    Raises a SpreadsheetError.
    """
    with open_workbook(path, name=name, rows_per_sheet=HEAD_ROWS) as workbook:
        return [_head(sheet, layout, mapping)[1] for sheet in workbook.sheets]


def _head(
    sheet: Sheet, layout: Layout, mapping: Mapping[str, str | None] | None
) -> tuple[list[NumberedRow], SheetPreview]:
    head = list(itertools.islice(sheet.rows, HEAD_ROWS))
    match = recognise(head, layout, mapping=mapping, first_column=sheet.first_column, spans=sheet.spans)
    filled = tuple((number, tuple(map(shown, row))) for number, row in head if not is_blank(row))
    return head, SheetPreview(sheet.name, sheet.hidden, filled, match)


def _looks_like_records(match: HeaderMatch, head: list[NumberedRow]) -> bool:
    """Whether a sheet whose header lacks a column holds records all the same, not lists of values or a synthesis."""
    dated = any(
        isinstance(parse_date(cell), dt.date) for number, row in head if number > match.row_number for cell in row
    )
    return dated and len(match.columns) + len(match.ambiguous) >= LEAST_COLUMNS_OF_RECORDS


def header_sentence(match: HeaderMatch, layout: Layout) -> str:
    """Why the columns of a sheet need a person."""
    for code, headers in match.ambiguous.items():
        label = layout.by_code[code].label
        named = ", ".join(map(quoted, headers))
        return f"{label} peut être dans plusieurs colonnes ({named}) : indiquez laquelle, {layout.where_named}."
    labels = ", ".join(layout.by_code[code].label.lower() for code in match.missing)
    return f"Une colonne indispensable n’est pas reconnue ({labels}) : indiquez laquelle c’est, {layout.where_named}."
