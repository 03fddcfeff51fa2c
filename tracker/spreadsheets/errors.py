"""Why a whole file cannot be read. Each error carries one plain French sentence, ready to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import SillageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.spreadsheets.headers import SheetPreview


class SpreadsheetError(SillageError):
    """A file that is refused whole; `message` is the sentence to show."""


class FileTooLarge(SpreadsheetError):
    """More bytes on disk than the cap."""


class NotASpreadsheet(SpreadsheetError):
    """The content is not a workbook that can be read here (text, web page, word-processor file, archive…)."""


class FormatMismatch(SpreadsheetError):
    """A readable workbook under the extension of another format."""


class EncryptedWorkbook(SpreadsheetError):
    """A password is needed to open it."""


class CorruptWorkbook(SpreadsheetError):
    """The right format, but damaged."""


class ExpandsTooMuch(SpreadsheetError):
    """A small file that unfolds into an enormous one: a decompression bomb, or a cell typed in the very last row."""


class EmptyWorkbook(SpreadsheetError):
    """No cell is filled in any sheet."""


class HeaderError(SpreadsheetError):
    """The columns need a person: `previews` shows each sheet's first rows and what was recognised in them."""

    def __init__(self, message: str, previews: Sequence[SheetPreview]) -> None:
        super().__init__(message)
        self.previews = tuple(previews)


class HeaderNotFound(HeaderError):
    """No sheet has a row that looks like a header."""


class MissingColumns(HeaderError):
    """A header was found, but no sheet has all the columns without which nothing can be imported."""


class AmbiguousColumns(HeaderError):
    """Two columns of a sheet claim the same date: a person says which."""


class MappingMismatch(HeaderError):
    """A column named by the person, or remembered, is in no sheet."""
