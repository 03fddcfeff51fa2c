"""Debian's chromium before a live server: the same pages, as a person's browser shows them."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute

from tests.conftest import NOW
from tests.factories import World
from tests.frontend.walk.stage import Stage, make_stage
from tracker.models import User

# Playwright's own event loop runs in this thread; Django would otherwise refuse its queries here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.e2e)
            if CHROMIUM is None and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason="chromium is not installed (apt-get install chromium)"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    assert CHROMIUM, "chromium is missing: apt-get install chromium"
    return {
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ],
    }  # fmt: skip


@pytest.fixture
def ticking() -> Iterator[None]:
    """The clock set to NOW and running: a browser waits for time to pass."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(transactional_db: None, ticking: None) -> Stage:
    return make_stage()


@pytest.fixture
def world(stage: Stage) -> World:
    return stage.world


OpenAs = Callable[..., Page]


def nothing_changes(route: WebSocketRoute) -> None:
    """Django's live server holds no live connection: this one is joined, and tells nothing. Those of a server that does
    are in test_live.py."""

    def answer(message: str | bytes) -> None:
        names = json.loads(message).get("join")
        if names:
            route.send(json.dumps({"joined": names, "refused": [], "changed": []}))

    route.on_message(answer)


@pytest.fixture
def open_as(browser: Browser, live_server: Any) -> Iterator[OpenAs]:
    """`open_as(user, width=1280, **context options)`: a page of a fresh browser context where `user` is signed in."""
    contexts: list[BrowserContext] = []

    def opened(user: User | None, *, width: int = 1280, height: int = 1024, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            **options,
        )
        contexts.append(context)
        context.route_web_socket(re.compile("/direct/$"), nothing_changes)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
