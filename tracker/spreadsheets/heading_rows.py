"""The rows that may head a table: one of headers, or two where the upper one groups the columns of the lower one.

« Arrivée » merged over « Date » and « Service », « Réponse » over « Date » and « Mode » head four columns. A row of a
register is never taken for the lower row of such a pair: each of its cells would be a word of a header.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from tracker.spreadsheets.cells import parse_date, shown
from tracker.spreadsheets.columns import SURE, Heading, Layout
from tracker.spreadsheets.shapes import Row, Span
from tracker.spreadsheets.wording import header_key

LONGEST_SUB_HEADER: Final = 40
JOINED: Final = " – "

NumberedRow: TypeAlias = tuple[int, Row]


@dataclass(frozen=True)
class HeadingRows:
    """One or two rows of headers. `row_number` is that of the last one: what follows is the table."""

    row_number: int
    texts: Row
    """Each header as written; of two rows, « Arrivée – Date »."""
    headings: Mapping[int, Heading]
    lines: tuple[Mapping[int, str], ...]
    """Of each row, index → key of its whole text: what a header printed again says once more."""


def single(numbered: NumberedRow) -> HeadingRows | None:
    """The row as one of headers; None where it holds a date or a number, which no header row does."""
    number, row = numbered
    keys = header_keys(row)
    headings = {index: Heading(key) for index, key in keys.items()}
    return HeadingRows(number, row, headings, (_line(row),)) if keys else None


def pair(upper: NumberedRow, lower: NumberedRow, layout: Layout, spans: Sequence[Span]) -> HeadingRows | None:
    """Two rows as one of headers; None where they are not surely so. `spans` are the merged cells of the sheet; without
    one in the upper row, what stands over a blank is taken for what stands to its left, unless that misleads."""
    number, row = lower
    above, below = header_keys(upper[1]), header_keys(row)
    if not above or not below:
        return None
    merged = [range(first, last + 1) for at, first, last in spans if at == upper[0]]
    groups = _spread(upper[1], below, merged)
    headings = {index: Heading(key, header_key(_outside(groups.get(index, "")))) for index, key in below.items()}
    if not _are_sub_headers(row, headings, layout, merged):
        return None
    headings |= {index: Heading(key) for index, key in above.items() if index not in below}
    texts = {index: shown(upper[1][index]) for index in above}
    texts |= {index: JOINED.join(filter(None, (groups.get(index), shown(row[index])))) for index in below}
    written: Row = [texts.get(index, "") for index in range(max(len(row), len(upper[1])))]
    return HeadingRows(number, written, headings, (_line(upper[1]), _line(row)))


def _spread(upper: Row, below: Mapping[int, str], merged: Sequence[range]) -> dict[int, str]:
    """Index → the header of the upper row that stands over it, one that is merged over all that it covers."""
    texts = {index: shown(cell) for index, cell in enumerate(upper) if shown(cell)}
    if merged:
        covered = {index: texts[cells.start] for cells in merged if cells.start in texts for index in cells}
        return covered | texts
    last = ""
    for index in range(len(upper)):
        last = texts.get(index, last if index in below else "")
        if last:
            texts[index] = last
    return texts


def _are_sub_headers(lower: Row, headings: Mapping[int, Heading], layout: Layout, merged: Sequence[range]) -> bool:
    """Whether each cell of a row is a word of a header, one of them a date that the header above it tells."""
    grouped = {index: heading for index, heading in headings.items() if heading.group}
    if not any(map(layout.tells_when, grouped.values())):
        return False
    proven = {index for cells in merged for index in cells if index in grouped}
    if any(not layout.knows(heading) for index, heading in headings.items() if index not in proven):
        return False
    if any(len(shown(lower[index])) > LONGEST_SUB_HEADER for index in headings):
        return False
    return bool(merged) or not any(_misleads(layout, heading) for heading in grouped.values())


def _misleads(layout: Layout, heading: Heading) -> bool:
    """Whether a header would name a column if it did not stand, perhaps by accident, below the one to its left."""
    named = any(layout.strength(column, heading) >= SURE for column in layout.columns)
    return not named and any(
        column.strength(heading.key) and layout.misleads(column, heading) for column in layout.columns
    )


def _line(row: Row) -> dict[int, str]:
    return {index: header_key(text) for index, cell in enumerate(row) if (text := shown(cell))}


def header_keys(row: Row) -> dict[int, str]:
    """Index → key of each header of the row; empty where a cell holds a date or a number, which no header row does."""
    keys: dict[int, str] = {}
    for index, cell in enumerate(row):
        if cell is None:
            continue
        if not isinstance(cell, str):
            return {}
        if not cell or cell.isspace():
            continue
        if isinstance(parse_date(cell), dt.date):
            return {}
        keys[index] = header_key(_outside(cell)) or header_key(cell)
    return {index: key for index, key in keys.items() if key}


def _outside(header: str) -> str:
    """Without what stands in brackets and explains (« Délai (j. ouvrés) », « Reçu le (jj/mm) »); « Reçu(e) » is one
    word."""
    return header.split(" (")[0].split("\n(")[0]
