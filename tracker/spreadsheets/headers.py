"""Recognising the columns of a sheet by their French headers, wherever the header row is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

from tracker.spreadsheets.cells import (
    Fault,
    Parser,
    choice_parser,
    parse_date,
    parse_integer,
    parse_open_date,
    parse_reason,
    remembered,
    shown,
    text_parser,
)
from tracker.spreadsheets.reading import Row
from tracker.spreadsheets.rowkinds import is_label
from tracker.spreadsheets.wording import column_letters, fold, header_key

HEADER_WITHIN_ROWS: Final = 40
"""The header is looked for in the first rows of a sheet, after its titles."""
SAMPLE_ROWS: Final = 20
"""Rows read below the header to check what a vague header (« Date », « Réponse », « Type ») really holds."""
ANY_LEAP_YEAR: Final = 2024
"""What completes « 29/02 » where the only question is whether it is a date."""
EXACT, SURE, VAGUE = 1000, 100, 10
MOST_WORDS_IN_HEADER: Final = 9
LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 20_000


def _keys(names: str) -> frozenset[str]:
    return frozenset(key for name in names.split("|") if (key := header_key(name)))


@dataclass(frozen=True)
class Column:
    """One thing that a sheet may say about each row.

    `names` are the headers that mean it, also inside a longer header (« Date de réponse à l'usager »); `weak` ones mean
    it only alone and where the cells agree; `unless` lists words with which a header means something else. Each is a
    list with « | » between its members.
    """

    code: str
    label: str
    names: str
    weak: str = ""
    unless: str = ""
    kind: str = "text"
    """« date », « open_date » (may be « sans date »), « text », « reason », « integer », « choice » or « ignored »."""
    longest: int = LONGEST_LINE
    one_line: bool = True
    words: Mapping[str, str] = field(default_factory=dict)
    one_of: str = ""
    """For a choice, what each word is (« un canal connu »)."""
    expected: str = ""
    """For a choice, the words to propose to a person."""
    required: bool = False
    several: bool = False
    """Several columns may bear it: their texts are joined."""
    prevails: str = ""
    """Words with which a header prevails over the others that claim this column (« | » between them)."""
    needs: str = ""
    """Code of the column without which this one says nothing."""

    @cached_property
    def name_keys(self) -> frozenset[str]:
        return _keys(self.names)

    @cached_property
    def weak_keys(self) -> frozenset[str]:
        return _keys(self.weak)

    @cached_property
    def unless_keys(self) -> frozenset[str]:
        return frozenset(word for key in _keys(self.unless) for word in key.split())

    @cached_property
    def prevailing_keys(self) -> frozenset[str]:
        return _keys(self.prevails)

    @property
    def is_date(self) -> bool:
        return self.kind in {"date", "open_date"}

    def parser(self, year: int | None = None) -> Parser:
        """A parser for one column of one sheet (it remembers the texts it has met); `year` is the sheet's, if any."""
        if self.kind == "date":
            return remembered(partial(parse_date, year=year))
        if self.kind == "open_date":
            return remembered(partial(parse_open_date, year=year))
        if self.kind == "choice":
            return choice_parser(self.words, what=self.one_of, expected=self.expected)
        if self.kind == "reason":
            return parse_reason
        if self.kind == "integer":
            return parse_integer
        return text_parser(self.longest, one_line=self.one_line)

    def strength(self, key: str) -> int:
        """How well a header's key names this column: 0 not at all; above, the higher the better."""
        if key in self.name_keys:
            return EXACT
        words = key.split()
        if self.unless_keys.intersection(words):
            return 0
        if key in self.weak_keys:
            return VAGUE
        if len(words) > MOST_WORDS_IN_HEADER:
            return 0
        padded = f" {key} "
        return max(
            (SURE + len(name) for name in self.name_keys if f" {name} " in padded),
            default=0,
        )


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of table. `anchor` is the column without which a row is not a record."""

    columns: Sequence[Column]
    anchor: str

    @cached_property
    def by_code(self) -> dict[str, Column]:
        return {column.code: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.code for column in self.columns if column.required)


@dataclass(frozen=True)
class HeaderMatch:
    """What was recognised in a header row."""

    row_number: int
    headers: tuple[str, ...]
    """Every header as written; an empty or repeated one is completed so that each is unique."""
    columns: Mapping[str, tuple[int, ...]]
    """Code of the column → indices in the row (one, but for columns that may come several times)."""
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    """Codes of the required columns that were not found."""
    ambiguous: Mapping[str, tuple[str, ...]]
    """Code → the headers that claim it equally."""

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
    rows: Sequence[tuple[int, Row]],
    layout: Layout,
    *,
    mapping: Mapping[str, str | None] | None = None,
    first_column: int = 0,
) -> HeaderMatch | None:
    """The header among a sheet's first rows, or None.

    `mapping` (code → header as written, or None for « in no column ») overrides what would be recognised.
    The row that names the most columns wins, the first one where two are equal.
    """
    best: HeaderMatch | None = None
    for position, (number, row) in enumerate(rows[:HEADER_WITHIN_ROWS]):
        keys = _header_keys(row)
        if not keys:
            continue
        below = [cells for _, cells in rows[position + 1 : position + 1 + SAMPLE_ROWS]]
        candidate = _match_row(number, row, keys, layout, mapping or {}, below, first_column)
        if len(candidate.columns) + len(candidate.ambiguous) < 2 and not (candidate.columns and mapping):
            continue
        if best is None or _rank(candidate) > _rank(best):
            best = candidate
    return best


def _rank(match: HeaderMatch) -> tuple[bool, int]:
    return (not match.missing, len(match.columns) + len(match.ambiguous))


def _header_keys(row: Row) -> dict[int, str]:
    """Index → key of each header of the row; empty where a cell holds a date or a number, which no header row does."""
    keys: dict[int, str] = {}
    for index, cell in enumerate(row):
        if cell is None:
            continue
        if not isinstance(cell, str):
            return {}
        if not cell or cell.isspace():
            continue
        if isinstance(parse_date(cell), dt.date):
            return {}
        # What stands in brackets explains (« Délai (j. ouvrés) », « Reçu le (jj/mm) »), but « Reçu(e) » is one word.
        outside = cell.split(" (")[0].split("\n(")[0]
        keys[index] = header_key(outside) or header_key(cell)
    return {index: key for index, key in keys.items() if key}


def _match_row(
    number: int,
    row: Row,
    keys: Mapping[int, str],
    layout: Layout,
    mapping: Mapping[str, str | None],
    below: Sequence[Row],
    first_column: int,
) -> HeaderMatch:
    headers = unique_headers(row, first_column)
    columns = _mapped(headers, row, mapping)
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
        row_number=number,
        headers=headers,
        columns=columns,
        unknown=tuple(headers[i] for i in keys if i not in used and headers[i] not in claimed),
        missing=tuple(code for code in layout.required if code not in columns and code not in ambiguous),
        ambiguous=ambiguous,
    )


def _strongest(column: Column, claims: Sequence[tuple[int, int]], keys: Mapping[int, str]) -> list[int]:
    """The indices of the headers that name the column best: « date de réception » before « date de la demande »."""
    sure = [
        claim for claim in claims if claim[0] >= SURE and column.prevailing_keys.intersection(keys[claim[1]].split())
    ]
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
    keys: Mapping[int, str],
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
        strengths = ((column.strength(key), column) for column in layout.columns if column.code not in mapped)
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
