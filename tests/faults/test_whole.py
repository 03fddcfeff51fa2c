"""The shape of production, whole, before two browsers: PostgreSQL, Redis, two page processes, one of sockets, two
workers, a clock."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import browser_type_launch_args as browser_type_launch_args
from tests.faults.house import House, Redis
from tests.faults.person import Person
from tests.faults.proxy import proxy

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed (make test does, as root)"),
]

SOON = 10_000
"""Milliseconds that a busy machine may take for what takes a fraction of a second."""


@pytest.fixture
def address(installed: House) -> Iterator[str]:
    """Where a browser finds the whole installation."""
    installed.environment["FAULTS_PLAIN_HTTP"] = "yes"
    installed.start_pages(2)
    sockets = installed.start_sockets()
    installed.start_worker("sillage")
    installed.start_worker("jobs")
    installed.start_beat()
    with proxy(installed.port, sockets) as front:
        yield f"http://127.0.0.1:{front.port}"


def opened(browser: Browser, address: str, person: Person, path: str) -> Page:
    context = browser.new_context(base_url=address, locale="fr-FR", viewport={"width": 1280, "height": 1024})
    context.add_cookies([{"name": "sessionid", "value": person.cookies["sessionid"], "url": address}])
    page = context.new_page()
    page.goto(path)
    page.wait_for_function("() => document.documentElement.dataset.sillageLink === 'live'", timeout=30_000)
    return page


def overdue(page: Page) -> int:
    found = page.locator("#groupe-overdue .sillage-queue__size").text_content()
    assert found
    return int(re.sub(r"\D", "", found))


def wait_for_overdue(page: Page, number: int) -> None:
    size = page.locator("#groupe-overdue .sillage-queue__size")
    expect(size).to_contain_text(re.compile(rf"^{number}\b"), timeout=SOON)


def answer_first(page: Page) -> None:
    """As an agent does: opens the oldest one, its form, confirms what it proposes."""
    page.goto("/ma-file/")
    reference = page.locator("#groupe-overdue [data-sillage-key]").first.get_attribute("data-sillage-key")
    page.goto(f"/demandes/{reference}/repondre/")
    page.locator("[data-sillage-panel] form button[type=submit]").first.click()
    page.wait_for_url(f"**/demandes/{reference}/")


def test_answer_in_one_browser_makes_the_figure_fall_in_the_other(
    browser: Browser, address: str, installed: House, redis: Redis
) -> None:
    agent = Person(installed.port).sign_in()
    colleague = Person(installed.port, "colleague@44.example.test").sign_in()
    acting, watching = opened(browser, address, agent, "/ma-file/"), opened(browser, address, colleague, "/ma-file/")
    before = overdue(watching)
    answer_first(acting)
    wait_for_overdue(watching, before - 1)

    watching.context.set_offline(True)
    answer_first(acting)
    assert overdue(watching) == before - 1
    watching.context.set_offline(False)
    wait_for_overdue(watching, before - 2)

    redis.stop()
    answer_first(acting)
    wait_for_overdue(watching, before - 3)
    redis.start()
    answer_first(acting)
    wait_for_overdue(watching, before - 4)
