"""A row of a register as the acts of a demande, in the order of their dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    CallOff,
    Close,
    Command,
    Complete,
    Hold,
    HoldMeeting,
    Note,
    Propose,
    Register,
)
from tracker.deadlines import Fact
from tracker.enums import Machine
from tracker.importing.options import ImportTarget
from tracker.spreadsheets.cells import UNDATED

MISSING = "Pièce demandée au demandeur (registre importé)"
MEETING_SUBJECT = "Demande de rendez-vous"
LONGEST_SUBJECT: Final = 500

Values = Mapping[str, Any]


def registration(values: Values, target: ImportTarget, found: Mapping[str, Any], evidence: str) -> list[Command]:
    """Register, and Assign where there is a bureau for it. `found` holds what the row names: `office`, `site`,
    `mailbox`, `theme`."""
    theme, office = found.get("theme"), found.get("office")
    channel = target.channels[values["channel"]] if "channel" in values else target.channel
    nature = target.natures[values["nature"]] if "nature" in values else target.nature
    mailbox = found.get("mailbox")
    acts: list[Command] = [
        Register(
            kind=target.kind,
            channel_id=channel.pk,
            nature_id=nature.pk,
            received_on=values["received_on"],
            site_id=(found.get("site") or target.site).pk,
            module=target.module,
            theme_id=theme.pk if theme else None,
            mailbox_id=mailbox.pk if mailbox else None,
            sender_name=values.get("sender", ""),
            subject=subject_of(values, target),
            evidence=evidence,
        )
    ]
    if office is not None:
        acts.append(Assign(office.pk))
    return acts


def subject_of(values: Values, target: ImportTarget) -> str:
    meeting = target.kind.machine == Machine.MEETING
    subject: str = values.get("subject") or values.get("theme") or (MEETING_SUBJECT if meeting else "")
    if meeting and values.get("sender_role"):
        subject = f"{subject} ({values['sender_role']})"
    return subject[:LONGEST_SUBJECT]


def handling(values: Values, target: ImportTarget, *, undated: str | None = None) -> list[Command]:
    """What was done after the arrival. A row that says nothing of an answer leaves the demande open, unless the import
    was told that it was answered without a traceable date (`undated` says otherwise for one row)."""
    if target.kind.machine == Machine.MEETING:
        return meeting(values)
    acts = waiting(values)
    answered = values.get("published_on") or values.get("answered_on")
    if answered is not None:
        acts += [Answer(None if answered is UNDATED else answered), Close()]
    elif (undated or target.options.undated) == "late":
        acts += [Answer(None), Close()]
    return acts


def ends(acts: Iterable[Command]) -> bool:
    """Whether the demande has ended after these acts."""
    return any(isinstance(act, Close) or (isinstance(act, CallOff) and act.ends) for act in acts)


def waiting(values: Values) -> list[Command]:
    """The piece asked for, its arrival and the holding reply, in the order of their dates.

    A holding reply that left while the piece was awaited met no deadline, since none ran: it is noted, as the machine
    knows no such act.
    """
    asked_on, completed_on, held_on = (values.get(code) for code in ("asked_on", "completed_on", "holding_on"))
    acts: list[Command] = []
    if asked_on is not None:
        acts.append(AskRequester(asked_on, missing=MISSING))
        if completed_on is not None:
            acts.append(Complete(completed_on))
    if held_on is None:
        return acts
    hold = Hold(held_on, values.get("promised_on"))
    if asked_on is None or held_on <= asked_on:
        return [hold, *acts]
    if completed_on is not None and held_on >= completed_on:
        return [*acts, hold]
    return [*acts[:1], Note(held_while_awaiting(held_on, hold.promised_on)), *acts[1:]]


def held_while_awaiting(held_on: date, promised_on: date | None) -> str:
    promise = f", réponse promise pour le {promised_on:%d/%m/%Y}" if promised_on else ""
    return f"Réponse d’attente envoyée le {held_on:%d/%m/%Y}, pièce attendue{promise} (registre importé)"


def meeting(values: Values) -> list[Command]:
    """Proposed, then held or called off. Where a meeting was held and its proposal has no date, it was proposed at the
    latest that day."""
    met_on, proposed_on = values.get("met_on"), values.get("proposed_on")
    unavailable = "unavailability" in values
    if proposed_on is None:
        proposed_on = met_on
    if proposed_on is None:
        return []
    planned: date | None = values.get("meeting_on") or met_on
    acts: list[Command] = [Propose(proposed_on, planned if planned and planned >= proposed_on else None)]
    if met_on is not None:
        acts += [HoldMeeting(met_on, requester_unavailable=unavailable), Close()]
    elif unavailable:
        acts.append(CallOff(proposed_on, by_requester=True, ends=True))
    return acts


# --- A row met before ---------------------------------------------------------------------------------------------


def answer_in(values: Values, target: ImportTarget) -> tuple[bool, date | None]:
    """Whether the row itself says that the demande is answered (or the meeting held), and on which day."""
    if target.kind.machine == Machine.MEETING:
        return "met_on" in values, values.get("met_on")
    answered = values.get("published_on") or values.get("answered_on")
    return answered is not None, None if answered is UNDATED else answered


FACT_OF: Final[Mapping[type[Command], str]] = {
    AskRequester: "asked",
    Complete: "completed",
    Hold: "held",
    Propose: "proposed",
    Note: "noted",
}
DATED_FACTS: Final = {
    "asked_on": ("asked", "la demande de pièce"),
    "completed_on": ("completed", "la réception de la pièce"),
    "holding_on": ("held", "la réponse d’attente"),
    "proposed_on": ("proposed", "la proposition"),
}
DATED_KINDS: Final = frozenset(kind for kind, _ in DATED_FACTS.values())


def still_to_do(acts: Iterable[Command], facts: Iterable[Fact]) -> list[Command]:
    """The acts whose fact the journal does not hold yet: what a later version of the file adds."""
    done = {fact.kind for fact in facts}
    return [act for act in acts if FACT_OF.get(type(act)) not in done]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A date of the row that the journal has otherwise: its column, what happened then, and both dates."""

    column: str
    what: str
    ours: date
    theirs: date


def contradicted(values: Values, facts: Iterable[Fact]) -> Contradiction | None:
    """The first date of the row that the journal has otherwise; one that the journal lacks contradicts nothing."""
    known: dict[str, list[date]] = {}
    for fact in facts:
        if fact.kind in DATED_KINDS and fact.data["on"]:
            known.setdefault(fact.kind, []).append(date.fromisoformat(fact.data["on"]))
    for code, (kind, what) in DATED_FACTS.items():
        if code in values and kind in known and values[code] not in known[kind]:
            return Contradiction(code, what, known[kind][-1], values[code])
    return None
