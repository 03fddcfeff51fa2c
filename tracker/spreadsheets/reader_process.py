"""The child process that reads a workbook: run as a script by `reading`, never imported by it.

The native reader lays each sheet out as a full grid and aborts its process when memory runs out: a 5 kB file with one
cell in XFD1048576 would take the server down, and a damaged one may panic. Here it can only take down this process,
which has limited memory and processor time. It answers on standard output with a sequence of pickles of plain values:
`("sheet", …)` with the fields of `reading.Sheet`, then lists of rows, then `("end_sheet",)`; at last `("end",)`.
"""

import itertools
import pickle
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY_BYTES = 2 * 1024**3
PROCESSOR_SECONDS = 300
ROWS_PER_MESSAGE = 500
EXIT_TOO_BIG = 3
EXIT_PASSWORD = 4

WORKBOOK_MEMBER = "xl/workbook.xml"
RELATIONS_MEMBER = "xl/_rels/workbook.xml.rels"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CHUNK_BYTES = 1024 * 1024
LONGEST_CELL_BYTES = 128 * 1024
"""A formula has at most 8 192 characters; escaped and in UTF-8, its cell stays below this."""
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
# A cell that begins with a formula and holds no value, or an empty one. In `t="str"` the empty value is the result.
UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)
REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")

ODS_MEMBER = "content.xml"
ODS_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
ODS_TYPE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 value-type"
# A cell with a formula whose start tag says no type of value: a sign only, the parser tells.
ODS_UNCOMPUTED = re.compile(rb"<(?:\w+:)?table-cell\b(?=[^>]*\bformula\s*=)(?![^>]*\bvalue-type\s*=)")
# A cell merged over another column, or another row.
ODS_SPAN = re.compile(rb"""\bnumber-(?:columns|rows)-spanned\s*=\s*["'](?!1["'])""")
MOST_UNCOMPUTED = 1_000_000
"""A few bytes may say « this formula, in a million rows »: what goes beyond is no register."""

SPANS_WITHIN_ROWS = 60
"""Headers that are merged over several columns stand among the first rows of a sheet."""

Places = list[tuple[int, int]]
"""Row (from 1) and column (from 0) of cells, in the order of the file."""
Spans = list[tuple[int, int, int]]
"""Row (from 1), first and last column (from 0) of cells merged over several columns."""
Stacks = list[tuple[int, int, int]]
"""First and last row (from 1) and column (from 0) of cells merged over several rows."""


def limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(message: object) -> None:
    sys.stdout.buffer.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))


def sheet_members(archive: zipfile.ZipFile) -> list[str]:
    """The archive's member for each sheet of an xlsx workbook, in order."""
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read(RELATIONS_MEMBER))  # noqa: S314 - limited process
    }
    workbook = ElementTree.fromstring(archive.read(WORKBOOK_MEMBER))  # noqa: S314 - limited process
    sheets = [element for element in workbook.iter() if element.tag.rpartition("}")[2] == "sheet"]
    found = (targets.get(sheet.get(RELATION), "") for sheet in sheets)
    return [target[1:] if target.startswith("/") else posixpath.join("xl", target) for target in found]


def holds(pattern: re.Pattern[bytes], member: IO[bytes], longest: int) -> bool:
    """Whether what `pattern` finds, `longest` bytes at most, stands anywhere in a member of the archive."""
    tail = b""
    while chunk := member.read(CHUNK_BYTES):
        if pattern.search(tail + chunk):
            return True
        tail = (tail + chunk)[-longest:]
    return False


def uncomputed_cells(sheet: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Row (from 1) and column (from 0) of each formula whose result is not stored, in the order of the file."""
    pending = b""
    while chunk := sheet.read(CHUNK_BYTES):
        pending += chunk
        done = 0
        for match in UNCOMPUTED.finditer(pending):
            done = match.end()
            attributes, value = match[1], match[2]
            place = REFERENCE.search(attributes)
            if place and not (b"v" in value and TEXT_RESULT.search(attributes)):
                yield int(place[2]), column_index(place[1])
        pending = pending[max(done, len(pending) - LONGEST_CELL_BYTES) :]


def column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def formulas_of(archive: zipfile.ZipFile | None, members: list[str], index: int) -> Iterator[tuple[int, int]]:
    """The formulas without a result of a sheet; most sheets have no formula and cost one search of their bytes."""
    if archive is None or index >= len(members) or members[index] not in archive.namelist():
        return
    with archive.open(members[index]) as sheet:
        if not holds(FORMULA, sheet, 100):
            return
    with archive.open(members[index]) as sheet:
        yield from uncomputed_cells(sheet)


class OdsScan:
    """What an ods workbook says of its cells beside their values, by sheet: which formulas have no stored result, which
    cells are merged."""

    def __init__(self) -> None:
        self.formulas: list[Places] = []
        self.spans: list[Spans] = []
        self.stacks: list[Stacks] = []
        self.depth = 0  # A table inside a cell is no sheet.
        self.row = self.next_row = self.column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not name.startswith(ODS_TABLE):
            return
        element = name.removeprefix(ODS_TABLE)
        if element == "table":
            self.depth += 1
            if self.depth == 1:
                self.formulas.append([])
                self.spans.append([])
                self.stacks.append([])
                self.next_row = 1
        elif self.depth != 1:
            return
        elif element == "table-row":
            self.row, self.column = self.next_row, 0
            self.next_row += int(attributes.get(ODS_TABLE + "number-rows-repeated", 1))
        elif element in {"table-cell", "covered-table-cell"}:
            self.cell(attributes)

    def cell(self, attributes: dict[str, str]) -> None:
        width = int(attributes.get(ODS_TABLE + "number-columns-repeated", 1))
        spanned = int(attributes.get(ODS_TABLE + "number-columns-spanned", 1))
        if spanned > 1 and self.row <= SPANS_WITHIN_ROWS:
            self.spans[-1].append((self.row, self.column, self.column + spanned - 1))
        high = int(attributes.get(ODS_TABLE + "number-rows-spanned", 1))
        if high > 1:
            self.stacks[-1].append((self.row, self.row + high - 1, self.column))
        if ODS_TABLE + "formula" in attributes and ODS_TYPE not in attributes:
            if (self.next_row - self.row) * width > MOST_UNCOMPUTED - len(self.formulas[-1]):
                raise MemoryError
            columns = range(self.column, self.column + width)
            self.formulas[-1] += [(row, column) for row in range(self.row, self.next_row) for column in columns]
        self.column += width

    def end(self, name: str) -> None:
        if name == ODS_TABLE + "table":
            self.depth -= 1


def scan_ods(archive: zipfile.ZipFile) -> OdsScan:
    """Read what `OdsScan` holds; most workbooks have nothing of it and cost one search of their bytes."""
    scan = OdsScan()
    with archive.open(ODS_MEMBER) as content:
        formulas = holds(ODS_UNCOMPUTED, content, LONGEST_CELL_BYTES)
    with archive.open(ODS_MEMBER) as content:
        if not formulas and not holds(ODS_SPAN, content, 100):
            return scan
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    with archive.open(ODS_MEMBER) as content:
        parser.ParseFile(content)
    return scan


def spans_of(grid: CalamineSheet, ods: OdsScan, index: int, first_column: int) -> Spans:
    """The merged cells of the first rows of a sheet, their columns as they are numbered in its rows."""
    if index < len(ods.spans):
        found = ods.spans[index]
    else:
        ranges = grid.merged_cell_ranges or []
        found = [(top + 1, left, right) for (top, left), (_, right) in ranges if right > left]
    return sorted(
        (row, left - first_column, right - first_column)
        for row, left, right in found
        if row <= SPANS_WITHIN_ROWS and left >= first_column
    )


def stacks_of(grid: CalamineSheet, ods: OdsScan, index: int, first_column: int) -> Stacks:
    """The cells of a sheet that are merged over several rows, their columns as they are numbered in its rows."""
    if index < len(ods.stacks):
        found = ods.stacks[index]
    else:
        ranges = grid.merged_cell_ranges or []
        found = [(top + 1, bottom + 1, left) for (top, left), (bottom, _) in ranges if bottom > top]
    return sorted((top, bottom, left - first_column) for top, bottom, left in found if left >= first_column)


def marked(rows: Iterator[Any], formulas: Iterator[tuple[int, int]], first_column: int) -> Iterator[list[object]]:
    """The rows with None in each empty cell that is a formula; those below the last filled row too."""
    place = next(formulas, None)
    width = 0
    for number in itertools.count(1):
        cells = next(rows, None)
        if cells is None:
            if place is None:
                return
            cells = [""] * width
        width = len(cells)
        while place is not None and place[0] <= number:
            column = place[1] - first_column
            if place[0] == number and 0 <= column < width and cells[column] == "":
                cells[column] = None
            place = next(formulas, None)
        yield cells


def send_workbook(path: Path, rows_per_sheet: int | None) -> None:
    with path.open("rb") as source:
        workbook = CalamineWorkbook.from_filelike(source)
    archive = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
    names = archive.namelist() if archive else []
    members = sheet_members(archive) if archive and WORKBOOK_MEMBER in names else []
    ods = scan_ods(archive) if archive and ODS_MEMBER in names and not members else OdsScan()
    kept = [(i, sheet) for i, sheet in enumerate(workbook.sheets_metadata) if sheet.typ is SheetTypeEnum.WorkSheet]
    for position, (index, sheet) in enumerate(kept):
        grid = workbook.get_sheet_by_index(index)
        # `iter_rows` gives the empty rows above the first filled one but not the empty columns to its left.
        first_column = grid.start[1] if grid.start else 0
        height = grid.end[0] + 1 if grid.end else 0
        hidden = sheet.visible is not SheetVisibleEnum.Visible
        spans = spans_of(grid, ods, index, first_column)
        stacks = stacks_of(grid, ods, index, first_column)
        send(("sheet", sheet.name, hidden, first_column, height, position / len(kept), 1 / len(kept), spans, stacks))
        formulas = (
            iter(sorted(ods.formulas[index])) if index < len(ods.formulas) else formulas_of(archive, members, index)
        )
        rows = itertools.islice(marked(grid.iter_rows(), formulas, first_column), rows_per_sheet)
        while chunk := list(itertools.islice(rows, ROWS_PER_MESSAGE)):
            send(chunk)
        send(("end_sheet",))
    send(("end",))
    sys.stdout.buffer.flush()


def main() -> int:
    limit_resources()
    try:
        send_workbook(Path(sys.argv[1]), int(sys.argv[2]) or None)
    except PasswordError:
        return EXIT_PASSWORD
    except MemoryError:
        return EXIT_TOO_BIG
    return 0


if __name__ == "__main__":
    sys.exit(main())
