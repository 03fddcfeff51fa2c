"""Live connections alone, for uvicorn in production: `uvicorn config.sockets:application --ws websockets-sansio`."""

import os
from typing import Any

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
django.setup()

from notifications.routing import live  # noqa: E402  (the app registry must be ready)


async def not_here(_scope: Any, _receive: Any, send: Any) -> None:
    """Pages are served elsewhere: a proxy that sends one here is set wrong."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


application = ProtocolTypeRouter({"http": not_here, "websocket": live})
