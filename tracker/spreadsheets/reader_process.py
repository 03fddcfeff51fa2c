"""The child process that reads a workbook: run as a script by `reading`, never imported by it.

The native reader lays each sheet out as a full grid and aborts its process when memory runs out: a 5 kB file with one
cell in XFD1048576 would take the server down, and a damaged one may panic. Here it can only take down this process,
which has limited memory and processor time. It answers on standard output with a sequence of pickles of plain values:
`("sheet", …)` with the fields of `reading.Sheet`, then lists of rows, then `("end_sheet",)`; at last `("end",)`.
"""

import itertools
import pickle
import resource
import sys
from pathlib import Path

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


def limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(message: object) -> None:
    sys.stdout.buffer.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))


def send_workbook(path: Path, rows_per_sheet: int | None) -> None:
    with path.open("rb") as source:
        workbook = CalamineWorkbook.from_filelike(source)
    kept = [(i, sheet) for i, sheet in enumerate(workbook.sheets_metadata) if sheet.typ is SheetTypeEnum.WorkSheet]
    for position, (index, sheet) in enumerate(kept):
        grid = workbook.get_sheet_by_index(index)
        # `iter_rows` gives the empty rows above the first filled one but not the empty columns to its left.
        first_column = grid.start[1] if grid.start else 0
        height = grid.end[0] + 1 if grid.end else 0
        hidden = sheet.visible is not SheetVisibleEnum.Visible
        send(("sheet", sheet.name, hidden, first_column, height, position / len(kept), 1 / len(kept)))
        rows = itertools.islice(grid.iter_rows(), rows_per_sheet)
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
