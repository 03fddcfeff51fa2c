"""Which register a file is a version of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from tracker.importing.identities import Identifier
from tracker.models import ExternalIdentity, Prefecture, TicketKind
from tracker.spreadsheets.rows import RowProblem, TableRow

LOOKED_AT: Final = 1_000
"""Rows of the file that are compared: a version of a register begins as the one before did."""
PER_QUERY: Final = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """`agreeing` of the `compared` rows stand in `register` with the same number and the same arrival."""

    register: str
    agreeing: int
    compared: int


def propose_register(
    prefecture: Prefecture, kind: TicketKind, reading: Iterable[TableRow | RowProblem]
) -> Proposal | None:
    """The register with which most of the file's rows agree: same sheet, number and arrival. None where no register
    agrees with more than half of them. Raises SpreadsheetError where the file cannot be read."""
    arrivals = first_arrivals(reading)
    agreeing: Counter[str] = Counter()
    keys = sorted({key for _, _, key in arrivals})
    for start in range(0, len(keys), PER_QUERY):
        known = ExternalIdentity.objects.standing().filter(
            prefecture=prefecture, kind=kind, key__in=keys[start : start + PER_QUERY]
        )
        for register, sheet, year, key, received_on in known.values_list(
            "register", "sheet", "year", "key", "received_on"
        ):
            if arrivals.get((sheet, year, key)) == received_on:
                agreeing[register] += 1
    if not agreeing:
        return None
    # Of two that agree as well, the same one each time.
    register, count = min(agreeing.items(), key=lambda item: (-item[1], item[0]))
    return Proposal(register, count, len(arrivals)) if 2 * count > len(arrivals) else None


def first_arrivals(reading: Iterable[TableRow | RowProblem]) -> dict[tuple[str, int, str], date]:
    """The identity of each of the first rows, and its arrival."""
    identifier = Identifier()
    rows = (row for row in reading if isinstance(row, TableRow))
    identities = (identifier.identify(row.sheet, row.values) for row in islice(rows, LOOKED_AT))
    return {identity.place: identity.received_on for identity in identities}
