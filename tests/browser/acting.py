"""Acting by the keyboard alone, on one control or on the demandes ticked in the Registre."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from tracker import jobs
from tracker.models import Ticket

MOST_TABS = 60


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_TABS):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def tick(page: Page, tickets: Sequence[Ticket]) -> None:
    """In the order in which the list has them."""
    for ticket in tickets:
        tab_to(page, f"input[value='{ticket.reference}']")
        page.keyboard.press("Space")


def mass_bar(page: Page) -> Locator:
    return page.get_by_role("group", name="Agir sur plusieurs demandes")


def close_the_ticked(page: Page, *, asked: int, left: str, done: str) -> None:
    """« Clore » what is ticked: `asked` demandes, what the preview says of those `left`, what is said when it is
    `done`."""
    page.keyboard.press("Enter")
    expect(mass_bar(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.type("Clore")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Clore {asked} demandes")).to_be_visible()
    expect(page.get_by_text(left)).to_be_visible()
    carry_out(page, "main form button[type=submit]", done)


def carry_out(page: Page, button: str, done: str) -> None:
    """Press a button that leaves the work to the worker, let it work, and see what is said of it."""
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vous pouvez quitter cette page")).to_be_visible()
    jobs.run_pending_jobs()
    expect(page.get_by_text(done)).to_be_visible()
