"""What an import gives, or would give: per promise how many are kept, and the first demandes as they are read.

Both are taken from what `decide` has said of each row: nothing is computed a second time.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from tracker.deadlines import DeadlineState, overdue
from tracker.decisions.base import iso
from tracker.enums import Outcome, Purpose
from tracker.spreadsheets.rows import TableRow
from tracker.writers import Draft

SAMPLED: Final = 5
COUNTED: Final = frozenset({Outcome.IN_TIME, Outcome.LATE})
Promises = dict[str, list[int]]
"""For each purpose, how many are kept in time, of how many that count."""


def count_promises(promises: Promises, deadlines: Iterable[DeadlineState], today: date) -> None:
    """Add the deadlines of one demande, as the indicators count them: what is not yet due, or is out of N, is not."""
    for state in deadlines:
        if state.counted_on is not None and (state.outcome in COUNTED or (state.running and overdue(state, today))):
            found = promises.setdefault(str(state.purpose), [0, 0])
            found[0] += state.outcome == Outcome.IN_TIME
            found[1] += 1


def promises_as_json(promises: Mapping[str, list[int]]) -> list[dict[str, Any]]:
    """In the order of the promises, with their labels."""
    return [
        {"purpose": purpose.value, "label": purpose.label, "on_time": promises[purpose][0], "n": promises[purpose][1]}
        for purpose in Purpose
        if purpose in promises
    ]


def sampled(row: TableRow, draft: Draft, today: date) -> dict[str, Any]:
    """A row as it was read, with its first promise (`met_on`: the day that ended it; of a rendez-vous, the proposal).
    It holds personal text: it is forgotten with the file."""
    ticket, deadlines = draft.ticket, draft.changes[-1][0].deadlines
    first = deadlines[0] if deadlines else None
    late = first is not None and first.running and overdue(first, today)
    return {
        "sheet": row.sheet,
        "row": row.row,
        "received_on": iso(ticket.received_on),
        "sender": ticket.sender_name,
        "subject": ticket.subject,
        "theme": row.values.get("theme", ""),
        "answered_on": iso(ticket.answered_on),
        "undated": ticket.undated,
        "purpose": str(first.purpose) if first else "",
        "met_on": iso(first.met_on) if first else None,
        "due_on": iso(first.due_on) if first else None,
        "outcome": str(Outcome.LATE if late else first.outcome) if first else "",
    }
