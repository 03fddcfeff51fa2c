"""Files sent from a real browser: one after the other with their progress, dropped, and without JavaScript."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.factories import World
from tests.tracker.attachments.samples import PDF, PNG, PROGRAM
from tracker.models import Attachment

LETTER = {"name": "Lettre.pdf", "mimeType": "application/pdf", "buffer": PDF + b"%" * 300_000}
PLAN = {"name": "Plan.png", "mimeType": "image/png", "buffer": PNG}
PROGRAM_CALLED_PDF = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": PROGRAM}

DROP = """([target, name, content]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([content], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true });
    document.querySelector(target).dispatchEvent(event);
  }
}"""


def opened(world: World, open_as: OpenAs, **options: Any) -> Page:
    page = open_as(world.user("agent"), **options)
    page.goto(f"/demandes/{world.register().reference}/")
    return page


def test_files_are_sent_one_by_one_and_the_page_stays(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    page.get_by_label("Joindre des fichiers").set_input_files([LETTER, PROGRAM_CALLED_PDF, PLAN])
    page.get_by_role("button", name="Joindre", exact=True).click()
    expect(page.get_by_text("2 fichiers sont joints. Un fichier n’a pas été pris.")).to_be_visible()
    expect(page.get_by_text("« facture.pdf » : un programme ne peut pas être joint.")).to_be_visible()
    expect(page.get_by_role("link", name="Plan.png", exact=True)).to_be_visible()
    expect(page.get_by_text("Pièce jointe ajoutée : « Lettre.pdf »")).to_be_visible()
    expect(page.get_by_role("button", name="Joindre", exact=True)).to_be_focused()
    assert [row.name for row in Attachment.objects.order_by("pk")] == ["Lettre.pdf", "Plan.png"]

    with page.expect_download() as download:
        page.get_by_role("link", name="Lettre.pdf", exact=True).click()
    assert download.value.suggested_filename == "Lettre.pdf"
    assert download.value.path().read_bytes() == LETTER["buffer"]


def test_files_are_dropped_and_never_take_the_place_of_the_page(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    address = page.url
    page.evaluate(DROP, ["h1", "à côté.txt", "Bonjour"])
    page.evaluate(DROP, ["#pieces h2", "note.txt", "Bonjour"])
    expect(page.get_by_text("Un fichier est joint.")).to_be_visible()
    assert (page.url, Attachment.objects.get().name) == (address, "note.txt")


def test_a_lost_connection_is_said_beside_the_file(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    page.route("**/pieces/", lambda route: route.abort())
    page.get_by_label("Joindre des fichiers").set_input_files([PLAN])
    page.get_by_role("button", name="Joindre", exact=True).click()
    expect(page.get_by_text("« Plan.png » : l’envoi a été coupé. Vérifiez votre connexion")).to_be_visible()


def test_a_file_too_heavy_is_refused_before_it_is_sent(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as)
    page.get_by_label("Joindre des fichiers").evaluate("input => { input.dataset.sillageFileBytes = 1024 * 1024; }")
    heavy = {**PLAN, "name": "Film.png", "buffer": PNG + bytes(1024 * 1024)}
    page.get_by_label("Joindre des fichiers").set_input_files([heavy])
    page.get_by_role("button", name="Joindre", exact=True).click()
    expect(page.get_by_text("« Film.png » dépasse 1 Mo : réduisez-le ou partagez-le en plusieurs.")).to_be_visible()
    assert not Attachment.objects.exists()


def test_without_javascript_the_same_form_sends_them_all(world: World, open_as: OpenAs) -> None:
    page = opened(world, open_as, java_script_enabled=False)
    page.get_by_label("Joindre des fichiers").set_input_files([PLAN, PROGRAM_CALLED_PDF])
    page.get_by_role("button", name="Joindre", exact=True).click()
    expect(page.get_by_text("« facture.pdf » : un programme ne peut pas être joint.")).to_be_visible()
    expect(page.get_by_role("link", name="Plan.png", exact=True)).to_be_visible()


def test_the_scan_is_chosen_while_registering(world: World, open_as: OpenAs) -> None:
    page = open_as(world.user("agent"))
    page.goto("/enregistrer/correspondence/")
    page.get_by_label("Expéditeur").fill("Mairie d’Orvault")
    page.get_by_label("Objet").fill("Subvention")
    page.get_by_label("Pièces jointes").set_input_files([PLAN])
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("enregistrée avec 1 pièce jointe.")).to_be_visible()
    expect(page.get_by_role("link", name="Plan.png", exact=True)).to_be_visible()
