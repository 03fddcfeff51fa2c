"""G12: 100 000 rows × 15 columns into a workbook, by the product's writer and by openpyxl's write_only mode.

One case a process; `bench/report.py` calls them in turn. Both get the same rows, in memory before the clock starts.

  ours FILE ROWS     tracker.spreadsheets.writing.write_xlsx: formats, filter, guard against formulas
  anchor FILE ROWS   openpyxl, write_only, the bare values
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common
from imports import HEADERS, register_rows


def ours(path: Path, rows: list[tuple[Any, ...]]) -> None:
    from tracker.spreadsheets.writing import Column, ColumnType, Sheet, write_xlsx

    types = {1: ColumnType.DATE, 8: ColumnType.DATE, 10: ColumnType.DATE, 0: ColumnType.INTEGER, 11: ColumnType.INTEGER}
    columns = [
        Column(header, lambda row, n=n: row[n], types.get(n, ColumnType.TEXT)) for n, header in enumerate(HEADERS)
    ]
    write_xlsx(path, [Sheet("Demandes", columns, rows)])


def anchor(path: Path, rows: list[tuple[Any, ...]]) -> None:
    import openpyxl

    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Demandes")
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
    workbook.save(path)


CASES = {"ours": ours, "anchor": anchor}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=list(CASES))
    parser.add_argument("file", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    options = parser.parse_args()
    rows = list(register_rows(options.rows))
    print(json.dumps(common.measured(lambda: CASES[options.case](options.file, rows))))


if __name__ == "__main__":
    main()
