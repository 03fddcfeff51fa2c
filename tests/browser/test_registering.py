"""« Enregistrer » by the keyboard alone: how many keys a known sender takes, and who has the last word."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tracker.commands import Answer
from tracker.enums import State
from tracker.models import Theme, Ticket

FORM = "/enregistrer/correspondence/"
SENDER = "Mairie d’Orvault"


class Keyboard:
    """Counts the keys that are no text of the paper."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.count += 1
            self.page.keyboard.press(key)

    def copy(self, text: str) -> None:
        """What stands on the paper and nobody can guess."""
        self.page.keyboard.type(text)


def chosen(page: Page, label: str) -> str:
    select: Locator = page.get_by_label(label, exact=True)
    found: str = select.evaluate("each => each.selectedOptions[0].text")
    return found


@pytest.fixture
def theme(world: World) -> Theme:
    found = world.prefecture.themes.first()
    assert found is not None
    world.register(
        sender_name=SENDER, sender_contact="mairie@exemple.test", office="DOT", theme_id=found.pk, by="director"
    )
    return found


def test_a_known_sender_takes_seven_keys_and_its_subject(world: World, theme: Theme, open_as: OpenAs) -> None:
    page = open_as(world.user("quality"))
    page.goto(f"{FORM}?suivante=1", wait_until="networkidle")
    keys = Keyboard(page)
    expect(page.get_by_label("Expéditeur", exact=True)).to_be_focused()
    keys.press("o", "r", "v")
    expect(page.locator("[role=option]")).to_have_count(1)
    keys.press("ArrowDown", "Tab", "Tab")
    expect(page.get_by_label("Objet")).to_be_focused()
    keys.copy("Subvention de la piscine")
    expect(page.get_by_text("comme la dernière demande de cet expéditeur")).to_have_count(2)
    expect(page.get_by_label("Adresse de réponse")).to_have_value("mairie@exemple.test")
    assert chosen(page, "Bureau") == "Bureau des dotations"
    keys.press("Control+Shift+Enter")
    expect(page.get_by_text(re.compile("enregistrée. Réponse attendue"))).to_be_visible()
    assert keys.count <= 7
    ticket = Ticket.objects.latest("pk")
    assert (ticket.sender_name, ticket.sender_contact) == (SENDER, "mairie@exemple.test")
    assert (ticket.office, ticket.theme, ticket.state) == (world.offices["DOT"], theme, State.ASSIGNED)


def test_the_next_one_keeps_what_they_share_and_the_last_one_can_be_taken_back(
    world: World, theme: Theme, open_as: OpenAs
) -> None:
    page = open_as(world.user("agent"))
    page.goto(FORM, wait_until="networkidle")
    page.keyboard.type("19/11")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("Mme Modèle")
    page.get_by_label("Objet").fill("Titre de séjour")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.get_by_label("Expéditeur", exact=True)).to_be_focused()
    expect(page.get_by_label("Expéditeur", exact=True)).to_have_value("")
    expect(page.get_by_label("Reçu le")).to_have_value("19/11")
    ticket = Ticket.objects.latest("pk")
    message = page.locator("#messages")
    expect(message).to_contain_text(ticket.reference)
    message.get_by_role("button", name="Annuler").press("Enter")
    expect(message).to_contain_text(f"Enregistrement annulé : {ticket.reference}")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.dismissal_reason) == (State.DISMISSED, "registration_error")


def test_what_a_person_chose_is_never_replaced_and_one_key_takes_or_leaves(
    world: World, theme: Theme, open_as: OpenAs
) -> None:
    page = open_as(world.user("quality"))
    page.goto(FORM, wait_until="networkidle")
    office = page.get_by_label("Bureau", exact=True)
    office.select_option(label="Bureau du séjour")
    sender = page.get_by_label("Expéditeur", exact=True)
    sender.fill(SENDER)
    offered = page.get_by_text("Proposé : Bureau des dotations, comme la dernière demande")
    expect(offered).to_be_visible()
    assert (chosen(page, "Bureau"), chosen(page, "Thème (Optionnel)")) == ("Bureau du séjour", theme.label)
    sender.press("Alt+p")  # takes what is left to take
    assert chosen(page, "Bureau") == "Bureau des dotations"
    sender.press("Alt+p")  # takes it all back
    assert (chosen(page, "Bureau"), chosen(page, "Thème (Optionnel)")) == ("Bureau du séjour", "Non précisé")
    page.get_by_label("Objet").fill("Un objet")
    expect(page.get_by_text("Déjà enregistrée")).to_be_visible()
    assert (chosen(page, "Bureau"), chosen(page, "Thème (Optionnel)")) == ("Bureau du séjour", "Non précisé")


def test_a_proposal_leaves_with_its_evidence(world: World, theme: Theme, open_as: OpenAs) -> None:
    page = open_as(world.user("quality"))
    page.goto(FORM, wait_until="networkidle")
    sender = page.get_by_label("Expéditeur", exact=True)
    sender.fill(SENDER)
    expect(page.get_by_text("Proposé :").first).to_be_visible()
    assert chosen(page, "Bureau") == "Bureau des dotations"
    sender.fill("Quelqu’un d’autre")
    expect(page.get_by_text("Proposé :")).to_have_count(0)
    assert (chosen(page, "Bureau"), chosen(page, "Thème (Optionnel)")) == ("Choisir un bureau", "Non précisé")


def test_the_list_of_senders_follows_the_authoring_practices(world: World, theme: Theme, open_as: OpenAs) -> None:
    world.register(sender_name="Mairie d’Orsay")
    page = open_as(world.user("quality"))
    page.goto(FORM, wait_until="networkidle")
    sender = page.get_by_role("combobox", name="Expéditeur", exact=True)
    page.get_by_label("Expéditeur", exact=True).focus()
    expect(sender).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("mairie or")
    expect(page.locator("[role=option]")).to_have_count(2)
    expect(sender).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Orvault")
    expect(sender).to_have_attribute("aria-activedescendant", "senders-2")
    page.keyboard.press("Escape")
    expect(page.locator("#senders")).to_be_hidden()
    expect(sender).to_have_value("mairie or")  # left as typed
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(sender).to_have_value("Mairie d’Orsay")
    assert Ticket.objects.filter(sender_name="Mairie d’Orsay").count() == 1  # Enter chose, and sent nothing
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("orv")
    page.locator("[role=option]").filter(has_text="Orvault").click()
    expect(sender).to_have_value(SENDER)
    expect(page.get_by_label("Adresse de réponse")).to_have_value("mairie@exemple.test")


def test_the_same_in_the_morning_s_mail(world: World, open_as: OpenAs) -> None:
    world.register(sender_name=SENDER, office="SEJ", by="mailroom", by_mailroom=True)
    page = open_as(world.user("mailroom"))
    page.goto("/arrivees/", wait_until="networkidle")
    page.keyboard.type("orv")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Proposé : comme la dernière demande de cet expéditeur")).to_be_visible()
    page.keyboard.type("Subvention")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sillage-saved]")).to_have_count(1)
    ticket = Ticket.objects.latest("pk")
    assert (ticket.sender_name, ticket.subject, ticket.office) == (SENDER, "Subvention", world.offices["SEJ"])


def test_what_is_already_there_is_joined_in_one_step(world: World, open_as: OpenAs) -> None:
    opened = world.register(sender_name=SENDER, subject="Subvention de la piscine")
    ended = world.register(Answer(opened.received_on), sender_name=SENDER, subject="Subvention de la piscine")
    page = open_as(world.user("agent"))
    page.goto(FORM, wait_until="networkidle")
    # A region that is told of is the same one before and after: a new one would be silent.
    regions = ("annonce", "duplicates", "proposal-office", "proposal-theme")
    page.evaluate("ids => ids.forEach((id) => { document.getElementById(id).heard = true; })", regions)
    page.get_by_label("Expéditeur", exact=True).fill(SENDER)
    page.get_by_label("Objet").fill("Subvention pour la piscine")
    side = page.locator("aside")
    expect(side.get_by_text(ended.reference).first).to_be_visible()
    assert page.evaluate("ids => ids.every((id) => document.getElementById(id).heard)", regions)
    side.get_by_role("button", name="C’est la même : enregistrer et fusionner").press("Enter")
    expect(page.locator("#messages")).to_contain_text(f"enregistrée et fusionnée avec {opened.reference}.")
    page.locator("#messages").get_by_role("button", name="Annuler").click()
    expect(page.locator("#messages")).not_to_contain_text("fusionnée avec")
    assert not Ticket.objects.filter(merged_into=opened).exists()
