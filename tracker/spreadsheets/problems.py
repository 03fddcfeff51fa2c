"""The annotated workbook: the rows that an import refused, as they were, with why and how to mend them in front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, Protocol

from tracker.spreadsheets.writing import Column, ColumnType, Sheet, write_xlsx


class RefusedRow(Protocol):
    """A `RowProblem`, or what was stored of one."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def mend(self) -> str: ...
    @property
    def raw(self) -> Mapping[str, str]: ...


IN_FRONT: Final[tuple[Column[RefusedRow], ...]] = (
    Column("Feuille", lambda refused: refused.sheet, width=16),
    Column("Ligne", lambda refused: refused.row, ColumnType.INTEGER, width=8),
    Column("Colonne", lambda refused: refused.column, width=20),
    Column("Pourquoi", lambda refused: refused.reason, width=60),
    Column("Comment corriger", lambda refused: refused.mend, width=60),
)


def all_headers(rows: Iterable[RefusedRow]) -> list[str]:
    """Every header of the refused rows, in the order in which they are met: sheets may differ."""
    return list(dict.fromkeys(header for refused in rows for header in refused.raw))


def write_problems(target: Path | IO[bytes], headers: Sequence[str], rows: Iterable[RefusedRow]) -> None:
    """Write the refused rows; `headers` names the original columns to show after the explanation."""
    write_xlsx(target, [problem_sheet(headers, rows)])


def problem_sheet(headers: Sequence[str], rows: Iterable[RefusedRow]) -> Sheet[RefusedRow]:
    """What `write_problems` writes."""
    originals = [_original(header) for header in headers]
    return Sheet("Lignes refusées", (*IN_FRONT, *originals), rows)


def _original(header: str) -> Column[RefusedRow]:
    return Column(header, lambda refused: refused.raw.get(header), width=20)
