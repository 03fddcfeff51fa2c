"""The whole server in one ASGI application, for `manage.py serve`: pages stay WSGI, in a fixed number of threads.

In production pages are served by gunicorn from `config.wsgi`.
"""

from typing import Any, cast

from a2wsgi import WSGIMiddleware

from config.wsgi import application as pages

THREADS = 8
"""Pages answered at once. SQLite lets one of them write at a time; the others read."""

# Both say WSGI, each with its own types.
application = WSGIMiddleware(cast(Any, pages), workers=THREADS)
