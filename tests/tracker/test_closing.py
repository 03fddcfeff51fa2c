"""Answered demandes close by themselves once the préfecture's number of working days has passed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import World
from tracker.closing import close_answered, last_day_to_close
from tracker.commands import Answer, Reopen
from tracker.enums import State, Via
from tracker.models import Event, Ticket


def state_of(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).state


def test_limit_counts_working_days(world: World) -> None:
    world.prefecture.close_after_days = 8
    world.site.prefecture = world.prefecture
    # Friday 20 November back to Monday 9: the 11th is a holiday.
    assert last_day_to_close(world.site) == date(2026, 11, 9)


def test_answer_closes_on_its_day_and_not_before(world: World, frozen: Any) -> None:
    ticket = world.register(Answer(date(2026, 11, 20)), received_on=date(2026, 11, 16))
    frozen.move_to(datetime(2026, 12, 3, 3, 0, tzinfo=UTC))
    assert close_answered() == 0
    frozen.move_to(datetime(2026, 12, 4, 3, 0, tzinfo=UTC))
    assert close_answered() == 1
    assert state_of(ticket) == State.CLOSED
    event = Event.objects.filter(stream="ticket").latest("pk")
    assert (event.kind, event.actor_id, event.via) == ("closed", None, Via.TASK)
    assert close_answered() == 0


def test_open_and_reopened_demandes_stay(world: World, frozen: Any) -> None:
    opened = world.register(received_on=date(2026, 10, 1))
    again = world.register(Answer(date(2026, 10, 5)), received_on=date(2026, 10, 1))
    world.act(again, Reopen(), by="agent")
    frozen.move_to(datetime(2027, 1, 15, 3, 0, tzinfo=UTC))
    assert close_answered() == 0
    assert {state_of(opened), state_of(again)} <= {State.ASSIGNED, State.IN_PROGRESS}


def test_answer_without_a_date_waits_from_its_recording(world: World, frozen: Any) -> None:
    ticket = world.register(Answer(None), received_on=date(2026, 9, 1))
    frozen.move_to(datetime(2026, 12, 3, 3, 0, tzinfo=UTC))
    assert close_answered() == 0
    frozen.move_to(datetime(2026, 12, 4, 3, 0, tzinfo=UTC))
    assert close_answered() == 1
    assert state_of(ticket) == State.CLOSED


@pytest.mark.parametrize("days", [0, 3])
def test_setting_of_the_prefecture_is_followed(world: World, days: int) -> None:
    world.prefecture.close_after_days = days
    world.prefecture.save()
    world.register(Answer(date(2026, 11, 17)), received_on=date(2026, 11, 16))
    world.register(Answer(date(2026, 11, 18)), received_on=date(2026, 11, 16))
    assert close_answered() == (2 if days == 0 else 1)
