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

from python_calamine import (
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


def has_formula(sheet: IO[bytes]) -> bool:
    tail = b""
    while chunk := sheet.read(CHUNK_BYTES):
        if FORMULA.search(tail + chunk):
            return True
        tail = chunk[-100:]
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
        if not has_formula(sheet):
            return
    with archive.open(members[index]) as sheet:
        yield from uncomputed_cells(sheet)


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
    members = sheet_members(archive) if archive and WORKBOOK_MEMBER in archive.namelist() else []
    kept = [(i, sheet) for i, sheet in enumerate(workbook.sheets_metadata) if sheet.typ is SheetTypeEnum.WorkSheet]
    for position, (index, sheet) in enumerate(kept):
        grid = workbook.get_sheet_by_index(index)
        # `iter_rows` gives the empty rows above the first filled one but not the empty columns to its left.
        first_column = grid.start[1] if grid.start else 0
        height = grid.end[0] + 1 if grid.end else 0
        hidden = sheet.visible is not SheetVisibleEnum.Visible
        send(("sheet", sheet.name, hidden, first_column, height, position / len(kept), 1 / len(kept)))
        formulas = formulas_of(archive, members, index)
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
