"""The wall on a real screen: it never scrolls, says that it has lost the server, and comes back by itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from frontend import fragments
from frontend.context import version
from frontend.pages.live import wall
from tests.browser.conftest import OpenAs
from tests.frontend.walk.following import a_screen
from tests.frontend.walk.stage import Stage
from tracker import screens
from tracker.models import Office
from tracker.writers import Author

OUTSIDE = """() => {
  const shown = "h1, [data-sillage-clock], .sillage-wall__figure, [data-sillage-page]:not([hidden]) :is(th, td)";
  const edge = (e) => e.getBoundingClientRect();
  const out = (e) => edge(e).bottom > innerHeight || edge(e).right > innerWidth;
  return [...document.querySelectorAll(shown)].filter(out).map((e) => e.textContent);
}"""
OVERLAPPING = """() => [...document.querySelectorAll("[data-sillage-page]:not([hidden]) thead tr")].flatMap((row) => {
  const heads = [...row.querySelectorAll("th:not(:first-child)")];
  return heads.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent);
})"""


def shut_out(page: Page) -> None:
    """No live connection passes: the screen asks every few seconds."""
    page.route_web_socket(re.compile("/direct/$"), lambda route: route.close())


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("number", [6, 14, 30])
def test_it_fits(stage: Stage, open_as: OpenAs, number: int, width: int, height: int) -> None:
    world = stage.world
    for rank in range(number - 4):
        Office.objects.create(
            prefecture=world.prefecture,
            site=world.site,
            code=f"N{rank}",
            name=f"Bureau de la communication interministérielle et de l’environnement {rank}",
            position=20,
        )
    page = open_as(stage.user("quality"), width=width, height=height)
    page.goto("/mur/")
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [
        height,
        width,
    ]
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPPING) == []


def test_it_says_that_the_server_is_lost_and_comes_back(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("quality"), width=1920, height=1080)
    shut_out(page)
    page.goto("/mur/")
    expect(page.locator("html")).to_have_attribute("data-sillage-link", "polling", timeout=20_000)
    lost = page.locator("[data-sillage-lost]")
    expect(lost).to_be_hidden()
    page.context.set_offline(True)
    expect(lost).to_be_visible(timeout=20_000)
    expect(lost).to_contain_text("Sans nouvelles depuis")
    assert float(page.locator("#mur").evaluate("(e) => getComputedStyle(e).opacity")) < 1
    page.context.set_offline(False)
    expect(lost).to_be_hidden(timeout=20_000)


def test_a_screen_that_is_withdrawn_shows_nothing_more(stage: Stage, open_as: OpenAs) -> None:
    new = a_screen(stage)
    page = open_as(None, width=1920, height=1080)
    shut_out(page)
    page.goto(f"/mur/{new.secret}/")
    expect(page).to_have_url(re.compile("/mur/$"))
    expect(page.locator("html")).to_have_attribute("data-sillage-link", "polling", timeout=20_000)
    screens.withdraw_screen(new.screen.pk, Author(user=stage.user("quality")))
    expect(page).to_have_url(re.compile("/connexion/"), timeout=30_000)


def test_a_new_version_of_the_product_is_loaded(stage: Stage, open_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where no figure has changed."""
    page = open_as(stage.user("quality"), width=1920, height=1080)
    page.goto("/mur/")
    region = page.locator("#mur")
    expect(region).to_have_attribute("data-sillage-version", version())
    page.evaluate("window.sameAsBefore = true")
    monkeypatch.setattr(wall, "version", lambda: "99.0")
    fragments.forget()
    page.evaluate("htmx.trigger('#mur', 'sillage-live')")
    expect(region).to_have_attribute("data-sillage-version", "99.0")
    assert page.evaluate("window.sameAsBefore") is None


def test_bureaux_take_turns(stage: Stage, open_as: OpenAs) -> None:
    world = stage.world
    for rank in range(40):
        Office.objects.create(
            prefecture=world.prefecture, site=world.site, code=f"N{rank}", name=f"Bureau {rank}", position=20
        )
    page = open_as(stage.user("quality"), width=1920, height=1080)
    page.clock.install()
    page.goto("/mur/")
    turn = page.locator("[data-sillage-turn]")
    expect(turn).to_have_text("1 / 2")
    page.clock.run_for(16_000)
    expect(turn).to_have_text("2 / 2")
    expect(page.locator("[data-sillage-page]:not([hidden])")).to_have_count(1)
