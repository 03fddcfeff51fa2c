"""The frame in a real browser: sign-in, menus and the calculator, by keyboard, with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.factories import PASSWORD
from tests.frontend.walk.stage import Stage


def test_sign_in_and_out_by_keyboard_alone(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/calculer-une-echeance/")
    expect(page).to_have_title("Se connecter – Sillage")
    page.keyboard.type(stage.world.users["copil"].email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Calculer une échéance – Sillage")
    page.wait_for_load_state("load")  # the title is there before the script that knows the arrows
    page.locator("summary", has_text="C. Essai").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Changer de mot de passe")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # past the tokens
    page.keyboard.press("Enter")
    expect(page).to_have_title("Se connecter – Sillage")


def test_the_tools_are_one_line_of_named_icons_on_a_narrow_screen(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("quality"))
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/aide/")
    tools = page.locator(".sillage-header__tools > a, .sillage-header__tools > details > summary")
    assert tools.count() == 5
    places = [tool.bounding_box() for tool in tools.all()]
    brand = page.locator(".sillage-header__brand").bounding_box()
    assert len({place["y"] for place in places if place}) == 1
    assert brand and places[0] and places[0]["y"] < brand["y"] + brand["height"]
    assert all(place["width"] >= 40 and place["height"] >= 40 for place in places if place)
    for name in ("Aller à…", "Enregistrer", "Notifications", "Aide", "Mon compte"):
        expect(tools.and_(page.get_by_title(name))).to_have_count(1)
        expect(tools.filter(has_text=name)).to_have_count(1)
    page.get_by_title("Enregistrer").click()
    menu = page.get_by_role("link", name="Coller des lignes d’un tableau").bounding_box()
    assert menu and menu["x"] >= 0 and menu["x"] + menu["width"] <= 400


def test_n_opens_the_kinds_to_register_and_escape_closes_them(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/aide/")
    page.keyboard.press("n")
    menu = page.locator("details", has_text="Enregistrer").first
    kinds = menu.get_by_role("link")
    expect(kinds.first).to_be_focused()
    # Each kind, then the lines of a table.
    assert kinds.count() == stage.world.prefecture.kinds.filter(is_active=True).count() + 1
    page.keyboard.press("Escape")
    expect(kinds.first).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.goto("/calculer-une-echeance/")
    page.locator("[name=other_days]").press("n")
    expect(kinds.first).to_be_hidden()


def test_the_calculator_answers_as_one_types(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/calculer-une-echeance/")
    result = page.locator("#result")
    expect(result.get_by_role("heading", level=2)).to_have_text("Au plus tard vendredi 27 novembre")
    page.get_by_label("Reçu le").fill("10/11")
    expect(result.get_by_role("heading", level=2)).to_have_text("Au plus tard mercredi 18 novembre")
    expect(result.get_by_role("list", name="Décompte des jours").get_by_role("listitem")).to_have_count(8)
    page.get_by_text("Autre", exact=True).click()
    error = page.get_by_text("Indiquez un nombre de 1 à 250.")
    expect(error).to_be_visible()
    expect(result).to_contain_text("L’échéance apparaîtra ici")
    page.get_by_label("Autre délai").press_sequentially("1")
    expect(error).to_be_hidden()
    expect(result.get_by_role("heading", level=2)).to_have_text("Au plus tard jeudi 12 novembre")
    expect(page.get_by_label("Autre délai")).to_be_focused()


def test_the_calculator_works_without_javascript(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"), java_script_enabled=False)
    page.goto("/calculer-une-echeance/")
    page.get_by_label("Reçu le").fill("10/11")
    page.get_by_role("button", name="Calculer").click()
    expect(page.locator("#result").get_by_role("heading", level=2)).to_have_text("Au plus tard mercredi 18 novembre")


def test_a_menu_opens_without_javascript(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"), java_script_enabled=False)
    page.goto("/aide/")
    page.locator("summary", has_text="A. Essai").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_title("Se connecter – Sillage")


def test_a_breakdown_in_a_fragment_is_said_and_what_was_typed_stays(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/calculer-une-echeance/")
    page.route("**/calculer-une-echeance/?*", lambda route: route.fulfill(status=500, body="panne"))
    page.get_by_label("Reçu le").fill("10/11")
    expect(page.locator("#messages")).to_contain_text("Le serveur n’a pas pu répondre")
    expect(page.get_by_label("Reçu le")).to_have_value("10/11")


@pytest.mark.parametrize("scheme", ["dark", "forced"])
def test_the_focus_and_the_deadline_are_seen_in_the_dark_and_in_high_contrast(
    stage: Stage, open_as: OpenAs, scheme: str
) -> None:
    options = {"color_scheme": "dark"} if scheme == "dark" else {"forced_colors": "active"}
    page = open_as(stage.user("agent"), **options)
    page.goto("/calculer-une-echeance/", wait_until="networkidle")
    due = page.locator(".sillage-strip__day--due")
    colours = due.evaluate("(e) => [getComputedStyle(e).borderTopColor, getComputedStyle(e).backgroundColor]")
    assert colours[0] != colours[1]
    assert page.evaluate("document.documentElement.dataset.frTheme") == ("dark" if scheme == "dark" else "light")
