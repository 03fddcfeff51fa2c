"""A real day: a courrier registered by the keyboard alone and answered late; the référent sees it late, and why."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tracker.commands import Take
from tracker.enums import Outcome, State
from tracker.models import Ticket


def test_a_courrier_from_its_arrival_to_its_late_answer(world: World, open_as: OpenAs) -> None:
    page = open_as(world.user("agent"))
    page.goto("/aide/")
    keys = page.keyboard

    keys.press("n")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/enregistrer/correspondence/"))
    expect(page.get_by_label("Reçu le")).to_be_focused()
    keys.type("2/11")
    keys.press("Tab")
    expect(page.get_by_label("Canal")).to_be_focused()  # « Courrier » is proposed
    keys.press("Tab")
    keys.type("M. Le Goff")
    keys.press("Tab")
    keys.type("12 rue des Lilas, Nantes")
    keys.press("Tab")
    keys.type("Titre de séjour de mon épouse")
    told = page.get_by_text("Au plus tard mardi 17 novembre", exact=True)
    expect(told).to_be_visible()  # while it is typed
    keys.press("Enter")

    expect(page.get_by_text(re.compile("enregistrée. L’échéance, mardi 17 novembre, est déjà passée"))).to_be_visible()
    expect(page.get_by_role("heading", name="Titre de séjour de mon épouse")).to_be_visible()
    ticket = Ticket.objects.get(sender_name="M. Le Goff")
    assert (ticket.state, ticket.assignee) == (State.IN_PROGRESS, world.users["agent"])

    page.wait_for_load_state()
    keys.press("r")
    expect(page.get_by_label("Réponse partie le")).to_be_focused()
    expect(page.get_by_text("La demande sera hors délai, avec 3 jours ouvrés de retard.")).to_be_visible()
    keys.type("18/11")
    keys.press("Tab")
    expect(page.get_by_text("La demande sera hors délai, avec 1 jour ouvré de retard.")).to_be_visible()
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_text("Réponse enregistrée.")).to_be_visible()
    assert Ticket.objects.get(pk=ticket.pk).deadlines.get().outcome == Outcome.LATE

    quality = open_as(world.user("quality"))
    quality.goto(f"/demandes/{ticket.reference}/")
    expect(
        quality.get_by_text("réponse partie mercredi 18 novembre, 1 jour ouvré après l’échéance du mardi 17 novembre")
    ).to_be_visible()
    expect(quality.get_by_text("férié : Armistice de 1918")).to_be_visible()
    expect(quality.get_by_text("Règle : réponse en 10 jours ouvrés")).to_be_visible()


def test_panel_opens_in_place_and_gives_the_focus_back(world: World, open_as: OpenAs) -> None:
    ticket = world.register()
    page = open_as(world.user("agent"))
    page.goto(f"/demandes/{ticket.reference}/")
    opener = page.get_by_role("link", name="Réponse d’attente")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Réponse d’attente partie le")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.get_by_label("Réponse d’attente partie le")).to_have_count(0)


def test_conflict_in_the_panel_keeps_what_was_typed(world: World, open_as: OpenAs) -> None:
    ticket = world.register()
    page = open_as(world.user("agent"))
    page.goto(f"/demandes/{ticket.reference}/")
    page.get_by_role("link", name="Pas pour nous").click()
    page.get_by_label("À qui revient-elle, selon vous").fill("Aux dotations, je crois")
    world.act(ticket, Take(), by="colleague")
    page.get_by_role("button", name="Rendre au service du courrier").click()
    expect(page.get_by_text("La demande a changé pendant que vous remplissiez ce formulaire.")).to_be_visible()
    expect(page.get_by_label("À qui revient-elle, selon vous")).to_have_value("Aux dotations, je crois")
    expect(page.locator(".sillage-ticket__title").get_by_text("En cours")).to_be_visible()  # as it is now
    page.get_by_role("button", name="Enregistrer quand même").click()
    page.wait_for_url(lambda url: "/demandes/" not in url)
    assert Ticket.objects.get(pk=ticket.pk).state == State.REGISTERED


def test_double_click_registers_once(world: World, open_as: OpenAs) -> None:
    before = Ticket.objects.count()
    page = open_as(world.user("agent"))
    page.goto("/enregistrer/correspondence/")
    page.get_by_label("Expéditeur").fill("Mairie de Rezé")
    page.get_by_label("Objet").fill("Deux clics")
    page.get_by_role("button", name="Enregistrer", exact=True).dblclick()
    expect(page.get_by_role("heading", name="Deux clics")).to_be_visible()
    assert Ticket.objects.count() == before + 1


def test_effect_comes_back_once_a_refused_date_is_mended(world: World, open_as: OpenAs) -> None:
    ticket = world.register()
    page = open_as(world.user("agent"))
    page.goto(f"/demandes/{ticket.reference}/repondre/", wait_until="networkidle")
    expect(page.get_by_role("button", name="Voir l’effet sur l’échéance")).to_have_count(0)
    day = page.get_by_label("Réponse partie le")
    day.fill("31/12/2026")
    day.press("Enter")
    expect(page.get_by_text(re.compile("est dans le futur")).first).to_be_visible()
    day.fill("20/11/2026")
    day.press("Tab")
    expect(page.get_by_text("La demande sera dans les délais.")).to_be_visible()


def test_after_an_answer_the_next_demande_is_one_click_away(world: World, open_as: OpenAs) -> None:
    first, second = (world.register(Take()) for _ in range(2))
    page = open_as(world.user("agent"))
    page.goto("/ma-file/?view=mine", wait_until="networkidle")
    page.get_by_role("link", name=f"Répondre {first.reference}").click()
    page.get_by_role("link", name="Fermer").click()
    expect(page.get_by_role("heading", name="Ma file")).to_be_visible()
    page.get_by_role("link", name=f"Répondre {first.reference}").click()
    page.get_by_role("button", name="Enregistrer la réponse").click()
    message = page.locator("#messages")
    expect(message).to_contain_text("Réponse enregistrée. C’est dans le délai.")
    expect(message.get_by_role("button", name="Annuler")).to_be_visible()
    expect(message.get_by_role("link", name="Retour à Ma file")).to_have_attribute("href", "/ma-file/?view=mine")
    message.get_by_role("link", name="Demande suivante").click()
    expect(page).to_have_url(re.compile(r"/demandes/44-2026-\d+/$"))
    assert first.reference not in page.url and second.pk
