"""A job killed anywhere goes on where it stopped; two workers never share one; a failure is one French sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from tests.factories import World, make_prefecture
from tests.tracker import counting_job
from tracker import clock, jobs, waking
from tracker.enums import JobState
from tracker.errors import SillageError
from tracker.models import Correspondent, Job

ROWS = 40


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_runners", {"counting": counting_job.run})
    monkeypatch.setattr(jobs, "_stopping", type(jobs._stopping)())
    monkeypatch.setattr(waking, "wake", lambda task: True)


def counting(world: World | None = None, **params: Any) -> Job:
    prefecture = world.prefecture if world else make_prefecture()
    return jobs.enqueue("counting", {"rows": ROWS, **params}, prefecture=prefecture)


def written() -> list[str]:
    return list(Correspondent.objects.order_by("pk").values_list("name", flat=True))


EXPECTED = [f"Ligne {n}" for n in range(ROWS)]


def test_job_done_with_its_result_and_progress(world: World) -> None:
    job = counting(world)
    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.error) == (JobState.DONE, ROWS, ROWS, "")
    assert job.result == {"written": ROWS}
    assert job.ended_at == clock.now()
    assert written() == EXPECTED
    assert jobs.run_pending_jobs() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chunk", [0, 2])
def test_killed_process_is_taken_up_where_it_stopped(chunk: int) -> None:
    """A real process, a real SIGKILL, in the middle of a chunk that is not committed."""
    job = counting(pause_in=chunk)
    counting_job.kill_a_worker("tests.tracker.counting_job", says="in the middle of a chunk")

    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert job.checkpoint == ({"next": chunk * counting_job.CHUNK} if chunk else {})
    assert jobs.run_pending_jobs() == 0  # its heartbeat is fresh: nobody knows yet that it died
    Job.objects.filter(pk=job.pk).update(
        heartbeat_at=clock.now() - jobs.STALE_AFTER - timedelta(seconds=1), params={"rows": ROWS}
    )
    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, ROWS)
    assert written() == EXPECTED


def test_worker_that_lost_its_job_writes_nothing_more(world: World) -> None:
    job = counting(world)
    claimed = jobs.claim(clock.now())
    assert claimed is not None
    progress = jobs.Progress(*claimed)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - timedelta(minutes=3))
    assert jobs.run_pending_jobs() == 1  # the second worker
    with pytest.raises(jobs.JobLost), transaction.atomic():
        Correspondent.objects.create(prefecture=world.prefecture, name="Ligne en double")
        progress.checkpoint({"next": 1})
    jobs.end(*claimed, state=JobState.FAILED)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert written() == EXPECTED


def test_job_is_claimed_once(world: World) -> None:
    counting(world)
    assert jobs.claim(clock.now()) is not None
    assert jobs.claim(clock.now()) is None


def test_stopping_process_gives_the_job_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = counting(world)
    monkeypatch.setattr(counting_job, "on_chunk", lambda number: jobs.stop() if number == 2 else None)
    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.claimed_by, job.ended_at) == (JobState.QUEUED, "", None)
    assert jobs.run_pending_jobs() == 0
    jobs._stopping.clear()
    monkeypatch.setattr(counting_job, "on_chunk", lambda number: None)
    assert jobs.run_pending_jobs() == 1
    assert written() == EXPECTED


def test_third_crash_without_progress_ends_it(world: World) -> None:
    job = counting(world)
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.claim(clock.now()) is not None
        Job.objects.update(heartbeat_at=clock.now() - timedelta(minutes=3))
    assert jobs.claim(clock.now()) is None
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, jobs.CRASHED)


def test_checkpoint_starts_the_count_of_crashes_again(world: World) -> None:
    counting(world)
    for number in range(5):
        claimed = jobs.claim(clock.now())
        assert claimed is not None
        jobs.Progress(*claimed).checkpoint({"next": number})
        Job.objects.update(heartbeat_at=clock.now() - timedelta(minutes=3))


def test_refusal_is_shown_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> None:
        raise SillageError("Le classeur n’a pas d’en-tête.")

    monkeypatch.setattr(counting_job, "on_chunk", refuse)
    job = counting(world)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "Le classeur n’a pas d’en-tête.")


def test_unexpected_error_is_logged_without_its_message(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(number: int) -> None:
        raise ValueError("Mme Personne habite ici")

    monkeypatch.setattr(counting_job, "on_chunk", crash)
    job = counting(world)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, jobs.UNEXPECTED)
    assert "Personne" not in caplog.text
    assert "ValueError" in caplog.text
    assert "counting_job.py" in caplog.text


def test_database_away_leaves_the_job_to_be_taken_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(number: int) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(counting_job, "on_chunk", lose)
    job = counting(world)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.RUNNING, "")


def test_unknown_kind_is_refused_when_asked_for(world: World) -> None:
    with pytest.raises(jobs.UnknownJobKind):
        jobs.enqueue("nothing", {}, prefecture=world.prefecture)


def test_command_runs_its_job_in_its_own_process(world: World) -> None:
    seen: list[tuple[int, int]] = []
    job = jobs.run_here(
        "counting",
        {"rows": ROWS},
        prefecture=world.prefecture,
        listener=lambda done, total: seen.append((done, total)),
    )
    assert job.state == JobState.DONE
    assert seen[-1] == (ROWS, ROWS)
    assert written() == EXPECTED


def test_interrupted_command_does_not_go_on_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(counting_job, "on_chunk", interrupt)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_here("counting", {"rows": ROWS}, prefecture=world.prefecture)
    assert Job.objects.get().state == JobState.FAILED
    assert jobs.run_pending_jobs() == 0


def test_worker_is_woken_on_commit_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(waking, "wake", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        counting(world)
        assert woken == []
    assert woken == [jobs.TASK]
