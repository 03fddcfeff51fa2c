"""Workbooks that a page sends."""

import tempfile
from collections.abc import Iterable
from typing import Any, Final

from django.http import FileResponse

from tracker.spreadsheets.writing import Sheet, write_xlsx

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(sheets: Iterable[Sheet[Any]], name: str) -> FileResponse:
    """`sheets` as the file `name`, written before the first byte leaves: an error is still a page."""
    # Closed, and so deleted, by the response once it has been sent.
    target = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        write_xlsx(target, sheets)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)
