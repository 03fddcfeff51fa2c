"""A worker killed right before and right after the mail server’s « 250 »; a server that answers 4xx, 5xx, nothing."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from tests.faults.house import House, until
from tests.mailserver import MailServer

pytestmark = [pytest.mark.fault, pytest.mark.slow]


@pytest.fixture
def due(installed: House) -> Iterator[House]:
    """One message to send, and no worker yet."""
    put(installed, 1)
    yield installed


def put(house: House, count: int) -> None:
    house.sql(
        "INSERT INTO tracker_outbox (key, channel, kind, to_requester, payload, created_at, attempts, next_try_at, "
        "last_error, outcome, prefecture_id) SELECT 'fault:' || n, 'email', 'fault', false, '{}', now(), 0, now(), "
        "'', '', (SELECT min(id) FROM tracker_prefecture) FROM generate_series(1, %s) n",
        [count],
    )


def killing(house: House, mail: MailServer, how: Callable[["subprocess.Popen[bytes]"], None], off: str = "") -> None:
    """A worker that `how` ends while the mail server holds its message; then minutes pass, and another one works."""
    started, over = threading.Event(), threading.Event()
    workers: list[subprocess.Popen[bytes]] = []

    def hold(_message: EmailMessage) -> None:
        mail.on_data = None
        started.wait(60)
        how(workers[0])
        over.set()
        if how is not stop_then_kill:
            raise ConnectionAbortedError  # what nobody has heard acknowledged, the server has not taken

    mail.on_data = hold
    workers.append(house.start_worker(off=off))
    started.set()
    assert over.wait(40)
    if how is stop_then_kill:
        until(lambda: mail.answered == 1, 20, "the answer")
    house.kill(workers[0])
    house.time_passes()
    house.start_worker(off=off)


def test_killed_before_the_answer_it_leaves_all_the_same(due: House, mail: MailServer) -> None:
    killing(due, mail, due.kill)
    until(lambda: due.count("tracker_outbox", "done_at IS NOT NULL") == 1, 30, "the mark")
    assert len(mail.messages) == 1
    due.is_sound()


def test_killed_before_the_answer_but_marked_first_it_is_lost(due: House, mail: MailServer) -> None:
    """The guard off: a message marked before it is sent."""
    killing(due, mail, due.kill, off="mark_first")
    with pytest.raises(AssertionError, match="not in"):
        until(lambda: mail.messages, 6)
    assert due.count("tracker_outbox", "done_at IS NOT NULL") == 1


def stop_then_kill(worker: "subprocess.Popen[bytes]") -> None:
    """It hears the « 250 » no more: its death stands between that and the mark."""
    os.kill(worker.pid, signal.SIGSTOP)


def test_killed_after_the_answer_it_may_leave_twice_under_one_name(due: House, mail: MailServer) -> None:
    killing(due, mail, stop_then_kill)
    until(lambda: len(mail.messages) == 2, 30, "the message again")
    until(lambda: due.count("tracker_outbox", "done_at IS NOT NULL") == 1, 20, "the mark")
    due.time_passes()
    assert len(mail.messages) == 2
    assert len({message["Message-ID"] for message in mail.messages}) == 1
    assert due.sql("SELECT attempts FROM tracker_outbox") == [(2,)]


def test_killed_after_the_answer_without_one_name_it_is_two_messages(due: House, mail: MailServer) -> None:
    """The guard off: a Message-ID of each try."""
    killing(due, mail, stop_then_kill, off="new_name_each_time")
    until(lambda: len(mail.messages) == 2, 30, "the message again")
    assert len({message["Message-ID"] for message in mail.messages}) == 2


def test_server_that_says_later_then_nothing_then_no_then_yes(installed: House, mail: MailServer) -> None:
    """Two messages: both put off, then met by silence; then one is refused for good and the other one leaves."""
    put(installed, 2)
    mail.data["*"] = "451 4.3.0 Try again later"
    worker = installed.start_worker()
    until(lambda: installed.count("tracker_outbox", "outcome = 'later'") == 2, 30, "both put off")
    mail.silent = True
    installed.time_passes()
    until(lambda: installed.count("tracker_outbox", "outcome = 'unreachable'") == 2, 40, "both waiting for the server")
    mail.silent = False
    mail.data.clear()
    mail.once = ["554 5.7.1 <agent@prefecture.example> refused"]
    installed.time_passes()
    until(lambda: installed.count("tracker_outbox", "failed_at IS NOT NULL") == 1, 30, "one refused for good")
    until(lambda: installed.count("tracker_outbox", "outcome = 'sent'") == 1, 30, "the other one gone")
    assert len(mail.messages) == 1
    assert worker.poll() is None
    assert "agent@prefecture.example" not in installed.log_of(worker)


def test_server_that_says_later_without_a_second_try_loses_the_message(due: House, mail: MailServer) -> None:
    """The guard off: the first failure is the last word."""
    mail.data["*"] = "451 4.3.0 Try again later"
    due.start_worker(off="no_second_try")
    until(lambda: due.count("tracker_outbox", "failed_at IS NOT NULL") == 1, 30, "given up")
    mail.data.clear()
    due.time_passes()
    assert due.count("tracker_outbox", "failed_at IS NULL") == 0
    assert mail.messages == []


def two_clocks(house: House, mail: MailServer, off: str = "") -> None:
    """Each asks for everything; the first message is held for a while, so that another worker may take it too."""
    held: list[EmailMessage] = []

    def hold(message: EmailMessage) -> None:
        held.append(message)
        end = time.monotonic() + 8
        while len(held) < 2 and time.monotonic() < end:
            time.sleep(0.05)

    mail.on_data = hold
    house.environment["FAULTS_EMAIL_TIMEOUT"] = "30"
    put(house, 1)
    for name in ("one", "other"):
        house.start_beat(name)
        house.start_worker(off=off)


def test_two_clocks_do_nothing_twice(installed: House, mail: MailServer) -> None:
    put_events(installed)
    two_clocks(installed, mail)
    until(lambda: installed.count("tracker_outbox", "done_at IS NOT NULL") == 1, 60, "the message")
    until(lambda: installed.waiting() == 0, 20, "the events")
    assert len(mail.messages) == 1
    assert installed.count("tracker_periodictask", "name = 'clock'") == 1
    installed.is_sound()


def test_two_clocks_without_the_claim_send_twice(installed: House, mail: MailServer) -> None:
    """The guard off."""
    two_clocks(installed, mail, off="no_claim")
    until(lambda: len(mail.messages) >= 2, 60, "the same message twice")


def put_events(house: House) -> None:
    """Some events that nobody has followed yet."""
    house.sql(
        "INSERT INTO tracker_pendingevent (event_id, quiet) "
        "SELECT id, true FROM tracker_event ORDER BY id DESC LIMIT 20"
    )
