"""Asking the database from an event loop."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from channels.db import database_sync_to_async

Parameters = ParamSpec("Parameters")
Found = TypeVar("Found")


async def ask(read: Callable[Parameters, Found], *args: Parameters.args, **kwargs: Parameters.kwargs) -> Found:
    """`read(…)` in the thread of the loop that asks the database; connections that are too old are closed around it."""
    return cast(Found, await database_sync_to_async(read)(*args, **kwargs))
