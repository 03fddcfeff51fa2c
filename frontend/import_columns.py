"""The sheet in which a person says which column is which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tracker.spreadsheets.headers import HEADER_WITHIN_ROWS, SheetPreview, unique_headers

ROWS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet, and the row that is its header or is taken for it."""

    sheet: SheetPreview
    row_number: int

    @property
    def header(self) -> Sequence[str]:
        match = self.sheet.match
        # Two rows of headers are read as one: the lower one alone says « Date » twice.
        return match.headers if match and len(match.lines) > 1 else dict(self.sheet.rows)[self.row_number]

    @property
    def headers(self) -> tuple[str, ...]:
        """Each header, made unique: what a choice is made among."""
        return self.sheet.match.headers if self.sheet.match else unique_headers(list(self.header), 0)

    @property
    def recognised(self) -> dict[str, str]:
        """Code of the column → its header, where the header alone tells."""
        match = self.sheet.match
        return {code: match.headers[at[0]] for code, at in match.columns.items()} if match else {}

    @property
    def claimed(self) -> dict[str, tuple[str, ...]]:
        """Code → the headers among which a person is to choose."""
        return dict(self.sheet.match.ambiguous) if self.sheet.match else {}

    @property
    def below(self) -> Sequence[tuple[int, Sequence[str]]]:
        return [row for row in self.sheet.rows if row[0] > self.row_number][:ROWS_SHOWN]

    @property
    def possible_headers(self) -> list[tuple[int, str]]:
        """Where no header is recognised: the rows that may be it, with their first words."""
        if self.sheet.match:
            return []
        return [
            (number, " · ".join(filter(None, texts))[:80]) for number, texts in self.sheet.rows[:HEADER_WITHIN_ROWS]
        ]


def sheet_shown(previews: Sequence[SheetPreview], sheet: str, row: str) -> ShownSheet:
    """The sheet and the header row asked for; else the first sheet in doubt, and the row that looks most like a
    header."""
    filled = [preview for preview in previews if preview.rows]
    doubtful = [preview for preview in filled if preview.match is None or not preview.match.complete]
    chosen = next((preview for preview in filled if preview.sheet == sheet), (doubtful or filled)[0])
    if chosen.match:
        return ShownSheet(chosen, chosen.match.row_number)
    rows = dict(chosen.rows[:HEADER_WITHIN_ROWS])
    asked = int(row) if row.isascii() and row.isdigit() else 0
    return ShownSheet(
        chosen, asked if asked in rows else max(rows, key=lambda number: (words_in(rows[number]), -number))
    )


def words_in(texts: Sequence[str]) -> int:
    """Cells that are words, as those of a header are."""
    return sum(any(char.isalpha() for char in text) for text in texts)
