"""Workbooks made for the tests, in the three formats, from plain rows."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlwt

Rows = Sequence[Sequence[object]]
ODS_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    "{entries}</manifest:manifest>"
)


@dataclass(frozen=True)
class Merged:
    """A cell over those to its right or below it, which are None."""

    text: str
    columns: int = 1
    rows: int = 1


def write_workbook(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """Write `sheets` in the format that the extension of `path` says."""
    {".xlsx": _write_xlsx, ".xls": _write_xls, ".ods": _write_ods}[path.suffix](path, sheets)
    return path


def _write_xlsx(path: Path, sheets: Mapping[str, Rows]) -> None:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        worksheet = workbook.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for index, value in enumerate(row, 1):
                if isinstance(value, Merged):
                    worksheet.cell(number, index, value.text)
                    worksheet.merge_cells(
                        start_row=number,
                        start_column=index,
                        end_row=number + value.rows - 1,
                        end_column=index + value.columns - 1,
                    )
                elif value is not None:
                    cell = worksheet.cell(number, index)
                    cell.value = value
                    if isinstance(value, str):
                        cell.data_type = "s"
    workbook.save(path)


def _write_xls(path: Path, sheets: Mapping[str, Rows]) -> None:
    workbook = xlwt.Workbook()
    date_style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in sheets.items():
        worksheet = workbook.add_sheet(name)
        for number, row in enumerate(rows):
            for index, value in enumerate(row):
                if isinstance(value, Merged):
                    worksheet.write_merge(number, number + value.rows - 1, index, index + value.columns - 1, value.text)
                elif isinstance(value, dt.date):
                    worksheet.write(number, index, value, date_style)
                elif value is not None:
                    worksheet.write(number, index, value)
    workbook.save(str(path))


def _write_ods(path: Path, sheets: Mapping[str, Rows]) -> None:
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_ods_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    write_ods_content(path, f"{ODS_HEAD}{tables}</office:spreadsheet></office:body></office:document-content>")


def write_ods_content(path: Path, content: str, manifest_entries: str = "") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), ODS_MIMETYPE)
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST.format(entries=manifest_entries))
        archive.writestr("content.xml", content)


def _ods_row(row: Sequence[object]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Merged):
        spans = f'table:number-columns-spanned="{value.columns}" table:number-rows-spanned="{value.rows}"'
        return _ods_cell(value.text).replace("table-cell", f"table-cell {spans}", 1)
    if isinstance(value, dt.datetime | dt.date):
        shown = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        shown = f'office:value-type="float" office:value="{value}"'
    else:
        shown = 'office:value-type="string"'
    return f"<table:table-cell {shown}><text:p>{escape(str(value))}</text:p></table:table-cell>"
