"""What a screen of 1280 × 1024 shows without scrolling."""

import pytest

from tests.browser.conftest import OpenAs
from tests.frontend.walk import TABLE
from tests.frontend.walk.stage import Stage, add_ticket

WHOLLY_IN_VIEW = """(rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= window.innerHeight).length"""


@pytest.mark.parametrize(("name", "row", "least"), [("queue", ".sillage-queue__row", 10), ("registry", "tbody tr", 20)])
def test_the_lists_show_enough_without_scrolling(
    stage: Stage, open_as: OpenAs, name: str, row: str, least: int
) -> None:
    for number in range(least + 10):
        add_ticket(stage, number)
    page = open_as(stage.user("agent"))
    page.goto(TABLE[name].url(name, stage), wait_until="networkidle")
    assert page.locator(row).evaluate_all(WHOLLY_IN_VIEW) >= least
