"""Every state × every transition of both machines, allowed and refused, from a table written by hand.

The table is that of the functional description (docs/architecture.md) and of docs/decisions/0003, not of the code: it
names where each transition may start and where it leads.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django_fsm import TransitionNotAllowed

from tests.factories import World
from tracker.commands import (
    Absorb,
    Answer,
    AskRequester,
    Assign,
    CallOff,
    Close,
    Command,
    Complete,
    Confirm,
    Dismiss,
    Forward,
    Hold,
    HoldMeeting,
    Merge,
    Propose,
    Reopen,
    SendBack,
    Take,
)
from tracker.enums import OPEN_STATES, DismissalReason, Machine, State
from tracker.errors import TransitionRefused
from tracker.models import Ticket
from tracker.state_graphs import arrows, page

COMMON = ["registered", "assigned", "in_progress", "closed", "forwarded", "dismissed", "merged"]
REPLY_STATES = [*COMMON, "awaiting_requester", "on_hold", "answered"]
MEETING_STATES = [*COMMON, "proposed", "confirmed", "met"]
DAY = date(2026, 11, 19)

# transition: (where it may start, where it leads); « = » is where it was.
REPLY = {
    "assign": ("registered assigned in_progress", "assigned"),
    "take": ("assigned", "in_progress"),
    "send_back": ("assigned in_progress", "registered"),
    "ask_requester": ("registered assigned in_progress on_hold", "awaiting_requester"),
    "complete": ("awaiting_requester", "in_progress"),
    "hold": ("registered assigned in_progress on_hold", "on_hold"),
    "answer": ("registered assigned in_progress on_hold awaiting_requester", "answered"),
    "close": ("answered", "closed"),
    "forward": ("registered assigned in_progress on_hold", "forwarded"),
    "dismiss": ("registered assigned in_progress awaiting_requester on_hold", "dismissed"),
    "merge": ("registered assigned in_progress awaiting_requester on_hold", "merged"),
    "reopen": ("answered closed forwarded dismissed", "in_progress"),
    "undo": (" ".join(REPLY_STATES), "="),
    "propose": ("", ""),
    "confirm": ("", ""),
    "hold_meeting": ("", ""),
    "decline": ("", ""),
    "cancel": ("", ""),
}
MEETING = {
    "assign": ("registered assigned in_progress", "assigned"),
    "take": ("assigned", "in_progress"),
    "send_back": ("assigned in_progress", "registered"),
    "forward": ("registered assigned in_progress", "forwarded"),
    "dismiss": ("registered assigned in_progress proposed confirmed", "dismissed"),
    "merge": ("registered assigned in_progress proposed confirmed", "merged"),
    "propose": ("registered assigned in_progress proposed confirmed", "proposed"),
    "confirm": ("proposed", "confirmed"),
    "hold_meeting": ("proposed confirmed", "met"),
    "decline": ("proposed confirmed", "in_progress"),
    "cancel": ("proposed confirmed", "in_progress"),
    "close": ("met", "closed"),
    "reopen": ("met closed forwarded dismissed", "in_progress"),
    "undo": (" ".join(MEETING_STATES), "="),
    "ask_requester": ("", ""),
    "complete": ("", ""),
    "hold": ("", ""),
    "answer": ("", ""),
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "assign": {"office_id": 1, "assignee_id": None},
    "take": {"assignee_id": 1},
    "send_back": {},
    "ask_requester": {"until": None},
    "complete": {},
    "hold": {"promised_on": None},
    "answer": {"answered_on": DAY, "channel_id": None},
    "close": {},
    "forward": {"ended_on": DAY},
    "dismiss": {"reason": "duplicate", "ended_on": DAY},
    "merge": {"into_id": 2, "ended_on": DAY},
    "reopen": {},
    "propose": {},
    "confirm": {},
    "hold_meeting": {"met_on": DAY},
    "decline": {"ended_on": None},
    "cancel": {"ended_on": None},
}


def cases() -> Iterator[Any]:
    for machine, states, table in (("reply", REPLY_STATES, REPLY), ("meeting", MEETING_STATES, MEETING)):
        for name, (sources, target) in table.items():
            for state in states:
                expected = target if state in sources.split() else None
                yield pytest.param(machine, state, name, expected, id=f"{machine}-{state}-{name}")


@pytest.mark.parametrize(("machine", "state", "name", "expected"), list(cases()))
def test_state_and_transition(machine: str, state: str, name: str, expected: str | None) -> None:
    ticket = Ticket(machine=machine, state=state, office_id=1)
    arguments = {"state": state} if name == "undo" else ARGUMENTS[name]
    if expected is None:
        with pytest.raises(TransitionNotAllowed):
            getattr(ticket, name)(**arguments)
        assert ticket.state == state
    else:
        getattr(ticket, name)(**arguments)
        assert ticket.state == (state if expected == "=" else expected)


def test_the_table_names_every_transition_and_every_state() -> None:
    names = {transition.name for transition in Ticket._meta.get_field("state").get_all_transitions(Ticket)}
    assert names == REPLY.keys() == MEETING.keys()
    assert {str(state) for state in State} == {*REPLY_STATES, *MEETING_STATES}


def test_open_states_are_those_that_an_ending_has_not_left() -> None:
    ended = {"answered", "met", "closed", "forwarded", "dismissed", "merged"}
    assert {str(state) for state in OPEN_STATES} == {str(state) for state in State} - ended


@pytest.mark.parametrize("name", ["decline", "cancel"])
def test_called_off_for_good_closes(name: str) -> None:
    ticket = Ticket(machine="meeting", state="confirmed")
    getattr(ticket, name)(ended_on=DAY)
    assert (ticket.state, ticket.ended_on) == ("closed", DAY)


@pytest.mark.parametrize("before", REPLY_STATES)
@pytest.mark.parametrize("now", REPLY_STATES)
def test_undo_gives_back_any_state(before: str, now: str) -> None:
    ticket = Ticket(machine="reply", state=now)
    ticket.undo(state=before, assignee_id=7)
    assert (ticket.state, ticket.assignee_id) == (before, 7)


@pytest.mark.parametrize("machine", list(Machine))
def test_no_state_can_be_written_by_hand(machine: str) -> None:
    ticket = Ticket(machine=machine, state="registered")
    with pytest.raises(AttributeError):
        ticket.state = "answered"


@pytest.mark.django_db
def test_nor_by_update(world: World) -> None:
    with pytest.raises(TypeError, match="transition"):
        Ticket.objects.all().update(state="answered")


# --- The same refusals through the service, in French -----------------------------------------------------------

ENDED: dict[str, list[Command]] = {
    "answered": [Answer(DAY)],
    "closed": [Answer(DAY), Close()],
    "forwarded": [Forward("Conseil départemental", DAY, DAY)],
    "dismissed": [Dismiss(DismissalReason.DUPLICATE, DAY)],
}
REFUSED_ONCE_ENDED = [
    SendBack(),
    Take(),
    AskRequester(DAY, "Une copie du titre"),
    Complete(DAY),
    Hold(DAY),
    Answer(DAY),
    Forward("Conseil départemental", DAY, DAY),
    Dismiss(DismissalReason.DUPLICATE, DAY),
    Merge(1, DAY),
    Absorb(1, DAY),
    Propose(DAY, DAY),
    Confirm(DAY),
    HoldMeeting(DAY),
    CallOff(DAY, by_requester=True, ends=False),
]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ENDED)
def test_the_service_refuses_in_french_and_writes_nothing(world: World, state: str) -> None:
    ticket = world.register(*ENDED[state])
    assert ticket.state == state
    for act in REFUSED_ONCE_ENDED:
        with pytest.raises(TransitionRefused) as refusal:
            world.act(ticket, act, by="supervisor")
        assert "la demande est «\xa0" in refusal.value.message or "déjà terminée" in refusal.value.message
    with pytest.raises(TransitionRefused):
        world.act(ticket, Assign(world.offices["DOT"].pk), by="supervisor")
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.version, stored.state) == (ticket.version, state)


@pytest.mark.django_db
def test_what_no_bureau_holds_waits_for_one_again(world: World) -> None:
    ticket = world.register(Dismiss(DismissalReason.UNWANTED, DAY), office=None, by=None)
    reopened = world.act(ticket, Reopen())
    assert (reopened.state, reopened.office_id) == ("registered", None)


@pytest.mark.django_db
def test_a_hand_over_inside_the_bureau_keeps_the_state(world: World) -> None:
    ticket = world.register(assignee="agent")
    world.act(ticket, Hold(DAY), by="agent")
    handed = world.act(ticket, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="agent")
    assert (handed.state, handed.assignee_id) == ("on_hold", world.users["colleague"].pk)


# --- The documentation ------------------------------------------------------------------------------------------


def test_the_graphs_of_the_documentation_are_those_of_the_code() -> None:
    written = (settings.BASE_DIR / "docs" / "states.md").read_text(encoding="utf-8")
    assert written == page(), "run manage.py state_graphs --output docs/states.md"


@pytest.mark.parametrize(("machine", "table"), [(Machine.REPLY, REPLY), (Machine.MEETING, MEETING)])
def test_the_graphs_draw_the_whole_table(machine: Machine, table: dict[str, tuple[str, str]]) -> None:
    expected = {
        (source, target, name)
        for name, (sources, target) in table.items()
        for source in sources.split()
        if name != "undo"
    }
    # Declining and cancelling may also end the demande.
    expected |= {(source, "closed", name) for source, _, name in expected if name in ("decline", "cancel")}
    assert set(arrows(machine)) == expected
