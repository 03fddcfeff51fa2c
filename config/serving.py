"""One process that holds everything: pages, worker and clock. What `manage.py serve` runs."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from celery.beat import EmbeddedService
from celery.worker import WorkController

from config.celery import app
from tracker import jobs
from tracker.errors import SillageError

logger = logging.getLogger(__name__)

WORKER_THREADS = 4
"""One for the long job, one for messages (of each, one at a time in a process), one for the night's verification, and
one for what must not wait behind them."""
DRAIN_SECONDS = 3
"""How long a page that is being answered may still take once the process is asked to stop."""
STOP_SECONDS = 15
"""After which the process ends whatever still runs: every job is safe at its last checkpoint."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a busy port is known before anything starts; port 0 takes a free one."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SillageError(
            f"Le port {port} est déjà pris, ou interdit, sur {host}. Choisissez-en un autre : make run PORT={port + 1}"
        ) from error
    return listener


class Background:
    """The worker (threads) and the clock of the queue, beside the pages in the same process."""

    def __init__(self, schedule_file: Path) -> None:
        self._worker = WorkController(
            app=app,
            hostname="serve@localhost",
            pool_cls="threads",
            concurrency=WORKER_THREADS,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)
        # The embedded clock does not read the scheduler of the settings: it must be named here. It keeps on disk when
        # each task last ran, so that what was due while the machine was off runs at the next start.
        self._clock: Any = EmbeddedService(
            app, thread=True, scheduler_cls="config.beat:MarkedScheduler", schedule_filename=str(schedule_file)
        )

    def start(self) -> None:
        self._thread.start()
        self._clock.start()

    def stop(self) -> None:
        jobs.stop()
        self._clock.stop()
        self._worker.stop()


def run(listener: socket.socket, background: Background, announce: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; returns once all has stopped. `announce` is called when pages answer."""
    server = uvicorn.Server(
        uvicorn.Config(
            "config.asgi:application",
            lifespan="off",
            ws="websockets-sansio",
            # Longer than anything a page says (notifications.consumers.MESSAGE_MAX), in bytes.
            ws_max_size=16 * 1024,
            log_config=None,
            # A line per request would hold what was searched for.
            access_log=False,
            server_header=False,
            # Nothing stands in front: an address given by the browser must not pass for the browser's own.
            proxy_headers=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )

    def ask_to_stop(_signal: int, _frame: object) -> None:
        server.should_exit = True
        # Whatever does not stop by itself must not keep the process, nor the person who waits for it.
        last_resort = threading.Timer(STOP_SECONDS, os._exit, [0])
        last_resort.daemon = True
        last_resort.start()

    # uvicorn raises the signal again once it has stopped: without these the process would end before the worker does.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)

    async def serve() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)
        if server.started:
            announce()
        await serving

    background.start()
    try:
        asyncio.run(serve())
    finally:
        background.stop()
