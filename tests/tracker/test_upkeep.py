"""Whether clock and workers live, and when each task last ran: through Celery's own calls of a task."""

from datetime import timedelta
from typing import Any

import pytest

from config.beat import MarkedScheduler
from config.celery import app
from tracker import clock, tasks, upkeep
from tracker.models import PeriodicTask

NIGHT = "tracker.tasks.gather_changes"
SWEEP = "tracker.tasks.drain_pending"


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_noted", {})


def row(name: str) -> PeriodicTask:
    return PeriodicTask.objects.get(name=name)


def test_task_of_the_table_says_when_it_ran(db: None, frozen: Any) -> None:
    tasks.gather_changes.apply()
    assert (row(NIGHT).started_at, row(NIGHT).ended_at, row(NIGHT).trouble) == (clock.now(), clock.now(), "")


def test_task_that_fails_says_where_and_not_what(db: None, frozen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("Mme Personne")

    monkeypatch.setattr(tasks.ReferenceChange.objects, "gather", fail)
    tasks.gather_changes.apply()
    assert row(NIGHT).failed_at == clock.now()
    assert row(NIGHT).trouble.startswith("RuntimeError ")
    assert "Personne" not in row(NIGHT).trouble
    monkeypatch.undo()
    tasks.gather_changes.apply()
    assert row(NIGHT).trouble == ""


def test_sweep_says_so_once_a_minute(db: None, frozen: Any, django_assert_num_queries: Any) -> None:
    tasks.drain_pending.apply()
    first = row(SWEEP).started_at
    frozen.shift(2)
    tasks.drain_pending.apply()
    assert row(SWEEP).started_at == first
    upkeep._noted.clear()
    tasks.drain_pending.apply()
    assert row(SWEEP).started_at == clock.now()


def test_task_outside_of_the_table_says_nothing(db: None) -> None:
    @app.task(name="a task of nobody")
    def nothing() -> None:
        pass

    nothing.apply()
    assert not PeriodicTask.objects.exists()


def test_clock_gives_its_own_sign_of_life(db: None, frozen: Any, tmp_path: Any) -> None:
    scheduler = MarkedScheduler(app=app, schedule_filename=str(tmp_path / "beat"), lazy=True)
    scheduler.setup_schedule()
    scheduler.schedule.clear()  # the clock's own sign does not depend on what it asks for
    scheduler.tick()
    scheduler.close()
    assert row(upkeep.CLOCK).started_at == clock.now()


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away_stops_nobody(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise upkeep.OperationalError("server closed the connection")

    monkeypatch.setattr(PeriodicTask.objects, "bulk_create", away)
    upkeep.note_clock()
    assert "could not be noted" in caplog.text


# --- Reading ------------------------------------------------------------------------------------------------------


def alive(now: Any) -> None:
    for name in upkeep.WATCHED:
        upkeep.note(name, started_at=now)


def test_nobody_is_silent_while_all_speak(db: None, frozen: Any) -> None:
    alive(clock.now())
    assert upkeep.silence(clock.now() + upkeep.SILENT_AFTER) is None


def test_dead_clock_is_named_before_what_it_no_longer_asks_for(db: None, frozen: Any) -> None:
    alive(clock.now())
    died = clock.now()
    assert upkeep.silence(died + timedelta(minutes=4)) == upkeep.Silence(upkeep.CLOCK, died)


def test_dead_worker_is_named_where_the_clock_lives(db: None, frozen: Any) -> None:
    alive(clock.now())
    died, now = clock.now(), clock.now() + timedelta(minutes=4)
    upkeep.note(upkeep.CLOCK, started_at=now)
    assert upkeep.silence(now) == upkeep.Silence(SWEEP, died)
    upkeep.note(SWEEP, started_at=now)
    assert upkeep.silence(now) == upkeep.Silence("tracker.tasks.run_jobs", died)


def test_who_never_spoke_is_silent_too(db: None) -> None:
    assert upkeep.silence(clock.now()) == upkeep.Silence(upkeep.CLOCK, None)


def test_next_runs_are_those_of_the_beat_table(db: None, frozen: Any) -> None:
    """Friday 20 November, 10:00 in Paris."""
    found = {each.name: each for each in upkeep.rounds(clock.now())}
    assert set(found) == {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert found[SWEEP].every == 2.0
    night = found["tracker.tasks.verify"].next_at
    assert night is not None
    assert night.astimezone(clock.zone("Europe/Paris")).strftime("%d %H:%M") == "21 03:45"
