"""Every state × every transition of an action, allowed and refused, from a table written by hand."""

from datetime import date
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed

from actions.enums import DONE_STATES, PLAN_STATES, REASONED_STATES, STATES_OF, ActionState
from actions.models import Action

DAY = date(2026, 11, 19)
# transition: (where it may start, where it leads, what it is given)
TABLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "plan": ("proposed", "planned", {}),
    "decline": ("proposed", "declined", {"reason": "Hors de notre portée"}),
    "reconsider": ("declined", "proposed", {}),
    "start": ("planned", "in_progress", {}),
    "put_back": ("in_progress", "planned", {}),
    "finish": ("planned in_progress", "done", {"done_on": DAY}),
    "verify": ("done", "verified", {"verified_on": DAY}),
    "abandon": ("planned in_progress", "abandoned", {"reason": "Le site a fermé"}),
    "reopen": ("done verified abandoned", "in_progress", {}),
}


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize("name", TABLE)
def test_transition(state: ActionState, name: str) -> None:
    sources, target, given = TABLE[name]
    action = Action(state=state)
    if state in sources.split():
        getattr(action, name)(**given)
        assert action.state == target
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(action, name)(**given)
        assert action.state == state


def test_the_table_holds_every_transition() -> None:
    known = {transition.name for transition in Action._meta.get_field("state").get_all_transitions(Action)}
    assert known == TABLE.keys()


def test_what_counts_is_cut_in_three_and_nothing_twice() -> None:
    counted = [state for states in STATES_OF.values() for state in states]
    assert sorted(counted) == sorted(PLAN_STATES)
    assert set(ActionState) - set(PLAN_STATES) == {ActionState.PROPOSED, *REASONED_STATES}
    assert set(DONE_STATES) < set(PLAN_STATES)


def test_reopening_forgets_how_it_ended() -> None:
    action = Action(state=ActionState.VERIFIED, done_on=DAY, verified_on=DAY)
    action.reopen()
    assert (action.done_on, action.verified_on, action.reopened_count) == (None, None, 1)
    left = Action(state=ActionState.ABANDONED, reason="Le site a fermé")
    left.reopen()
    assert left.reason == ""
