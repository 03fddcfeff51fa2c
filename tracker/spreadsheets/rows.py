"""The rows of one sheet whose header is known: what becomes of each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from tracker.spreadsheets.cells import UNCOMPUTED, Fault, Value, shown
from tracker.spreadsheets.columns import Column, Layout
from tracker.spreadsheets.headers import HeaderMatch
from tracker.spreadsheets.heading_rows import NumberedRow
from tracker.spreadsheets.reading import Sheet
from tracker.spreadsheets.rowkinds import RowKind, classify, is_blank, is_note
from tracker.spreadsheets.shapes import Row
from tracker.spreadsheets.wording import column_letters, quoted

Values: TypeAlias = dict[str, Value]
Check: TypeAlias = Callable[[Values], "Iterable[tuple[str, Fault]]"]
"""Faults of a row as a whole, each with the code of the column it shows in. `checks_for` makes one per sheet."""

ASIDE: Final = frozenset({"number", "notes", "computed"})
"""Columns that say nothing of a demande by themselves."""
LONGEST_NOTE: Final = 200
MOST_NOTES: Final = 30
"""Longer than any notes under a table: what goes on is no note."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line under the last record of a sheet that says something of the table (« Fait à Nantes, le… »)."""

    sheet: str
    row: int
    text: str


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
    """Totals, titles, headers printed again, and the notes under the table."""
    notes: list[Note] = field(default_factory=list)
    """Those among `totals`."""
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


def refuse_all(table: SheetTable, rows: Iterable[NumberedRow], reason: str) -> Iterator[RowProblem]:
    for number, cells in rows:
        if is_blank(cells):
            table.pending += 1
            continue
        table.settle()
        table.rows += 1
        table.refused += 1
        mend = f"Précisez les colonnes de la feuille {quoted(table.sheet)}, puis importez à nouveau ce fichier."
        yield RowProblem(table, number, cells, column="", reason=reason, mend=mend)


class Carried:
    """What a title between rows, a cell merged over several or the name of the sheet says of each row."""

    def __init__(self, table: SheetTable, column: Column, year: int | None) -> None:
        self.code = column.code
        self.index = table.match.columns.get(column.code, (None,))[0]
        self.parse = column.parser(year)
        self.ends = {top: bottom for top, bottom, index in table.source.stacks if index == self.index}
        self.merged_until = 0
        self.merged: Value | None = None
        self.said = self.value_of(table.sheet)

    def value_of(self, text: str) -> Value | None:
        value = self.parse(text)
        return None if isinstance(value, Fault) else value

    def take(self, number: int, cells: Row, values: Values, faults: Sequence[tuple[str, Fault]]) -> bool:
        """Whether the row is a title, which then speaks for those below; a record that says nothing is completed."""
        filled = [cell for cell in cells if cell is None or shown(cell)]
        if len(filled) == 1 and isinstance(filled[0], str) and (said := self.value_of(filled[0])) is not None:
            self.said = said
            return True
        if number in self.ends:
            self.merged, self.merged_until = values.get(self.code), self.ends[number]
        if filled and self.code not in values and all(code != self.code for code, _ in faults):
            value = self.merged if number <= self.merged_until else self.said
            if value is not None:
                values[self.code] = value
        return False


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
        # A single text in one of them is the start of a record: who, what, or when in words.
        self.telling = {index for code, indices in columns.items() if code not in ASIDE for index in indices}
        self.may_have_notes = layout.notes or layout.by_code[layout.anchor].is_date
        self.carried = Carried(table, layout.by_code[layout.carried], year) if layout.carried else None
        self.pending_notes: list[tuple[int, Row, list[tuple[str, Fault]]]] = []

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
            if self.carried is not None and self.carried.take(number, cells, values, faults):
                table.settle()
                table.rows += 1
                table.totals += 1
                continue
            if anchor_code not in values and self._set_aside(number, cells, faults):
                continue
            if table.pending:
                table.settle()
            if self.pending_notes:
                yield from self._refuse_notes()
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
        self._count_notes()

    def _set_aside(self, number: int, cells: Row, faults: list[tuple[str, Fault]]) -> bool:
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
            if self.may_have_notes and is_note(cells, telling=range(len(cells))):  # « NB : … »
                self._keep_note(number, cells)
            return True
        if all(code != self.anchor_code for code, _ in faults):
            faults.insert(0, (self.anchor_code, Fault(f"{self.anchor_label} manque.", "remplissez cette cellule")))
        if self.may_have_notes and len(self.pending_notes) < MOST_NOTES and is_note(cells, telling=self.telling):
            # Only the end of the sheet tells: a record may follow, and it is then a row like another.
            self.table.settle()
            self.pending_notes.append((number, cells, faults))
            return True
        return False

    def _refuse_notes(self) -> Iterator[RowProblem]:
        """What looked like notes stands between two records, or goes on for too long."""
        self.may_have_notes = len(self.pending_notes) < MOST_NOTES
        for number, cells, faults in self.pending_notes:
            self.table.rows += 1
            self.table.refused += 1
            yield self._problem(number, cells, faults)
        self.pending_notes.clear()

    def _count_notes(self) -> None:
        for number, cells, _ in self.pending_notes:
            self.table.rows += 1
            self.table.totals += 1
            self._keep_note(number, cells)

    def _keep_note(self, number: int, cells: Row) -> None:
        text = next(text for cell in cells if (text := shown(cell)))
        self.table.notes.append(Note(self.table.sheet, number, text[:LONGEST_NOTE]))

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
