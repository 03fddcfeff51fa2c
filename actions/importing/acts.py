"""From what a row says to the acts that bring an action there."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from actions.commands import (
    Abandon,
    Command,
    Decline,
    Edit,
    Finish,
    Plan,
    PutBack,
    Reconsider,
    Record,
    Reopen,
    Start,
    Verify,
)
from actions.enums import DONE_STATES, ActionState
from actions.importing.reading import state_of
from actions.models import Action, ActionSource
from tracker.importing.identities import digest
from tracker.spreadsheets.rows import TableRow
from tracker.spreadsheets.wording import quoted

NO_REASON: Final = "Sans motif dans le plan importé."
WORDS: Final = ("title", "description", "expected_result", "contributors", "progress_note")


def date_in(values: Mapping[str, Any], code: str) -> dt.date | None:
    """« Sans date » is no date."""
    day = values.get(code)
    return day if isinstance(day, dt.date) else None


def opening_of(values: Mapping[str, Any], today: dt.date) -> dt.date:
    """The day that the row says; without one, that of the import, or the first that the row names."""
    said = date_in(values, "opened_on")
    dates = [day for code in ("due_on", "done_on") if (day := date_in(values, code))]
    return said or min([today, *dates])


def recording(row: TableRow, source: ActionSource, found: Mapping[str, Any], today: dt.date) -> list[Command]:
    """A new action, brought to the state that its row says. `found`: the columns that its cells fill by what they
    name."""
    values = row.values
    columns: dict[str, Any] = {name: values[name] for name in WORDS if name in values} | dict(found)
    if (due_on := date_in(values, "due_on")) is not None:
        columns["due_on"] = due_on
    if "priority" in values:
        columns["priority"] = int(str(values["priority"]))
    evidence = "\n".join(f"{header}\xa0: {text}" for header, text in row.raw.items())
    first = Record(source.pk, opening_of(values, today), columns, evidence)
    return [first, *towards(ActionState.PROPOSED, state_of(values), values, today)]


def towards(now: ActionState, wanted: ActionState, values: Mapping[str, Any], today: dt.date) -> list[Command]:
    """The acts that lead from one state to another, on the days and for the reason that the row gives."""
    finish = Finish(date_in(values, "done_on"))
    verify = Verify(date_in(values, "verified_on") or date_in(values, "done_on") or today)
    reason = str(values.get("reason", "")) or NO_REASON
    acts: list[Command] = []
    if now == wanted or (now == ActionState.VERIFIED and wanted == ActionState.DONE):
        return acts  # what was verified here is done there
    if now == ActionState.DECLINED:
        acts, now = [Reconsider()], ActionState.PROPOSED
    elif now in (*DONE_STATES, ActionState.ABANDONED) and not (
        now == ActionState.DONE and wanted == ActionState.VERIFIED
    ):
        acts, now = [Reopen()], ActionState.IN_PROGRESS
    if now == ActionState.PROPOSED and wanted not in (ActionState.PROPOSED, ActionState.DECLINED):
        acts, now = [*acts, Plan()], ActionState.PLANNED
    match wanted:
        case ActionState.DECLINED:
            acts.append(Decline(reason))
        case ActionState.PLANNED if now == ActionState.IN_PROGRESS:
            acts.append(PutBack())
        case ActionState.IN_PROGRESS if now == ActionState.PLANNED:
            acts.append(Start())
        case ActionState.DONE:
            acts.append(finish)
        case ActionState.VERIFIED:
            acts += [verify] if now == ActionState.DONE else [finish, verify]
        case ActionState.ABANDONED:
            acts.append(Abandon(reason))
    return acts


def reachable(now: ActionState, wanted: ActionState) -> bool:
    """An action of the plan does not become an idea again."""
    back = (ActionState.PROPOSED, ActionState.DECLINED)
    return wanted not in back or now in back


# --- A row met before ---------------------------------------------------------------------------------------------

NAMES: Final = {
    "state": "l’état",
    "due_on": "l’échéance",
    "done_on": "la date de réalisation",
    "progress_note": "l’avancement",
    "title": "l’intitulé",
}
"""What a later version of the file may say otherwise. Who carries an action, and what it is linked to, is the tool's:
a file never takes it back."""
Said = dict[str, str]


def said_by(values: Mapping[str, Any]) -> Said:
    """What a row says of what is compared. An empty text says nothing."""
    dates = {code: date_in(values, code) for code in ("due_on", "done_on", "opened_on")}
    return {
        "state": str(state_of(dict(values)).value),
        **{code: day.isoformat() if day else "" for code, day in dates.items()},
        **{code: str(values.get(code, "")) for code in ("progress_note", "title", "part", "source")},
    }


def said_here(action: Action) -> Said:
    """The same of the action as it stands."""
    dates = {"due_on": action.due_on, "done_on": action.done_on}
    return {
        "state": str(action.state),
        **{code: day.isoformat() if day else "" for code, day in dates.items()},
        "progress_note": action.progress_note,
        "title": action.title,
    }


def kept_of(said: Said) -> Said:
    """What is kept of a row: dates, codes, and digests of its words."""
    return said | {code: digest(said[code]) if said[code] else "" for code in ("progress_note", "title")}


def is_another(was: Said, now: Said) -> bool:
    """Whether a number that is already taken speaks of another action: with another title, and another opening, module
    or source too."""
    return was["title"] != now["title"] and any(was[code] != now[code] for code in ("opened_on", "part", "source"))


def changed_in_file(was: Said, file: Said, here: Said) -> tuple[list[str], list[str]]:
    """Names that the file says otherwise than at its last reading, and that the action does not say yet: those to bring
    to the action, and those that somebody has changed here meanwhile. All three are as `kept_of` gives them."""
    todo: list[str] = []
    contradicted: list[str] = []
    for name in NAMES:
        if not file[name] or file[name] in (was[name], here[name]):
            continue
        if name == "state" and (here[name], file[name]) == (ActionState.VERIFIED, ActionState.DONE):
            continue  # what was verified here is done there
        (todo if here[name] == was[name] else contradicted).append(name)
    return todo, contradicted


def updating(action: Action, names: Sequence[str], values: Mapping[str, Any], today: dt.date) -> list[Command]:
    """The acts that bring to an action what a later version of its row says of `names`."""
    acts: list[Command] = []
    if "state" in names or "done_on" in names:
        now, wanted = ActionState(action.state), state_of(dict(values))
        if now == wanted:
            # Done on another day than was said.
            acts += [Reopen()]
            now = ActionState.IN_PROGRESS
        acts += towards(now, wanted, values, today)
    edited: dict[str, Any] = {}
    for name in ("title", "progress_note"):
        if name in names:
            edited[name] = str(values.get(name, ""))
    if "due_on" in names:
        edited["due_on"] = date_in(values, "due_on")
    return [*([Edit(edited)] if edited else ()), *acts]


def shown(name: str, value: str) -> str:
    """What is compared, as a person reads it."""
    if name == "state":
        return quoted(ActionState(value).label)
    if name in ("due_on", "done_on"):
        return f"{dt.date.fromisoformat(value):%d/%m/%Y}" if value else "sans date"
    return quoted(value) if value else "rien"
