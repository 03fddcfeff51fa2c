"""Many browsers in one process: each holds a live connection, and fetches a region of a page when it is told to, as
live.js does. Bare sockets, so that they cost the server's machine as little as possible."""

import asyncio
import base64
import json
import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

SETTLE_SECONDS = 4.0
"""What follows a connection (a first look, a first fetch) is then over."""
DELAY_SECONDS, AGAIN_SECONDS = 0.2, 0.5
"""Of live.js: a random delay before a fetch, and the least between two."""
FIGURE = re.compile(rb'data-sillage-figure="En retard"[^>]*>([^<]*)<')


@dataclass(frozen=True)
class Place:
    """Where the crowd goes. `region`: what is fetched again; `headers`: of every request, the cookie apart."""

    host: str
    sockets: int
    pages: int
    path: str
    join: str
    region: str
    headers: tuple[str, ...]


class Line(asyncio.Protocol):
    """One live connection: `told` gets each text frame."""

    def __init__(self, place: Place, cookie: str, told: Callable[[bytes], None]) -> None:
        self.place, self.cookie, self.told = place, cookie, told
        self.buffer, self.up = b"", asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self.place.path} HTTP/1.1", f"Host: {self.place.host}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Origin: http://{self.place.host}",
            f"Cookie: {self.cookie}", *self.place.headers,
        ]  # fmt: skip
        self.transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.up.done():
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"no live connection: {head[:200]!r}")
            self.buffer = rest
            self.up.set_result(None)
        while len(self.buffer) >= 2:
            size, start = self.buffer[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4], "big"), 4
            if len(self.buffer) < start + size:
                return
            kind, frame = self.buffer[0] & 15, self.buffer[start : start + size]
            self.buffer = self.buffer[start + size :]
            if kind == 1:
                self.told(frame)
            elif kind == 9:  # a ping
                self.write(0x8A, frame)

    def say(self, text: str) -> None:
        self.write(0x81, text.encode())

    def write(self, kind: int, payload: bytes) -> None:
        assert len(payload) < 126
        self.transport.write(bytes([kind, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)


async def connected(place: Place, cookies: list[str], told: Callable[[int, bytes], None]) -> list[Line]:
    """All of them, joined."""
    loop, lines = asyncio.get_running_loop(), []
    for number, cookie in enumerate(cookies):

        def made(number: int = number, cookie: str = cookie) -> Line:
            return Line(place, cookie, lambda frame: told(number, frame))

        _, line = await loop.create_connection(made, place.host, place.sockets)
        lines.append(line)
        await asyncio.wait_for(line.up, 30)
        if place.join:
            line.say(json.dumps({"join": [place.join], "age": 0}))
    await asyncio.sleep(SETTLE_SECONDS)
    return lines


async def last_notice(place: Place, cookies: list[str], change: Callable[[], int] | None, rounds: int) -> list[float]:
    """Milliseconds from a change (`change` gives its nanosecond) to the last one that is told. Without `change`
    the first one says « go », and the notice itself says when it was sent."""
    heard: dict[int, tuple[int, bytes]] = {}
    everybody = asyncio.Event()

    def told(number: int, frame: bytes) -> None:
        if frame in (b"{}",) or b'"joined"' in frame:
            return
        heard[number] = (time.monotonic_ns(), frame)
        if len(heard) == len(cookies):
            everybody.set()

    lines = await connected(place, cookies, told)
    found = []
    for number in range(rounds + 3):
        heard.clear()
        everybody.clear()
        at = None
        if change is None:
            lines[0].say("go")
        else:
            at = await asyncio.to_thread(change)
        await asyncio.wait_for(everybody.wait(), 30)
        start = at if at is not None else int(heard[0][1])
        if number >= 3:
            found.append((max(moment for moment, _ in heard.values()) - start) / 1e6)
        await asyncio.sleep(0.1)
    for line in lines:
        line.transport.close()
    return found


async def last_region(
    place: Place, cookies: list[str], shown: int, change: Callable[[], int], rounds: int
) -> list[float]:
    """Milliseconds from a change (`change` gives its nanosecond) to the last one that holds the region with the figure
    that is then right: one more each time than `shown`."""
    holding: dict[int, int] = {}
    wanted = [-1]
    everybody = asyncio.Event()
    fetching: set[int] = set()
    fetched_at: dict[int, float] = {}
    tasks: set[asyncio.Task[None]] = set()

    async def fetch(number: int) -> None:
        since = time.monotonic() - fetched_at.get(number, float("-inf"))
        await asyncio.sleep(max(random.random() * DELAY_SECONDS, AGAIN_SECONDS - since))
        fetching.discard(number)
        fetched_at[number] = time.monotonic()
        if await figure_shown(place, cookies[number]) == wanted[0]:
            holding.setdefault(number, time.monotonic_ns())
            if len(holding) == len(cookies):
                everybody.set()

    def told(number: int, frame: bytes) -> None:
        if json.loads(frame).get("changed") and number not in fetching:
            fetching.add(number)
            task = asyncio.create_task(fetch(number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    lines = await connected(place, cookies, told)
    found = []
    for number in range(rounds + 1):
        holding.clear()
        everybody.clear()
        wanted[0] = shown + number + 1
        at = await asyncio.to_thread(change)
        await asyncio.wait_for(everybody.wait(), 60)
        if number:
            found.append((max(holding.values()) - at) / 1e6)
        await asyncio.sleep(1.5)
    for line in lines:
        line.transport.close()
    return found


async def figure_shown(place: Place, cookie: str) -> int:
    """The overdue figure of the region as the server gives it now."""
    reader, writer = await asyncio.open_connection(place.host, place.pages)
    first = f"GET {place.region} HTTP/1.1"
    asked = [first, f"Host: {place.host}", f"Cookie: {cookie}", "Connection: close", *place.headers, "", ""]
    writer.write("\r\n".join(asked).encode())
    answer = await reader.read()
    writer.close()
    shown = FIGURE.search(answer)
    if not answer.startswith(b"HTTP/1.1 200") or not shown:
        raise SystemExit(f"no region: {answer[:300]!r}")
    return int(re.sub(r"\D", "", shown[1].decode()) or 0)
