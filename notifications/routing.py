"""The one address of live connections, with what must hold before it: the page that opens it is ours."""

from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, WebsocketDenier
from django.urls import path, re_path

from notifications.consumers import LiveConsumer

live: Any = AllowedHostsOriginValidator(
    URLRouter([path("direct/", LiveConsumer.as_asgi()), re_path("", WebsocketDenier.as_asgi())])
)
