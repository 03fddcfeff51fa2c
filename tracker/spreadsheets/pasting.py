"""Cells copied from a spreadsheet and pasted as text: tabs between columns, a line a row. Pure.

Excel, LibreOffice and browsers put a cell between quotation marks where it holds a line break or a tab (some, where it
holds a quotation mark too), those inside being doubled; any other cell is written as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tracker.errors import SillageError
from tracker.spreadsheets.cells import clean_text
from tracker.spreadsheets.columns import Layout
from tracker.spreadsheets.headers import HeaderMatch, recognise
from tracker.spreadsheets.shapes import Row

MOST_COLUMNS: Final = 60
MOST_CELLS: Final = 100_000
"""Far above any table that a person checks cell by cell, far below what would fill the memory."""
TITLES: Final = 3
"""Rows among which the headers of a paste are looked for: a person copies the table, not the page around it."""

WRAPPED = re.compile(r'"((?:[^"]|"")*)"(?=[\t\n]|\Z)')
PLAIN = re.compile(r"[^\t\n]*")
NEEDS_WRAPPING = re.compile(r'[\t\n"]')


class NotATable(SillageError):
    """More than a table may hold, or less."""


def read_cells(text: str) -> list[list[str]]:
    """The rows of a paste, each with as many cells; rows and columns that hold nothing are left out. Cells are free of
    control characters, line breaks inside one are line feeds. Raises NotATable where there are far too many."""
    rows = [[clean_text(cell) for cell in row] for row in split_cells(text)]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    if width * len(rows) > MOST_CELLS:
        raise NotATable(f"Ce collage a {len(rows)} lignes et {width} colonnes\xa0: c’est trop pour un seul tableau.")
    square = [row + [""] * (width - len(row)) for row in rows]
    kept = [index for index in range(width) if any(row[index] for row in square)]
    return [[row[index] for index in kept] for row in square]


def split_cells(text: str) -> list[list[str]]:
    """Every row and cell as written; a line break at the very end opens no row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    rows: list[list[str]] = [[]]
    at = 0
    while True:
        cell, at = cell_at(text, at)
        rows[-1].append(cell)
        if at >= len(text):
            return rows
        if text[at] == "\n":
            rows.append([])
        at += 1


def cell_at(text: str, start: int) -> tuple[str, int]:
    """The cell that begins at `start`, and where it ends. Marks that surround nothing which needs them belong to the
    cell: « "Urgent" » is a word that somebody quoted."""
    wrapped = WRAPPED.match(text, start) if text.startswith('"', start) else None
    if wrapped and NEEDS_WRAPPING.search(wrapped[1]):
        return wrapped[1].replace('""', '"'), wrapped.end()
    plain = PLAIN.match(text, start)
    return (plain[0], plain.end()) if plain else ("", start)


def find_header(rows: Sequence[Sequence[str]], layout: Layout) -> HeaderMatch | None:
    """The headers of a paste, where one of its first rows is one, below nothing but titles of a single cell;
    `row_number` counts from 1. None: every row is a demande."""
    numbered: list[tuple[int, Row]] = [(number, [*row]) for number, row in enumerate(rows, start=1)]
    match = recognise(numbered, layout)
    if match is None or match.first_row > TITLES:
        return None
    above = rows[: match.first_row - 1]
    return match if all(sum(map(bool, row)) == 1 for row in above) else None
