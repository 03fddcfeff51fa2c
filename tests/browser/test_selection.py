"""The selection of the Registre by keyboard alone: two closed, one refused, taken back. A view kept in one field."""

from datetime import date

from playwright.sync_api import expect

from tests.browser.acting import carry_out, close_the_ticked, mass_bar, tick
from tests.browser.conftest import OpenAs
from tests.frontend.walk.stage import Stage
from tracker.commands import Answer
from tracker.enums import State
from tracker.models import Ticket


def test_close_two_refuse_one_undo_by_keyboard(stage: Stage, open_as: OpenAs) -> None:
    world = stage.world
    closed = [world.register(Answer(date(2026, 11, 17))) for _ in range(2)]
    page = open_as(stage.user("agent"))
    page.goto("/registre/", wait_until="networkidle")
    expect(mass_bar(page)).to_be_hidden()
    tick(page, [*reversed(closed), stage.ticket])  # the latest first
    expect(page.get_by_text("3 demandes cochées")).to_be_visible()
    close_the_ticked(page, asked=3, left="1 demande restera comme elle est.", done="2 demandes closes.")
    assert set(Ticket.objects.filter(pk__in=[t.pk for t in closed]).values_list("state", flat=True)) == {State.CLOSED}

    carry_out(page, "form[action$='annuler/'] button", "Action annulée pour 2 demandes")
    assert set(Ticket.objects.filter(pk__in=[t.pk for t in closed]).values_list("state", flat=True)) == {State.ANSWERED}


def test_a_page_ticked_and_unticked_at_once(stage: Stage, open_as: OpenAs) -> None:
    stage.world.register()
    page = open_as(stage.user("agent"))
    page.goto("/registre/", wait_until="networkidle")
    page.get_by_label("Cocher toutes les demandes de cette page").check()
    expect(page.get_by_text("2 demandes cochées")).to_be_visible()
    page.get_by_role("button", name="Tout décocher").click()
    expect(mass_bar(page)).to_be_hidden()
    expect(page.locator("input[name=demande]").first).to_be_focused()


def test_a_view_kept_in_one_field_then_found_on_a_phone(stage: Stage, open_as: OpenAs) -> None:
    page = open_as(stage.user("agent"))
    page.goto("/registre/?channel=email", wait_until="networkidle")
    page.get_by_text("Enregistrer cette vue", exact=True).click()
    page.get_by_label("Nom de la vue").fill("Les courriels")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vue « Les courriels » enregistrée.")).to_be_visible()
    expect(page.get_by_role("link", name="Les courriels")).to_have_attribute("aria-current", "page")

    phone = open_as(stage.user("agent"), width=400)
    phone.goto("/registre/", wait_until="networkidle")
    expect(phone.get_by_role("link", name="Les courriels")).to_be_hidden()
    phone.get_by_role("button", name="Vues enregistrées").click()
    phone.get_by_role("link", name="Les courriels").click()
    expect(phone.locator("#filters-sentence").get_by_text("courriels")).to_be_visible()
