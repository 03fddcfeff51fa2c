"""Mass acts at the same instant as others: one job a confirmation, each demande written once, nobody waits for ever."""

from datetime import date
from typing import Any

import pytest

from tests.factories import World, make_world
from tests.tracker.test_concurrency import clean, together
from tracker import clock, jobs, mass, writers
from tracker.commands import Answer, Note
from tracker.enums import JobState, MassKind, MassOutcome, State
from tracker.errors import SillageError, TransitionRefused
from tracker.models import Event, Job, MassAct, Ticket
from tracker.writers import Author

DEMANDES = 8


@pytest.fixture
def world(transactional_db: None, frozen: Any) -> World:
    return make_world()


@pytest.fixture
def tickets(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Ticket]:
    monkeypatch.setattr(mass, "CHUNK", 3)
    return [world.register(Answer(date(2026, 11, 17))) for _ in range(DEMANDES)]


def drawn(world: World, name: str) -> MassAct:
    user = world.user(name)
    return mass.draw_up(Ticket.objects.visible_to(user), MassKind.CLOSE, Author(user=user))


def next_job(_number: int) -> str:
    """What a worker of its own would do: claim a job and run it to its end."""
    claimed = jobs.claim(clock.now())
    if claimed is None:
        return ""
    jobs.execute(*claimed)
    return str(Job.objects.get(pk=claimed[0].pk).state)


def closings() -> list[int]:
    events = Event.objects.filter(stream="ticket", kind="closed")
    return sorted(events.values_list("object_id", flat=True))


def test_two_confirmations_at_once_ask_for_one_job(world: World, tickets: list[Ticket]) -> None:
    act, user = drawn(world, "agent"), world.user("agent")
    [results] = together(1, *[lambda number: mass.confirm(act.pk, user)] * 2)
    assert len([result for result in results if isinstance(result, TransitionRefused)]) == 1
    assert Job.objects.count() == 1


def test_two_workers_share_no_job(world: World, tickets: list[Ticket]) -> None:
    mass.confirm(drawn(world, "agent").pk, world.user("agent"))
    [results] = together(1, next_job, next_job)
    assert sorted(results) == ["", JobState.DONE]
    assert closings() == [ticket.pk for ticket in tickets]


def test_two_people_on_the_same_demandes_write_each_once(world: World, tickets: list[Ticket]) -> None:
    acts = [drawn(world, name) for name in ("agent", "colleague")]
    for act, name in zip(acts, ("agent", "colleague"), strict=True):
        mass.confirm(act.pk, world.user(name))
    [results] = together(1, next_job, next_job)
    assert results == [JobState.DONE, JobState.DONE]
    assert closings() == [ticket.pk for ticket in tickets]
    done = [line.ticket_id for act in acts for line in act.lines.filter(outcome=MassOutcome.DONE)]
    assert sorted(done) == [ticket.pk for ticket in tickets]
    assert clean()


def test_an_undoing_takes_back_no_note_written_meanwhile(world: World, tickets: list[Ticket]) -> None:
    act = drawn(world, "agent")
    mass.confirm(act.pk, world.user("agent"))
    next_job(0)
    mass.undo(act.pk, world.user("agent"), clock.now())
    author = Author(user=world.user("agent"))

    def note_each(_number: int) -> list[SillageError]:
        for ticket in tickets:
            writers.write_one(ticket.pk, [Note("Rappelé")], author)
        return []

    [results] = together(1, next_job, note_each)
    assert results == [JobState.DONE, []]
    assert Event.objects.filter(stream="ticket", kind="noted").count() == DEMANDES
    undone = {line.ticket_id for line in act.lines.filter(outcome=MassOutcome.UNDONE)}
    back = set(Ticket.objects.filter(state=State.ANSWERED).values_list("pk", flat=True))
    assert undone == back
    for event in Event.objects.filter(stream="ticket", kind="undone"):
        [number] = event.data["events"]
        assert Event.objects.get(stream="ticket", object_id=event.object_id, number=number).kind == "closed"
    assert clean()
