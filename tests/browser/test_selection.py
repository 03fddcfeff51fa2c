"""The selection of the Registre by keyboard alone: two closed, one refused, taken back. A view kept in one field."""

from datetime import date

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.frontend.walk.stage import Stage
from tracker import jobs
from tracker.commands import Answer
from tracker.enums import State
from tracker.models import Ticket

MOST_TABS = 60


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_TABS):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def tick(page: Page, ticket: Ticket) -> None:
    tab_to(page, f"input[value='{ticket.reference}']")
    page.keyboard.press("Space")


def test_close_two_refuse_one_undo_by_keyboard(stage: Stage, open_as: OpenAs) -> None:
    world = stage.world
    closed = [world.register(Answer(date(2026, 11, 17))) for _ in range(2)]
    page = open_as(stage.user("agent"))
    page.goto("/registre/", wait_until="networkidle")
    bar = page.get_by_role("group", name="Agir sur plusieurs demandes")
    expect(bar).to_be_hidden()
    for ticket in (*reversed(closed), stage.ticket):  # as the list has them: the latest first
        tick(page, ticket)
    expect(page.get_by_text("3 demandes cochées")).to_be_visible()
    page.keyboard.press("Enter")
    expect(bar.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("Clore")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Clore 3 demandes")).to_be_visible()
    expect(page.get_by_text("1 demande restera comme elle est.")).to_be_visible()
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vous pouvez quitter cette page")).to_be_visible()
    jobs.run_pending_jobs()
    expect(page.get_by_text("2 demandes closes.")).to_be_visible()
    assert set(Ticket.objects.filter(pk__in=[t.pk for t in closed]).values_list("state", flat=True)) == {State.CLOSED}

    tab_to(page, "form[action$='annuler/'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vous pouvez quitter cette page")).to_be_visible()
    jobs.run_pending_jobs()
    expect(page.get_by_text("Action annulée pour 2 demandes")).to_be_visible()
    assert set(Ticket.objects.filter(pk__in=[t.pk for t in closed]).values_list("state", flat=True)) == {State.ANSWERED}


def test_a_page_ticked_and_unticked_at_once(stage: Stage, open_as: OpenAs) -> None:
    stage.world.register()
    page = open_as(stage.user("agent"))
    page.goto("/registre/", wait_until="networkidle")
    page.get_by_label("Cocher toutes les demandes de cette page").check()
    expect(page.get_by_text("2 demandes cochées")).to_be_visible()
    page.get_by_role("button", name="Tout décocher").click()
    expect(page.get_by_role("group", name="Agir sur plusieurs demandes")).to_be_hidden()
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
