"""Redis stopped while demandes move, or emptied with messages queued: nothing is lost, and screens follow meanwhile."""

import pytest

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


def counter(house: House) -> int:
    return int(house.sql("SELECT value FROM tracker_livecounter")[0][0])


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


def test_broker_emptied_without_the_sweeps_loses_what_follows(installed: House, redis: Redis, mail: MailServer) -> None:
    """The guard off: whoever waits for a message that is gone waits for ever."""
    installed.start_pages()
    register(installed, 1)
    until(lambda: int(redis.ask("LLEN", "sillage").strip(b":\r\n")) > 0, 20, "queued messages")
    redis.ask("FLUSHALL")
    worker = installed.start_worker(off="no_sweeper")
    with pytest.raises(AssertionError, match="not in"):
        until(lambda: installed.waiting() == 0, 8)
    assert worker.poll() is None
    assert mail.messages == []


def test_redis_stopped_while_demandes_move(installed: House, redis: Redis, mail: MailServer) -> None:
    installed.start_pages()
    installed.start_worker()
    installed.start_beat()
    register(installed, 2)
    until(lambda: len(mail.messages) == 2, 30, "messages through Redis")
    redis.stop()
    before = counter(installed)
    register(installed, 3)  # pages wait for nobody
    until(lambda: counter(installed) > before and installed.waiting() == 0, 20, "the counter without Redis")
    until(lambda: len(mail.messages) == 5, 20, "messages without Redis")
    redis.start()
    before = counter(installed)
    register(installed, 1)
    until(lambda: counter(installed) > before and installed.waiting() == 0, WITHIN, "the counter after Redis came back")
    until(lambda: len(mail.messages) == 6, 20, "the last message")
    assert installed.messages() == 6
    assert len({message["Message-ID"] for message in mail.messages}) == 6
    installed.is_sound()
