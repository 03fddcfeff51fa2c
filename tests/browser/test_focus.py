"""Where the focus goes after a fragment, in the cases that the walk over every page does not tell apart."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.browser.swaps import ASKING
from tests.frontend.walk import TABLE
from tests.frontend.walk.stage import Stage
from tracker.commands import Take


def test_the_walk_meets_fragments(stage: Stage, open_as: OpenAs) -> None:
    """Else it would hold whatever happens."""
    page = open_as(stage.user("agent"))
    page.goto(TABLE["ticket"].url("ticket", stage), wait_until="networkidle")
    assert page.locator(ASKING).count() > 4


def test_what_a_poll_replaces_keeps_the_focus_on_the_same_control(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("quality"))
    page.goto(TABLE["import"].url("import", stage), wait_until="networkidle")
    control = page.locator("#import button, #import a[href]").first
    control.focus()
    before = control.evaluate("(e) => e.outerHTML")
    with page.expect_response("**/imports/**"):
        page.evaluate("htmx.ajax('get', location.pathname, {target: '#import', swap: 'outerHTML'})")
    expect(page.locator("#import :focus")).to_have_count(1)
    assert page.evaluate("document.activeElement.outerHTML") == before


def test_an_errors_summary_takes_the_focus(stage: Stage, open_as: OpenAs) -> None:
    ticket = stage.world.register(Take())
    page = open_as(stage.user("agent"))
    page.goto(f"/demandes/{ticket.reference}/", wait_until="networkidle")
    page.keyboard.press("r")
    day = page.get_by_label("Réponse partie le")
    day.fill("31/12/2026")
    day.press("Enter")
    expect(page.locator("#panneau [data-sillage-errors]")).to_be_focused()
