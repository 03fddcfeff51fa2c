"""One act: one transaction, one chain of events, deadlines as the journal says."""

from datetime import date

import pytest

from tests.factories import World
from tracker.commands import Answer, Take
from tracker.enums import Outcome, State
from tracker.errors import NotAllowed
from tracker.models import Event, PendingEvent, Ticket


def test_register_gives_reference_deadline_and_journal(world: World) -> None:
    ticket = world.register(received_on=date(2026, 11, 10))
    assert ticket.reference == "44-2026-000001"
    assert ticket.due_on == date(2026, 11, 18)  # the 11th is a holiday
    assert ticket.state == State.ASSIGNED
    kinds = list(Event.objects.filter(stream="ticket").order_by("number").values_list("kind", flat=True))
    assert kinds == ["registered", "assigned"]
    assert PendingEvent.objects.filter(event__stream="ticket").count() == 2


def test_answer_after_the_fact_is_one_act(world: World) -> None:
    ticket = world.register(Answer(date(2026, 11, 19)), received_on=date(2026, 11, 10))
    assert ticket.state == State.ANSWERED
    deadline = ticket.deadlines.get()
    assert (deadline.outcome, deadline.taken) == (Outcome.LATE, 6)
    assert Event.objects.filter(stream="ticket").values("act_id").distinct().count() == 1


def test_another_bureau_may_not_act(world: World) -> None:
    ticket = world.register()
    with pytest.raises(NotAllowed):
        world.act(ticket, Take(), by="other_agent")
    assert Ticket.objects.get(pk=ticket.pk).state == State.ASSIGNED
