"""The two state machines of a demande.

A transition changes the instance it is called on and nothing else: no query, no mail, no save. Who may call it, what it
does to the deadlines and how it is written down belong to `tracker.decisions` and `tracker.writers`. `custom["label"]`
is what the button says.
"""

from datetime import date
from typing import Any, cast

from django.db import models
from django_fsm import GET_STATE, RETURN_VALUE, FSMField, FSMModelMixin, transition

from tracker.enums import OPEN_STATES, Machine, State


def on_reply(ticket: models.Model) -> bool:
    return cast("Workflow", ticket).machine == Machine.REPLY


def on_meeting(ticket: models.Model) -> bool:
    return cast("Workflow", ticket).machine == Machine.MEETING


def previous_state(_ticket: "Workflow", state: str, **_fields: Any) -> str:
    return state


class Workflow(FSMModelMixin, models.Model):
    """What both machines share: affecting, taking, sending back, and every way to end, reopen and undo."""

    machine = models.CharField("circuit", max_length=10, choices=Machine)
    state = FSMField("état", max_length=20, choices=State, default=State.REGISTERED, protected=True)

    # Columns of Ticket that the transitions write.
    office_id: int | None
    assignee_id: int | None
    sent_back_count: int
    reopened_count: int
    ended_on: date | None
    dismissal_reason: str
    merged_into_id: int | None
    answered_on: date | None
    undated: bool

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @transition(
        state,
        source=[State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS],
        target=State.ASSIGNED,
        custom={"label": "Affecter"},
    )
    def assign(self, *, office_id: int, assignee_id: int | None) -> None:
        self.office_id = office_id
        self.assignee_id = assignee_id

    @transition(state, source=State.ASSIGNED, target=State.IN_PROGRESS, custom={"label": "Prendre en charge"})
    def take(self, *, assignee_id: int) -> None:
        self.assignee_id = assignee_id

    @transition(
        state,
        source=[State.ASSIGNED, State.IN_PROGRESS],
        target=State.REGISTERED,
        custom={"label": "Pas pour nous"},
    )
    def send_back(self) -> None:
        self.office_id = None
        self.assignee_id = None
        self.sent_back_count += 1

    @transition(
        state,
        source=[State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.ON_HOLD],
        target=State.FORWARDED,
        custom={"label": "Transmettre"},
    )
    def forward(self, *, ended_on: date) -> None:
        self.ended_on = ended_on

    @transition(state, source=list(OPEN_STATES), target=State.DISMISSED, custom={"label": "Classer sans suite"})
    def dismiss(self, *, reason: str, ended_on: date) -> None:
        self.dismissal_reason = reason
        self.ended_on = ended_on

    @transition(state, source=list(OPEN_STATES), target=State.MERGED, custom={"label": "Fusionner"})
    def merge(self, *, into_id: int, ended_on: date) -> None:
        self.merged_into_id = into_id
        self.ended_on = ended_on

    @transition(state, source=[State.ANSWERED, State.MET], target=State.CLOSED, custom={"label": "Clore"})
    def close(self) -> None:
        pass

    @transition(
        state,
        source=[State.ANSWERED, State.MET, State.CLOSED, State.FORWARDED, State.DISMISSED],
        target=State.IN_PROGRESS,
        custom={"label": "Rouvrir"},
    )
    def reopen(self) -> None:
        self.answered_on = None
        self.undated = False
        self.ended_on = None
        self.dismissal_reason = ""
        self.reopened_count += 1

    @transition(state, source="*", target=GET_STATE(previous_state, states=list(State)), custom={"label": "Annuler"})
    def undo(self, *, state: str, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


class ReplyWorkflow(Workflow):
    """Correspondence, complaints, site updates and the kinds that a préfecture adds: the promise is an answer."""

    awaited_until: date | None
    promised_on: date | None
    reply_channel_id: int | None

    class Meta:
        abstract = True

    @transition(
        "state",
        source=[State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.ON_HOLD],
        target=State.AWAITING_REQUESTER,
        conditions=[on_reply],
        custom={"label": "Demander une pièce"},
    )
    def ask_requester(self, *, until: date | None) -> None:
        self.awaited_until = until

    @transition(
        "state",
        source=State.AWAITING_REQUESTER,
        target=State.IN_PROGRESS,
        conditions=[on_reply],
        custom={"label": "Pièce reçue"},
    )
    def complete(self) -> None:
        self.awaited_until = None

    @transition(
        "state",
        source=[State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.ON_HOLD],
        target=State.ON_HOLD,
        conditions=[on_reply],
        custom={"label": "Réponse d’attente"},
    )
    def hold(self, *, promised_on: date | None) -> None:
        self.promised_on = promised_on

    @transition(
        "state",
        source=[State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.ON_HOLD, State.AWAITING_REQUESTER],
        target=State.ANSWERED,
        conditions=[on_reply],
        custom={"label": "Enregistrer la réponse"},
    )
    def answer(self, *, answered_on: date | None, channel_id: int | None) -> None:
        self.answered_on = answered_on
        self.undated = answered_on is None
        self.reply_channel_id = channel_id
        self.ended_on = answered_on


class MeetingWorkflow(Workflow):
    """Rendez-vous d'élus: the promises are a date proposed, then a meeting held."""

    class Meta:
        abstract = True

    @transition(
        "state",
        source=[State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.PROPOSED, State.CONFIRMED],
        target=State.PROPOSED,
        conditions=[on_meeting],
        custom={"label": "Proposer une date"},
    )
    def propose(self) -> None:
        pass

    @transition(
        "state",
        source=State.PROPOSED,
        target=State.CONFIRMED,
        conditions=[on_meeting],
        custom={"label": "Confirmer la date"},
    )
    def confirm(self) -> None:
        pass

    @transition(
        "state",
        source=[State.PROPOSED, State.CONFIRMED],
        target=State.MET,
        conditions=[on_meeting],
        custom={"label": "Rendez-vous tenu"},
    )
    def hold_meeting(self, *, met_on: date) -> None:
        self.answered_on = met_on
        self.ended_on = met_on

    @transition(
        "state",
        source=[State.PROPOSED, State.CONFIRMED],
        target=RETURN_VALUE(State.IN_PROGRESS, State.CLOSED),
        conditions=[on_meeting],
        custom={"label": "Date refusée"},
    )
    def decline(self, *, ended_on: date | None) -> str:
        """By the requester, before confirming. Ends the demande where `ended_on` says on which day."""
        self.ended_on = ended_on
        return State.CLOSED if ended_on else State.IN_PROGRESS

    @transition(
        "state",
        source=[State.PROPOSED, State.CONFIRMED],
        target=RETURN_VALUE(State.IN_PROGRESS, State.CLOSED),
        conditions=[on_meeting],
        custom={"label": "Rendez-vous annulé"},
    )
    def cancel(self, *, ended_on: date | None) -> str:
        """By the requester or by the préfecture. Ends the demande where `ended_on` says on which day."""
        self.ended_on = ended_on
        return State.CLOSED if ended_on else State.IN_PROGRESS
