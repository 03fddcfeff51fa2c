"""The rows of a plan: what each must satisfy by itself before anything is looked up in the database."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from actions.enums import DONE_STATES, ActionState
from actions.importing.layouts import plan_layout
from actions.models import ActionSource
from tracker.spreadsheets.cells import Fault
from tracker.spreadsheets.headers import HeaderMatch
from tracker.spreadsheets.rows import Check, Values
from tracker.spreadsheets.tables import TableReading

PAST: Final = {
    "opened_on": "L’ouverture",
    "done_on": "La réalisation",
    "verified_on": "La vérification",
}
"""What has happened cannot be dated after today; an échéance can."""
ORDER: Final = (
    ("opened_on", "due_on", "L’échéance ({later}) précède l’ouverture de l’action ({earlier})."),
    ("opened_on", "done_on", "La réalisation ({later}) précède l’ouverture de l’action ({earlier})."),
    ("done_on", "verified_on", "La vérification ({later}) précède la réalisation ({earlier})."),
)
"""(a date, another that cannot be before it, why). The later one is the cell to mend."""


def state_of(values: Values) -> ActionState:
    """What the row says of the action: its state, or what its dates say where it has none."""
    if "state" in values:
        return ActionState(str(values["state"]))
    if "verified_on" in values:
        return ActionState.VERIFIED
    return ActionState.DONE if "done_on" in values else ActionState.PLANNED


def plan_checks(match: HeaderMatch, today: dt.date) -> Check:
    """The checks between the columns that this sheet has, `today` being the day of the import."""

    def check(values: Values) -> Iterable[tuple[str, Fault]]:
        faults: list[tuple[str, Fault]] = []
        dates = {code: day for code, day in values.items() if isinstance(day, dt.date)}
        for code, subject in PAST.items():
            day = dates.get(code)
            if day is not None and day > today:
                del dates[code]
                faults.append((code, Fault(f"{subject} est dans le futur ({day:%d/%m/%Y}).", "vérifiez l’année")))
        for earlier, later, why in ORDER:
            first, second = dates.get(earlier), dates.get(later)
            if first is not None and second is not None and second < first:
                faults.append((later, Fault(why.format(earlier=f"{first:%d/%m/%Y}", later=f"{second:%d/%m/%Y}"))))
        state = state_of(values)
        if "done_on" in values and state not in DONE_STATES:
            reason = f"L’action est dite «\xa0{state.label}\xa0», avec une date de réalisation."
            faults.append(("done_on", Fault(reason, "corrigez l’état, ou effacez cette date")))
        if "verified_on" in values and state != ActionState.VERIFIED:
            reason = f"L’action est dite «\xa0{state.label}\xa0», avec une date de vérification."
            faults.append(("verified_on", Fault(reason, "corrigez l’état, ou effacez cette date")))
        # A cell that is itself at fault has been read as nothing: its own reason is enough.
        return [(code, fault) for code, fault in faults if code in match.columns]

    return check


def read_plan(
    path: Path, *, name: str, sources: Sequence[ActionSource], today: dt.date, source_given: bool = False
) -> TableReading:
    """The rows of a plan: iterating gives a `TableRow` for each row that can be taken and a `RowProblem` for each that
    is refused. `name` is the file's name for people; `source_given`: a person has said where actions come from where
    the plan does not."""
    layout = plan_layout(sources, source_given=source_given)
    return TableReading(path, layout, lambda match: plan_checks(match, today), name=name)
