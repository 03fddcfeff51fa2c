"""Telling the worker that there is something to do, without ever depending on it: the sweep finds the work anyway."""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SILENCE = 30.0
"""Seconds during which a broker that did not answer is left alone, so that pages do not each wait for it."""

_silent_until = 0.0


def wake_on_commit(task: str) -> None:
    """Ask for `task` (full name, no argument) once the current transaction is committed; at once outside of one."""
    transaction.on_commit(lambda: wake(task))


def wake(task: str) -> bool:
    """Ask for `task` now. Returns False where the broker could not be reached, which is never an error: what is to be
    done stands in the database."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        current_app.send_task(task, retry=False, ignore_result=True, expires=60)
    except OperationalError:
        _silent_until = time.monotonic() + SILENCE
        logger.warning("broker out of reach: %s waits for the sweep", task)
        return False
    return True
