"""What an administrator does with the outbox."""

from datetime import timedelta
from typing import Any

import pytest

from notifications import outbox
from tests.factories import World, make_world
from tests.notifications.test_delivery import put
from tracker import clock
from tracker.enums import SendingOutcome
from tracker.models import Outbox


@pytest.fixture
def messages(world: World) -> dict[str, Outbox]:
    now = clock.now()
    later: dict[str, Any] = {"next_try_at": now + timedelta(hours=1)}
    columns: dict[str, dict[str, Any]] = {
        "failed": {"failed_at": now, "outcome": SendingOutcome.REFUSED, "attempts": 4, "last_error": "Refusé."},
        "later": {**later, "outcome": SendingOutcome.LATER, "attempts": 3, "first_tried_at": now},
        "held": {**later, "outcome": SendingOutcome.UNREACHABLE},
        "on its way": {**later, "attempts": 1},
        "planned": later,
        "due": {},
        "sent": {"done_at": now, "outcome": SendingOutcome.SENT, "attempts": 1},
        "moot": {"done_at": now, "outcome": SendingOutcome.MOOT, "attempts": 1},
        "sent yesterday": {"done_at": now - timedelta(days=1), "outcome": SendingOutcome.SENT, "attempts": 1},
    }
    return {name: put(world, "agent", **each)[0] for name, each in columns.items()}


def test_what_is_stuck_is_tried_as_if_for_the_first_time(world: World, messages: dict[str, Outbox]) -> None:
    """And nothing else: what is on its way would leave twice."""
    before = {row.pk: row for row in Outbox.objects.all()}
    assert outbox.try_again(world.prefecture, world.user("administrator"), clock.now()) == 3
    for name, row in messages.items():
        now = Outbox.objects.get(pk=row.pk)
        if name in ("failed", "later", "held"):
            assert (now.attempts, now.outcome, now.last_error, now.failed_at) == (0, "", "", None), name
            assert now.next_try_at == clock.now()
        else:
            assert now.__dict__.items() >= {k: v for k, v in before[row.pk].__dict__.items() if k != "_state"}.items()


def test_one_alone(world: World, messages: dict[str, Outbox]) -> None:
    administrator = world.user("administrator")
    assert outbox.try_again(world.prefecture, administrator, clock.now(), pk=messages["failed"].pk) == 1
    assert outbox.try_again(world.prefecture, administrator, clock.now(), pk=messages["on its way"].pk) == 0
    assert Outbox.objects.failed().count() == 0


def test_another_prefecture_is_left_alone(world: World, messages: dict[str, Outbox]) -> None:
    elsewhere = make_world("85", "85")
    assert outbox.try_again(elsewhere.prefecture, elsewhere.user("administrator"), clock.now()) == 0
    assert outbox.state_of(elsewhere.prefecture, clock.now()) == outbox.State(0, 0, 0, None)


def test_what_is_counted(world: World, messages: dict[str, Outbox]) -> None:
    state = outbox.state_of(world.prefecture, clock.now())
    assert (state.waiting, state.failed, state.sent_today) == (4, 1, 1)  # later, held, on its way, due
    assert state.held == messages["held"]


def test_today_is_that_of_the_prefecture(world: World, frozen: Any) -> None:
    """At 22:30 UTC it is tomorrow in Paris already."""
    put(world, "agent", done_at=clock.now(), outcome=SendingOutcome.SENT)
    frozen.move_to(clock.now().replace(hour=22, minute=30))
    assert outbox.state_of(world.prefecture, clock.now()).sent_today == 1
    frozen.shift(3600)
    assert outbox.state_of(world.prefecture, clock.now()).sent_today == 0
