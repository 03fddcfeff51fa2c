"""« Coller des lignes » under the fingers: by the keyboard alone, then without JavaScript."""

import re
from datetime import date

from playwright.sync_api import Locator, Page, expect

from frontend.models import FormDraft
from tests.browser.conftest import OpenAs
from tests.browser.test_walk import Watch
from tests.factories import World
from tests.frontend.walk.stage import Stage
from tracker.enums import State
from tracker.models import Ticket

PASTED = (
    "N°\tReçu le\tExpéditeur\tObjet\tMode d'arrivée\tService\tRépondu le\r\n"
    "1\t16/11/2026\tMairie d’Orvault\tSubvention DETR\tcourrier\tSEJ\t\r\n"
    "2\t17/11/2026\tMairie de Rezé\tTitre de séjour\tpigeon\tBureau du séjour\t\r\n"
    '3\t3/11/2026\tM. Le Goff\t"Permis\nde conduire"\tmail\tSEJ\t9/11/2026\r\n'
)
PASTE = """([element, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  if (element.dispatchEvent(event)) element.setRangeText(text, element.selectionStart, element.selectionEnd, "end");
}"""
"""What the browser does on Ctrl+V, with a real clipboard's text: the page first, then the field itself."""


def paste(page: Page, text: str) -> None:
    page.evaluate(f"text => ({PASTE})([document.activeElement, text])", text)


def cell(page: Page, row: int, name: str) -> Locator:
    """By what a screen reader says of it; a cell that proposes a list is a combobox."""
    said = {"name": f"{name} Ligne {row}", "exact": True}
    return page.get_by_role("textbox", **said).or_(page.get_by_role("combobox", **said))


def opened(world: World, open_as: OpenAs, text: str = PASTED) -> Page:
    page = open_as(world.user("agent"))
    page.goto("/coller-des-lignes/", wait_until="networkidle")
    expect(page.get_by_label("Lignes copiées")).to_be_focused()
    paste(page, text)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/coller-des-lignes/.+/"))
    page.wait_for_load_state("networkidle")
    return page


def test_rows_without_fault_are_saved_by_one_more_key(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as, "Reçu le\tExpéditeur\tObjet\n16/11/2026\tMairie de Rezé\tSubvention")
    expect(page.get_by_text("Tout est prêt.")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="1 demande enregistrée")).to_be_visible()


def test_paste_correct_and_save_by_the_keyboard_alone(stage: Stage, world: World, open_as: OpenAs) -> None:
    page = open_as(world.user("agent"))
    watch = Watch(page)
    page.goto("/", wait_until="networkidle")
    page.keyboard.press("n")
    for _ in range(len(world.prefecture.kinds.filter(is_active=True))):
        page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_text("Coller des lignes d’un tableau")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Lignes copiées")).to_be_focused()
    paste(page, PASTED)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/coller-des-lignes/.+/"))
    expect(page.get_by_text("au plus tard lundi 30 novembre")).to_be_visible()
    # The summary has the focus; its first link leads to the cell.
    expect(page.locator("[data-sillage-errors]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cell(page, 2, "Canal")).to_be_focused()
    expect(page.locator("#e1c4")).to_contain_text("n’est pas un canal connu")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Control+A")
        page.keyboard.type("courriel")
        page.keyboard.press("Tab")
    expect(page.locator("#e1c4")).to_have_count(0)
    expect(page.get_by_text("Tout est prêt.")).to_be_visible()
    expect(page.locator("tbody tr").nth(1)).to_contain_text("au plus tard mardi 24 novembre")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="3 demandes enregistrées")).to_be_visible()
    registered = Ticket.objects.exclude(pk=stage.ticket.pk).order_by("pk")
    found = registered.values_list("subject", "channel__code", "state")
    assert list(found) == [
        ("Subvention DETR", "letter", State.ASSIGNED),
        ("Titre de séjour", "email", State.ASSIGNED),
        ("Permis de conduire", "email", State.ANSWERED),
    ]
    watch.check()


def test_arrows_and_enter_move_as_in_a_spreadsheet(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    cell(page, 1, "Expéditeur").focus()
    for key, row, name in (
        ("ArrowDown", 2, "Expéditeur"),
        ("ArrowRight", 2, "Objet"),
        ("ArrowUp", 1, "Objet"),
        ("ArrowLeft", 1, "Expéditeur"),
        ("Enter", 2, "Expéditeur"),
        ("Shift+Enter", 1, "Expéditeur"),
        ("Tab", 1, "Objet"),
    ):
        page.keyboard.press(key)
        expect(cell(page, row, name)).to_be_focused()
    # Typing replaces the cell; the arrows are then the text's, until its edge.
    page.keyboard.press("ArrowDown")
    page.keyboard.type("abc")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, 2, "Objet")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, 2, "Objet")).to_have_value("Titre de séjour")
    page.keyboard.press("F2")
    page.keyboard.type(" (suite)")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 2, "Canal")).to_be_focused()
    expect(cell(page, 2, "Objet")).to_have_value("Titre de séjour (suite)")


def test_a_text_of_several_lines_keeps_its_lines(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as, "Reçu le\tExpéditeur\tObjet\tObservations\n16/11/2026\tMairie\tÉcole\tUne ligne")
    cell(page, 1, "Texte").focus()
    page.keyboard.press("F2")
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("et deux")
    page.keyboard.press("ArrowUp")
    expect(cell(page, 1, "Texte")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="1 demande enregistrée")).to_be_visible()
    assert Ticket.objects.get(sender_name="Mairie").body == "Une ligne\net deux"


def test_pasting_in_a_cell_fills_from_it_and_is_taken_back(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    cell(page, 3, "Expéditeur").focus()
    paste(page, "Mairie de Bouguenais\tÉcole\r\nMairie de Vertou\tCrèche\r\n")
    expect(page.get_by_text("4 cellules collées à partir de la ligne 3.")).to_be_visible()
    expect(cell(page, 3, "Expéditeur")).to_be_focused()
    expect(cell(page, 3, "Objet")).to_have_value("École")
    expect(cell(page, 4, "Objet")).to_have_value("Crèche")
    page.get_by_role("button", name="Annuler le collage").press("Enter")
    expect(cell(page, 3, "Objet")).to_have_value("Permis de conduire")
    expect(cell(page, 4, "Objet")).to_have_count(0)
    # One word goes into the cell as anywhere else.
    cell(page, 3, "Objet").focus()
    cell(page, 3, "Objet").select_text()
    paste(page, "Passeport")
    expect(cell(page, 3, "Objet")).to_have_value("Passeport")


def test_a_row_taken_out_comes_back_with_what_was_typed_in_it(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    cell(page, 2, "Objet").fill("Changé")
    page.get_by_role("button", name="Retirer la ligne 2").press("Enter")
    expect(page.get_by_text("1 ligne retirée du tableau.")).to_be_visible()
    expect(page.get_by_role("button", name="Remettre la dernière")).to_be_focused()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(cell(page, 2, "Objet")).to_have_value("Changé")


def test_what_is_typed_outlives_the_tab(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    with page.expect_response(lambda response: response.request.method == "POST"):
        cell(page, 1, "Objet").fill("Ce que j’ai tapé")
    assert FormDraft.objects.get().data["0.3"] == "Ce que j’ai tapé"
    page.goto("/coller-des-lignes/")
    page.get_by_role("link", name=re.compile("^Reprendre le tableau")).click()
    expect(cell(page, 1, "Objet")).to_have_value("Ce que j’ai tapé")


def test_the_same_without_javascript(world: World, open_as: OpenAs) -> None:
    page = open_as(world.user("agent"), java_script_enabled=False)
    page.goto("/coller-des-lignes/")
    page.get_by_label("Lignes copiées").fill(PASTED)
    page.get_by_role("button", name="Vérifier ces lignes").click()
    page.get_by_role("button", name="Retirer la ligne 3").click()
    cell(page, 2, "Canal").fill("urne")
    cell(page, 2, "Canal").press("Enter")  # looks at the table, registers nothing
    expect(page.get_by_text("Tout est prêt.")).to_be_visible()
    before = Ticket.objects.count()
    page.get_by_role("button", name="Enregistrer ces demandes").click()
    expect(page.get_by_role("heading", name="2 demandes enregistrées")).to_be_visible()
    assert Ticket.objects.count() == before + 2
    assert Ticket.objects.get(sender_name="Mairie de Rezé").received_on == date(2026, 11, 17)
