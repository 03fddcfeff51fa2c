"""Telling the worker that there is something to do, without ever depending on it: the sweep finds the work anyway."""

import logging
import threading
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SILENCE = 30.0
"""Seconds during which a broker that did not answer is left alone."""

_lock = threading.Lock()
_wanted: set[str] = set()
_sender: threading.Thread | None = None
_silent_until = 0.0


def wake_on_commit(task: str) -> None:
    """Ask for `task` (full name, no argument) once the current transaction is committed; at once outside of one."""
    transaction.on_commit(lambda: wake(task))


def wake(task: str) -> None:
    """Ask for `task` soon. Returns at once whatever the broker does: one that is down takes seconds to say so, and a
    page must not wait for it. Asked for twice in a row, a task may be sent once."""
    global _sender
    with _lock:
        _wanted.add(task)
        if _sender is None:
            _sender = threading.Thread(target=_send_wanted, name="waking", daemon=True)
            _sender.start()


def _send_wanted() -> None:
    global _sender
    while True:
        with _lock:
            if not _wanted:
                _sender = None
                return
            task = _wanted.pop()
        send(task)


def send(task: str) -> bool:
    """Send the message now. Returns False where the broker could not be reached, which is never an error: what is to be
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
