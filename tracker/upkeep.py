"""What runs by the clock: when each task of the beat table last ran and runs next, and whether clock and workers live.

Whoever runs a task says so in `PeriodicTask`, at most once a minute: a page then tells what died without asking the
broker, which may be what died.
"""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from celery import Task, current_app
from celery.schedules import crontab
from django.db import InterfaceError, OperationalError

from tracker import clock, sweeping
from tracker.jobs import TASK as JOBS_SWEEP
from tracker.jobs import where
from tracker.models import PeriodicTask
from tracker.pending import TASK as EVENTS_SWEEP

logger = logging.getLogger(__name__)

CLOCK: Final = "clock"
"""The name under which the clock itself gives its sign of life."""
NOTED_EVERY: Final = 60.0
"""Seconds between two signs of life of what runs all the time."""
SILENT_AFTER: Final = timedelta(minutes=3)

_noted: dict[str, float] = {}
_lock = threading.Lock()


# --- Giving signs of life -----------------------------------------------------------------------------------------


# The types of Celery give Task parameters that Celery's own class does not take.
class RecordedTask(Task):  # type: ignore[type-arg]
    """The base of every task: those of the beat table say when they ran, and how it ended."""

    def before_start(self, task_id: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if isinstance(schedule_of(self.name), crontab):
            note(self.name, started_at=clock.now(), ended_at=None)

    def after_return(
        self, status: str, retval: Any, task_id: str, args: tuple[Any, ...], kwargs: dict[str, Any], einfo: Any
    ) -> None:
        now = clock.now()
        if not self.request.is_eager:
            sweeping.heard(self.name)
        if isinstance(retval, BaseException):
            note(self.name, started_at=now, ended_at=now, failed_at=now, trouble=where(retval)[:300])
        elif isinstance(schedule_of(self.name), crontab):
            note(self.name, ended_at=now, trouble="")
        elif schedule_of(self.name) is not None and turn(self.name):
            note(self.name, started_at=now, ended_at=now, trouble="")


def schedule_of(task: str) -> Any:
    """Seconds or crontab, as the beat table has it; None for a task that is not in it."""
    for entry in current_app.conf.beat_schedule.values():
        if entry["task"] == task:
            return entry["schedule"]
    return None


def turn(name: str) -> bool:
    """Whether this process has said nothing of `name` for NOTED_EVERY seconds."""
    with _lock:
        now = time.monotonic()
        if now - _noted.get(name, -NOTED_EVERY) < NOTED_EVERY:
            return False
        _noted[name] = now
        return True


def note(name: str, **columns: Any) -> None:
    """Write these columns of the task's row. A database that is away stops neither task nor clock."""
    row = PeriodicTask(name=name, **{"started_at": clock.now()} | columns)
    try:
        PeriodicTask.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=list(columns)
        )
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s could not be noted: %s", name, type(error).__name__)


def note_clock() -> None:
    """Called by the clock at each of its ticks."""
    if turn(CLOCK):
        now = clock.now()
        note(CLOCK, started_at=now, ended_at=now)


# --- Reading them -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Round:
    """One task of the beat table. `every`: seconds between two runs of a sweep; else `next_at` says when it runs."""

    name: str
    every: float | None
    row: PeriodicTask | None
    next_at: datetime | None

    @property
    def last_at(self) -> datetime | None:
        return self.row.started_at if self.row is not None else None

    @property
    def failed(self) -> bool:
        return self.row is not None and bool(self.row.trouble)


def rounds(now: datetime) -> list[Round]:
    """The beat table in its order, each task once."""
    rows = {row.name: row for row in PeriodicTask.objects.all()}
    return list(_rounds(rows, now))


def _rounds(rows: dict[str, PeriodicTask], now: datetime) -> Iterator[Round]:
    for name in dict.fromkeys(entry["task"] for entry in current_app.conf.beat_schedule.values()):
        schedule = schedule_of(name)
        if isinstance(schedule, crontab):
            # The clock reads the time by itself, a few microseconds later: without rounding, 03:45 would be 03:44.
            next_at = now + schedule.remaining_estimate(now) + timedelta(seconds=30)
            yield Round(name, None, rows.get(name), next_at.replace(second=0, microsecond=0))
        else:
            yield Round(name, float(schedule), rows.get(name), None)


@dataclass(frozen=True, slots=True)
class Silence:
    """Which part of the installation gives no sign of life, and since when (None: it never gave any)."""

    who: str
    since: datetime | None


WATCHED: Final = (CLOCK, EVENTS_SWEEP, JOBS_SWEEP)
"""In the order in which one explains the next: a dead clock asks for no sweep."""


def silence(now: datetime) -> Silence | None:
    """The first part that has been silent for SILENT_AFTER: the clock, who follows events and sends messages, who does
    the long work."""
    rows = dict(PeriodicTask.objects.filter(name__in=WATCHED).values_list("name", "started_at"))
    for who in WATCHED:
        since = rows.get(who)
        if since is None or since < now - SILENT_AFTER:
            return Silence(who, since)
    return None
