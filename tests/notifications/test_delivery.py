"""What the outbox holds leaves once, through a real mail server that answers as it is told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import OperationalError, connection

from notifications import composing, delivery
from tests.factories import World
from tests.mailserver import MailServer, accepting_and_silent, serving
from tracker import clock
from tracker.enums import SendingOutcome
from tracker.models import Outbox


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with serving(MailServer()) as started:
        through(settings, started.port)
        yield started


def through(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 10
    settings.DEFAULT_FROM_EMAIL = "Sillage <sillage@prefecture.example>"


@pytest.fixture(autouse=True)
def composers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "_composers", {"essai": compose, "bad": fail, "moot": lambda _row: None})


def compose(row: Outbox) -> EmailMessage:
    assert row.user is not None
    return EmailMessage("Une demande est en retard", "44-2026-000001", to=[row.user.email])


def fail(row: Outbox) -> EmailMessage:
    raise KeyError(row.key)


def put(world: World, *names: str, kind: str = "essai", **columns: Any) -> list[Outbox]:
    """A message to each of these people."""
    return [
        Outbox.objects.create(
            key=f"{kind}:{name}:{Outbox.objects.count()}",
            kind=kind,
            user=world.users[name],
            prefecture=world.prefecture,
            **{"channel": "email"} | columns,
        )
        for name in names
    ]


def again(row: Outbox) -> Outbox:
    return Outbox.objects.get(pk=row.pk)


def wait_of(row: Outbox) -> float:
    """Minutes before the next try."""
    return (again(row).next_try_at - clock.now()) / timedelta(minutes=1)


def test_messages_leave_once_over_one_connection(world: World, server: MailServer) -> None:
    rows = put(world, "agent", "colleague", "supervisor")
    assert delivery.deliver_due() == 3
    assert delivery.deliver_due() == 0
    assert server.connections == 1
    assert sorted(server.recipients) == sorted(str(row.user.email) for row in rows if row.user)
    for row in map(again, rows):
        assert (row.outcome, row.attempts, row.last_error) == (SendingOutcome.SENT, 1, "")
        assert row.done_at == clock.now()


def test_message_says_that_no_machine_should_answer(world: World, server: MailServer) -> None:
    [row] = put(world, "agent")
    delivery.deliver_due()
    [message] = server.messages
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Message-ID"] == delivery.message_id(row.key)
    assert str(message["Message-ID"]).endswith("@prefecture.example>")
    assert message["Date"].datetime.date() == clock.now().date()


def test_each_try_has_the_same_name_and_no_other_message_has_it(world: World, server: MailServer) -> None:
    first, second = put(world, "agent", "colleague")
    tried: list[str] = []
    server.on_data = lambda message: tried.append(str(message["Message-ID"]))
    server.data["*"] = "451 4.3.0 Try again"
    delivery.deliver_due()
    server.data.clear()
    Outbox.objects.update(next_try_at=clock.now())
    delivery.deliver_due()
    assert sorted(tried) == sorted([delivery.message_id(row.key) for row in (first, second)] * 2)
    assert len(set(tried)) == 2


def test_what_is_not_due_stays(world: World, server: MailServer) -> None:
    put(world, "agent", next_try_at=clock.now() + timedelta(seconds=1))
    put(world, "agent", done_at=clock.now())
    put(world, "agent", failed_at=clock.now())
    put(world, "agent", channel="call")
    put(world, "agent")
    assert delivery.deliver_due() == 1
    assert server.recipients == [world.users["agent"].email]


def test_nothing_to_say_any_more_is_done_without_asking_the_server(world: World, server: MailServer) -> None:
    [row] = put(world, "agent", kind="moot")
    assert delivery.deliver_due() == 0
    assert again(row).outcome == SendingOutcome.MOOT
    assert again(row).done_at
    assert server.connections == 0


def test_message_that_cannot_be_written_blocks_nobody(
    world: World, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    [bad] = put(world, "agent", kind="bad")
    [unknown] = put(world, "agent", kind="of a later version")
    put(world, "colleague")
    assert delivery.deliver_due() == 1
    assert again(bad).outcome == again(unknown).outcome == SendingOutcome.UNWRITTEN
    assert again(unknown).last_error == delivery.UNKNOWN_MESSAGE
    assert 0.8 <= wait_of(bad) <= 1.2
    assert "KeyError" in caplog.text
    assert bad.key not in caplog.text


def test_header_that_no_message_may_hold_blocks_nobody(
    world: World, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    composing.register_composer("split", lambda _row: EmailMessage("deux\nlignes", "", to=["a@prefecture.example"]))
    [split] = put(world, "agent", kind="split")
    put(world, "colleague")
    assert delivery.deliver_due() == 1
    assert again(split).outcome == SendingOutcome.UNWRITTEN


def test_asked_to_wait_it_waits_longer_each_time(world: World, server: MailServer, frozen: Any) -> None:
    server.rcpt[world.users["agent"].email] = "450 4.2.1 <agent@44.example.test> is over quota"
    [row] = put(world, "agent")
    put(world, "colleague")
    for minutes in (1, 5, 15, 60, 240, 240):
        delivery.deliver_due()
        assert 0.8 * minutes <= wait_of(row) <= 1.2 * minutes
        assert again(row).outcome == SendingOutcome.LATER
        frozen.move_to(again(row).next_try_at)
    assert server.recipients == [world.users["colleague"].email]
    assert "«\xa0450 4.2.1 [adresse] is over quota\xa0»" in again(row).last_error
    server.rcpt.clear()
    assert delivery.deliver_due() == 1
    assert again(row).done_at


def test_refused_recipient_is_given_up_at_once_without_naming_the_address(
    world: World, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    address = world.users["agent"].email
    server.rcpt[address] = f"550 5.1.1 <{address}>: user unknown"
    [row] = put(world, "agent")
    put(world, "colleague")
    assert delivery.deliver_due() == 1
    row = again(row)
    assert row.failed_at
    assert row.outcome == SendingOutcome.REFUSED
    assert row.last_error.endswith("«\xa0550 5.1.1 [adresse]: user unknown\xa0»")
    assert address not in row.last_error + caplog.text


def test_week_end_gives_nothing_up(world: World, server: MailServer, frozen: Any) -> None:
    """Friday 20 November: three whole working days are over on Thursday."""
    server.rcpt["*"] = "450 4.2.1 Later"
    [row] = put(world, "agent")
    for day, given_up in ((20, False), (23, False), (25, False), (26, True)):
        frozen.move_to(clock.now().replace(day=day, hour=8))
        Outbox.objects.update(next_try_at=clock.now())
        delivery.deliver_due()
        assert (again(row).failed_at is not None) == given_up, day


def test_mark_is_insisted_on_while_the_database_restarts(
    world: World, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise what has left would leave again."""
    tries, settle = [], delivery.settle

    def away_twice(row: Outbox, verdict: delivery.Verdict) -> None:
        tries.append(row.pk)
        if len(tries) < 3:
            raise OperationalError("the database system is starting up")
        settle(row, verdict)

    monkeypatch.setattr(delivery, "settle", away_twice)
    monkeypatch.setattr(delivery, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction stands on it
    [row] = put(world, "agent")
    assert delivery.deliver_due() == 1
    assert len(tries) == 3
    assert again(row).done_at


# --- A server that takes nothing ----------------------------------------------------------------------------------


def test_server_that_is_down_is_asked_once_for_all(world: World, settings: Any, frozen: Any) -> None:
    with serving(MailServer()) as server:
        through(settings, server.port)
    rows = put(world, "agent", "colleague", "supervisor")
    assert delivery.deliver_due() == 0
    assert {again(row).outcome for row in rows} == {SendingOutcome.UNREACHABLE}
    assert {again(row).attempts for row in rows} == {0}
    assert all(0.8 <= wait_of(row) <= 1.2 for row in rows)
    [late] = put(world, "quality")
    assert delivery.deliver_due() == 0
    assert again(late).attempts == 0  # what is written meanwhile waits for the same try
    frozen.shift(75)
    with serving(MailServer(port=server.port)) as server:
        assert delivery.deliver_due() == 4
        assert server.connections == 1


def test_server_that_lets_in_and_says_nothing_is_asked_once_for_all(world: World, settings: Any) -> None:
    rows = put(world, "agent", "colleague")
    with accepting_and_silent() as port:
        through(settings, port)
        settings.EMAIL_TIMEOUT = 0.3
        assert delivery.deliver_due() == 0
    assert {again(row).outcome for row in rows} == {SendingOutcome.UNREACHABLE}


def test_server_that_falls_silent_is_not_asked_for_each_message(
    world: World, server: MailServer, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    rows = put(world, "agent", "colleague", "supervisor", "quality")
    server.on_data = lambda _message: setattr(server, "silent", True)
    assert delivery.deliver_due() == 0
    outcomes = [again(row).outcome for row in rows]
    assert outcomes.count(SendingOutcome.LATER) + outcomes.count(SendingOutcome.UNREACHABLE) == 4
    assert outcomes.count(SendingOutcome.UNREACHABLE) >= 3
    assert server.connections <= 2


def test_return_of_the_server_frees_all_that_waited(world: World, server: MailServer) -> None:
    rows = put(world, "agent", "colleague")
    Outbox.objects.update(outcome=SendingOutcome.UNREACHABLE, next_try_at=clock.now() + timedelta(minutes=1))
    Outbox.objects.filter(pk=rows[0].pk).update(next_try_at=clock.now() - timedelta(seconds=1))
    assert delivery.deliver_due() == 0
    Outbox.objects.filter(pk=rows[1].pk).update(next_try_at=clock.now())
    assert delivery.deliver_due() == 2


def test_wrong_account_makes_all_wait_and_gives_nothing_up(world: World, settings: Any, frozen: Any) -> None:
    with serving(MailServer(sign_in=False), accounts=True) as server:
        through(settings, server.port)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "sillage", "faux"
        rows = put(world, "agent", "colleague")
        for _ in range(40):
            delivery.deliver_due()
            frozen.shift(4 * 3600)
        assert {again(row).outcome for row in rows} == {SendingOutcome.CLOSED}
        assert all(again(row).failed_at is None for row in rows)
        assert "EMAIL_URL" in again(rows[0]).last_error
        server.sign_in = True
        assert delivery.deliver_due() == 2


def test_sender_refused_makes_all_wait(world: World, server: MailServer) -> None:
    server.mail = "553 5.7.1 Sender not allowed"
    rows = put(world, "agent", "colleague")
    assert delivery.deliver_due() == 0
    assert server.connections == 1
    assert all(again(row).outcome == SendingOutcome.CLOSED and not again(row).failed_at for row in rows)


def test_server_gone_for_good_is_given_up_in_the_end(world: World, settings: Any, frozen: Any) -> None:
    with serving(MailServer()) as server:
        through(settings, server.port)
    put(world, "agent", "colleague")
    delivery.deliver_due()
    frozen.move_to(clock.now().replace(day=26, hour=8))
    delivery.deliver_due()
    assert Outbox.objects.failed().count() == 2
