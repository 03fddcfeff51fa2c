"""What every test stands on: one small préfecture, people of every role, and guards against sloppiness."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings as hypothesis_settings

from frontend import fragments
from tests.factories import World, make_world
from tracker import kept, rulebooks, triggers

# A busy machine is no failure: nothing here is timed.
hypothesis_settings.register_profile("sillage", deadline=None)
hypothesis_settings.load_profile("sillage")

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""A Friday morning in Paris; what `frozen` shows."""


@pytest.fixture(autouse=True)
def forget_what_is_kept() -> Iterator[None]:
    """Lists, rules and calendars are kept for the life of a process; a test's database is younger than that."""
    yield
    kept.forget()
    fragments.forget()
    rulebooks._calendar.cache_clear()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback and local sockets only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True, scope="session")
def flush_past_triggers() -> Iterator[None]:
    """The test runner alone empties the journal's table: it lifts the triggers to flush, `post_migrate` restores them.
    For the whole session, because a transactional test flushes after its own fixtures are gone."""
    from django.core.management.commands.flush import Command

    handle = Command.handle

    def flush(self: Any, **options: Any) -> None:
        triggers.lift(options["database"])
        handle(self, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Command, "handle", flush)
        yield


@pytest.fixture
def frozen() -> Iterator[Any]:
    """The clock stopped at NOW; `frozen.move_to(…)` moves it."""
    import time_machine

    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None, frozen: Any) -> World:
    return make_world()


DATABASE = {"db", "transactional_db", "django_db_setup"}
"""Fixtures without which pytest-django lets no test reach the database."""


def on_either_engine(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql", "both_engines"))
    return marked or bool(DATABASE.intersection(getattr(item, "fixturenames", ())))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not on_either_engine(item):
            item.add_marker("pure")
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: run with TEST_DATABASE_URL"))
        if item.get_closest_marker("sqlite_only") and connection.vendor != "sqlite":
            item.add_marker(pytest.mark.skip(reason="says something of SQLite alone"))


class LongestFirst:
    """After the shuffle: a test of minutes that comes last would leave the other worker idle."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("minutes") is None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LongestFirst())
