"""Workbooks and CSV files going out: typed columns, a filter on the header, and no cell that a spreadsheet would run.

What is written comes from citizens as much as from agents: a subject that begins with « = » stays a text.
"""

from __future__ import annotations

import csv
import enum
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, Generic, TypeVar

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tracker.spreadsheets.cells import clean_text

MAX_ROWS: Final = 1_048_576
LONGEST_CELL: Final = 32_767
CSV_ROWS_PER_CHUNK: Final = 500
RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

T = TypeVar("T")


class ColumnType(enum.Enum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    """A fraction from 0 to 1, shown as a percentage."""
    DATE = "date"
    DATETIME = "datetime"
    """A local time: give it in the site's zone; workbooks know no zones."""
    BOOLEAN = "boolean"
    """Written « oui » or « non »."""


NUMBER_FORMATS: Final = {
    ColumnType.NUMBER: "0.0##",
    ColumnType.PERCENT: "0.0 %",
    ColumnType.DATE: "dd/mm/yyyy",
    ColumnType.DATETIME: "dd/mm/yyyy hh:mm",
}
STYLED: Final = frozenset({ColumnType.PERCENT, ColumnType.DATE, ColumnType.DATETIME})


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column of an export: its header, what it shows of a record, its type and its width in characters."""

    header: str
    value: Callable[[T], Any]
    type: ColumnType = ColumnType.TEXT
    width: float = 16


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """A sheet to write; `rows` is read once, as it is written."""

    title: str
    columns: Sequence[Column[T]]
    rows: Iterable[T]


def write_xlsx(target: Path | IO[bytes], sheets: Iterable[Sheet[Any]], *, max_rows: int = MAX_ROWS) -> None:
    """Write a workbook with memory that does not grow with its rows; past `max_rows` a sheet goes on in a next one."""
    workbook = Workbook(write_only=True)
    try:
        for sheet in sheets:
            _write_sheet(workbook, sheet, max_rows)
    except BaseException:
        # The library keeps each sheet in a temporary file that only saving removes.
        with tempfile.TemporaryFile() as nowhere:
            workbook.save(nowhere)
        raise
    workbook.save(target)


def _write_sheet(workbook: Workbook, sheet: Sheet[T], max_rows: int) -> None:
    worksheet, write = _new_worksheet(workbook, sheet)
    row_number = 1
    for record in sheet.rows:
        if row_number == max_rows:
            _close_worksheet(worksheet, sheet, row_number)
            worksheet, write = _new_worksheet(workbook, sheet)
            row_number = 1
        row_number += 1
        worksheet.append([convert(record) for convert in write])
    _close_worksheet(worksheet, sheet, row_number)


def _new_worksheet(workbook: Workbook, sheet: Sheet[T]) -> tuple[Any, list[Callable[[T], Any]]]:
    worksheet = workbook.create_sheet(_free_title(sheet.title, workbook.sheetnames))
    worksheet.freeze_panes = "A2"
    for position, column in enumerate(sheet.columns, 1):
        worksheet.column_dimensions[get_column_letter(position)].width = column.width
    worksheet.append([_header_cell(worksheet, column.header) for column in sheet.columns])
    return worksheet, [_cell_writer(worksheet, column) for column in sheet.columns]


def _close_worksheet(worksheet: Any, sheet: Sheet[T], last_row: int) -> None:
    worksheet.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{last_row}"
    worksheet.close()


def _free_title(wanted: str, taken: Sequence[str]) -> str:
    """At most 31 characters, none of those that Excel forbids, and different from the others whatever the case."""
    title = FORBIDDEN_IN_TITLE.sub(" ", wanted).strip().strip("'")[:31] or "Feuille"
    lower = {name.lower() for name in taken}
    unique, occurrence = title, 1
    while unique.lower() in lower:
        occurrence += 1
        suffix = f" ({occurrence})"
        unique = title[: 31 - len(suffix)] + suffix
    return unique


def _header_cell(worksheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(worksheet)
    cell.font = Font(bold=True)
    return _as_text(cell, xlsx_text(text))


def _as_text(cell: WriteOnlyCell, text: str) -> WriteOnlyCell:
    cell.value = text
    # The library takes « =1+1 » for a formula and « #N/A » for an error: the type is put back.
    cell.data_type = "s"
    return cell


def xlsx_text(value: object) -> str:
    """The text that a cell can hold: no control character, at most 32 767 characters."""
    text = value if isinstance(value, str) else str(value)
    if not text.isprintable():
        text = clean_text(text)
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL]


def _cell_writer(worksheet: Any, column: Column[T]) -> Callable[[T], Any]:
    """What turns a record into what the library writes in this column.

    Cells are costly, values are not: a cell is made only where a value needs a format or is not to be guessed at, and
    the same one serves for the whole column, since each row is written before the next is prepared.
    """
    get = column.value
    cell = WriteOnlyCell(worksheet)
    if column.type in STYLED:
        cell.number_format = NUMBER_FORMATS[column.type]

        def write_styled(record: T) -> Any:
            value = get(record)
            if value is None:
                return None
            cell.value = value
            return cell

        return write_styled
    if column.type is ColumnType.BOOLEAN:
        return lambda record: _yes_no(get(record))
    if column.type in {ColumnType.INTEGER, ColumnType.NUMBER}:
        return get

    def write_text(record: T) -> Any:
        value = get(record)
        if value is None or value == "":
            return None
        text = xlsx_text(value)
        return _as_text(cell, text) if text.startswith(("=", "#")) else text

    return write_text


def _yes_no(value: object) -> str | None:
    if value is None:
        return None
    return "oui" if value else "non"


def write_csv(columns: Sequence[Column[T]], rows: Iterable[T]) -> Iterator[bytes]:
    """The bytes of a CSV file that French spreadsheets open as it is, piece by piece (UTF-8 with its mark, « ; »)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([csv_text(column.header) for column in columns])
    write = [(column.value, CSV_WRITERS[column.type]) for column in columns]
    for number, record in enumerate(rows, 1):
        writer.writerow([convert(value) if (value := get(record)) is not None else "" for get, convert in write])
        if number % CSV_ROWS_PER_CHUNK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def csv_text(value: object) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    raw = value if isinstance(value, str) else str(value)
    text = raw if raw.isprintable() else clean_text(raw)
    return f"'{text}" if raw.startswith(RUN_BY_SPREADSHEETS) or text.startswith(RUN_BY_SPREADSHEETS) else text


def _csv_number(value: float | Decimal) -> str:
    return str(value).replace(".", ",")


def _csv_percent(value: float | Decimal) -> str:
    return _csv_number(round(float(value) * 100, 6)) + " %"


CSV_WRITERS: Final[dict[ColumnType, Callable[[Any], str]]] = {
    ColumnType.TEXT: csv_text,
    ColumnType.INTEGER: str,
    ColumnType.NUMBER: _csv_number,
    ColumnType.PERCENT: _csv_percent,
    ColumnType.DATE: lambda value: f"{value:%d/%m/%Y}",
    ColumnType.DATETIME: lambda value: f"{value:%d/%m/%Y %H:%M}",
    ColumnType.BOOLEAN: lambda value: "oui" if value else "non",
}
