"""What a sheet is made of, once read."""

import datetime as dt
from typing import TypeAlias

Cell: TypeAlias = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""What a cell holds; an empty one and an error such as #N/A are the empty text, a formula of an xlsx or ods workbook
whose result is not stored (another program than an office suite wrote it) is None."""

Row: TypeAlias = list[Cell]

Span: TypeAlias = tuple[int, int, int]
"""A cell merged over others of its row: the row as the spreadsheet numbers it, its first and last columns in `rows`."""

Stack: TypeAlias = tuple[int, int, int]
"""A cell merged over those below it: its first and last rows as the spreadsheet numbers them, its column in `rows`."""
