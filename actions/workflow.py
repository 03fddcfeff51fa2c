"""The state machine of an action.

A transition changes the instance it is called on and nothing else: no query, no mail, no save. Who may call it and how
it is written down belong to `actions.decisions` and `actions.writers`. `custom["label"]` is what the button says.
"""

from datetime import date

from django.db import models
from django_fsm import FSMField, FSMModelMixin, transition

from actions.enums import DONE_STATES, TO_DO_STATES, ActionState


class ActionWorkflow(FSMModelMixin, models.Model):
    state = FSMField("état", max_length=20, choices=ActionState, default=ActionState.PROPOSED, protected=True)

    # Columns of Action that the transitions write.
    done_on: date | None
    verified_on: date | None
    reason: str
    reopened_count: int

    class Meta:
        abstract = True

    @transition(state, source=ActionState.PROPOSED, target=ActionState.PLANNED, custom={"label": "Inscrire au plan"})
    def plan(self) -> None:
        pass

    @transition(state, source=ActionState.PROPOSED, target=ActionState.DECLINED, custom={"label": "Ne pas retenir"})
    def decline(self, *, reason: str) -> None:
        self.reason = reason

    @transition(state, source=ActionState.DECLINED, target=ActionState.PROPOSED, custom={"label": "Réexaminer"})
    def reconsider(self) -> None:
        self.reason = ""

    @transition(state, source=ActionState.PLANNED, target=ActionState.IN_PROGRESS, custom={"label": "Commencer"})
    def start(self) -> None:
        pass

    @transition(state, source=ActionState.IN_PROGRESS, target=ActionState.PLANNED, custom={"label": "Remettre à faire"})
    def put_back(self) -> None:
        """It was not begun after all."""

    @transition(state, source=list(TO_DO_STATES), target=ActionState.DONE, custom={"label": "C’est fait"})
    def finish(self, *, done_on: date | None) -> None:
        self.done_on = done_on

    @transition(state, source=ActionState.DONE, target=ActionState.VERIFIED, custom={"label": "Vérifier"})
    def verify(self, *, verified_on: date) -> None:
        self.verified_on = verified_on

    @transition(state, source=list(TO_DO_STATES), target=ActionState.ABANDONED, custom={"label": "Abandonner"})
    def abandon(self, *, reason: str) -> None:
        self.reason = reason

    @transition(
        state,
        source=[*DONE_STATES, ActionState.ABANDONED],
        target=ActionState.IN_PROGRESS,
        custom={"label": "Reprendre"},
    )
    def reopen(self) -> None:
        self.done_on = None
        self.verified_on = None
        self.reason = ""
        self.reopened_count += 1
