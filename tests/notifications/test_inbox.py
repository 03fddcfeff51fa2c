"""A person's own notifications: what tells their screens, and how long they are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import inbox, topics
from notifications.models import Notification
from tests.factories import World
from tracker import clock, pending

KEPT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def key_of(world: World, name: str) -> str:
    place = topics.place_of("inbox", world.user(name))
    assert place is not None
    return place.key


def test_everybody_follows_their_own_and_nobody_another_s(world: World) -> None:
    agent, colleague = world.user("agent"), world.user("colleague")
    assert topics.allows(agent, "inbox")
    assert not topics.allows(agent, f"inbox:{colleague.pk}")
    assert topics.place_of(f"inbox:{colleague.pk}", agent) is None
    assert topics.place_of("inbox", None) is None
    assert key_of(world, "agent") != key_of(world, "colleague")


def test_the_value_moves_with_what_one_is_told_and_not_with_others(world: World) -> None:
    keys = [key_of(world, "agent"), key_of(world, "colleague")]
    before = topics.values(keys)
    world.register(assignee="agent", by="supervisor")
    pending.drain_all()
    after = topics.values(keys)
    assert after[keys[0]] != before[keys[0]]
    assert after[keys[1]] == before[keys[1]]
    inbox.mark_all_read(world.user("agent"), 2**40, clock.now())
    assert topics.values(keys) == before


def test_the_values_of_many_cost_one_query(world: World) -> None:
    keys = [key_of(world, name) for name in ("agent", "colleague", "supervisor", "quality")]
    with CaptureQueriesContext(connection) as captured:
        topics.values(keys)
    assert len(captured) == 1


def test_what_was_read_long_ago_is_forgotten(world: World, frozen: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(inbox, "CHUNK", 2)
    for _ in range(7):
        world.register(assignee="agent", by="supervisor")
    pending.drain_all()
    keys = list(Notification.objects.order_by("pk").values_list("pk", flat=True))
    inbox.mark_read(world.user("agent"), keys[:5], KEPT)
    inbox.mark_read(world.user("agent"), keys[4:5], KEPT + timedelta(days=30))  # it is read already
    assert inbox.forget(KEPT + inbox.KEPT_READ) == 0
    assert inbox.forget(KEPT + inbox.KEPT_READ + timedelta(seconds=1)) == 5
    assert list(Notification.objects.order_by("pk").values_list("pk", flat=True)) == keys[5:]
    assert inbox.forget(KEPT + inbox.KEPT_UNREAD + timedelta(days=1)) == 2
