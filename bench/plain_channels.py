"""The anchor of G13: plain Channels over Redis, a group and nothing else. « go » has the time sent to all."""

import os
import time
from typing import Any

from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # redis-py stops at 100 connections unless told otherwise; each consumer holds one while it waits.
            "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "max_connections": 4000}]},
        }
    },
)

import django  # noqa: E402

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402


class Plain(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("board", self.channel_name)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data == "go":
            await self.channel_layer.group_send("board", {"type": "tick", "text": str(time.monotonic_ns())})

    async def tick(self, event: dict[str, str]) -> None:
        await self.send(text_data=event["text"])


consumer = Plain.as_asgi()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await consumer(scope, receive, send)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
