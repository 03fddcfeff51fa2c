"""A day at the desk by the keyboard alone: registering, pasting, joining a file, sharing out, an absence, a merge, a
mass act with its refusals, a letter with a remark, a view that warns, « Aller à… » and the keys."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import close_the_ticked, tab_to, tick
from tests.browser.conftest import OpenAs
from tests.browser.test_rows import paste
from tests.factories import World
from tests.frontend.walk.stage import Stage
from tests.tracker.attachments.samples import PDF
from tracker.enums import State
from tracker.models import Absence, Attachment, Ticket

TEN = 10
LETTER = {"name": "Lettre.pdf", "mimeType": "application/pdf", "buffer": PDF}
PASTED = (
    "Reçu le\tExpéditeur\tObjet\tMode d'arrivée\tService\r\n"
    "16/11/2026\tMairie de Vertou\tVoirie communale\tcourrier\tSEJ\r\n"
    "17/11/2026\tMairie de Rezé\tÉcole maternelle\tpigeon\tSEJ\r\n"
)


def go_to(page: Page, words: str, title: str) -> None:
    """By « Aller à… », from wherever one is."""
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Une page, une action")).to_be_focused()
    page.keyboard.type(words)
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text(title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Une page, une action")).to_be_hidden()


def open_ticket(page: Page, ticket: Ticket) -> None:
    go_to(page, ticket.reference, ticket.reference)
    page.wait_for_url(f"**/demandes/{ticket.reference}/")
    page.wait_for_load_state("networkidle")


@pytest.fixture
def agent(world: World, open_as: OpenAs) -> Iterator[Page]:
    page = open_as(world.user("agent"), permissions=["clipboard-read", "clipboard-write"])
    page.goto("/ma-file/", wait_until="networkidle")
    yield page


def newest() -> Ticket:
    return Ticket.objects.latest("pk")


def register_ten(page: Page) -> list[Ticket]:
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.wait_for_url("**/enregistrer/correspondence/")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Reçu le")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    made = []
    for number in range(TEN):
        expect(page.get_by_label("Expéditeur", exact=True)).to_be_focused()
        page.keyboard.type(f"Habitant du {number} rue des Lilas")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type(f"Dossier numéro {number}")
        page.keyboard.press("Control+Shift+Enter")
        expect(page.locator("#messages")).to_contain_text("enregistrée. Réponse attendue")
        expect(page.get_by_label("Expéditeur", exact=True)).to_have_value("")
        page.wait_for_load_state("networkidle")
        made.append(newest())
    return made


def paste_two(page: Page) -> None:
    go_to(page, "coller", "Coller des lignes")
    expect(page.get_by_label("Lignes copiées")).to_be_focused()
    paste(page, PASTED)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-sillage-errors]")).to_be_focused()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("td input:focus")).to_have_count(1)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Control+A")
        page.keyboard.type("courriel")
        page.keyboard.press("Tab")
    expect(page.get_by_text("Tout est prêt.")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="2 demandes enregistrées")).to_be_visible()


def join_a_file(page: Page, ticket: Ticket) -> None:
    # Listened to before the page: asked for at the last moment, the browser may show a dialogue that nobody sees.
    page.on("filechooser", lambda chooser: chooser.set_files(LETTER))
    open_ticket(page, ticket)
    tab_to(page, "input[type=file]")
    page.keyboard.press("Enter")
    expect(page.locator("#pieces input[type=file]")).to_have_value(re.compile("Lettre.pdf"))
    tab_to(page, "#pieces button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Un fichier est joint.")).to_be_visible()
    assert Attachment.objects.get().ticket == ticket


def merge(page: Page, double: Ticket, kept: Ticket) -> None:
    open_ticket(page, double)
    go_to(page, "fusion", "Fusionner")
    expect(page.get_by_label("Référence de la demande à garder")).to_be_focused()
    page.keyboard.type(kept.reference)
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text(kept.reference)
    double.refresh_from_db()
    assert (double.state, double.merged_into) == (State.MERGED, kept)


def answer_from_a_model(page: Page, ticket: Ticket) -> None:
    """The remark speaks of what the letter lacks, and never stands in the way."""
    open_ticket(page, ticket)
    page.keyboard.press("t")
    letter = page.get_by_role("textbox", name="Texte")
    expect(letter).to_have_value(re.compile(ticket.reference))
    tab_to(page, "textarea[name=text]")
    page.keyboard.press("Control+A")
    page.keyboard.type("Bonjour,")
    expect(page.locator("#controle")).to_contain_text(f"Rappelez la référence {ticket.reference}.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Texte copié.")).to_be_visible()
    go_to(page, "enregistrer la réponse", "Enregistrer la réponse")
    expect(page.get_by_label("Réponse partie le")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Réponse enregistrée.")


def answer(page: Page, ticket: Ticket) -> None:
    open_ticket(page, ticket)
    page.keyboard.press("r")
    expect(page.get_by_label("Réponse partie le")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Réponse enregistrée.")


def close_four_of_which_two_are_refused(page: Page, tickets: list[Ticket]) -> None:
    """Two have been answered: they are closed. Two have not: they stay as they are, and it is said why."""
    page.goto("/registre/?text=dossier&order=reference", wait_until="networkidle")
    tick(page, sorted(tickets, key=lambda ticket: ticket.reference, reverse=True))
    close_the_ticked(page, asked=4, left="2 demandes resteront comme elles sont.", done="2 demandes closes.")


def keep_a_view_that_warns(page: Page) -> None:
    page.goto("/registre/?text=dossier", wait_until="networkidle")
    tab_to(page, ".sillage-save summary")
    page.keyboard.press("Enter")
    tab_to(page, ".sillage-save input[name=name]")
    page.keyboard.type("Les dossiers")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vue « Les dossiers » enregistrée.")).to_be_visible()
    go_to(page, "vues", "Vues du registre")
    page.wait_for_url("**/vues/")
    tab_to(page, "main input[name=alert_above]")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    go_to(page, "registre", "Registre")
    expect(page.locator(".sillage-views__alert")).to_contain_text(re.compile(r"^\d+ demandes"))


def turn_letters_off_and_on(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Touches de cette page")).to_be_visible()
    tab_to(page, "button[name=letters]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Réactiver les touches d’un seul caractère")).to_be_focused()
    expect(page.locator(".htmx-settling")).to_have_count(0)  # no finger is as fast as this one
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Couper les touches d’un seul caractère")).to_be_focused()
    page.keyboard.press("Escape")


def share_out(page: Page, world: World) -> None:
    """The one that waits longest, to the first person whose name begins so."""
    go_to(page, "mon bureau", "Mon bureau")
    page.wait_for_url("**/mon-bureau/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("a")
    expect(page.locator("select[name^=to-]:focus")).to_have_count(1)
    page.keyboard.type("col")
    page.keyboard.press("Enter")
    expect(page.get_by_text("affectée à Colleague Essai.")).to_be_visible()
    assert Ticket.objects.filter(assignee=world.users["colleague"]).count() == 1


def say_who_is_away(page: Page, world: World) -> None:
    go_to(page, "absences", "Absences")
    page.wait_for_url("**/absences/")
    tab_to(page, "main select[name=person]")
    page.keyboard.type("Coll")
    for day in ("20/11/2026", "27/11/2026"):
        page.keyboard.press("Tab")
        page.keyboard.type(day)
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Absence")
    assert Absence.objects.get().user == world.users["colleague"]
    go_to(page, "mon bureau", "Mon bureau")
    expect(page.get_by_role("heading", name="Urgent, agent absent")).to_be_visible()


def test_a_day_at_the_desk(stage: Stage, world: World, agent: Page, open_as: OpenAs) -> None:
    page = agent
    made = register_ten(page)
    paste_two(page)
    join_a_file(page, made[0])
    merge(page, made[1], made[0])
    answer_from_a_model(page, made[2])
    answer(page, made[3])
    close_four_of_which_two_are_refused(page, made[2:6])
    keep_a_view_that_warns(page)
    turn_letters_off_and_on(page)

    leading = open_as(world.user("supervisor"))
    leading.goto("/ma-file/", wait_until="networkidle")
    share_out(leading, world)
    say_who_is_away(leading, world)
    states = list(
        Ticket.objects.filter(pk__in=[ticket.pk for ticket in made]).order_by("pk").values_list("state", flat=True)
    )
    assert states == [State.IN_PROGRESS, State.MERGED, *[State.CLOSED] * 2, *[State.IN_PROGRESS] * 6]
