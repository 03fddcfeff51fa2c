"""Which demande a row is.

Identity = (préfecture, kind, register, sheet, arrival year, N°); without a N°, the identity cells and the rank among
equals.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

LONGEST_KEY = 80
IDENTITY_CELLS = ("received_on", "sender", "subject", "theme", "channel", "nature")


@dataclass(frozen=True, slots=True)
class RowIdentity:
    """`key` is the number, or a keyed digest of the identity cells: no sender can be read from it."""

    sheet: str
    year: int
    key: str
    number: str
    sender: str
    received_on: date

    @property
    def place(self) -> tuple[str, int, str]:
        return (self.sheet, self.year, self.key)


def digest(text: str) -> str:
    """A keyed digest: the same text gives the same one here, and tells nothing elsewhere."""
    return salted_hmac("sillage.register", text, secret=settings.JOURNAL_KEY, algorithm="sha256").hexdigest()


def normal(text: str) -> str:
    return " ".join(text.casefold().split())


class Identifier:
    """Gives each row of one file its identity; counts equal rows without a number as it goes."""

    def __init__(self) -> None:
        self._ranks: Counter[tuple[str, int, str]] = Counter()

    def identify(self, sheet: str, values: Mapping[str, Any]) -> RowIdentity:
        received_on: date = values["received_on"]
        number = normal(str(values.get("number", "")))
        sender = digest(normal(values.get("sender", "")))
        if number:
            # Folding can lengthen a text: one that the column would not hold is kept as its digest.
            key = number if len(number) <= LONGEST_KEY else digest(number)
        else:
            cells = "\n".join(normal(str(values.get(cell, ""))) for cell in IDENTITY_CELLS)
            key = digest(cells)
            place = (sheet, received_on.year, key)
            self._ranks[place] += 1
            key = f"{key}#{self._ranks[place]}"
        return RowIdentity(sheet[:120], received_on.year, key, number, sender, received_on)
