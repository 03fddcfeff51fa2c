"""Which action a row is.

Identity = (préfecture, plan, sheet, N°); without a N°, the cells that say what the action is and the rank among equals.
How far the action is, who carries it and when it is due are never part of it: they are what a later version changes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tracker.importing.identities import LONGEST_KEY, digest, normal

IDENTITY_CELLS: Final = ("part", "engagement", "title", "opened_on")


@dataclass(frozen=True, slots=True)
class RowIdentity:
    sheet: str
    key: str
    number: str

    @property
    def place(self) -> tuple[str, str]:
        return (self.sheet, self.key)


class Identifier:
    """Gives each row of one file its identity; counts equal rows without a number as it goes."""

    def __init__(self) -> None:
        self._ranks: Counter[tuple[str, str]] = Counter()

    def identify(self, sheet: str, values: Mapping[str, Any]) -> RowIdentity:
        number = normal(str(values.get("number", "")))
        if number:
            return RowIdentity(sheet[:120], number if len(number) <= LONGEST_KEY else digest(number), number)
        key = digest("\n".join(normal(str(values.get(cell, ""))) for cell in IDENTITY_CELLS))
        self._ranks[sheet, key] += 1
        return RowIdentity(sheet[:120], f"{key}#{self._ranks[sheet, key]}", "")
