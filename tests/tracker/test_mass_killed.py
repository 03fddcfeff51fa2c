"""A mass act whose process is killed (a real SIGKILL) is taken up by another: each demande once, the report right."""

from datetime import timedelta

import pytest

from tests.factories import World, make_world
from tests.tracker import counting_job
from tests.tracker.mass_worker import CHUNK
from tests.tracker.test_concurrency import clean
from tracker import clock, jobs, mass, waking
from tracker.commands import Answer, Note, Reopen
from tracker.enums import JobState, MassKind, MassOutcome, MassStage, State
from tracker.models import Event, Job, MassAct, Ticket
from tracker.writers import Author

DEMANDES = 8
COMMITTED = {"0": 0, "1": CHUNK, "2": 2 * CHUNK, "end": DEMANDES}
"""Where the process dies: how many demandes are written by then."""


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(waking, "wake", lambda task: True)
    monkeypatch.setattr(mass, "CHUNK", CHUNK)
    return make_world()


def closing(world: World) -> MassAct:
    today = clock.today("Europe/Paris")
    for _ in range(DEMANDES):
        world.register(Answer(today), received_on=today - timedelta(days=2))
    user = world.user("agent")
    act = mass.draw_up(Ticket.objects.visible_to(user), MassKind.CLOSE, Author(user=user))
    mass.confirm(act.pk, user)
    return act


def kill_a_worker(where: str) -> Job:
    """A process takes the job that waits and dies on the way; after a while it is known to be dead."""
    counting_job.kill_a_worker("tests.tracker.mass_worker", where, says="in the middle")
    job = Job.objects.get(state=JobState.RUNNING)
    assert jobs.run_pending_jobs() == 0  # its heartbeat is fresh: nobody knows yet that it died
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - jobs.STALE_AFTER - timedelta(seconds=1))
    return job


def written(kind: str) -> list[int]:
    """The demandes to which this was done, as often as it was."""
    return sorted(Event.objects.filter(stream="ticket", kind=kind).values_list("object_id", flat=True))


def outcomes(act: MassAct) -> list[str]:
    return list(act.lines.order_by("ticket_id").values_list("outcome", flat=True))


@pytest.mark.slow
@pytest.mark.parametrize("where", COMMITTED)
def test_each_demande_is_closed_once(world: World, where: str) -> None:
    act = closing(world)
    tickets = sorted(act.lines.values_list("ticket_id", flat=True))
    job = kill_a_worker(where)
    done = COMMITTED[where]
    assert written("closed") == tickets[:done]
    assert outcomes(act) == [MassOutcome.DONE] * done + [MassOutcome.WAITING] * (DEMANDES - done)

    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    act.refresh_from_db()
    assert (job.state, job.done, act.stage) == (JobState.DONE, DEMANDES, MassStage.ENDED)
    assert written("closed") == tickets
    assert outcomes(act) == [MassOutcome.DONE] * DEMANDES
    assert Ticket.objects.filter(state=State.CLOSED).count() == DEMANDES
    assert clean()


@pytest.mark.slow
def test_what_people_did_meanwhile_is_neither_done_again_nor_undone(world: World) -> None:
    """One demande that it had closed is reopened before it is taken up, one that waited has a note: both stay so."""
    act = closing(world)
    tickets = sorted(act.lines.values_list("ticket_id", flat=True))
    kill_a_worker("1")
    reopened, noted = Ticket.objects.get(pk=tickets[0]), Ticket.objects.get(pk=tickets[-1])
    world.act(reopened, Reopen(), by="agent")
    world.act(noted, Note("Rappelée"), by="agent")
    assert jobs.run_pending_jobs() == 1
    assert written("closed") == tickets
    reopened.refresh_from_db()
    assert reopened.state == State.IN_PROGRESS
    assert outcomes(act) == [MassOutcome.DONE] * DEMANDES
    assert clean()


@pytest.mark.slow
@pytest.mark.parametrize("where", ["1", "end"])
def test_each_demande_is_taken_back_once(world: World, where: str) -> None:
    act = closing(world)
    tickets = sorted(act.lines.values_list("ticket_id", flat=True))
    assert jobs.run_pending_jobs() == 1
    mass.undo(act.pk, world.user("agent"), clock.now())
    kill_a_worker(where)
    assert written("undone") == tickets[: COMMITTED[where]]
    assert jobs.run_pending_jobs() == 1
    act.refresh_from_db()
    assert act.stage == MassStage.UNDONE
    assert written("undone") == tickets
    assert outcomes(act) == [MassOutcome.UNDONE] * DEMANDES
    assert Ticket.objects.filter(state=State.ANSWERED).count() == DEMANDES
    assert clean()
