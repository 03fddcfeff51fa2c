"""The table as its page shows it: cells, errors in the order of the page, what is left aside."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from frontend.rows.checking import Row
from frontend.rows.columns import LABELS, Book, RowColumn
from frontend.rows.sheet import Sheet
from tracker.models import Ticket

MOST_LISTED: Final = 10
"""Errors that the summary names one by one: beyond, the table itself says them."""
SAMPLE: Final = 40


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its place, its title as pasted, what it says. `sample`: the first words in one that is left aside."""

    place: int
    title: str
    code: str
    column: RowColumn | None
    sample: str = ""
    repeated: bool = False

    @property
    def label(self) -> str:
        return self.column.label if self.column else ""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`otherwise`: what an empty cell takes."""

    head: Head
    value: str
    error: str
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    rank: int
    cells: list[ShownCell]
    rest: str
    error: str
    promise: str
    late: bool
    repeats: int | None
    known: Ticket | None

    @property
    def number(self) -> int:
        return self.rank + 1

    @property
    def problems(self) -> int:
        return sum(bool(cell.error) for cell in self.cells) + bool(self.error)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be mended, and the identifier of where."""

    anchor: str
    where: str
    message: str


@dataclass
class Grid:
    heads: list[Head]
    aside: list[Head]
    rows: list[ShownRow]
    problems: list[Problem] = field(default_factory=list)
    filled: int = 0
    repeated: int = 0

    @property
    def listed(self) -> list[Problem]:
        return self.problems[:MOST_LISTED]

    @property
    def unlisted(self) -> int:
        return max(0, len(self.problems) - MOST_LISTED)

    @property
    def has_titles(self) -> bool:
        return any(head.title for head in (*self.heads, *self.aside))


def grid_of(sheet: Sheet, rows: Sequence[Row], book: Book, shared: Mapping[str, str]) -> Grid:
    """`shared`: what all rows take where their cell is empty, in words, by the code of the column."""
    heads = [head_of(sheet, place, book) for place in sheet.shown]
    aside = [head_of(sheet, place, book) for place in sheet.aside]
    shown = [shown_row(rank, sheet, row, heads, shared) for rank, row in enumerate(rows)]
    grid = Grid(heads, aside, shown, filled=sum(not row.blank for row in rows))
    grid.repeated = sum(row.repeats is not None or row.known is not None for row in rows)
    for head in heads:
        if head.repeated:
            message = f"Deux colonnes disent «\xa0{head.label}\xa0»\xa0: changez l’une des deux."
            grid.problems.append(Problem(f"m{head.place}", "Colonnes", message))
    for row in shown:
        if row.error:
            grid.problems.append(Problem(f"n{row.rank}", f"Ligne {row.number}", row.error))
        for cell in row.cells:
            if cell.error:
                where = f"Ligne {row.number}, {cell.head.label}"
                grid.problems.append(Problem(f"r{row.rank}c{cell.head.place}", where, cell.error))
    if not grid.filled:
        grid.problems.append(Problem("r0c0", "Tableau", "Il n’y a aucune ligne à enregistrer."))
    return grid


def head_of(sheet: Sheet, place: int, book: Book) -> Head:
    code = sheet.codes[place]
    sample = next((row[place] for row in sheet.rows if row[place]), "")[:SAMPLE] if not code else ""
    repeated = bool(code) and code in sheet.codes[:place]
    return Head(place, sheet.heads[place], code, book.columns.get(code), sample, repeated)


def shown_row(rank: int, sheet: Sheet, row: Row, heads: Sequence[Head], shared: Mapping[str, str]) -> ShownRow:
    """An error of a cell whose column is repeated, or that has no column here, is the row's."""
    cells = sheet.rows[rank]
    left = dict(row.errors)
    shown = []
    for head in heads:
        error = left.pop(head.code, "") if not head.repeated else ""
        value = cells[head.place]
        if "\n" in value and head.column and not head.column.multiline:
            value = " ".join(value.split())  # a field of one line would run the words together
        shown.append(ShownCell(head, value, error, "" if value else shared.get(head.code, "")))
    aside = sheet.aside
    rest = json.dumps([cells[place] for place in aside], ensure_ascii=False) if aside else ""
    errors = [f"{LABELS[code]}\xa0: {message}" if code else message for code, message in left.items()]
    return ShownRow(rank, shown, rest, " ".join(errors), row.promise, row.late, row.repeats, row.known)
