"""A browser that stops reading is shown out, and delays nobody: on a real server, with real sockets."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from websockets.sync.client import ClientConnection, connect

from notifications import consumers, hub
from tests.factories import World, make_world
from tests.notifications.lines import session_of
from tracker import pending

pytestmark = pytest.mark.slow
SMALL = 4096


@pytest.fixture
def world(transactional_db: None, frozen: Any) -> World:
    world = make_world()
    pending.drain_all()
    return world


@pytest.fixture
def port(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Live connections alone, as production serves them, with buffers that are soon full."""
    monkeypatch.setattr(consumers, "SEND_SECONDS", 1.0)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            "config.sockets:application",
            lifespan="off",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    until(lambda: server.started)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def opened(port: int, session: str, sock: socket.socket | None = None) -> ClientConnection:
    line = connect(
        f"ws://127.0.0.1:{port}/direct/",
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
        compression=None,
        legacy=True,  # it outlives this function
        sock=sock,
        max_queue=16,  # read from the socket as long as no more than that waits for `recv`
        close_timeout=1,
    )
    line.send(json.dumps({"join": ["prefecture:44"], "age": 0}))
    assert json.loads(line.recv(10))["joined"] == ["prefecture:44"]
    return line


async def flood(each: hub.Hub) -> None:
    """Many more changes than a reader's buffers hold."""
    for _ in range(30_000):
        for line in list(each._lines):
            line.tell(["prefecture:44"])
        await asyncio.sleep(0)


def test_who_stops_reading_is_shown_out_and_the_others_are_told(world: World, port: int) -> None:
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    small.connect(("127.0.0.1", port))
    slow = opened(port, session_of(world, "agent"), small)  # it reads no more, and its buffers fill
    reading = opened(port, session_of(world, "colleague"))
    told: list[dict[str, Any]] = []

    def read() -> None:
        for message in reading:
            told.append(json.loads(message))

    reader = threading.Thread(target=read)
    reader.start()
    [each] = hub.running()
    assert len(each._lines) == 2
    asyncio.run_coroutine_threadsafe(flood(each), each.loop).result(60)
    until(lambda: len(each._lines) == 1)
    told.clear()
    world.register()
    pending.drain_all()
    until(lambda: {"changed": ["prefecture:44"], "refused": []} in told)
    for line in (reading, slow):
        line.close()
    reader.join(10)


def test_who_stops_reading_is_kept_for_ever_where_no_time_is_set(
    world: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the line of somebody who will never read again is held, with all that waits for it."""
    monkeypatch.setattr(consumers, "SEND_SECONDS", 600.0)
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    small.connect(("127.0.0.1", port))
    slow = opened(port, session_of(world, "agent"), small)
    [each] = hub.running()
    asyncio.run_coroutine_threadsafe(flood(each), each.loop).result(60)
    with pytest.raises(AssertionError, match="not in time"):
        until(lambda: len(each._lines) == 0, 3)
    slow.close()
