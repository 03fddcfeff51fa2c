"""A row of a register as the acts of a demande, in the order of their dates."""

from collections.abc import Mapping
from datetime import date
from typing import Any

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
    Propose,
    Register,
)
from tracker.enums import Machine
from tracker.importing.options import ImportTarget
from tracker.spreadsheets.cells import UNDATED

MISSING = "Pièce demandée au demandeur (registre importé)"
MEETING_SUBJECT = "Demande de rendez-vous"

Values = Mapping[str, Any]


def registration(values: Values, target: ImportTarget, found: Mapping[str, Any], evidence: str) -> list[Command]:
    """Register, and Assign where the row or the options name a bureau. `found` holds what the cells name: `office`,
    `site`, `mailbox`, `theme`."""
    theme, office = found.get("theme"), found.get("office") or target.office
    meeting = target.kind.machine == Machine.MEETING
    subject = values.get("subject") or values.get("theme") or (MEETING_SUBJECT if meeting else "")
    if meeting and values.get("sender_role"):
        subject = f"{subject} ({values['sender_role']})"
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
            subject=subject[:500],
            evidence=evidence,
        )
    ]
    if office is not None:
        acts.append(Assign(office.pk))
    return acts


def handling(values: Values, target: ImportTarget) -> list[Command]:
    """What was done after the arrival. A row that says nothing of an answer leaves the demande open, unless the import
    was told that it was answered without a traceable date."""
    if target.kind.machine == Machine.MEETING:
        return meeting(values)
    dated: list[tuple[date, int, Command]] = []
    asked_on = values.get("asked_on")
    if asked_on is not None:
        dated.append((asked_on, 1, AskRequester(asked_on, missing=MISSING)))
        if "completed_on" in values:
            dated.append((values["completed_on"], 2, Complete(values["completed_on"])))
    if "holding_on" in values:
        dated.append((values["holding_on"], 0, Hold(values["holding_on"], values.get("promised_on"))))
    acts = [act for *_, act in sorted(dated, key=lambda item: item[:2])]
    answered = values.get("published_on") or values.get("answered_on")
    if answered is not None:
        acts += [Answer(None if answered is UNDATED else answered), Close()]
    elif target.options.undated == "late":
        acts += [Answer(None), Close()]
    return acts


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


def answer_in(values: Values, target: ImportTarget) -> tuple[bool, date | None]:
    """Whether the row itself says that the demande is answered (or the meeting held), and on which day."""
    if target.kind.machine == Machine.MEETING:
        return "met_on" in values, values.get("met_on")
    answered = values.get("published_on") or values.get("answered_on")
    return answered is not None, None if answered is UNDATED else answered


FACT_OF = {AskRequester: "asked", Complete: "completed", Hold: "held", Propose: "proposed"}


def still_to_do(acts: list[Command], done: set[str]) -> list[Command]:
    """The acts whose fact the journal does not hold yet: what a later version of the file adds."""
    return [act for act in acts if FACT_OF.get(type(act)) not in done]
