"""Two people at the same instant: nothing is lost, nothing is done twice. And without the locks, something is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories import World, make_world
from tests.tracker.clocks import nov
from tests.tracker.threads import together
from tracker import numbering, writers
from tracker.commands import Answer, Correct, Dismiss, Note, Take
from tracker.enums import DismissalReason
from tracker.errors import StaleVersion, TransitionRefused
from tracker.models import Event, ReferenceCounter, Ticket
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

ROUNDS, FEW = 50, 5
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def author(world: World, name: str) -> Author:
    user = world.user(name)
    assert user.scope
    return Author(user=user, now=NOW)


def clean() -> bool:
    return verify_journal().different == [] and check_deadlines().different == []


def without_lock(ticket_ids: Sequence[int]) -> dict[int, Ticket]:
    """`writers.lock_many` as somebody in a hurry would have written it."""
    rows = Ticket.objects.select_related("site", "kind", "prefecture").filter(pk__in=ticket_ids)
    return {ticket.pk: ticket for ticket in rows}


# --- One demande, two people --------------------------------------------------------------------------------------


def write_at_once(world: World) -> tuple[Ticket, list[list[Any]]]:
    ticket = world.register(now=NOW)
    agent, colleague = author(world, "agent"), author(world, "colleague")
    results = together(
        ROUNDS,
        lambda number: writers.write_one(ticket.pk, [Note(f"Agent {number}")], agent),
        lambda number: writers.write_one(ticket.pk, [Correct({"subject": f"Objet {number}"})], colleague),
    )
    return ticket, results


@pytest.mark.postgresql
def test_no_update_is_lost(world: World) -> None:
    ticket, results = write_at_once(world)
    assert not [result for pair in results for result in pair if isinstance(result, Exception)]
    stored = Ticket.objects.get(pk=ticket.pk)
    assert stored.version == 2 + 2 * ROUNDS
    assert stored.subject == f"Objet {ROUNDS - 1}"
    assert list(
        Event.objects.filter(stream="ticket", object_id=ticket.pk).order_by("number").values_list("number", flat=True)
    ) == list(range(1, 3 + 2 * ROUNDS))
    assert clean()


@pytest.mark.postgresql
def test_without_the_lock_updates_are_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "lock_many", without_lock)
    _, results = write_at_once(world)
    assert [result for pair in results for result in pair if isinstance(result, Exception)]


@pytest.mark.postgresql
def test_of_two_who_end_a_demande_one_is_told(world: World) -> None:
    """Both opened the page on the same version: the second sees a conflict, whoever it is."""
    tickets = [world.register(now=NOW) for _ in range(ROUNDS)]
    agent, colleague = author(world, "agent"), author(world, "colleague")
    results = together(
        ROUNDS,
        lambda number: writers.write_one(tickets[number].pk, [Answer(nov(19))], agent, opened_version=2),
        lambda number: writers.write_one(
            tickets[number].pk, [Dismiss(DismissalReason.DUPLICATE, nov(19))], colleague, opened_version=2
        ),
    )
    for pair in results:
        assert sorted(type(result) for result in pair if isinstance(result, Exception)) == [StaleVersion]
    assert clean()


# --- Merging both ways --------------------------------------------------------------------------------------------


def merge_both_ways(world: World, rounds: int) -> list[list[Any]]:
    pairs = [(world.register(now=NOW).pk, world.register(now=NOW).pk) for _ in range(rounds)]
    agent, colleague = author(world, "agent"), author(world, "colleague")
    return together(
        rounds,
        lambda number: writers.merge(*pairs[number], agent),
        lambda number: writers.merge(*reversed(pairs[number]), colleague),
    )


def refusals(pair: list[Any]) -> list[type[Exception]]:
    return [type(result) for result in pair if isinstance(result, Exception)]


@pytest.mark.postgresql
def test_a_into_b_and_b_into_a_end_with_one_refusal(world: World) -> None:
    results = merge_both_ways(world, ROUNDS)
    assert [refusals(pair) for pair in results] == [[TransitionRefused]] * ROUNDS
    assert Ticket.objects.filter(state="merged").count() == ROUNDS
    assert Ticket.objects.open().count() == ROUNDS
    assert clean()


@pytest.mark.postgresql
def test_without_the_lock_merges_collide(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "lock_many", without_lock)
    results = merge_both_ways(world, FEW)  # a second each: PostgreSQL waits before it sees a deadlock
    assert [refusals(pair) for pair in results] != [[TransitionRefused]] * FEW


# --- References ---------------------------------------------------------------------------------------------------


def register_at_once(world: World) -> list[list[Any]]:
    return together(
        ROUNDS,
        lambda _number: world.register(by="agent", now=NOW).reference,
        lambda _number: world.register(by="colleague", now=NOW).reference,
    )


def test_no_reference_is_lost_nor_given_twice(world: World) -> None:
    """On both engines: SQLite waits for the other writer, PostgreSQL for the counter's row."""
    results = register_at_once(world)
    given = sorted(reference for pair in results for reference in pair)
    assert given == [f"44-2026-{number:06d}" for number in range(1, 2 * ROUNDS + 1)]
    assert ReferenceCounter.objects.get().last == 2 * ROUNDS
    assert clean()


def reserve_without_lock(prefecture_id: int, year: int, count: int) -> int:
    """Read, add, write: what an UPDATE that adds by itself avoids."""
    counter, _ = ReferenceCounter.objects.get_or_create(prefecture_id=prefecture_id, year=year)
    last = counter.last
    counter.last = last + count
    counter.save()
    return last


@pytest.mark.postgresql
def test_a_counter_read_then_written_gives_numbers_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.register(now=NOW)
    monkeypatch.setattr(numbering, "reserve", reserve_without_lock)
    results = register_at_once(world)
    assert [result for pair in results for result in pair if isinstance(result, Exception)]


@pytest.mark.postgresql
def test_registering_waits_for_no_reader_of_the_prefecture(world: World) -> None:
    """Only the counter is locked, last: an agent who works on a demande delays nobody who registers."""
    ticket = world.register(now=NOW)
    with transaction.atomic():
        writers.lock(ticket.pk)
        [[reference]] = together(1, lambda _number: world.register(by="agent", now=NOW).reference)
    assert reference == "44-2026-000002"


def test_the_writer_takes_the_row_lock_before_it_reads_the_journal(world: World) -> None:
    """P19: the state and the journal that a decision is made on are those of after the wait."""
    ticket = world.register(now=NOW)
    with connection.execute_wrapper(recorder := Recorder()):
        writers.write_one(ticket.pk, [Take()], author(world, "agent"))
    first_lock = next(index for index, sql in enumerate(recorder.statements) if '"tracker_ticket"' in sql)
    first_event = next(index for index, sql in enumerate(recorder.statements) if 'FROM "tracker_event"' in sql)
    assert first_lock < first_event
    if connection.vendor == "postgresql":
        assert "FOR UPDATE" in recorder.statements[first_lock]


class Recorder:
    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(sql)
        return execute(sql, params, many, context)
