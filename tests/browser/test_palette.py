"""« Aller à… » in a real browser, by the keyboard alone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tests.frontend.walk.stage import Stage
from tracker.commands import Take

QUIET = "networkidle"


def test_ctrl_k_goes_anywhere_from_a_field_and_escape_gives_it_back(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/calculer-une-echeance/", wait_until=QUIET)
    field = page.locator("[name=received_on]")
    field.focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Une page, une action")
    expect(box).to_be_focused()
    options = page.get_by_role("dialog").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(field).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("regis")
    expect(page.locator("[data-sillage-palette-said]")).to_have_text(re.compile("propositions"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/registre/")


def test_enter_before_the_answer_waits_for_it(stage: Stage, open_as: OpenAs) -> None:
    stage.world.register(subject="Une autre")
    page = open_as(stage.user("agent"))
    page.goto("/aide/", wait_until=QUIET)
    page.keyboard.press("Control+k")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/demandes/44-2026-000002/")


def test_nothing_found_is_said_and_enter_stays(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("copil"))
    page.goto("/aide/", wait_until=QUIET)
    page.get_by_role("link", name="Aller à…").click()
    page.keyboard.type("zzz")
    expect(page.locator("[data-sillage-palette-said]")).to_have_text("Rien de tel.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox")).to_be_focused()


def test_an_act_opens_in_place_on_its_demande(world: World, open_as: OpenAs) -> None:
    ticket = world.register(Take())
    page = open_as(world.user("agent"))
    page.goto(f"/demandes/{ticket.reference}/", wait_until=QUIET)
    page.keyboard.press("Control+k")
    page.keyboard.type("attente")
    expect(page.get_by_role("option").first).to_have_text(re.compile("Réponse d’attente"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Réponse d’attente partie le")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Réponse d’attente")).to_be_focused()


def test_a_click_opens_too_and_without_javascript_there_is_a_page(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/aide/", wait_until=QUIET)
    page.get_by_role("link", name="Aller à…").click()
    page.get_by_role("option", name="Ma file").click()
    page.wait_for_url("**/ma-file/")
    plain = open_as(stage.user("agent"), java_script_enabled=False)
    plain.goto("/ma-file/")
    plain.get_by_role("link", name="Aller à…").click()
    plain.get_by_role("searchbox").fill("titre")
    plain.get_by_role("main").get_by_role("button", name="Chercher").click()
    plain.get_by_role("link", name=re.compile("44-2026-000001")).click()
    assert plain.url.endswith("/demandes/44-2026-000001/")
