"""A worker that no longer hears the clock does the sweeps by itself."""

import threading
import time
from collections.abc import Iterator

import pytest

from config.celery import app
from tracker import sweeping
from tracker.sweeping import Sweeper, sweeps_of


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that the sweeper reads."""
    seconds = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(sweeping, "_heard", {})
    yield seconds


def sweeper(run: object = None) -> Sweeper:
    made = Sweeper({"events": 2.0, "jobs": 5.0}, run or (lambda task: None))  # type: ignore[arg-type]
    for task in ("events", "jobs"):
        sweeping.heard(task)
    return made


def test_nothing_is_done_while_the_clock_is_heard(now: list[float]) -> None:
    alone = sweeper()
    now[0] += 5.0
    assert alone.look() == []


def test_sweeps_go_on_at_their_own_pace(now: list[float], caplog: pytest.LogCaptureFixture) -> None:
    alone = sweeper()
    begun = []
    for _ in range(20):
        now[0] += 1.0
        begun += alone.look()
    assert (begun.count("events"), begun.count("jobs")) == (3, 1)
    assert caplog.text.count("sweeping alone") == 1
    sweeping.heard("events")
    sweeping.heard("jobs")
    assert alone.look() == []
    assert "heard again" in caplog.text


def test_sweep_that_takes_long_is_begun_once_and_holds_up_no_other(now: list[float]) -> None:
    begun, over = [], threading.Event()

    def run(task: str) -> None:
        begun.append(task)
        over.wait(30)

    alone = sweeper(run)
    for _ in range(30):
        now[0] += 1.0
        alone.look()
    over.set()
    for thread in alone._busy.values():
        thread.join(30)
    assert sorted(begun) == ["events", "jobs"]


def test_each_worker_sweeps_what_its_queues_hold() -> None:
    messages, work = sweeps_of(app, {"sillage"}), sweeps_of(app, {"jobs"})
    assert "tracker.tasks.drain_pending" in messages
    assert "notifications.tasks.deliver" in messages
    assert set(work) == {"tracker.tasks.run_jobs"}
    assert sweeps_of(app, {"sillage", "jobs"}) == messages | work


def test_long_work_stands_apart_from_messages_and_sweeps() -> None:
    routes = app.conf.task_routes
    assert {queue.name for queue in app.conf.task_queues} == {"sillage", "jobs"}
    assert {route["queue"] for route in routes.values()} == {"jobs"}
    app.loader.import_default_modules()
    assert set(routes) <= set(app.tasks)
