"""Every page in a real browser, by the same walk: accessibility, content security policy, network, widths, keyboard,
JavaScript off."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as BrowserPage

from tests.browser.conftest import OpenAs
from tests.frontend.walk import FORMS, PUBLIC, TABLE, TO_LOOK_AT, Stage

AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDTHS = (1280, 400)
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


@pytest.mark.parametrize("name", TO_LOOK_AT)
def test_page_is_accessible_and_stays_home(name: str, stage: Stage, open_as: OpenAs) -> None:
    address = filled(name, stage)
    for width in WIDTHS:
        page = open_as(signed_in(name, stage), width=width)
        watch = Watch(page)
        response = page.goto(address, wait_until="networkidle")
        assert response is not None and response.status == 200
        assert page.title().strip(" –") not in ("", "Sillage")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
        results = Axe().run(page, options=AXE_OPTIONS)
        assert results.violations_count == 0, results.generate_report()
        watch.check()


@pytest.mark.parametrize("name", TO_LOOK_AT)
def test_tab_reaches_the_control_that_the_page_is_for(name: str, stage: Stage, open_as: OpenAs) -> None:
    page = open_as(signed_in(name, stage))
    page.goto(filled(name, stage), wait_until="networkidle")
    selector = TABLE[name].control
    assert page.locator(selector).count() > 0, f"no {selector} on the page"
    page.evaluate("document.activeElement.blur()")
    for _ in range(TABS):
        visible = page.evaluate(FOCUSED, selector)
        if visible is not None:
            assert visible, "the focus cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


@pytest.mark.parametrize("name", FORMS)
def test_form_is_whole_without_javascript(name: str, stage: Stage, open_as: OpenAs) -> None:
    page = open_as(signed_in(name, stage), java_script_enabled=False)
    page.goto(filled(name, stage))
    form = page.locator("main form").first
    assert form.locator("input:visible, select:visible, textarea:visible").count() > 0
    assert form.locator("button[type=submit]:visible").count() > 0


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
