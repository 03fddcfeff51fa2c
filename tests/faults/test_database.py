"""PostgreSQL restarted under the load of pages and workers: what was answered is there, once, and all go on."""

import threading

import pytest

from tests.faults.house import Cluster, House, Redis, until
from tests.faults.person import Person
from tests.mailserver import MailServer

pytestmark = [pytest.mark.fault, pytest.mark.slow]

PERSONS, EACH = 4, 12
RESTARTED_AT = ((12, "fast"), (28, "immediate"))
"""Once so many demandes are answered."""


def registering(house: House, answered: list[str], failures: list[BaseException], number: int) -> None:
    """A person who sends each demande again, the same, until it is answered."""
    try:
        person = Person(house.port).sign_in()
        form = person.form()
        for each in range(EACH):
            subject = f"Demande {number}-{each}"
            person.insist(form, subject)
            answered.append(subject)
    except BaseException as error:  # told by the test's own thread
        failures.append(error)
        raise


def test_database_restarted_under_load(installed: House, cluster: Cluster, redis: Redis, mail: MailServer) -> None:
    installed.start_pages()
    processes = [installed.start_worker("sillage"), installed.start_worker("jobs"), installed.start_beat()]
    answered: list[str] = []
    failures: list[BaseException] = []
    persons = [
        threading.Thread(target=registering, args=(installed, answered, failures, number)) for number in range(PERSONS)
    ]
    for person in persons:
        person.start()
    for count, mode in RESTARTED_AT:
        until(lambda count=count: len(answered) >= count or failures, 60, f"{count} demandes")
        cluster.restart(mode)
    for person in persons:
        person.join(120)
    assert failures == []
    subjects = [
        subject for (subject,) in installed.sql("SELECT subject FROM tracker_ticket WHERE subject LIKE 'Demande %-%'")
    ]
    assert sorted(subjects) == sorted(answered)
    assert len(subjects) == PERSONS * EACH
    until(lambda: installed.waiting() == 0, 30, "the events")
    due = "done_at IS NULL AND next_try_at <= now()"
    until(lambda: installed.count("tracker_outbox", due) == 0, 30, "the messages")
    installed.time_passes()  # a claim may have died with its connection, before anything was sent
    until(lambda: installed.count("tracker_outbox", "outcome = 'sent'") == PERSONS * EACH, 30, "the last messages")
    assert len({message["Message-ID"] for message in mail.messages}) == PERSONS * EACH
    assert len(mail.messages) == PERSONS * EACH  # no mark was lost with the database
    assert [process.poll() for process in processes] == [None, None, None]
    installed.is_sound()


def test_answered_act_is_lost_where_commits_do_not_wait_for_the_disk(installed: House, cluster: Cluster) -> None:
    """The guard off, which is PostgreSQL's own: `synchronous_commit` (docs/production.md)."""
    installed.start_pages(1)
    with cluster.connect("postgres") as connection:
        connection.execute("ALTER ROLE sillage SET synchronous_commit = off")
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    try:
        others = "pid <> pg_backend_pid() AND usename = 'sillage'"
        installed.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        person = Person(installed.port)
        until(lambda: signed_in(person), 30, "the pages")
        form = person.form()
        before = installed.registered()
        person.insist(form, "Demande perdue")
        cluster.restart("immediate")
        assert until(lambda: installed.registered() + 1, 30) == before + 1
    finally:
        with cluster.connect("postgres") as connection:
            connection.execute("ALTER ROLE sillage SET synchronous_commit = on")
            connection.execute("ALTER SYSTEM RESET wal_writer_delay")
            connection.execute("SELECT pg_reload_conf()")


def signed_in(person: Person) -> bool:
    """Whether the pages, whose connections were ended, have taken others."""
    return person.ask("GET", "/connexion/").status == 200 and bool(person.sign_in())
