"""Several workers at once, on both engines: each message leaves once, and no transaction is open meanwhile."""

import threading
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection

from notifications import composing, delivery
from tests.factories import make_prefecture
from tests.mailserver import MailServer, serving
from tests.notifications.test_delivery import through
from tests.tracker.threads import together
from tracker import clock
from tracker.models import Outbox, Prefecture, User

MESSAGES = 40


class AnotherProcess:
    """In place of the lock that keeps one sender in a process: each thread stands for a worker of its own."""

    def acquire(self, *, blocking: bool) -> bool:
        return True

    def release(self) -> None:
        pass


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_busy", AnotherProcess())
    monkeypatch.setattr(composing, "_composers", {"essai": compose})


def compose(row: Outbox) -> EmailMessage:
    return EmailMessage(row.key, "…", to=["agent@prefecture.example"])


def put(count: int, prefecture: Prefecture) -> None:
    Outbox.objects.bulk_create(
        [Outbox(key=f"essai:{n}", channel="email", kind="essai", prefecture=prefecture) for n in range(count)]
    )


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_message_once(settings: Any, workers: None) -> None:
    put(MESSAGES, make_prefecture())
    with serving(MailServer()) as server:
        through(settings, server.port)
        [counts] = together(1, *[lambda _round: delivery.deliver_due()] * 4)
    assert sum(counts) == MESSAGES
    assert sorted(str(message["Subject"]) for message in server.messages) == sorted(
        Outbox.objects.values_list("key", flat=True)
    )
    assert set(Outbox.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_messages_leave_twice(settings: Any, workers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: the first due message is taken without asking whether somebody else has it."""

    def take(now: Any) -> Outbox | None:
        return delivery.due(now).order_by("next_try_at", "pk").first()

    monkeypatch.setattr(delivery, "claim", take)
    put(10, make_prefecture())
    with serving(MailServer()) as server:
        through(settings, server.port)
        together(1, *[lambda _round: delivery.deliver_due()] * 4)
    assert len(server.messages) > 10


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_database_while_the_server_thinks(settings: Any, workers: None) -> None:
    """On SQLite one transaction writes at a time: one left open would stop every page."""
    put(1, make_prefecture())
    wrote: list[int] = []

    def write(_message: Any) -> None:
        wrote.append(User.objects.create_user("agent@prefecture.example").pk)
        connection.close()

    with serving(MailServer(on_data=write)) as server:
        through(settings, server.port)
        assert delivery.deliver_due() == 1
    assert User.objects.filter(pk__in=wrote).count() == 1


@pytest.mark.django_db(transaction=True)
def test_message_of_a_worker_that_died_leaves_when_its_lease_is_over(settings: Any, workers: None) -> None:
    put(1, make_prefecture())
    now = clock.now()
    assert delivery.claim(now) is not None
    assert delivery.claim(now) is None
    with serving(MailServer()) as server:
        through(settings, server.port)
        assert delivery.deliver_due() == 0
        Outbox.objects.update(next_try_at=now)
        assert delivery.deliver_due() == 1


def test_one_process_sends_one_message_at_a_time(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent server holds one thread of a worker, not all of them."""
    monkeypatch.setattr(delivery, "_busy", threading.Lock())
    monkeypatch.setattr(composing, "_composers", {"essai": compose})
    put(1, make_prefecture())
    inside: list[int] = []
    with serving(MailServer()) as server:
        through(settings, server.port)
        server.on_data = lambda _message: inside.append(delivery.deliver_due())
        assert delivery.deliver_due() == 1
    assert inside == [0]
