"""What follows an event follows it once, whoever drains."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from celery import Celery
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from tests.factories import World, make_prefecture
from tracker import clock, journal, pending, waking
from tracker.enums import Via
from tracker.models import Event, LiveCounter, Outbox, PendingEvent, Prefecture

EVENTS = 60


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The keys of the events that the only follower has seen; it writes an outbox row for each, as a real one does."""
    seen: list[int] = []

    def follow(events: Sequence[Event]) -> None:
        Outbox.objects.bulk_create([Outbox(event=event, key=f"essai:{event.pk}", channel="email") for event in events])
        seen.extend(event.pk for event in events)

    monkeypatch.setattr(pending, "_followers", [])
    pending.register_follower(follow)
    pending.register_follower(follow)  # an app that is loaded twice follows once
    yield seen


def counter(prefecture: Prefecture) -> int:
    return LiveCounter.objects.get(pk=prefecture.pk).value


def events_of(prefecture: Prefecture, count: int) -> None:
    for number in range(count):
        act = journal.Act(actor_id=None, via=Via.TASK, now=clock.now())
        entry = journal.Entry("noted", date(2026, 11, 20), {"n": number})
        journal.record(prefecture, entry, act, prefecture_id=prefecture.pk)


def test_drain_follows_bumps_once_and_empties(world: World, followed: list[int]) -> None:
    world.register()
    waiting = PendingEvent.objects.count()
    assert waiting > 2
    before = counter(world.prefecture)
    assert pending.drain() == waiting
    assert len(followed) == waiting == Outbox.objects.count()
    assert counter(world.prefecture) == before + 1
    assert not PendingEvent.objects.exists()
    assert pending.drain() == 0
    assert counter(world.prefecture) == before + 1


def test_watchers_are_told_once_it_is_committed(
    world: World, followed: list[int], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[set[int]] = []
    monkeypatch.setattr(pending, "_watchers", [])
    pending.register_watcher(told.append)
    pending.register_watcher(told.append)
    world.register()
    with django_capture_on_commit_callbacks(execute=True):
        pending.drain_all()
        assert told == []
    assert told == [{world.prefecture.pk}]


def test_quiet_event_bumps_and_writes_to_nobody(world: World, followed: list[int]) -> None:
    PendingEvent.objects.update(quiet=True)
    before = counter(world.prefecture)
    assert pending.drain_all(limit=1) > 0
    assert followed == []
    assert counter(world.prefecture) > before


def test_counter_of_another_prefecture_does_not_move(world: World, followed: list[int]) -> None:
    other = make_prefecture("49", "49")
    pending.drain_all()
    before = counter(other)
    world.register()
    pending.drain_all()
    assert counter(other) == before


@pytest.mark.django_db(transaction=True)
def test_follower_that_fails_leaves_everything_to_the_next_drain(
    followed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    prefecture = make_prefecture()
    before, waiting = counter(prefecture), PendingEvent.objects.count()
    follow = pending._followers[0]

    def fail(events: Sequence[Event]) -> None:
        follow(events)
        raise ConnectionError

    monkeypatch.setattr(pending, "_followers", [fail])
    with pytest.raises(ConnectionError):
        pending.drain()
    assert (Outbox.objects.count(), counter(prefecture)) == (0, before)
    assert PendingEvent.objects.count() == waiting
    monkeypatch.setattr(pending, "_followers", [follow])
    assert pending.drain() == waiting


def race(work: Callable[[], None], threads: int = 2) -> list[Exception]:
    barrier, failures = threading.Barrier(threads), []

    def run() -> None:
        try:
            barrier.wait(10)
            work()
        except (DatabaseError, threading.BrokenBarrierError, AssertionError) as error:
            failures.append(error)
        finally:
            connection.close()

    runners = [threading.Thread(target=run) for _ in range(threads)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(60)
    return failures


@pytest.mark.django_db(transaction=True)
def test_two_drainers_follow_each_event_once(followed: list[int]) -> None:
    """On both engines: row locks that skip on PostgreSQL, one writer at a time on SQLite."""
    prefecture = make_prefecture()
    events_of(prefecture, EVENTS)
    waiting = set(PendingEvent.objects.values_list("pk", flat=True))
    assert race(lambda: pending.drain_all(limit=5) and None) == []
    pending.drain_all()
    assert sorted(followed) == sorted(waiting)
    assert Outbox.objects.count() == len(waiting)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_second_drainer_does_not_wait_for_the_first(followed: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    prefecture = make_prefecture()
    pending.drain_all()
    followed.clear()
    events_of(prefecture, 2)
    first, second = PendingEvent.objects.order_by("pk").values_list("pk", flat=True)
    inside, go_on = threading.Event(), threading.Event()
    follow = pending._followers[0]

    def slow(events: Sequence[Event]) -> None:
        if events[0].pk == first:
            inside.set()
            go_on.wait(30)
        follow(events)

    def drain_first() -> None:
        pending.drain(limit=1)
        connection.close()

    monkeypatch.setattr(pending, "_followers", [slow])
    monkeypatch.setattr(pending, "bump", lambda ids: None)  # the counter's own row would make the second one wait
    thread = threading.Thread(target=drain_first)
    thread.start()
    assert inside.wait(30)
    assert pending.drain() == 1
    assert followed == [second]
    go_on.set()
    thread.join(30)
    assert followed == [second, first]


def test_dead_broker_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(task: str, **_options: object) -> None:
        asked.append(task)
        raise OperationalError("connection refused")

    monkeypatch.setattr(waking, "_silent_until", 0.0)
    monkeypatch.setattr(waking.current_app, "send_task", refuse)
    assert waking.send(pending.TASK) is False
    assert waking.send(pending.TASK) is False
    assert asked == [pending.TASK]


def test_page_never_waits_for_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, sent = threading.Event(), []

    def slow(task: str) -> bool:
        answers.wait(30)
        sent.append(task)
        return True

    monkeypatch.setattr(waking, "send", slow)
    for _ in range(20):
        waking.wake(pending.TASK)
    sender = waking._sender
    assert sender is not None
    assert sent == []
    answers.set()
    sender.join(30)
    assert 1 <= len(sent) <= 2  # twenty calls while the first message was on its way make one more
    assert waking._sender is None


def test_broker_that_refuses_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the real transport and a port where nothing listens."""
    queue = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    queue.conf.broker_transport_options = {"max_retries": 0}
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    monkeypatch.setattr(waking, "current_app", queue)
    assert waking.send(pending.TASK) is False
