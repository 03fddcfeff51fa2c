"""Telling the processes that hold live connections to look at the counters now (`pending.register_watcher`).

It neither waits nor raises, whatever the channel layer does: it saves half a second, the counters tell the rest.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Collection
from typing import Final

from notifications import hub, relay

logger = logging.getLogger(__name__)

SILENCE_SECONDS: Final = 30.0
"""During which a layer that did not answer is left alone."""

_lock = threading.Lock()
_hinted: set[int] = set()
_sender: threading.Thread | None = None
_silent_until = 0.0


def hint(prefecture_ids: Collection[int]) -> None:
    """Something that a screen shows has changed in these préfectures, and is committed. From any thread."""
    for each in hub.running():
        try:
            each.loop.call_soon_threadsafe(each.hint, set(prefecture_ids))
        except RuntimeError:  # its loop has just been closed: nobody looks there any more
            continue
    if not relay.alone():
        _send_soon(prefecture_ids)


def _send_soon(prefecture_ids: Collection[int]) -> None:
    global _sender
    with _lock:
        _hinted.update(prefecture_ids)
        if _sender is None or not _sender.is_alive():  # a process that was forked has the variable, not the thread
            _sender = threading.Thread(target=_send_all, name="live hints", daemon=True)
            _sender.start()


def _send_all() -> None:
    global _sender
    while True:
        with _lock:
            if not _hinted:
                _sender = None
                return
            hinted = sorted(_hinted)
            _hinted.clear()
        _send(hinted)


def _send(prefecture_ids: list[int]) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        asyncio.run(relay.send({"hint": prefecture_ids}))
    except relay.AWAY as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("channel layer out of reach (%s): screens follow by the counters", type(error).__name__)
