"""Two people over the same setting: what the second is shown."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.factories import World


def send(page: Page, days: str) -> None:
    field = page.locator("[name=close_after_days]")
    field.fill(days)
    field.press("Enter")


@pytest.mark.parametrize("width", [1280, 400])
def test_what_is_recorded_and_what_was_typed_are_both_in_sight(world: World, open_as: OpenAs, width: int) -> None:
    first, second = (open_as(world.user("quality"), width=width) for _ in range(2))
    for page in (first, second):
        page.goto("/reglages/cloture/")
    send(first, "12")
    expect(first.get_by_text("12 jours ouvrés").first).to_be_visible()
    send(second, "15")
    table = second.get_by_role("table", name="Valeurs enregistrées et valeurs que vous avez saisies")
    expect(table.get_by_role("cell", name="15")).to_be_in_viewport(ratio=1)
    expect(table.get_by_role("cell", name="12")).to_be_in_viewport(ratio=1)
