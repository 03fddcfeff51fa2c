"""Reading a table with any layout: every row after the header is taken, refused, blank or a total, and counted."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tracker.spreadsheets.cells import UNCOMPUTED, Fault, Value, parse_date, shown
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
from tracker.spreadsheets.reading import Row, Sheet, open_workbook
from tracker.spreadsheets.rowkinds import RowKind, classify, is_blank
from tracker.spreadsheets.wording import column_letters, quoted, sheet_year

Values: TypeAlias = dict[str, Value]
Check: TypeAlias = Callable[[Values], "Iterable[tuple[str, Fault]]"]
"""Faults of a row as a whole, each with the code of the column it shows in. `checks_for` makes one per sheet."""

NumberedRow: TypeAlias = tuple[int, Row]

HEAD_ROWS = HEADER_WITHIN_ROWS + SAMPLE_ROWS
LEAST_COLUMNS_OF_RECORDS = 3
WHERE = "depuis la page «\xa0Imports\xa0»"
"""The command line names no column: the page asks once and remembers."""


@dataclass(slots=True)
class SheetTable:
    """One sheet: its header and what became of its rows."""

    source: Sheet
    match: HeaderMatch
    rows: int = 0
    """Rows after the header, to the last one that is not blank."""
    taken: int = 0
    refused: int = 0
    blank: int = 0
    totals: int = 0
    pending: int = 0
    """Blank rows met since the last row that is not: they count only if another follows."""

    @property
    def sheet(self) -> str:
        return self.source.name

    @property
    def first_column(self) -> int:
        return self.source.first_column

    def progress(self, row: int) -> float:
        """How much of the workbook is read, from 0 to 1, when the reading has come to this row of this sheet."""
        return self.source.begins + self.source.share * row / max(self.source.height, row)

    def settle(self) -> None:
        """Count the blank rows above a row that is not."""
        self.rows += self.pending
        self.blank += self.pending
        self.pending = 0


@dataclass(frozen=True, slots=True)
class IgnoredSheet:
    """A sheet that holds no table of this kind (a cover page, a synthesis)."""

    sheet: str
    reason: str
    filled_rows: int


class SourceRow:
    """A row as it is in the file."""

    __slots__ = ("cells", "row", "table")

    def __init__(self, table: SheetTable, row: int, cells: Row) -> None:
        self.table = table
        self.row = row
        self.cells = cells

    @property
    def sheet(self) -> str:
        return self.table.sheet

    @property
    def raw(self) -> dict[str, str]:
        """Header → text of each cell that is filled, as a person reads them: the evidence of an import."""
        headers = self.table.match.headers
        extra = (f"Colonne {column_letters(self.table.first_column + i)}" for i in range(len(headers), len(self.cells)))
        names = itertools.chain(headers, extra)
        return {name: text for name, cell in zip(names, self.cells, strict=False) if (text := shown(cell))}


class TableRow(SourceRow):
    """A row that can be taken: `values` has the columns that are filled, by code."""

    __slots__ = ("values",)

    def __init__(self, table: SheetTable, row: int, cells: Row, values: Values) -> None:
        super().__init__(table, row, cells)
        self.values = values


class RowProblem(SourceRow):
    """A row that is refused: where, why, and how to mend it, in French. One per row, whatever it holds of faults."""

    __slots__ = ("column", "mend", "reason")

    def __init__(
        self,
        table: SheetTable,
        row: int,
        cells: Row,
        *,
        column: str,
        reason: str,
        mend: str,
    ) -> None:
        super().__init__(table, row, cells)
        self.column = column
        self.reason = reason
        self.mend = mend


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
            yield from _refuse_all(table, rows, header_sentence(match, self.layout))

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
                f"indiquez à quoi correspond chaque colonne, {WHERE}.",
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
        return f"{label} peut être dans plusieurs colonnes ({named}) : indiquez laquelle, {WHERE}."
    labels = ", ".join(layout.by_code[code].label.lower() for code in match.missing)
    return f"Une colonne indispensable n’est pas reconnue ({labels}) : indiquez laquelle c’est, {WHERE}."


def _refuse_all(table: SheetTable, rows: Iterable[NumberedRow], reason: str) -> Iterator[RowProblem]:
    for number, cells in rows:
        if is_blank(cells):
            table.pending += 1
            continue
        table.settle()
        table.rows += 1
        table.refused += 1
        mend = f"Précisez les colonnes de la feuille {quoted(table.sheet)}, puis importez à nouveau ce fichier."
        yield RowProblem(table, number, cells, column="", reason=reason, mend=mend)


class SheetReader:
    """Reads the rows of one sheet whose columns are known."""

    def __init__(self, table: SheetTable, layout: Layout, check: Check, year: int | None) -> None:
        columns = table.match.columns
        read = [layout.by_code[code] for code in columns if layout.by_code[code].kind != "ignored"]
        self.table = table
        self.check = check
        self.plan = [(column.code, columns[column.code][0], column.parser(year)) for column in read]
        self.further = [
            (column.code, index, column.parser(year)) for column in read for index in columns[column.code][1:]
        ]
        self.anchor_code = layout.anchor
        self.anchor_label = layout.by_code[layout.anchor].label
        self.header_lines = table.match.lines
        self.number = columns.get("number", (None,))[0]
        self.sender = columns.get("sender", (None,))[0]
        self.computed = columns.get("computed", ())

    def read(self, rows: Iterable[NumberedRow]) -> Iterator[TableRow | RowProblem]:
        """One result per row that is neither blank nor a total. This loop is the speed of an import: keep it bare."""
        table, plan, check, anchor_code = self.table, self.plan, self.check, self.anchor_code
        for number, cells in rows:
            values: Values = {}
            faults: list[tuple[str, Fault]] = []
            for code, index, parse in plan:
                cell = cells[index]
                if cell == "":
                    continue
                value = parse(cell) if cell is not None else UNCOMPUTED
                if value is None:
                    continue
                if value.__class__ is Fault:
                    faults.append((code, value))
                else:
                    values[code] = value  # type: ignore[assignment]
            if anchor_code not in values and self._set_aside(cells, faults):
                continue
            if table.pending:
                table.settle()
            if self.further:
                self._add_further(cells, values, faults)
            faults.extend(check(values))
            table.rows += 1
            if faults:
                table.refused += 1
                yield self._problem(number, cells, faults)
            else:
                table.taken += 1
                yield TableRow(table, number, cells, values)

    def _set_aside(self, cells: Row, faults: list[tuple[str, Fault]]) -> bool:
        """Whether a row without its anchor is no record, counted as what it is; one that is gets the fault it lacks."""
        kind = classify(
            cells, header_lines=self.header_lines, number=self.number, sender=self.sender, computed=self.computed
        )
        if kind is RowKind.BLANK:
            self.table.pending += 1
            # A numbered or computed line is not empty: it belongs to the rows of the file, be it the last.
            if not is_blank(cells):
                self.table.settle()
            return True
        if kind is RowKind.TOTALS:
            self.table.settle()
            self.table.rows += 1
            self.table.totals += 1
            return True
        if all(code != self.anchor_code for code, _ in faults):
            faults.insert(0, (self.anchor_code, Fault(f"{self.anchor_label} manque.", "Remplissez cette cellule")))
        return False

    def _add_further(self, cells: Row, values: Values, faults: list[tuple[str, Fault]]) -> None:
        """Several columns of observations are one text."""
        for code, index, parse in self.further:
            cell = cells[index]
            if cell == "":
                continue
            value = parse(cell) if cell is not None else UNCOMPUTED
            if isinstance(value, Fault):
                faults.append((code, value))
            elif value is not None:
                values[code] = f"{values[code]}\n{value}" if code in values else value

    def _problem(self, number: int, cells: Row, faults: Sequence[tuple[str, Fault]]) -> RowProblem:
        headers, columns = self.table.match.headers, self.table.match.columns
        mends = []
        for code, fault in faults:
            cell = f"cellule {column_letters(self.table.first_column + columns[code][0])}{number}"
            if fault is UNCOMPUTED:
                mends.append(f"{cell} : {fault.mend}")
            else:
                mends.append(f"corrigez la {cell} ({fault.mend})" if fault.mend else f"corrigez la {cell}")
        mend = " ; ".join(mends)
        whole = all(fault is UNCOMPUTED for _, fault in faults)
        again = "puis importez-le à nouveau." if whole else "puis importez à nouveau ce fichier."
        return RowProblem(
            self.table,
            number,
            cells,
            column=headers[columns[faults[0][0]][0]],
            reason=" ".join(dict.fromkeys(fault.reason for _, fault in faults)),
            mend=f"{mend[0].upper()}{mend[1:]}, {again}",
        )
