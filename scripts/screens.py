"""`make screens`: a picture of every page at 1280 and 400 px, in ./screens, to be looked at.

Without option, of a small préfecture made for the occasion in a temporary database. With --base-url (and --user,
--password), of a server that runs already: the pages that need no argument.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# A database of its own, whatever the environment says: pictures never show, nor touch, real data.
TEMPORARY = tempfile.TemporaryDirectory(prefix="sillage-screens-")
os.environ.pop("DATABASE_URL", None)
os.environ["SILLAGE_DATA"] = TEMPORARY.name
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.embedded"
# Playwright's event loop runs in this thread; Django would otherwise refuse its queries here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import django  # noqa: E402  (the settings must be named first)

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.testcases import LiveServerThread  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.frontend.walk import PUBLIC, TABLE, TO_LOOK_AT  # noqa: E402
from tests.frontend.walk.stage import Stage, make_stage  # noqa: E402
from tracker import rulebooks  # noqa: E402

SCREENS = ROOT / "screens"
WIDTHS = (1280, 400)
ROWS = 12


@dataclass(frozen=True)
class Shot:
    """One page to photograph: where, and with which session (None: nobody signed in)."""

    name: str
    address: str
    session: str | None


@contextmanager
def own_server() -> Iterator[str]:
    """An application over the temporary database, served on a free port of 127.0.0.1."""
    call_command("collectstatic", verbosity=0, interactive=False)
    # WhiteNoise serves the collected files, as in production: nothing to add around the application.
    thread = LiveServerThread("127.0.0.1", lambda application: application, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


def staged(only: list[str] | None) -> Iterator[Shot]:
    """Each page over a small préfecture of its own, as in the tests that walk them: what one page needs never stands
    in another's way."""
    call_command("migrate", verbosity=0)
    empty = sqlite3.connect(":memory:")
    connection.connection.backup(empty)
    for name in TO_LOOK_AT:
        if only and name not in only:
            continue
        # SQLite's own copy: the server may be reading meanwhile.
        empty.backup(connection.connection)
        rulebooks._calendar.cache_clear()
        stage = make_stage()
        for number in range(ROWS if TABLE[name].rows else 0):
            TABLE[name].rows(stage, number)
        yield Shot(name, TABLE[name].url(name, stage), session_of(name, stage))


def session_of(name: str, stage: Stage) -> str | None:
    if name in PUBLIC:
        return None
    client = Client()
    client.force_login(stage.user(TABLE[name].roles[0]))
    return client.cookies["sessionid"].value


def sign_in(page: Page, user: str, password: str) -> None:
    page.goto("/connexion/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def photograph(browser: Browser, base_url: str, shot: Shot, account: tuple[str, str] | None) -> None:
    for width in WIDTHS:
        context = browser.new_context(base_url=base_url, viewport={"width": width, "height": 1024}, locale="fr-FR")
        page = context.new_page()
        if account and shot.name not in PUBLIC:
            sign_in(page, *account)
        if shot.session:
            context.add_cookies([{"name": "sessionid", "value": shot.session, "url": base_url}])
        page.goto(shot.address, wait_until="networkidle")
        page.screenshot(path=SCREENS / f"{file_name(shot.name)}-{width}.png", full_page=True)
        context.close()


def file_name(name: str) -> str:
    return name.replace(":", "-")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", help="photograph a server that runs already")
    parser.add_argument("--user", help="account to sign in with, on that server")
    parser.add_argument("--password")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="names of URLs; all by default")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is missing: apt-get install chromium")
    SCREENS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        if options.base_url:
            plain = [name for name in options.only or TO_LOOK_AT if not TABLE[name].takes_arguments]
            shots = [Shot(name, TABLE[name].url(name, None), None) for name in plain]
            account = (options.user, options.password) if options.user else None
            take(browser, options.base_url, shots, account)
        else:
            with own_server() as base_url:
                take(browser, base_url, staged(options.only), None)
        browser.close()


def take(browser: Browser, base_url: str, shots: Iterable[Shot], account: tuple[str, str] | None) -> None:
    for shot in shots:
        photograph(browser, base_url, shot, account)
        sys.stdout.write(f"screens/{file_name(shot.name)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
