"""A live connection: who may open it, what it may follow, when it is told, and when it is shown out."""

from typing import Any

import pytest

from notifications import consumers, hub
from tests.factories import World, make_world
from tests.notifications.lines import Line, in_thread, run, session_of
from tracker import pending
from tracker.commands import Assign, Take
from tracker.models import LiveCounter, Membership, PendingEvent

pytestmark = pytest.mark.slow


@pytest.fixture
def world(transactional_db: None, frozen: Any) -> World:
    world = make_world()
    pending.drain_all()
    return world


def test_nobody_is_refused(world: World) -> None:
    session = session_of(world, "agent")

    async def story() -> None:
        for line in (Line(None), Line("unknown"), Line(session, path="/elsewhere/")):
            async with line:
                assert not line.accepted
        async with Line(session) as line:
            assert line.accepted
        assert hub.running() == []

    run(story())


def test_another_origin_is_refused(world: World, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    session = session_of(world, "agent")

    async def story() -> None:
        # The list of hosts is read when the address is made.
        from channels.security.websocket import OriginValidator

        from notifications.routing import live

        guarded = OriginValidator(live.application, settings.ALLOWED_HOSTS)
        for origin, accepted in (
            ("http://testserver", True),
            ("https://evil.example", False),
            ("null", False),
            (None, False),
        ):
            line = Line(session, origin=origin)
            line._app.application = guarded
            async with line:
                assert line.accepted is accepted

    run(story())


def test_what_one_may_not_see_is_refused_as_what_does_not_exist(world: World) -> None:
    make_world("37", "37")
    unseen, seen = world.register(office="DOT"), world.register(office="SEJ")
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            names = ["prefecture:44", f"ticket:{seen.reference}"]
            hidden = ["prefecture:37", f"ticket:{unseen.reference}", "ticket:44-2026-999999", "inbox:1", "what is this"]
            answer = await line.join(*names, *hidden)
            assert answer["joined"] == names
            assert answer["refused"] == sorted(hidden)

    run(story())


def test_a_change_is_told_to_those_who_follow_it_and_says_nothing_more(world: World) -> None:
    make_world("37", "37")
    pending.drain_all()
    mine, other = world.register(office="SEJ"), world.register(office="DOT")
    pending.drain_all()
    here, there = session_of(world, "agent"), session_of(world, "other_agent")

    async def story() -> None:
        async with Line(here) as line, Line(there) as elsewhere:
            await line.join("prefecture:44", f"ticket:{mine.reference}")
            await elsewhere.join(f"ticket:{other.reference}")
            for each in hub.running():  # as if they had been watching for long
                for watched in each._watched.values():
                    watched.learned_at = float("-inf")
            await in_thread(world.act, mine, Take(), by="agent")
            await in_thread(pending.drain_all)
            assert await line.told() == {"changed": ["prefecture:44", f"ticket:{mine.reference}"], "refused": []}
            assert await elsewhere.told_nothing()

    run(story())


def test_a_page_older_than_the_last_change_is_told_at_once(world: World) -> None:
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as first:
            assert (await first.join("prefecture:44", age=0.2))["changed"] == ["prefecture:44"], "nobody was watching"
            [each] = hub.running()
            for prefecture in each._prefectures.values():
                prefecture.moved_at -= 60
            async with Line(session) as second:
                assert (await second.join("prefecture:44", age=5))["changed"] == []
            async with Line(session) as third:
                assert (await third.join("prefecture:44", age=61))["changed"] == ["prefecture:44"]

    run(story())


def test_what_happened_between_the_page_and_the_connection_is_told(world: World) -> None:
    """The act is committed, and its counter not bumped yet, when the demande is first followed."""
    ticket = world.register(office="SEJ")
    pending.drain_all()
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as watching, Line(session) as line:
            await watching.join("prefecture:44")
            [each] = hub.running()
            for prefecture in each._prefectures.values():
                prefecture.moved_at -= 60
            await in_thread(world.act, ticket, Take(), by="agent")
            assert (await line.join(f"ticket:{ticket.reference}"))["changed"] == []
            await in_thread(pending.drain_all)
            assert (await line.told())["changed"] == [f"ticket:{ticket.reference}"]

    run(story())


def test_events_that_nobody_drains_are_followed_all_the_same(world: World) -> None:
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            await line.join("prefecture:44")
            await in_thread(world.register, office="SEJ")
            assert await in_thread(PendingEvent.objects.exists)
            assert (await line.told())["changed"] == ["prefecture:44"]
            assert not await in_thread(PendingEvent.objects.exists)

    run(story())


def test_midnight_is_told(world: World, frozen: Any) -> None:
    from datetime import UTC, datetime

    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            await line.join("prefecture:44")
            before = await in_thread(LiveCounter.objects.get)
            frozen.move_to(datetime(2026, 11, 20, 23, 0, 1, tzinfo=UTC))
            assert (await line.told())["changed"] == ["prefecture:44"]
            assert (await in_thread(LiveCounter.objects.get)).value == before.value

    run(story())


def test_a_demande_that_leaves_what_one_sees_is_told_of_no_more(world: World) -> None:
    ticket = world.register(office="SEJ")
    name = f"ticket:{ticket.reference}"
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            await line.join(name)
            await in_thread(world.act, ticket, Assign(world.offices["DOT"].pk), by="supervisor")
            await in_thread(pending.drain_all)
            assert await line.told() == {"changed": [], "refused": [name]}
            await in_thread(world.act, ticket, Take(), by="other_agent")
            await in_thread(pending.drain_all)
            assert await line.told_nothing()

    run(story())


def test_a_closed_account_is_shown_out_and_a_lost_role_no_longer_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "CHECK_SECONDS", 0.1)
    sessions = session_of(world, "agent"), session_of(world, "colleague")

    def close_and_withdraw() -> None:
        user = world.user("agent")
        user.is_active = False
        user.save(update_fields=["is_active"])
        Membership.objects.filter(user=world.users["colleague"]).delete()

    async def story() -> None:
        async with Line(sessions[0]) as closed, Line(sessions[1]) as without_role:
            await closed.join("prefecture:44")
            await without_role.join("prefecture:44")
            await in_thread(close_and_withdraw)
            assert await without_role.told() == {"refused": ["prefecture:44"]}
            await closed.told()
            assert closed.code == consumers.SESSION_ENDED

    run(story())


@pytest.mark.parametrize(
    "said",
    [
        "not json",
        "[]",
        '{"join": "prefecture:44", "age": 0}',
        '{"join": [1], "age": 0}',
        '{"join": ["prefecture:44"]}',
        '{"on": "44/2026", "writing": true}',
        '{"join": ["' + "x" * consumers.MESSAGE_MAX + '"], "age": 0}',
        '{"join": '
        + str([f"prefecture:{n}" for n in range(consumers.TOPICS_MAX + 1)]).replace("'", '"')
        + ', "age": 0}',
    ],
)
def test_what_no_page_says_ends_the_connection(world: World, said: str) -> None:
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            await line.say(said)
            await line.told()
            assert line.code == consumers.MISUSED

    run(story())


def test_too_much_in_too_little_time_ends_the_connection(world: World) -> None:
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            for _ in range(consumers.MESSAGES_MAX + 1):
                await line.say({"on": None})
            await line.told()
            assert line.code == consumers.MISUSED

    run(story())
