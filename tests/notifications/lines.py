"""A browser's end of a live connection, without a server between: what the tests of connections share."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, Self

from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from notifications.routing import live
from tests.factories import World

ORIGIN = "http://testserver"


def session_of(world: World, name: str) -> str:
    client = Client()
    client.force_login(world.user(name))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def run(story: Coroutine[Any, Any, None]) -> None:
    """The story, on a loop of its own; it has half a minute."""
    asyncio.run(asyncio.wait_for(story, 30))


async def in_thread(act: Any, *args: Any, **kwargs: Any) -> Any:
    """What a page or a task does meanwhile."""
    return await database_sync_to_async(act)(*args, **kwargs)


class Line:
    """`async with Line(session) as line`: connected, or not, as `accepted` says."""

    def __init__(self, session: str | None, *, origin: str | None = ORIGIN, path: str = "/direct/") -> None:
        headers = [(b"host", b"testserver")]
        headers += [(b"origin", origin.encode())] if origin else []
        headers += [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode())] if session else []
        scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
        self._app = ApplicationCommunicator(live, scope)
        self.accepted = False
        self.code: int | None = None

    async def __aenter__(self) -> Self:
        await self._app.send_input({"type": "websocket.connect"})
        answer = await self._app.receive_output(10)
        self.accepted = answer["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self.accepted and self.code is None:
            await self._app.send_input({"type": "websocket.disconnect", "code": 1000})
            await self._app.wait(10)

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self._app.send_input({"type": "websocket.receive", "text": text})

    async def told(self, seconds: float = 10) -> dict[str, Any]:
        """The next message; sets `code` where the connection is closed instead."""
        answer = await self._app.receive_output(seconds)
        if answer["type"] == "websocket.close":
            self.code = answer["code"]
            return {}
        found: dict[str, Any] = json.loads(answer["text"])
        return found

    async def join(self, *names: str, age: float = 0.0) -> dict[str, Any]:
        await self.say({"join": names, "age": age})
        return await self.told()

    async def told_nothing(self, seconds: float = 1.5) -> bool:
        return bool(await self._app.receive_nothing(seconds))
