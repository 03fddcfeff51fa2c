"""Opening a workbook that comes from outside, and its rows one after the other."""

from __future__ import annotations

import datetime as dt
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from tracker.spreadsheets import reader_process
from tracker.spreadsheets.errors import EncryptedWorkbook, SpreadsheetError
from tracker.spreadsheets.formats import (
    check_format,
    corrupt_error,
    encrypted_sentence,
    expands_error,
)
from tracker.spreadsheets.shapes import Row, Span, Stack

READER = Path(reader_process.__file__)
KILLED_BY_LIMITS = {
    -signal.SIGABRT,
    -signal.SIGKILL,
    -signal.SIGXCPU,
    reader_process.EXIT_TOO_BIG,
}


class _PlainUnpickler(pickle.Unpickler):
    """Takes the values of cells and nothing else, whatever the reading process sends."""

    allowed = frozenset({"date", "datetime", "time", "timedelta"})

    def find_class(self, module: str, name: str) -> type:
        if module == "datetime" and name in self.allowed:
            return getattr(dt, name)  # type: ignore[no-any-return]
        raise pickle.UnpicklingError(name)


@dataclass(slots=True)
class Sheet:
    """One sheet. `rows` can be read once, in order, before the next sheet is asked for."""

    name: str
    hidden: bool
    first_column: int
    """Index of the first column of `rows` in the file (0 is A)."""
    height: int
    """Rows of the sheet, filled or not."""
    begins: float
    share: float
    """The part of the workbook that this sheet is, sheets counted alike: where it begins and how much (0 to 1)."""
    spans: list[Span]
    """The merged cells of its first rows."""
    stacks: list[Stack]
    """Its cells that are merged over several rows."""
    rows: Iterator[tuple[int, Row]]
    """Number of the row in the file (1 is the first, as the spreadsheet shows it) and its cells."""


class Workbook:
    """A workbook being read by a child process; close it, or use it as a context manager."""

    def __init__(self, path: Path, *, rows_per_sheet: int | None = None) -> None:
        command = [
            sys.executable,
            "-I",
            str(READER),
            str(path),
            str(rows_per_sheet or 0),
        ]
        # The native reader prints a stack trace of its own when it gives up: nobody is to see it.
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - our own script, no shell
        self._output = cast("IO[bytes]", self._process.stdout)

    @property
    def sheets(self) -> Iterator[Sheet]:
        """Raises CorruptWorkbook, ExpandsTooMuch or EncryptedWorkbook, here or while the rows are read."""
        while (message := self._receive())[0] == "sheet":
            rows = self._rows()
            _, name, hidden, first_column, height, begins, share, spans, stacks = message
            yield Sheet(name, hidden, first_column, height, begins, share, spans, stacks, rows)
            # What the caller left unread stands between here and the next sheet.
            for _ in rows:
                pass

    def _rows(self) -> Iterator[tuple[int, Row]]:
        number = 0
        while isinstance(chunk := self._receive(), list):
            for row in chunk:
                number += 1
                yield number, row

    def _receive(self) -> Any:
        try:
            return _PlainUnpickler(self._output).load()
        except (EOFError, pickle.UnpicklingError) as error:
            raise self._failure() from error

    def _failure(self) -> SpreadsheetError:
        code = self._process.wait()
        if code == reader_process.EXIT_PASSWORD:
            return EncryptedWorkbook(encrypted_sentence())
        if code in KILLED_BY_LIMITS:
            return expands_error()
        return corrupt_error()

    def close(self) -> None:
        self._process.kill()
        self._output.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_workbook(path: Path, *, name: str | None = None, rows_per_sheet: int | None = None) -> Workbook:
    """Open the xlsx, xls or ods workbook at `path`.

    `name` is what people call the file where `path` is only its place in storage; its extension must be the truth.
    `rows_per_sheet` keeps the first rows of each sheet only (a preview).
    Raises a SpreadsheetError, now or while the sheets are read.
    """
    check_format(path, name or path.name)
    return Workbook(path, rows_per_sheet=rows_per_sheet)
