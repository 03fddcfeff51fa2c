"""Between processes, through a Redis of its own: a hint makes the others look at once; without it they look anyway."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import channel_layers
from channels_redis.pubsub import RedisPubSubChannelLayer

from notifications import broadcast, relay
from notifications.relay import Relay
from tests.factories import World, make_world
from tests.notifications.lines import Line, in_thread, run, session_of
from tracker import pending

pytestmark = [pytest.mark.slow, pytest.mark.fault]


class Redis:
    """A redis-server that a test may stop and start again on its port."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._server = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert time.monotonic() < end
            time.sleep(0.05)

    def stop(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait(10)
            self._server = None


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (make test installs it as root)")
    server = Redis(program, tmp_path)
    server.start()
    host = {"address": f"redis://127.0.0.1:{server.port}/0", "socket_connect_timeout": 1, "socket_timeout": 1}
    before = channel_layers.set("default", RedisPubSubChannelLayer(hosts=[host], prefix="test"))
    monkeypatch.setattr(relay, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(broadcast, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(broadcast, "_silent_until", 0.0)
    yield server
    channel_layers.set("default", before)
    server.stop()


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.05)


async def insist(act: Callable[[], None], heard: Callable[[], bool]) -> None:
    """A message may be lost while the ear is not there yet: said again until it is heard."""
    end = time.monotonic() + 20
    while not heard():
        assert time.monotonic() < end, "not in time"
        act()
        await asyncio.sleep(0.2)


def test_hints_and_signs_of_life_pass_and_come_back_after_redis_has_been_away(redis: Redis) -> None:
    async def story() -> None:
        hints: list[Any] = []
        heard: list[Any] = []
        ear = Relay(hints.append, heard.append)
        voice = Relay(lambda _ids: None, lambda _message: None)
        tasks = [asyncio.create_task(ear.run()), asyncio.create_task(voice.run())]
        try:
            await insist(lambda: broadcast.hint({3, 7}), lambda: [3, 7] in hints)
            await insist(lambda: voice.publish({"ask": "44-2026-000001"}), lambda: bool(heard))
            assert heard[0]["ask"] == "44-2026-000001"
            await in_thread(redis.stop)
            began = time.monotonic()
            for _ in range(50):
                broadcast.hint({1})
                voice.publish({"ask": "lost"})
            assert time.monotonic() - began < 0.5, "nothing waits for a Redis that is away"
            await asyncio.sleep(1)
            await in_thread(redis.start)
            hints.clear()
            await insist(lambda: broadcast.hint({9}), lambda: [9] in hints)
            heard.clear()
            await insist(lambda: voice.publish({"ask": "again"}), lambda: any(m["ask"] == "again" for m in heard))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    run(story())


def test_screens_follow_while_redis_is_away(redis: Redis, transactional_db: None, frozen: Any) -> None:
    world: World = make_world()
    pending.drain_all()
    session = session_of(world, "agent")

    async def story() -> None:
        async with Line(session) as line:
            await line.join("prefecture:44")
            await in_thread(redis.stop)
            await in_thread(world.register)
            assert (await line.told())["changed"] == ["prefecture:44"], "drained by the hub itself"
            await in_thread(world.register)
            await in_thread(pending.drain_all)
            assert (await line.told())["changed"] == ["prefecture:44"]

    run(story())
