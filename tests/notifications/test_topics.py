"""What a screen may follow: who may join, and what tells that something has changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import topics
from tests.factories import World, make_world
from tracker import pending
from tracker.commands import Take


@pytest.fixture
def count() -> Callable[[Callable[[], Any]], int]:
    def queries(ask: Callable[[], Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask()
        return len(captured)

    return queries


@pytest.mark.parametrize("name", ["agent", "mailroom", "copil", "administrator", "quality"])
def test_who_holds_a_role_in_the_prefecture_follows_it_and_no_other(world: World, name: str) -> None:
    other = make_world("37", "37")
    assert topics.allows(world.user(name), "prefecture:44")
    assert not topics.allows(world.user(name), "prefecture:37")
    assert not topics.allows(other.user(name), "prefecture:44")


@pytest.mark.parametrize(
    "name", ["prefecture", "prefecture:99", "ticket", "unknown:44", "", "prefecture:44\n", "Ünï:44"]
)
def test_what_is_no_topic_is_joined_by_nobody(world: World, name: str) -> None:
    assert not topics.allows(world.user("quality"), name)
    assert topics.place_of(name, world.user("quality")) is None


def test_a_demande_is_followed_by_whoever_may_know_of_it(world: World) -> None:
    name = f"ticket:{world.register(office='SEJ').reference}"
    assert topics.allows(world.user("agent"), name)
    assert topics.allows(world.user("quality"), name)
    assert not topics.allows(world.user("other_agent"), name)
    assert not topics.allows(world.user("copil"), name)
    assert not topics.allows(world.user("agent"), "ticket:44-2026-999999")


def test_the_value_of_a_prefecture_moves_with_its_events_and_not_with_others(world: World) -> None:
    make_world("37", "37")
    pending.drain_all()
    before = topics.values(["prefecture:44", "prefecture:37"])
    world.register()
    assert topics.values(["prefecture:44", "prefecture:37"]) == before
    pending.drain_all()
    after = topics.values(["prefecture:44", "prefecture:37"])
    assert after["prefecture:44"] != before["prefecture:44"]
    assert after["prefecture:37"] == before["prefecture:37"]


def test_the_value_of_a_demande_moves_with_its_own_acts_alone(world: World) -> None:
    first, second = world.register(), world.register()
    keys = [f"ticket:{first.reference}", f"ticket:{second.reference}", "ticket:44-2026-999999"]
    before = topics.values(keys)
    world.act(first, Take(), by="agent")
    after = topics.values(keys)
    assert after.keys() == before.keys() == {keys[0], keys[1]}
    assert after[keys[0]] != before[keys[0]]
    assert after[keys[1]] == before[keys[1]]


def test_midnight_in_a_time_zone_moves_its_screens_without_a_write(world: World, frozen: Any) -> None:
    world.branch.time_zone = "Indian/Reunion"
    world.branch.save(update_fields=["time_zone"])
    ticket = world.register(received_on=date(2026, 11, 16))
    keys = ["prefecture:44", f"ticket:{ticket.reference}"]
    before = topics.values(keys)
    frozen.move_to(datetime(2026, 11, 20, 20, 30, tzinfo=UTC))  # past midnight in La Réunion, 21:30 in Paris
    overseas = topics.values(keys)
    assert overseas["prefecture:44"] != before["prefecture:44"]
    assert overseas[keys[1]] == before[keys[1]]
    frozen.move_to(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))  # 00:30 in Paris
    paris = topics.values(keys)
    assert paris["prefecture:44"] != overseas["prefecture:44"]
    assert paris[keys[1]] != overseas[keys[1]]


def test_values_are_read_in_bulk(world: World, count: Callable[[Callable[[], Any]], int]) -> None:
    keys = [f"ticket:{world.register().reference}" for _ in range(12)] + ["prefecture:44"]
    topics.values(keys)
    assert count(lambda: topics.values(keys)) == count(lambda: topics.values([keys[0], keys[-1]]))
