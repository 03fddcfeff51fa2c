"""The files of a demande on its page: attached, refused by name, downloaded and never shown, withdrawn."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, TestCase
from django.urls import reverse

from tests.factories import World
from tests.tracker.attachments.samples import MAIL, PDF, PNG, PROGRAM, SVG, png, upload
from tests.tracker.test_elimination import NAME, closed, erase, listed
from tracker import attachments
from tracker.filetypes import TYPES
from tracker.models import Attachment, Event, Ticket
from tracker.writers import Author

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.register()


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world, "agent")


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def send(client: Client, ticket: Ticket, *files: tuple[str, bytes], **options: Any) -> HttpResponse:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("ticket-attach", args=[ticket.reference]), {"files": uploads}, **options)


def attached(world: World, ticket: Ticket, name: str, content: bytes = PDF) -> Attachment:
    return attachments.attach(ticket.pk, [upload(name, content)], Author(user=world.user("agent"))).added[0]


def address(row: Attachment, name: str = "attachment") -> str:
    return reverse(name, args=[row.ticket.reference, row.key])


def text_of(response: HttpResponse) -> str:
    """What is read, on one line, with plain spaces."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode().replace("&nbsp;", " ").replace("\xa0", " "))
    return re.sub(r"\s+", " ", words)


# --- Attaching ----------------------------------------------------------------------------------------------------


def test_several_files_are_attached_and_listed(client: Client, ticket: Ticket) -> None:
    response = send(client, ticket, ("Lettre.pdf", PDF), ("Plan.png", PNG))
    assert (response.status_code, response["Location"]) == (302, reverse("ticket", args=[ticket.reference]))
    shown = text_of(client.get(response["Location"]))
    assert "2 fichiers sont joints à la demande." in shown
    assert f"Lettre.pdf PDF, {len(PDF)} octets, ajouté le 20 nov. à 10:00, par A. Essai Retirer « Lettre.pdf »" in shown
    assert f"Pièce jointe ajoutée : « Plan.png » (image PNG, {len(PNG)} octets), par A. Essai" in shown


def test_a_refused_file_is_named_and_the_others_are_taken(client: Client, ticket: Ticket) -> None:
    response = send(client, ticket, ("Lettre.pdf", PDF), ("facture.pdf", PROGRAM), ("logo.svg", SVG))
    assert response.status_code == 422
    shown = text_of(response)
    assert "« Lettre.pdf » est joint à la demande." in shown
    assert "« facture.pdf » : un programme ne peut pas être joint." in shown
    assert "« logo.svg » : une page web ou une image SVG peut contenir un programme. Ouvrez-la, imprimez-la" in shown
    assert [row.name for row in ticket.attachments.all()] == ["Lettre.pdf"]


def test_sending_nothing_says_what_to_do(client: Client, ticket: Ticket) -> None:
    response = send(client, ticket)
    assert response.status_code == 422
    assert "Choisissez au moins un fichier." in text_of(response)


def test_the_browser_that_sends_one_by_one_gets_what_changed(client: Client, ticket: Ticket) -> None:
    taken = send(client, ticket, ("Lettre.pdf", PDF), headers=HTMX)
    refused = send(client, ticket, ("Encore.pdf", PDF), headers=HTMX)
    assert (taken.status_code, refused.status_code) == (200, 422)
    for response in (taken, refused):
        assert "<html" not in response.content.decode()
        assert re.findall(r'^<\w+ id="([\w-]+)"', response.content.decode(), re.M) == ["liste-pieces", "journal"]
    assert "« Encore.pdf » : ce fichier est déjà joint, sous le nom « Lettre.pdf »." in text_of(refused)
    assert "data-sillage-errors" not in taken.content.decode()


@pytest.mark.parametrize(("name", "count"), [("%d.pdf", 10_000), ("..", 200)])
def test_ten_thousand_files_are_refused_early(client: Client, ticket: Ticket, name: str, count: int) -> None:
    """Also those whose name is none, which never reach our counting."""
    client.handler.enforce_csrf_checks = True  # as everywhere but in tests: it is what reads the body first
    client.get(reverse("ticket", args=[ticket.reference]))
    token = client.cookies["csrftoken"].value
    parts = [f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n']
    for number in range(count):
        said = name.replace("%d", str(number))
        parts.append(f'--x\r\nContent-Disposition: form-data; name="files"; filename="{said}"\r\n\r\nx\r\n')
    response = client.post(
        reverse("ticket-attach", args=[ticket.reference]),
        ("".join(parts) + "--x--\r\n").encode(),
        content_type="multipart/form-data; boundary=x",
    )
    assert response.status_code == 413
    assert "Trop de fichiers à la fois" in text_of(response)
    assert "Un envoi prend 50 fichiers au plus : recommencez en plusieurs fois." in text_of(response)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("name", ["../../../etc/passwd.pdf", "..\\..\\passwd.pdf", "/etc/passwd.pdf"])
def test_a_path_in_the_name_is_only_a_name(client: Client, ticket: Ticket, name: str) -> None:
    body = (
        f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + PDF
        + b"\r\n--x--\r\n"
    )
    client.post(reverse("ticket-attach", args=[ticket.reference]), body, content_type="multipart/form-data; boundary=x")
    row = ticket.attachments.get()
    assert row.name == "passwd.pdf"
    path = Path(default_storage.path(row.path)).resolve()
    assert path.is_relative_to(Path(default_storage.location).resolve() / "attachments")


# --- Downloading --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"), [("Lettre.pdf", PDF, "pdf"), ("photo.png", PNG, "png"), ("message.eml", MAIL, "eml")]
)
def test_p21_a_file_is_downloaded_and_never_shown(
    world: World, client: Client, ticket: Ticket, name: str, content: bytes, code: str
) -> None:
    response = client.get(address(attached(world, ticket, name, content)))
    assert response.status_code == 200
    assert response.streaming
    assert response.getvalue() == content
    assert {header: response[header] for header in (
        "Content-Type", "Content-Length", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy",
        "Cache-Control", "X-Frame-Options",
    )} == {
        "Content-Type": TYPES[code].content_type,
        "Content-Length": str(len(content)),
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "X-Frame-Options": "DENY",
    }  # fmt: skip


def test_no_type_that_a_browser_runs_is_ever_announced() -> None:
    active = re.compile("html|xml$|svg|script|octet")
    assert [code for code, found in TYPES.items() if active.search(found.content_type)] == []


def test_a_french_name_is_said_as_browsers_read_it(world: World, client: Client, ticket: Ticket) -> None:
    response = client.get(address(attached(world, ticket, "Été à “l’Erdre”; n° 1.pdf")))
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%C3%89t%C3%A9%20%C3%A0%20%E2%80%9Cl%E2%80%99Erdre%E2%80%9D%3B%20n%C2%B0%201.pdf"
    )
    response.close()


@pytest.mark.parametrize("who", ["other_agent", "copil", "administrator", "mailroom"])
def test_who_does_not_see_the_demande_has_no_route_to_its_files(world: World, ticket: Ticket, who: str) -> None:
    row, client = attached(world, ticket, "Lettre.pdf"), signed_in(world, who)
    assert client.get(address(row)).status_code == 404
    assert client.get(address(row, "attachment-withdraw")).status_code == 404
    assert client.post(address(row, "attachment-withdraw"), {"reason": "x"}).status_code == 404
    assert send(client, ticket, ("x.pdf", PNG)).status_code == 404
    assert ticket.attachments.count() == 1


def test_over_a_sensitive_bureau_the_referent_has_nothing(world: World) -> None:
    ticket = world.register(office="ASI", by="asylum_agent")
    row = attachments.attach(ticket.pk, [upload("Récit.pdf")], Author(user=world.user("asylum_agent"))).added[0]
    client = signed_in(world, "quality")
    assert client.get(address(row)).status_code == 404
    assert send(client, ticket, ("x.png", PNG)).status_code == 404
    shown = client.get(reverse("ticket", args=[ticket.reference]))
    assert shown.status_code == 200
    assert "Récit" not in shown.content.decode()
    assert "jointe" not in shown.content.decode()


def test_a_key_of_another_demande_opens_nothing(world: World, client: Client, ticket: Ticket) -> None:
    hidden = world.register(office="DOT", by="other_agent")
    row = attachments.attach(hidden.pk, [upload("x.pdf")], Author(user=world.user("other_agent"))).added[0]
    assert client.get(reverse("attachment", args=[ticket.reference, row.key])).status_code == 404


def test_a_file_that_is_gone_says_whom_to_tell(
    world: World, client: Client, ticket: Ticket, caplog: pytest.LogCaptureFixture
) -> None:
    row = attached(world, ticket, "Lettre de M. Le Goff.pdf")
    default_storage.delete(row.path)
    response = client.get(address(row))
    assert response.status_code == 404
    assert "Ce fichier manque sur le serveur" in text_of(response)
    assert str(row.key) in caplog.text
    assert "Le Goff" not in caplog.text


# --- Withdrawing --------------------------------------------------------------------------------------------------


def test_a_withdrawn_file_cannot_be_opened_and_says_why_it_left(world: World, client: Client, ticket: Ticket) -> None:
    row = attached(world, ticket, "Lettre.pdf")
    asked = text_of(client.get(address(row, "attachment-withdraw")))
    assert "Retirer « Lettre.pdf »" in asked
    response = client.post(address(row, "attachment-withdraw"), {"reason": "Jointe à la mauvaise demande"})
    shown = text_of(client.get(response["Location"]))
    assert "« Lettre.pdf » est retiré de la demande." in shown
    assert "Aucune pièce jointe. 1 pièce retirée" in shown
    assert "Pièce jointe retirée : « Lettre.pdf », par A. Essai Motif : Jointe à la mauvaise demande" in shown
    for name in ("attachment", "attachment-withdraw"):
        assert client.get(address(row, name)).status_code == 404


def test_withdrawing_without_a_reason_is_refused_beside_the_field(world: World, client: Client, ticket: Ticket) -> None:
    row = attached(world, ticket, "Lettre.pdf")
    response = client.post(address(row, "attachment-withdraw"), {"reason": " "})
    assert response.status_code == 422
    assert response.context["form"].errors == {"reason": ["Indiquez pourquoi cette pièce est retirée."]}
    assert Event.objects.latest("pk").kind == "attachment_added"


def test_an_eliminated_demande_keeps_the_trace_of_its_files_and_takes_no_other(world: World, client: Client) -> None:
    ticket = closed(world)
    row = attached(world, ticket, f"{NAME}.pdf")
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase(world, listed(world))
    page = client.get(reverse("ticket", args=[ticket.reference]))
    assert NAME not in page.content.decode()
    assert f"fichier éliminé PDF, {len(PDF)} octets, ajouté le 20 nov. à 10:00" in text_of(page)
    assert f"Pièce jointe ajoutée, éliminée depuis (PDF, {len(PDF)} octets)" in text_of(page)
    assert "Joindre des fichiers" not in text_of(page)
    assert client.get(address(row)).status_code == 404
    refused = send(client, ticket, ("x.png", PNG))
    assert (refused.status_code, "elle ne change plus" in text_of(refused)) == (409, True)


# --- Registering --------------------------------------------------------------------------------------------------


def typed(client: Client, **changed: Any) -> dict[str, Any]:
    opened = client.get(reverse("register", args=["correspondence"])).context["form"]
    data = {name: opened[name].value() for name in opened.fields if name != "files"}
    return {name: value for name, value in data.items() if value not in (None, False)} | {
        "sender_name": "Mairie d’Orvault", "subject": "Subvention", **changed,
    }  # fmt: skip


def register(client: Client, data: dict[str, Any], *files: tuple[str, bytes]) -> HttpResponse:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("register", args=["correspondence"]), {**data, "files": uploads})


def test_the_scanned_paper_is_attached_in_the_same_act(client: Client) -> None:
    response = register(client, typed(client), ("Courrier.pdf", PDF), ("Annexe.png", PNG))
    ticket = Ticket.objects.get()
    assert response["Location"] == reverse("ticket", args=[ticket.reference])
    assert "enregistrée avec 2 pièces jointes. Réponse attendue" in text_of(client.get(response["Location"]))
    acts = list(Event.objects.filter(stream="ticket").order_by("number").values_list("kind", "act_id"))
    assert [kind for kind, _ in acts] == ["registered", "assigned", "taken", "attachment_added", "attachment_added"]
    assert len({act for _, act in acts}) == 1
    assert [row.added_at for row in ticket.attachments.all()] == [ticket.registered_at] * 2


def test_a_form_sent_twice_attaches_once(client: Client) -> None:
    data = typed(client)
    register(client, data, ("Courrier.pdf", PDF))
    before = stored_files()
    register(client, data, ("Courrier.pdf", PDF))
    assert (Ticket.objects.count(), Attachment.objects.count()) == (1, 1)
    assert stored_files() == before


def stored_files() -> set[str]:
    folder = Path(default_storage.path(Attachment.FOLDER))
    return {name for _, _, names in os.walk(folder) for name in names}


def test_a_refused_file_registers_nothing_and_is_said_at_its_field(client: Client) -> None:
    response = register(client, typed(client), ("Courrier.pdf", PDF), ("facture.exe", PROGRAM))
    assert response.status_code == 422
    assert response.context["form"].errors["files"] == [
        "«\xa0facture.exe\xa0»\xa0: un programme ne peut pas être joint. Si vous ne l’attendiez pas, ne l’ouvrez pas.",
        "Choisissez de nouveau vos fichiers\xa0: le navigateur ne les garde pas d’un envoi à l’autre.",
    ]
    assert 'value="Mairie d’Orvault"' in response.content.decode()
    assert not Ticket.objects.exists()


def test_a_server_that_cannot_keep_the_file_says_so_and_loses_no_typed_word(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / Attachment.FOLDER).write_text("no folder")
    response = register(client, typed(client), ("Courrier.pdf", PDF))
    assert response.status_code == 422
    assert response.context["form"].errors["files"][0] == f"«\xa0Courrier.pdf\xa0»\xa0: {attachments.UNSTORED}"
    assert 'value="Mairie d’Orvault"' in response.content.decode()
    assert not Ticket.objects.exists()


def test_files_must_be_chosen_again_when_something_else_is_wrong(client: Client) -> None:
    refused = register(client, typed(client, subject=""), ("Courrier.pdf", PDF))
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"subject", "files"}
    late = register(client, typed(client, received_on="25/11/2026"), ("Courrier.pdf", PDF))
    assert set(late.context["form"].errors) == {"received_on", "files"}
    assert set(register(client, typed(client, subject="")).context["form"].errors) == {"subject"}


def test_who_registers_for_another_bureau_attaches_what_came(world: World) -> None:
    client = signed_in(world, "mailroom")
    response = register(client, typed(client, office=world.offices["DOT"].pk), ("Courrier.png", png(7)))
    assert response.status_code == 302
    row = Attachment.objects.get()
    assert (row.ticket.office, row.added_by) == (world.offices["DOT"], world.users["mailroom"])


def test_what_is_told_while_typing_holds_no_file(client: Client, world: World) -> None:
    from frontend.models import FormDraft

    url = reverse("register", args=["correspondence"])
    client.post(url, {**typed(client), "files": "[object File]", "live": "1"}, headers=HTMX)
    assert "files" not in FormDraft.objects.get().data
