"""Redis stopped while demandes move, or emptied with messages queued: nothing is lost, and screens follow meanwhile."""

import contextlib
import json
import time

import pytest
from websockets.sync.client import connect

from tests.faults.house import House, Redis, until
from tests.faults.person import Person
from tests.mailserver import MailServer

pytestmark = [pytest.mark.fault, pytest.mark.slow]

WITHIN = 5.0
"""Seconds in which screens are right again."""


def register(house: House, count: int) -> None:
    """So many demandes, each answered by the page."""
    person = Person(house.port).sign_in()
    form = person.form()
    for number in range(count):
        assert person.insist(form, f"Demande {number}") == 1


def test_broker_emptied_with_messages_queued(installed: House, redis: Redis, mail: MailServer) -> None:
    installed.start_pages()
    register(installed, 3)
    until(lambda: int(redis.ask("LLEN", "sillage").strip(b":\r\n")) > 0, 20, "queued messages")
    redis.ask("FLUSHALL")
    assert (installed.waiting() > 0, installed.messages()) == (True, 0)
    installed.start_worker()
    until(lambda: len(mail.messages) == 3, 30, "messages")
    assert installed.messages() == 3
    installed.is_sound()


def test_broker_emptied_or_away_without_the_sweeps_nothing_follows(
    installed: House, redis: Redis, mail: MailServer
) -> None:
    """The guard off: whoever waits for a message that is gone, or for a Redis that is away, waits."""
    installed.start_pages()
    register(installed, 1)
    until(lambda: int(redis.ask("LLEN", "sillage").strip(b":\r\n")) > 0, 20, "queued messages")
    redis.ask("FLUSHALL")
    worker = installed.start_worker(off="no_sweeper")
    with pytest.raises(AssertionError, match="not in"):
        until(lambda: installed.waiting() == 0, 8)
    redis.stop()
    register(installed, 1)
    with pytest.raises(AssertionError, match="not in"):
        until(lambda: installed.waiting() == 0, 8)
    assert worker.poll() is None
    assert mail.messages == []


class Screen:
    """What a browser does of a live page: it listens, and asks the pages for what it shows."""

    def __init__(self, port: int, person: Person) -> None:
        self._line = connect(
            f"ws://127.0.0.1:{port}/direct/",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={person.cookies['sessionid']}"},
            legacy=True,
        )
        self._line.send(json.dumps({"join": ["prefecture:44"], "age": 0}))
        assert json.loads(self._line.recv(10))["joined"] == ["prefecture:44"]

    def is_told(self, seconds: float) -> None:
        """That something has changed, within so many seconds; a mere sign of life is not that."""
        end = time.monotonic() + seconds
        while json.loads(self._line.recv(max(0.0, end - time.monotonic()))).get("changed") != ["prefecture:44"]:
            pass

    def catch_up(self) -> None:
        """Read what was said meanwhile."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._line.recv(0.5)

    def close(self) -> None:
        self._line.close()


def test_redis_stopped_while_demandes_move(installed: House, redis: Redis, mail: MailServer) -> None:
    installed.start_pages()
    sockets = installed.start_sockets()
    installed.start_worker()
    installed.start_beat()
    person = Person(installed.port).sign_in()
    form = person.form()
    screen = Screen(sockets, person)
    person.insist(form, "Par Redis")
    screen.is_told(WITHIN)
    until(lambda: len(mail.messages) == 1, 30, "a message through Redis")

    redis.stop()
    screen.catch_up()
    for number in range(3):
        assert person.insist(form, f"Sans Redis {number}") == 1  # pages wait for nobody
    screen.is_told(2 * WITHIN)
    until(lambda: len(mail.messages) == 4, 30, "messages without Redis")

    redis.start()
    screen.catch_up()
    person.insist(form, "Redis revenu")
    screen.is_told(WITHIN)
    until(lambda: len(mail.messages) == 5, 20, "the last message")
    until(lambda: installed.waiting() == 0, 20, "the events")
    screen.close()
    assert installed.messages() == 5
    assert len({message["Message-ID"] for message in mail.messages}) == 5
    installed.is_sound()
