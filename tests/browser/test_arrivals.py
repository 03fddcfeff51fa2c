"""The morning's mail typed faster than the server answers."""

import re
from datetime import date

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tracker.models import Ticket

SLOW = """
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...sent) { setTimeout(() => send.apply(this, sent), 500); };
"""
"""Every answer half a second late. A delayed route of playwright's would hold back the typing too."""

LETTERS = [(f"Mairie de la commune {letter}", f"Subvention de l’école {letter}{letter}") for letter in "ABCDE"]


def opened(world: World, open_as: OpenAs) -> Page:
    page = open_as(world.user("mailroom"))
    page.add_init_script(SLOW)
    page.goto("/arrivees/", wait_until="networkidle")
    return page


def type_line(page: Page, sender: str, subject: str) -> None:
    """As a practised hand does, the focus being in the sender's field."""
    page.keyboard.type(sender)
    page.keyboard.press("Tab")
    page.keyboard.type(subject)
    page.keyboard.press("Enter")


def test_five_letters_typed_at_full_speed_lose_no_letter(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("19/11/2026")
    page.keyboard.press("Tab")
    for sender, subject in LETTERS:
        type_line(page, sender, subject)
    page.keyboard.type("En cours")
    expect(page.locator("[data-sillage-saved]")).to_have_count(5)
    found = (
        Ticket.objects.filter(sender_name__startswith="Mairie de la commune")
        .order_by("reference")
        .values_list("sender_name", "subject", "received_on")
    )
    assert list(found) == [(*letter, date(2026, 11, 19)) for letter in LETTERS]
    expect(page.locator(":focus")).to_have_value("En cours")
    expect(page.locator(":focus")).to_have_attribute("name", re.compile("sender_name$"))


def test_refused_line_comes_back_in_its_place_and_leaves_the_focus(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    type_line(page, "Mairie sans objet", "")
    page.keyboard.type("La lettre suivante")
    refused = page.locator("[data-sillage-line]").first
    expect(refused.get_by_text("Indiquez l’objet en quelques mots.")).to_be_visible()
    expect(refused.get_by_label("Expéditeur")).to_have_value("Mairie sans objet")
    expect(page.locator(":focus")).to_have_value("La lettre suivante")
    expect(page.locator("#arrivals-status")).to_contain_text("Mairie sans objet")
    refused.get_by_label("Objet").fill("L’objet oublié")
    refused.get_by_label("Objet").press("Enter")
    expect(page.locator("[data-sillage-saved]")).to_have_count(1)
    assert Ticket.objects.get(sender_name="Mairie sans objet").subject == "L’objet oublié"


def test_line_that_cannot_be_sent_can_be_sent_again(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    page.context.set_offline(True)
    type_line(page, "Mairie d’Exemple", "Coupure du réseau")
    expect(page.get_by_text("Le serveur ne répond pas.")).to_be_visible()
    page.context.set_offline(False)
    page.locator("[data-sillage-line]").first.get_by_label("Objet").press("Enter")
    expect(page.locator("[data-sillage-saved]")).to_have_count(1)
    assert Ticket.objects.filter(subject="Coupure du réseau").count() == 1


def test_a_saved_line_is_corrected_in_one_step(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    type_line(page, "Mairie d’Exemple", "Coquille")
    page.get_by_role("link", name=re.compile("^Corriger")).click()
    expect(page.get_by_label("Objet")).to_have_value("Coquille")
