"""Registers of demandes: what a row must satisfy by itself before anything is looked up in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

from tracker.spreadsheets.cells import Fault
from tracker.spreadsheets.headers import HeaderMatch
from tracker.spreadsheets.layouts import register_layout
from tracker.spreadsheets.rows import Check, Values
from tracker.spreadsheets.tables import TableReading

# (a date, another that cannot be before it, why). The later one is the cell to mend.
ORDER = (
    (
        "received_on",
        "answered_on",
        "La réponse est datée du {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "holding_on",
        "La réponse d’attente est datée du {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "acknowledged_on",
        "L’accusé de réception est daté du {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "asked_on",
        "La pièce a été demandée le {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "completed_on",
        "La pièce a été reçue le {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "published_on",
        "La mise en ligne est datée du {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "proposed_on",
        "La date a été proposée le {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "meeting_on",
        "Le rendez-vous est fixé au {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "received_on",
        "met_on",
        "Le rendez-vous a été tenu le {later}, avant l’arrivée ({earlier}).",
    ),
    (
        "asked_on",
        "completed_on",
        "La pièce a été reçue le {later}, avant d’avoir été demandée ({earlier}).",
    ),
    (
        "proposed_on",
        "meeting_on",
        "Le rendez-vous est fixé au {later}, avant sa proposition ({earlier}).",
    ),
    (
        "proposed_on",
        "met_on",
        "Le rendez-vous a été tenu le {later}, avant sa proposition ({earlier}).",
    ),
    (
        "holding_on",
        "promised_on",
        "La réponse est promise pour le {later}, avant la réponse d’attente ({earlier}).",
    ),
    (
        "received_on",
        "promised_on",
        "La réponse est promise pour le {later}, avant l’arrivée ({earlier}).",
    ),
)
NOT_AFTER = (("holding_on", "answered_on", "La réponse d’attente est datée du {first}, après la réponse ({second})."),)
"""(a date, another that it cannot follow, why). Here the first one is the cell to mend."""
PAST = {
    "received_on": "L’arrivée",
    "answered_on": "La réponse",
    "holding_on": "La réponse d’attente",
    "acknowledged_on": "L’accusé de réception",
    "asked_on": "La demande de pièce",
    "completed_on": "La réception de la pièce",
    "published_on": "La mise en ligne",
    "proposed_on": "La proposition",
    "met_on": "La tenue du rendez-vous",
}
"""What has happened cannot be dated after today; a promise or a meeting to come can."""


def register_checks(match: HeaderMatch, today: dt.date) -> Check:
    """The checks between the columns that this sheet has, `today` being the day of the import."""
    present = match.columns
    order = [(earlier, later, why) for earlier, later, why in ORDER if earlier in present and later in present]
    past = [(code, subject) for code, subject in PAST.items() if code in present]
    not_after = [(first, second, why) for first, second, why in NOT_AFTER if first in present and second in present]
    # Where a person named the promise alone, its cell is the one to mend.
    promise_shows_in = "holding_on" if "holding_on" in present else "promised_on"
    asks = "asked_on" in present and "completed_on" in present

    def check(values: Values) -> Iterable[tuple[str, Fault]]:
        faults: list[tuple[str, Fault]] = []
        future = set()
        for code, subject in past:
            date = values.get(code)
            if isinstance(date, dt.date) and date > today:
                future.add(code)
                faults.append((code, Fault(f"{subject} est dans le futur ({date:%d/%m/%Y}).", "vérifiez l’année")))
        for earlier, later, why in order:
            second = values.get(later)
            # Nothing is said against a date that is itself at fault.
            if second is not None and isinstance(second, dt.date) and earlier not in future:
                first = values.get(earlier)
                if isinstance(first, dt.date) and second < first:
                    reason = why.format(later=f"{second:%d/%m/%Y}", earlier=f"{first:%d/%m/%Y}")
                    faults.append((later, Fault(reason)))
        for code, later, why in not_after:
            date, limit = values.get(code), values.get(later)
            if code not in future and isinstance(date, dt.date) and isinstance(limit, dt.date) and date > limit:
                faults.append((code, Fault(why.format(first=f"{date:%d/%m/%Y}", second=f"{limit:%d/%m/%Y}"))))
        promised = values.get("promised_on")
        if isinstance(promised, dt.date) and "holding_on" not in values:
            reason = f"Une réponse est promise pour le {promised:%d/%m/%Y} sans date de réponse d’attente."
            faults.append((promise_shows_in, Fault(reason, "indiquez quand la réponse d’attente a été envoyée")))
        if asks and "completed_on" in values and "asked_on" not in values:
            faults.append(
                (
                    "asked_on",
                    Fault(
                        "Une pièce a été reçue sans date de demande.",
                        "indiquez quand elle a été demandée",
                    ),
                )
            )
        return faults

    return check


def read_register(
    path: Path,
    *,
    kind: str,
    today: dt.date,
    name: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
) -> TableReading:
    """The rows of a register of `kind` (courrier, courriel, reclamation, rdv, site, or the code of another kind).

    Iterating over it gives a `TableRow` for each row that can be taken and a `RowProblem` for each that is refused.
    `name` is the file's name for people; `mapping` (code → header, or None for « nowhere ») is what a person said of
    its columns.
    """
    layout = register_layout(kind)
    return TableReading(
        path,
        layout,
        lambda match: register_checks(match, today),
        name=name,
        mapping=mapping,
    )
