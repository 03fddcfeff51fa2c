"""Sharing out: by the keyboard alone, then by the hand, and without JavaScript."""

from datetime import date

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tracker import absences
from tracker.absences import Terms
from tracker.models import Ticket
from tracker.writers import Author


def three(world: World) -> list[Ticket]:
    """The promise that breaks soonest first."""
    return [world.register(received_on=date(2026, 11, day), subject=f"Objet {day}") for day in (9, 10, 12)]


def chooser(ticket: Ticket) -> str:
    return f"#to-{ticket.reference}"


def holder(ticket: Ticket) -> object:
    return Ticket.objects.get(pk=ticket.pk).assignee


def test_three_demandes_by_the_keyboard_alone(world: World, open_as: OpenAs) -> None:
    one, two, other = three(world)
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    keys = page.keyboard

    keys.press("a")
    expect(page.locator(chooser(one))).to_be_focused()
    keys.type("col")
    expect(page.locator(chooser(one))).to_have_value(str(world.users["colleague"].pk))
    expect(page.locator("#bureau-status")).to_have_text("Colleague Essai")
    keys.press("Enter")
    expect(page.get_by_text(f"{one.reference} affectée à Colleague Essai.")).to_be_visible()
    # The next one is under the fingers.
    expect(page.locator(chooser(two))).to_be_focused()
    keys.type("ag")
    keys.press("Enter")
    expect(page.get_by_text(f"{two.reference} affectée à Agent Essai.")).to_be_visible()
    expect(page.locator(chooser(other))).to_be_focused()
    assert [holder(each) for each in (one, two, other)] == [world.users["colleague"], world.users["agent"], None]
    expect(page.locator("[data-sillage-agent]").filter(has_text="Agent Essai").get_by_text("1 en tout")).to_be_visible()

    # Nobody chosen: Enter does nothing. Escape goes back to the demande, arrows move, Enter opens.
    keys.press("Enter")
    keys.press("Escape")
    expect(page.get_by_role("link", name="Objet 12")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Objet 12")).to_be_visible()


def test_the_last_one_leaves_the_focus_on_the_page(world: World, open_as: OpenAs) -> None:
    three(world)
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    page.keyboard.press("a")
    while page.locator("[data-sillage-row]").count():
        left = page.locator("[data-sillage-row]").count()
        page.keyboard.type("agent")
        page.keyboard.press("Enter")
        expect(page.locator("[data-sillage-row]")).to_have_count(left - 1)
    expect(page.get_by_text("Rien n’est à répartir.")).to_be_visible()
    expect(page.locator("#content")).to_be_focused()


def test_given_to_somebody_who_is_away_the_focus_stays_on_the_next_one(world: World, open_as: OpenAs) -> None:
    one, two, _ = three(world)
    terms = Terms(date(2026, 11, 18), date(2026, 11, 27), world.users["agent"])
    absences.record(world.prefecture, world.users["colleague"], terms, Author())
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    page.keyboard.press("a")
    page.keyboard.type("coll")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Urgent, agent absent")).to_be_visible()
    expect(page.locator(chooser(one))).to_have_value(str(world.users["agent"].pk))
    expect(page.locator(chooser(two))).to_be_focused()


def test_arrows_move_from_one_demande_to_the_next(world: World, open_as: OpenAs) -> None:
    three(world)
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Objet 9")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="Objet 9")).to_be_focused()


def test_the_substitute_is_one_enter_away(world: World, open_as: OpenAs) -> None:
    ticket = world.register(received_on=date(2026, 11, 9), assignee="colleague")
    terms = Terms(date(2026, 11, 18), date(2026, 11, 27), world.users["agent"])
    absences.record(world.prefecture, world.users["colleague"], terms, Author())
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    page.keyboard.press("a")
    expect(page.locator(chooser(ticket))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{ticket.reference} affectée à Agent Essai.")).to_be_visible()
    assert holder(ticket) == world.users["agent"]


def test_dragging_onto_a_person(world: World, open_as: OpenAs) -> None:
    one, *_ = three(world)
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    row = page.locator("[data-sillage-row]").filter(has_text="Objet 9")
    row.drag_to(page.locator(f"[data-sillage-agent='{world.users['colleague'].pk}']"))
    expect(page.get_by_text(f"{one.reference} affectée à Colleague Essai.")).to_be_visible()
    assert holder(one) == world.users["colleague"]


def test_several_ticked_at_once_and_taken_back(world: World, open_as: OpenAs) -> None:
    one, two, _ = three(world)
    page = open_as(world.user("supervisor"))
    page.goto("/mon-bureau/")
    for each in (one, two):
        page.locator(f"label[for='chosen-{each.reference}']").click()
    page.get_by_label("Affecter les demandes cochées à").select_option(label="Agent Essai")
    page.get_by_role("button", name="Affecter les 2 demandes cochées").click()
    expect(page.get_by_text("2 demandes affectées à Agent Essai.")).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Affectation annulée : 2 demandes sont revenues comme avant.")).to_be_visible()
    assert [holder(each) for each in (one, two)] == [None, None]


def test_without_javascript_a_row_is_a_form(world: World, open_as: OpenAs) -> None:
    one, two, _ = three(world)
    page = open_as(world.user("supervisor"), java_script_enabled=False)
    page.goto("/mon-bureau/")
    page.locator(chooser(two)).select_option(label="Agent Essai")
    page.get_by_role("button", name=f"Affecter {two.reference}").click()
    expect(page.get_by_text(f"{two.reference} affectée à Agent Essai.")).to_be_visible()
    # Enter in a box to tick never gives the first demande.
    page.locator(f"#chosen-{one.reference}").press("Enter")
    expect(page.get_by_text("Cochez au moins une demande à affecter.")).to_be_visible()
    assert [holder(each) for each in (one, two)] == [None, world.users["agent"]]
