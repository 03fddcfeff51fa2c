"""A worker that no longer hears the clock sweeps by itself: broker, clock or both may be dead, the database is not.

Wake-up messages and the clock only make things faster. In each worker a thread looks at what the clock has asked of
this process lately; a sweep that has not been asked for is run here, so that events are followed, messages leave and
work goes on while Redis or `sillage-beat` is away.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from celery import Celery
from django.db import connections

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
PATIENCE: Final = 2.0
"""Times the interval of a sweep, plus a second, that may pass without it: several workers share what the clock asks."""

_heard: dict[str, float] = {}


def heard(task: str) -> None:
    """A message has just had this process run `task`."""
    _heard[task] = time.monotonic()


def sweeps_of(app: Celery, queues: set[str]) -> dict[str, float]:
    """Each sweep of the beat table that a worker of these queues runs, with its interval in seconds."""
    routes = app.conf.task_routes or {}
    return {
        entry["task"]: float(entry["schedule"])
        for entry in app.conf.beat_schedule.values()
        if isinstance(entry["schedule"], int | float)
        and routes.get(entry["task"], {}).get("queue", app.conf.task_default_queue) in queues
    }


class Sweeper:
    """The thread. `run` runs a task by its name, here and now."""

    def __init__(self, sweeps: Mapping[str, float], run: Callable[[str], object]) -> None:
        self._sweeps = sweeps
        self._run = run
        self._over = threading.Event()
        self._swept: dict[str, float] = {}
        self._alone = False
        self._busy: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """What waited while no worker was there is done at once; then the clock has a moment to speak."""
        for task in self._sweeps:
            heard(task)
            self._begin(task)
        threading.Thread(target=self._watch, name="sweeping", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def look(self) -> list[str]:
        """Begin what nobody has asked for; returns what was begun. A sweep that takes long holds up no other one."""
        now = time.monotonic()
        late = [task for task, every in self._sweeps.items() if now - self._last(task) > PATIENCE * every + 1]
        unheard = [task for task, every in self._sweeps.items() if now - _heard.get(task, 0.0) > PATIENCE * every + 1]
        self._say(bool(unheard))
        for task in late:
            self._begin(task)
        return late

    def _begin(self, task: str) -> None:
        self._swept[task] = time.monotonic()
        if task not in self._busy or not self._busy[task].is_alive():
            self._busy[task] = threading.Thread(target=self._sweep, args=(task,), name=task, daemon=True)
            self._busy[task].start()

    def _last(self, task: str) -> float:
        return max(_heard.get(task, 0.0), self._swept.get(task, 0.0))

    def _say(self, alone: bool) -> None:
        if alone != self._alone:
            self._alone = alone
            logger.warning("the clock is no longer heard: sweeping alone" if alone else "the clock is heard again")

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.look()

    def _sweep(self, task: str) -> None:
        try:
            self._run(task)
        finally:
            connections.close_all()
