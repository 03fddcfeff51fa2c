"""A letter prepared by the keyboard: opened from an act, mended, checked, copied with one key, found again."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tracker.models import Ticket

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"


def open_desk(page: Page, ticket: Ticket) -> None:
    page.goto(f"/demandes/{ticket.reference}/")
    page.get_by_role("link", name="Réponse d’attente").click()
    page.get_by_label("Réponse promise pour le").fill("4/12/2026")
    page.get_by_role("button", name="Préparer le texte").click()
    expect(page.get_by_role("heading", name="Préparer le texte")).to_be_focused()


def test_from_the_act_to_the_clipboard(world: World, open_as: OpenAs) -> None:
    ticket = world.register()
    page = open_as(world.user("agent"), **CLIPBOARD)
    open_desk(page, ticket)
    text = page.get_by_role("textbox", name="Texte")
    expect(text).to_have_value(re.compile("au plus tard le vendredi 4 décembre 2026"))
    expect(page.get_by_label("Réponse promise pour le")).to_have_value("4/12/2026")  # the act is still there

    text.fill("Réponse le 11 décembre 2026.")
    expect(page.get_by_text("La date saisie dans Sillage, 4 décembre 2026, n’est pas dans le texte.")).to_be_visible()
    expect(page.get_by_text("Brouillon gardé.")).to_be_visible()

    text.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Texte copié.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Réponse le 11 décembre 2026."

    page.get_by_role("heading", name="Préparer le texte").focus()
    page.evaluate("navigator.clipboard.writeText('')")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Copier le texte")).to_be_focused()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('Réponse le 11'))")

    page.get_by_role("link", name="Fermer").last.click()
    page.reload()
    open_desk(page, ticket)
    expect(page.get_by_role("textbox", name="Texte")).to_have_value("Réponse le 11 décembre 2026.")


def test_without_the_clipboard_interface_the_text_is_copied_all_the_same(world: World, open_as: OpenAs) -> None:
    page = open_as(world.user("agent"), **CLIPBOARD)
    page.add_init_script(NO_CLIPBOARD)
    open_desk(page, world.register())
    page.get_by_role("textbox", name="Texte").fill("Bonjour.")
    page.get_by_role("button", name="Copier le texte").click()
    expect(page.get_by_text("Texte copié.")).to_be_visible()
    page.get_by_role("textbox", name="Texte").fill("")
    page.get_by_role("textbox", name="Texte").press("Control+v")
    expect(page.get_by_role("textbox", name="Texte")).to_have_value("Bonjour.")


def test_another_model_keeps_the_focus_in_the_letter(world: World, open_as: OpenAs) -> None:
    page = open_as(world.user("agent"))
    open_desk(page, world.register())
    page.get_by_label("Modèle").select_option("refus")
    page.get_by_role("button", name="Prendre ce modèle").press("Enter")
    expect(page.get_by_role("textbox", name="Texte")).to_have_value(re.compile("Après examen"))
    expect(page.get_by_role("heading", name="Préparer le texte")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger en .odt").click()
    assert re.fullmatch(r"reponse-44-2026-\d{6}\.odt", download.value.suggested_filename)
    expect(page.locator("[data-sillage-busy]")).to_be_hidden()


def test_without_javascript_it_is_a_page(world: World, open_as: OpenAs) -> None:
    ticket = world.register()
    page = open_as(world.user("agent"), java_script_enabled=False)
    page.goto(f"/demandes/{ticket.reference}/attente/")
    page.get_by_label("Réponse promise pour le").fill("4/12/2026")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Préparer le texte").click()
    letter: Any = popup.value
    expect(letter.get_by_role("textbox", name="Texte")).to_have_value(re.compile("vendredi 4 décembre 2026"))
    letter.get_by_role("textbox", name="Texte").fill("Réponse le 11 décembre 2026.")
    letter.get_by_role("button", name="Vérifier la forme").click()
    expect(letter.get_by_text("La date saisie dans Sillage, 4 décembre 2026, n’est pas")).to_be_visible()
    expect(page.get_by_label("Réponse promise pour le")).to_have_value("4/12/2026")
