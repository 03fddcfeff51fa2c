"""Recognising the columns of a sheet by their French headers, wherever the header row is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tracker.spreadsheets.cells import Fault, shown
from tracker.spreadsheets.columns import SURE, Column, Heading, Layout
from tracker.spreadsheets.heading_rows import HeadingRows, NumberedRow, pair, single
from tracker.spreadsheets.rowkinds import is_label
from tracker.spreadsheets.shapes import Row, Span
from tracker.spreadsheets.wording import column_letters, fold, header_key

HEADER_WITHIN_ROWS: Final = 40
"""The header is looked for in the first rows of a sheet, after its titles."""
SAMPLE_ROWS: Final = 20
"""Rows read below the header to check what a vague header (« Date », « Réponse », « Type ») really holds."""
ANY_LEAP_YEAR: Final = 2024
"""What completes « 29/02 » where the only question is whether it is a date."""


@dataclass(frozen=True)
class HeaderMatch:
    """What was recognised in a header row, or in two that are read as one."""

    row_number: int
    """Of the last row of headers."""
    headers: tuple[str, ...]
    """Every header as written; an empty or repeated one is completed so that each is unique."""
    columns: Mapping[str, tuple[int, ...]]
    """Code of the column → indices in the row (one, but for columns that may come several times)."""
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    """Codes of the required columns that were not found."""
    ambiguous: Mapping[str, tuple[str, ...]]
    """Code → the headers that claim it equally."""
    lines: tuple[Mapping[int, str], ...] = ()
    """Of each row of headers, index → key of its whole text."""

    @property
    def first_row(self) -> int:
        return self.row_number - len(self.lines) + 1

    @property
    def complete(self) -> bool:
        return not self.missing and not self.ambiguous

    @property
    def signature(self) -> str:
        """The same for two files with the same headers: what a remembered mapping is filed under."""
        return "|".join(map(header_key, self.headers))


@dataclass(frozen=True)
class SheetPreview:
    """A sheet's first rows and its header, for the page where a person says which column is which."""

    sheet: str
    hidden: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    match: HeaderMatch | None


def recognise(
    rows: Sequence[NumberedRow],
    layout: Layout,
    *,
    mapping: Mapping[str, str | None] | None = None,
    first_column: int = 0,
    spans: Sequence[Span] = (),
) -> HeaderMatch | None:
    """The header among a sheet's first rows, or None.

    `mapping` (code → header as written, or None for « in no column ») overrides what would be recognised; `spans` are
    the merged cells. The row that names the most columns wins, the first one where two are equal; two rows read as one
    win where they name more columns than any row alone, with no more doubt.
    """
    best: HeaderMatch | None = None
    for position, numbered in enumerate(rows[:HEADER_WITHIN_ROWS]):
        heading = single(numbered)
        if heading is None:
            continue
        below = [cells for _, cells in rows[position + 1 : position + 1 + SAMPLE_ROWS]]
        candidate = _match(heading, layout, mapping or {}, below, first_column)
        if _enough(candidate, mapping) and (best is None or _rank(candidate) > _rank(best)):
            best = candidate
    for position, (upper, lower) in enumerate(pairwise(rows[:HEADER_WITHIN_ROWS])):
        heading = pair(upper, lower, layout, spans)
        if heading is None:
            continue
        below = [cells for _, cells in rows[position + 2 : position + 2 + SAMPLE_ROWS]]
        candidate = _match(heading, layout, mapping or {}, below, first_column)
        if _enough(candidate, mapping) and (best is None or _tells_more(candidate, best)):
            best = candidate
    return best


def _enough(match: HeaderMatch, mapping: Mapping[str, str | None] | None) -> bool:
    """Whether a row names enough to be a header: one column is by accident, unless a person named it."""
    return len(match.columns) + len(match.ambiguous) >= 2 or bool(match.columns and mapping)


def _rank(match: HeaderMatch) -> tuple[bool, int]:
    return (not match.missing, len(match.columns) + len(match.ambiguous))


def _tells_more(of_two: HeaderMatch, of_one: HeaderMatch) -> bool:
    """Whether two rows read as one say more than another header; where neither says enough, a person will choose
    better among « Arrivée – Date » and « Enregistrement – Date » than among two dates."""
    if of_one.complete and not of_two.complete:
        return False
    if of_one.row_number == of_two.first_row:
        return True  # The lower one is no row of a table that the upper one would head alone.
    ours, theirs = ((match.complete, len(match.columns) + len(match.ambiguous)) for match in (of_two, of_one))
    # As much as the lower row alone and otherwise: the upper one tells, unless it is a title over the whole table.
    otherwise = of_one.row_number == of_two.row_number and of_one.columns != of_two.columns and len(of_two.lines[0]) > 1
    return ours > theirs or (ours == theirs and otherwise)


def _match(
    heading: HeadingRows,
    layout: Layout,
    mapping: Mapping[str, str | None],
    below: Sequence[Row],
    first_column: int,
) -> HeaderMatch:
    keys = heading.headings
    headers = unique_headers(heading.texts, first_column)
    columns = _mapped(headers, heading.texts, mapping)
    taken = {index for indices in columns.values() for index in indices}
    ambiguous: dict[str, tuple[str, ...]] = {}
    for code, claims in _claims(keys, layout, taken, set(mapping), below).items():
        column = layout.by_code[code]
        winners = _strongest(column, claims, keys)
        if column.several or column.kind == "ignored":
            columns[code] = tuple(index for _, index in claims)
        elif len(winners) > 1 and column.is_date:
            ambiguous[code] = tuple(headers[index] for index in winners)
        else:
            columns[code] = (winners[0],)
    for code in [code for code in columns if code not in mapping and _is_lonely(layout.by_code[code], columns)]:
        del columns[code]
    used = {index for indices in columns.values() for index in indices}
    claimed = {header for names in ambiguous.values() for header in names}
    return HeaderMatch(
        row_number=heading.row_number,
        headers=headers,
        columns=columns,
        unknown=tuple(headers[i] for i in keys if i not in used and headers[i] not in claimed),
        missing=tuple(code for code in layout.required if code not in columns and code not in ambiguous),
        ambiguous=ambiguous,
        lines=heading.lines,
    )


def _strongest(column: Column, claims: Sequence[tuple[int, int]], keys: Mapping[int, Heading]) -> list[int]:
    """The indices of the headers that name the column best: « date de réception » before « date de la demande »."""
    sure = [claim for claim in claims if claim[0] >= SURE and column.prevailing_keys & keys[claim[1]].words]
    best = sure or claims
    strongest = max(strength for strength, _ in best)
    return [index for strength, index in best if strength == strongest]


def _is_lonely(column: Column, columns: Mapping[str, tuple[int, ...]]) -> bool:
    return bool(column.needs) and column.needs not in columns


def _mapped(headers: Sequence[str], row: Row, mapping: Mapping[str, str | None]) -> dict[str, tuple[int, ...]]:
    """The columns that a person named, by the header as shown to them or as written."""
    found: dict[str, tuple[int, ...]] = {}
    for code, wanted in mapping.items():
        if wanted is None:
            continue
        key = fold(wanted)
        for index, header in enumerate(headers):
            if header == wanted or fold(header) == key or fold(shown(row[index])) == key:
                found[code] = (index,)
                break
    return found


def _claims(
    keys: Mapping[int, Heading],
    layout: Layout,
    taken: set[int],
    mapped: set[str],
    below: Sequence[Row],
) -> dict[str, list[tuple[int, int]]]:
    """Code → (strength, index) of each header that names it best."""
    claims: dict[str, list[tuple[int, int]]] = {}
    doubtful: dict[str, list[tuple[int, int]]] = {}
    for index, key in keys.items():
        if index in taken:
            continue
        strengths = ((layout.strength(column, key), column) for column in layout.columns if column.code not in mapped)
        for strength, column in sorted((found for found in strengths if found[0]), key=lambda found: -found[0]):
            if (strength >= SURE and column.kind != "choice") or _cells_agree(column, index, below):
                claims.setdefault(column.code, []).append((strength, index))
                break
            doubtful.setdefault(column.code, []).append((strength, index))
    # Cells that do not agree are no reason to give up the one column that could be what is indispensable.
    for code in layout.required:
        if code in doubtful and code not in claims and code not in mapped:
            claims[code] = doubtful[code]
    return claims


def _cells_agree(column: Column, index: int, below: Sequence[Row]) -> bool:
    """Whether the cells under a header may be what the column expects: one that is not proves nothing.

    A list of known words must have at least half of them: other préfectures give its header another meaning.
    """
    sample = [row[index] for row in below if index < len(row) and row[index] not in {"", None}]
    if column.kind == "choice":
        # The label of a total may stand in any column.
        sample = [cell for cell in sample if not is_label(shown(cell))]
    parse = column.parser(ANY_LEAP_YEAR)
    found = [value for cell in sample if (value := parse(cell)) is not None]
    good = sum(not isinstance(value, Fault) for value in found)
    if column.kind == "choice":
        return len(found) < 2 or 2 * good >= len(found)
    return len(sample) < 2 or good > 0 or len(found) < len(sample)


def unique_headers(row: Row, first_column: int) -> tuple[str, ...]:
    """Each header as written, made unique; one that is empty is named by its place."""
    from_place = (" ".join(shown(cell).split()) for cell in row)
    headers: list[str] = []
    for index, text in enumerate(from_place):
        name = text or f"Colonne {column_letters(first_column + index)}"
        occurrence, unique = 1, name
        while unique in headers:
            occurrence += 1
            unique = f"{name} ({occurrence})"
        headers.append(unique)
    return tuple(headers)
