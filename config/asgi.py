"""The whole server in one ASGI application, for `manage.py serve`: live connections, and pages, which stay WSGI, in a
fixed number of threads.

In production pages are served by gunicorn from `config.wsgi`, live connections by uvicorn from `config.sockets`.
"""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter

from config.wsgi import application as pages  # first: it makes the app registry ready
from notifications.routing import live

THREADS = 8
"""Pages answered at once. SQLite lets one of them write at a time; the others read."""

# Both say WSGI, each with its own types.
application = ProtocolTypeRouter({"http": WSGIMiddleware(cast(Any, pages), workers=THREADS), "websocket": live})
