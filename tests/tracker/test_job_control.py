"""What an administrator does with long work."""

from typing import Any

import pytest

from tests.factories import World, make_world
from tracker import clock, job_control, jobs
from tracker.enums import JobState
from tracker.errors import TransitionRefused
from tracker.models import Job

COUNT = "count three"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The steps that a work of three has done."""
    steps: list[int] = []

    def count(job: Job, progress: jobs.Progress) -> dict[str, Any]:
        for step in range(job.checkpoint.get("step", 0), 3):
            steps.append(step)
            progress.checkpoint({"step": step + 1}, done=step + 1)
        return {}

    monkeypatch.setattr(jobs, "_runners", {COUNT: count})
    return steps


def put(world: World, **params: Any) -> Job:
    return jobs.enqueue(COUNT, params, prefecture=world.prefecture, user=world.user("quality"))


def test_work_that_stopped_goes_on_from_its_checkpoint(world: World, done: list[int]) -> None:
    job = put(world)
    stopped = {"state": JobState.FAILED, "checkpoint": {"step": 1}, "error": "…", "attempts": 3}
    Job.objects.filter(pk=job.pk).update(**stopped, ended_at=clock.now())
    job.refresh_from_db()
    job_control.take_up(job, world.user("administrator"))
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    assert done == [1, 2]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
def test_only_what_stopped_is_taken_up(world: World, done: list[int], state: JobState) -> None:
    job = put(world)
    Job.objects.filter(pk=job.pk).update(state=state)
    job.refresh_from_db()
    with pytest.raises(TransitionRefused, match="ne peut pas être repris"):
        job_control.take_up(job, world.user("administrator"))


def test_what_another_has_replaced_is_not_taken_up(world: World, done: list[int]) -> None:
    first, other = put(world, act=1), put(world, act=2)
    Job.objects.filter(pk__in=(first.pk, other.pk)).update(state=JobState.FAILED, ended_at=clock.now())
    put(world, act=1)
    for job in (first, other):
        job.refresh_from_db()
    assert not job_control.can_be_taken_up(first, job_control.since([first]))
    assert job_control.can_be_taken_up(other, job_control.since([other]))
    other.params = {"act": 2, "followed_by": 9}
    assert not job_control.can_be_taken_up(other, [])


def test_two_who_take_it_up_at_once_take_it_up_once(world: World, done: list[int]) -> None:
    job = put(world)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, ended_at=clock.now())
    job.refresh_from_db()
    job_control.take_up(job, world.user("administrator"))
    with pytest.raises(TransitionRefused):
        job_control.take_up(job, world.user("administrator"))  # opened before


def test_what_nobody_began_is_withdrawn(world: World, done: list[int]) -> None:
    job = put(world)
    job_control.withdraw(job, world.user("administrator"), clock.now())
    assert jobs.run_pending_jobs() == 0
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, job_control.WITHDRAWN)
    with pytest.raises(TransitionRefused, match="a commencé"):
        job_control.withdraw(job, world.user("administrator"), clock.now())


def test_work_of_another_prefecture_is_not_followed(world: World, done: list[int]) -> None:
    job = put(world)
    elsewhere = make_world("85", "85")
    assert list(job_control.followed(world.prefecture)) == [job]
    assert list(job_control.followed(elsewhere.prefecture)) == []


def test_register_that_waits_for_its_columns_is_no_work(world: World, done: list[int]) -> None:
    put(world, asks_columns=True)
    assert not job_control.followed(world.prefecture).exists()
