"""Every page in a real browser, by the same walk: accessibility, content security policy, network, widths, keyboard,
JavaScript off."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as BrowserPage

from tests.browser.conftest import OpenAs
from tests.browser.swaps import ASKING, keeps_the_focus
from tests.frontend.walk import PUBLIC, TABLE, TO_LOOK_AT
from tests.frontend.walk.stage import Stage

AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDE, NARROW = 1280, 400
TABS = 150
"""No page makes a person press Tab more often than that before its main control."""

REPORT_VIOLATIONS = """
  window.refused = [];
  document.addEventListener("securitypolicyviolation",
    (event) => window.refused.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
FOCUSED = """(selector) => {
  const element = document.activeElement;
  if (!element || !element.matches(selector)) return null;
  // DSFR draws the ring of a radio or a checkbox on its label.
  const drawn = (e) => [null, "::before", "::after"].map((part) => getComputedStyle(e, part));
  const shown = [element, ...(element.labels ?? [])].flatMap(drawn);
  return shown.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
}"""


class Watch:
    """What the browser complains of, and where it goes."""

    def __init__(self, page: BrowserPage) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str | None] = set()
        page.add_init_script(REPORT_VIOLATIONS)
        # The server of these tests has no sockets (tests/browser/test_live.py starts one that has): a silent one.
        page.route_web_socket(re.compile("/direct/"), lambda _socket: None)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))

    def check(self) -> None:
        assert self.complaints == []
        assert self.page.evaluate("window.refused") == []
        assert self.hosts - {None} <= {"127.0.0.1", "localhost"}, "a request left the server"


def signed_in(name: str, stage: Stage) -> Any:
    return None if name in PUBLIC else stage.user(TABLE[name].roles[0])


def filled(name: str, stage: Stage) -> str:
    """The address of the page, with rows in it where it is a list."""
    page = TABLE[name]
    if page.rows:
        for number in range(3):
            page.rows(stage, number)
    return page.url(name, stage)


def looks_right(page: BrowserPage, width: int) -> None:
    assert page.title().strip(" –") not in ("", "Sillage")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
    results = Axe().run(page, options=AXE_OPTIONS)
    assert results.violations_count == 0, results.generate_report()


def tab_reaches(page: BrowserPage, selector: str) -> None:
    assert page.locator(selector).count() > 0, f"no {selector} on the page"
    page.evaluate("document.activeElement.blur()")
    for _ in range(TABS):
        visible = page.evaluate(FOCUSED, selector)
        if visible is not None:
            assert visible, "the focus cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def is_whole_without_javascript(page: BrowserPage) -> None:
    form = page.locator("main form").first
    assert form.locator("input:visible, select:visible, textarea:visible").count() > 0
    assert form.locator("button[type=submit]:visible").count() > 0


@pytest.mark.parametrize("name", TO_LOOK_AT)
def test_page(name: str, stage: Stage, open_as: OpenAs) -> None:
    """Accessible at both widths, asks nothing of another host, Tab reaches the control that the page is for, a form
    does without JavaScript, no fragment that is put in loses the focus. One test a page: what stands behind it takes
    longer to set up than to look at."""
    user, address = signed_in(name, stage), filled(name, stage)
    page = open_as(user)
    watch = Watch(page)
    response = page.goto(address, wait_until="networkidle")
    assert response is not None and response.status == 200
    looks_right(page, WIDE)
    page.set_viewport_size({"width": NARROW, "height": 1024})
    looks_right(page, NARROW)
    page.set_viewport_size({"width": WIDE, "height": 1024})
    tab_reaches(page, TABLE[name].control)
    watch.check()
    if TABLE[name].is_form:
        plain = open_as(user, java_script_enabled=False)
        plain.goto(address)
        is_whole_without_javascript(plain)
    if page.locator(ASKING).count():
        keeps_the_focus(page, address)


def test_fragments_are_put_in_without_inline_style(stage: Stage, open_as: OpenAs) -> None:
    """What the design system's script does to a field is not copied as a style attribute when the field is replaced."""
    page = open_as(stage.user("agent"))
    watch = Watch(page)
    page.goto("/registre/", wait_until="networkidle")
    for _ in range(2):
        page.keyboard.press("f")
        page.locator("#filters select").first.wait_for()
    page.goto("/enregistrer/correspondence/", wait_until="networkidle")
    with page.expect_response("**/enregistrer/**"):
        page.get_by_label("Objet").fill("Subvention")
    page.goto(TABLE["ticket"].url("ticket", stage), wait_until="networkidle")
    page.keyboard.press("r")
    page.get_by_label("Réponse partie le").wait_for()
    page.get_by_label("Réponse partie le").fill("31/12/2026")
    with page.expect_response("**/repondre/"):
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    watch.check()
