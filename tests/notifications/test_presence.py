"""Who else is on a demande: told to those who may read it, kept nowhere, forgotten by itself."""

from typing import Any

import pytest

from notifications import presence
from notifications.presence import Presence
from tests.factories import World, make_world
from tests.notifications.lines import Line, in_thread, run, session_of
from tracker import pending
from tracker.commands import Assign


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [0.0]
    monkeypatch.setattr(presence.time, "monotonic", lambda: moment[0])
    return moment


def test_two_processes_know_the_same_people() -> None:
    here, there = Presence(), Presence()
    for said in here.here("a", "1", 7, writing=False):
        there.heard(said)
    assert there.people("1", but=8) == {7: False}
    assert there.people("1", but=7) == {}
    for said in here.here("a", "1", 7, writing=True):
        there.heard(said)
    assert there.people("1", but=8) == {7: True}
    assert [said["user"] for said in here.held_here("1")] == [7]
    assert there.held_here("1") == [], "it speaks for its own pages alone"
    for said in here.leave("a"):
        there.heard(said)
    assert there.people("1", but=8) == {}


def test_a_person_with_two_pages_writes_where_one_of_them_does_and_leaves_with_the_last() -> None:
    here = Presence()
    here.here("a", "1", 7, writing=False)
    here.here("b", "1", 7, writing=True)
    assert here.people("1", but=8) == {7: True}
    here.leave("b")
    assert here.people("1", but=8) == {7: False}
    here.leave("a")
    assert not here.knows("1")


def test_a_page_that_goes_on_to_another_demande_leaves_the_first() -> None:
    here = Presence()
    here.here("a", "1", 7, writing=False)
    said = here.here("a", "2", 7, writing=False)
    assert [message.get("left", False) for message in said] == [True, False]
    assert (here.people("1", but=8), here.people("2", but=8)) == ({}, {7: False})


def test_without_a_sign_of_life_it_is_forgotten(clock: list[float]) -> None:
    here, there = Presence(), Presence()
    for said in here.here("a", "1", 7, writing=False):
        there.heard(said)
    clock[0] = presence.EXPIRY_SECONDS - 1
    assert here.expired() == there.expired() == set()
    here.here("a", "1", 7, writing=False)
    clock[0] = presence.EXPIRY_SECONDS + 1
    assert (here.expired(), there.expired()) == (set(), {"1"})
    clock[0] *= 3
    assert here.expired() == {"1"}
    assert here._demandes == here._seats == there._demandes == {}


# --- Over live connections ----------------------------------------------------------------------------------------


@pytest.fixture
def world(transactional_db: None, frozen: Any) -> World:
    world = make_world()
    pending.drain_all()
    return world


@pytest.mark.slow
def test_each_is_told_of_the_other_and_of_nobody_who_may_not_read(world: World) -> None:
    ticket = world.register(office="SEJ")
    pending.drain_all()
    on = ticket.reference
    mine, other, stranger = (session_of(world, name) for name in ("agent", "colleague", "other_agent"))

    async def story() -> None:
        async with Line(mine) as line, Line(stranger) as outside:
            await line.say({"on": on, "writing": False})
            await outside.say({"on": on, "writing": True})
            assert await outside.told_nothing()
            async with Line(other) as second:
                await second.say({"on": on, "writing": True})
                key = str(world.users["colleague"].pk)
                assert await line.told() == {"on": on, "people": {key: True}}
                assert await second.told() == {"on": on, "people": {str(world.users["agent"].pk): False}}
                await second.say({"on": on, "writing": True})
                assert await line.told_nothing(0.5), "a sign of life says nothing new"
            assert await line.told() == {"on": on, "people": {}}

    run(story())


@pytest.mark.slow
def test_whom_the_demande_is_sealed_for_is_neither_shown_nor_told(world: World) -> None:
    ticket = world.register(office="ASI", by="asylum_agent")
    pending.drain_all()
    inside, quality = session_of(world, "asylum_agent"), session_of(world, "quality")

    async def story() -> None:
        async with Line(inside) as line, Line(quality) as sealed:
            assert (await sealed.join(f"ticket:{ticket.reference}"))["joined"], "it may know of the demande"
            await line.say({"on": ticket.reference, "writing": True})
            await sealed.say({"on": ticket.reference, "writing": False})
            assert await sealed.told_nothing()
            assert await line.told_nothing(0.1)

    run(story())


@pytest.mark.slow
def test_whoever_sees_the_demande_no_more_leaves_it(world: World) -> None:
    ticket = world.register(office="SEJ")
    pending.drain_all()
    mine, quality = session_of(world, "agent"), session_of(world, "quality")

    async def story() -> None:
        async with Line(mine) as line, Line(quality) as staying:
            await line.join(f"ticket:{ticket.reference}")
            await line.say({"on": ticket.reference, "writing": False})
            await staying.say({"on": ticket.reference, "writing": False})
            assert (await staying.told())["people"]
            assert (await line.told())["people"]
            await in_thread(world.act, ticket, Assign(world.offices["DOT"].pk), by="supervisor")
            await in_thread(pending.drain_all)
            assert await staying.told() == {"on": ticket.reference, "people": {}}

    run(story())
