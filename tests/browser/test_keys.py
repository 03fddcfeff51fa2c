"""The registry of keys in a real browser: letters, rows, the sheet, letters turned off."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tests.frontend.walk.stage import Stage, add_ticket
from tracker.commands import Take

QUIET = "networkidle"


def sheet_of(page: Page) -> Page:
    return page.get_by_role("dialog", name="Touches de cette page")  # type: ignore[return-value]


def test_the_sheet_lists_the_keys_of_the_page_and_gives_the_focus_back(stage: Stage, open_as: OpenAs) -> None:
    add_ticket(stage, 0)
    page = open_as(stage.user("agent"))
    page.goto("/registre/", wait_until=QUIET)
    link = page.get_by_role("link", name="Filtrer")
    link.focus()
    page.keyboard.press("?")
    sheet = sheet_of(page)
    expect(sheet).to_be_visible()
    here = sheet.locator("[data-sillage-keys-of=page]")
    expect(here).to_contain_text("/\u00a0: aller à la recherche")
    expect(here).to_contain_text("f\u00a0: ouvrir les filtres")
    everywhere = sheet.locator("[data-sillage-keys-of=everywhere]")
    expect(everywhere).to_contain_text("n\u00a0: enregistrer une demande")
    expect(everywhere).to_contain_text("Échap\u00a0: fermer")
    for _ in range(8):  # the focus stays inside
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        assert inside
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(link).to_be_focused()


def test_letters_turned_off_do_nothing_while_arrows_still_move(stage: Stage, open_as: OpenAs) -> None:
    first, _ = (stage.world.register(Take()) for _ in range(2))
    page = open_as(stage.user("agent"))
    page.goto("/ma-file/", wait_until=QUIET)
    expect(page.locator(".sillage-keyline").get_by_text("y répondre")).to_be_visible()
    page.keyboard.press("?")
    sheet = sheet_of(page)
    sheet.get_by_role("button", name="Couper les touches d’un seul caractère").press("Enter")
    again = sheet.get_by_role("button", name="Réactiver les touches d’un seul caractère")
    expect(again).to_be_focused()
    expect(sheet.locator("[data-sillage-keys-of=page]")).not_to_contain_text("y répondre")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    expect(page.locator("summary", has_text="Enregistrer")).not_to_have_attribute("aria-keyshortcuts", "n")
    expect(page.locator(".sillage-keyline").get_by_text("y répondre")).to_be_hidden()
    page.locator("#content").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-sillage-row]").first.locator("[data-sillage-open]")).to_be_focused()
    page.keyboard.press("r")

    elsewhere = open_as(stage.user("agent"))  # another machine
    elsewhere.goto(f"/demandes/{first.reference}/", wait_until=QUIET)
    elsewhere.keyboard.press("r")
    expect(elsewhere.locator("#panneau form")).to_have_count(0)
    assert page.url.endswith("/ma-file/")


def test_a_letter_acts_on_the_row_where_the_focus_is(world: World, open_as: OpenAs) -> None:
    tickets = [world.register(Take()) for _ in range(2)]
    page = open_as(world.user("agent"))
    page.goto("/ma-file/", wait_until=QUIET)
    page.keyboard.press("r")  # no row yet
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator("[data-sillage-row]").nth(1)
    expect(second.locator("[data-sillage-open]")).to_be_focused()
    reference = next(each.reference for each in tickets if each.reference in (second.text_content() or ""))
    page.keyboard.press("r")
    page.wait_for_url(f"**/demandes/{reference}/repondre/")


def test_a_key_held_or_typed_is_not_a_shortcut(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/calculer-une-echeance/", wait_until=QUIET)
    kinds = page.locator("details", has_text="Enregistrer").first.get_by_role("link").first
    page.keyboard.press("Alt+n")
    page.keyboard.press("Control+n")
    page.locator("[name=received_on]").press("n")
    expect(kinds).to_be_hidden()
    page.locator("main h1").click()
    page.keyboard.press("n")
    expect(kinds).to_be_focused()


def test_ctrl_enter_sends_the_form_from_a_long_text(world: World, open_as: OpenAs) -> None:
    ticket = world.register(Take())
    page = open_as(world.user("agent"))
    page.goto(f"/demandes/{ticket.reference}/noter/", wait_until=QUIET)
    page.locator("textarea[name=text]").fill("Rappelé ce matin")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Rappelé ce matin")).to_be_visible()
    assert "/noter/" not in page.url


def test_without_javascript_the_sheet_is_a_page(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"), java_script_enabled=False)
    page.goto("/aide/")
    page.get_by_role("contentinfo").get_by_role("link", name="Raccourcis clavier").click()
    page.get_by_role("button", name="Couper les touches d’un seul caractère").click()
    expect(page.get_by_text("n’agissent plus, sur tous vos postes")).to_be_visible()


def test_the_help_of_the_page_opens_over_it_and_closes(stage: Stage, open_as: OpenAs) -> None:
    for width in (1280, 400):
        page = open_as(stage.user("agent"), width=width)
        page.goto("/registre/", wait_until=QUIET)
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox", name="Une page, une action")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        title = page.get_by_role("heading", name="Sur cette page")
        expect(title).to_be_focused()
        panel = page.locator(".sillage-help__text")
        expect(panel).to_contain_text("chercher, filtrer, trier, exporter")
        box = panel.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        expect(title).to_be_hidden()
        expect(page.locator("summary", has_text="Aide")).to_be_focused()


def test_the_help_of_the_page_needs_no_javascript(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(None, java_script_enabled=False)
    page.goto("/connexion/")
    page.locator("summary", has_text="Aide").click()
    expect(page.get_by_text("Se connecter avec son adresse électronique professionnelle.")).to_be_visible()
