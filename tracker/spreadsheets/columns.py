"""What the columns of a table may be, and how well a header names one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

from tracker.spreadsheets.cells import (
    Parser,
    choice_parser,
    parse_date,
    parse_integer,
    parse_open_date,
    parse_reason,
    remembered,
    text_parser,
)
from tracker.spreadsheets.wording import header_key

EXACT, SURE, VAGUE = 1000, 100, 10
MOST_WORDS_IN_HEADER: Final = 9
LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 20_000
DATE_ALONE: Final = frozenset({"date", "le", "jour"})
"""Sub-headers that say nothing by themselves: under « Arrivée », « Date » is what « Arrivée » names."""
SENT: Final = frozenset({"date envoi", "envoye le", "fait le", "faite le", "expedie le"})
"""As much of what leaves: under « Réponse d’attente », « Date d’envoi » is its own, not that of the reply."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a column: the key of its header and, where two rows of headers make one, of the one above."""

    key: str
    group: str = ""

    @property
    def words(self) -> frozenset[str]:
        return frozenset(f"{self.key} {self.group}".split())


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
    of_arrival: bool = False
    """It says what arrived: under a header that names another date (« Réponse »), the same word says something else."""

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

    def strength_under(self, heading: Heading) -> int:
        """As `strength`, for a header under another: « Date » under « Arrivée », « Demandées le » under « Pièces »."""
        key, group = heading.key, heading.group
        together = (f"{key} {group}", f"{group} {key}")
        if not self.name_keys.isdisjoint(together):
            return EXACT
        if key in DATE_ALONE or (key in SENT and not self.of_arrival):
            named = max(map(self.strength, (group, *together))) if self.is_date else 0
            if named or key in DATE_ALONE:
                return max(named, SURE) if named else 0
        if self.unless_keys.intersection(group.split() if key in self.name_keys else heading.words):
            return 0
        if key in self.name_keys:
            return EXACT
        if key in self.weak_keys:
            return VAGUE
        # The upper header alone names none of the columns under it: it does with a word of theirs.
        above = set(group.split())
        told = (
            name
            for name in self.name_keys
            if heading.words.issuperset(name.split()) and not above.issuperset(name.split())
        )
        return max((SURE + len(name) for name in told), default=0)


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of table. `anchor` is the column without which a row is not a record."""

    columns: Sequence[Column]
    anchor: str
    carried: str = ""
    """Code of the column that may be said once for several rows: by a title between them, a cell merged over them or
    the name of the sheet."""
    notes: bool = False
    """Whether lines under the table may be notes though the anchor is no date."""
    where_named: str = "depuis la page «\xa0Imports\xa0»"
    """Where a person says which column is which: the command line asks nothing, the page does once and remembers."""

    @cached_property
    def by_code(self) -> dict[str, Column]:
        return {column.code: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.code for column in self.columns if column.required)

    def strength(self, column: Column, heading: Heading) -> int:
        """How well what stands over a column of a sheet names `column`: 0 not at all; above, the higher the better."""
        if not heading.group:
            return column.strength(heading.key)
        return 0 if self.misleads(column, heading) else column.strength_under(heading)

    def misleads(self, column: Column, heading: Heading) -> bool:
        """Whether a word of what arrived stands under the date of something else (« N° » under « Réponse »), or a day
        of sending under the arrival: the sender's."""
        dates = (other for other in self.columns if other.is_date and other.strength(heading.group))
        if column.of_arrival:
            return any(other.code != self.anchor for other in dates)
        return heading.key in SENT and any(other.code == self.anchor for other in dates)

    def tells_when(self, heading: Heading) -> bool:
        """Whether two headers tell a date, the lower one being worded as that of a date is and never as the cell of a
        record (« Date inconnue », « Réponse d’attente »)."""
        key, dates = heading.key, [column for column in self.columns if column.is_date]
        named = key.startswith("date ") and any(key in column.name_keys for column in dates)
        if not (named or key in DATE_ALONE | SENT or key.endswith(" le")):
            return False
        return any(self.strength(column, heading) >= SURE for column in dates)

    def knows(self, heading: Heading) -> bool:
        """Whether a header under another is one, word for word: « Usager 3 » is a cell, « Usager » may be a header."""
        return (
            heading.key in DATE_ALONE
            or self.tells_when(heading)
            or any(
                heading.key in column.name_keys | column.weak_keys or self.strength(column, heading) == EXACT
                for column in self.columns
            )
        )
