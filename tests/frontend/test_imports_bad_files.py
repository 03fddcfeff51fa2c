"""Files and cells that are wrong, sent to the page: a French sentence where the fault is, nothing half written, nothing
lost of what was chosen."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.frontend.test_imports import HEADER, Make, body, carried_out, latest, make, page, rehearsed, row, send
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import jobs
from tracker.enums import JobState
from tracker.models import Job, Ticket

__all__ = ["make"]


@pytest.fixture
def client(world: World) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(world.user("quality"))
    return client


def upload(client: Client, content: bytes, name: str, **fields: Any) -> HttpResponse:
    chosen = {"kind": "courriel", "undated": "late", "mailbox": "Boîte d’essai", "office": "DOT", "module": "2"}
    return client.post(reverse("imports"), {**chosen, "file": SimpleUploadedFile(name, content), **fields})


def bomb(tmp_path: Path) -> bytes:
    """A workbook of a few kilobytes whose sheet unfolds into gigabytes."""
    small = write_workbook(tmp_path / "small.xlsx", {"A": [HEADER, row(1)]})
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(small) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            with after.open(name, "w", force_zip64=True) as target:
                target.write(before.read(name))
                for _ in range(400 if name.endswith("sheet1.xml") else 0):
                    target.write(b" " * 1024 * 1024)
    return path.read_bytes()


def encrypted(tmp_path: Path) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600


def last_cell(tmp_path: Path) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active["XFD1048576"] = "x"
    workbook.save(tmp_path / "last.xlsx")
    return (tmp_path / "last.xlsx").read_bytes()


BAD: dict[str, tuple[str, Callable[[Path], bytes], str]] = {
    "a PDF": ("suivi.xlsx", lambda _: b"%PDF-1.7\n%\xe2\xe3", "est un PDF malgré son nom"),
    "text": ("suivi.xlsx", lambda _: "Reçu le;Objet\r\n".encode("latin-1"), "texte (CSV)"),
    "another extension": ("suivi.csv", lambda _: b"Recu le;Objet\r\n", "texte (CSV)"),
    "nothing": ("suivi.xlsx", lambda _: b"", "vide"),
    "an empty workbook": (
        "suivi.xlsx",
        lambda tmp_path: write_workbook(tmp_path / "vide.xlsx", {"Feuil1": []}).read_bytes(),
        "aucune cellule n’est remplie",
    ),
    "a zip bomb": ("suivi.xlsx", bomb, "."),
    "one cell at the very end": ("suivi.xlsx", last_cell, "."),
    "a password": ("suivi.xls", encrypted, "."),
    "half a file": (
        "suivi.xlsx",
        lambda tmp_path: write_workbook(tmp_path / "h.xlsx", {"A": [HEADER, row(1)]}).read_bytes()[:2000],
        ".",
    ),
    "an ods called xlsx": (
        "suivi.xlsx",
        lambda tmp_path: write_workbook(tmp_path / "o.ods", {"A": [HEADER, row(1)]}).read_bytes(),
        "ods",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_at_its_field_and_the_choices_stay(client: Client, tmp_path: Path, name: str) -> None:
    file_name, content, words = BAD[name]
    answer = upload(client, content(tmp_path), file_name)
    assert answer.status_code == 422
    [error] = answer.context["form"].errors["file"]
    assert words in error
    assert error.endswith(".")
    assert answer.context["form"].errors.keys() == {"file"}
    shown = body(answer)
    assert "Traceback" not in shown
    assert '<option value="courriel" selected>' in shown
    assert '<option value="DOT" selected>' in shown
    assert 'value="Boîte d’essai"' in shown
    assert shown.count("checked") == 1
    assert not Job.objects.exists()
    assert not Ticket.objects.exists()


def test_what_is_missing_is_said_beside_its_field(client: Client) -> None:
    answer = client.post(reverse("imports"), {"mailbox": "Boîte\x00 d’essai"})
    assert answer.status_code == 422
    assert {name: list(errors) for name, errors in answer.context["form"].errors.items()} == {
        "kind": ["Indiquez ce que contient le fichier."],
        "file": ["Choisissez le fichier du registre."],
        "undated": ["Ce champ est obligatoire."],
    }
    assert answer.context["form"]["mailbox"].value().startswith("Boîte")


def test_upload_beyond_the_cap_is_cut(client: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    client.handler.enforce_csrf_checks = True  # as everywhere but in tests: it is what reads the body first
    client.get(reverse("imports"))
    token = client.cookies["csrftoken"].value
    answer = upload(client, b"PK\x03\x04" + b"x" * 400_000, "suivi.xlsx", csrfmiddlewaretoken=token)
    assert answer.status_code == 413
    assert "Le fichier dépasse 50 Mo" in body(answer)
    assert not Job.objects.exists()


def test_workbook_without_a_header_asks_for_the_columns(client: Client, make: Make) -> None:
    assert send(client, make(*(row(n)[1:] for n in range(1, 5)), header=["", "", ""])).status_code == 302
    job = latest()
    assert job.error == "Indiquez à quoi correspond chaque colonne de ce fichier."
    shown = body(client.get(reverse("import-columns", args=[job.pk])))
    assert "Ligne des en-têtes" in shown
    assert not Ticket.objects.exists()


CELLS = [
    ("arrival in the future", {"received": date(2026, 12, 1)}, "L’arrivée est dans le futur (01/12/2026)."),
    ("answer before the arrival", {"answered": date(2026, 1, 5)}, "avant l’arrivée"),
    ("arrival before 2010", {"received": date(2009, 12, 31)}, "2010"),
    ("arrival after 2050", {"received": date(2051, 1, 1)}, "2050"),
    ("answer after 2050", {"answered": date(2055, 1, 1)}, "2050"),
    ("no such day", {"received": "30/02/2026"}, "n’existe pas"),
    ("no arrival", {"received": None}, "La date d’arrivée manque."),
    ("subject of 10 000 characters", {"subject": "x" * 10_000}, "10"),
    ("sender of 10 000 characters", {"sender": "x" * 10_000}, "10"),
]


@pytest.mark.parametrize(("values", "words"), [pytest.param(v, w, id=name) for name, v, w in CELLS])
def test_bad_cell_refuses_its_row_alone(client: Client, make: Make, values: dict[str, Any], words: str) -> None:
    job = rehearsed(client, make(row(1), row(2, **values), row(3)))
    [refused] = job.result["refused"]
    assert (refused["sheet"], refused["row"]) == ("Suivi", 3)
    assert refused["column"] in HEADER
    assert words in refused["reason"]
    assert "Corrigez la cellule" in refused["mend"]
    assert refused["reason"] in page(client, job).replace(" :", " :") or words in page(client, job)
    carried_out(client, job)
    assert set(Ticket.objects.values_list("sender_name", flat=True)) == {"Usager 1", "Usager 3"}


def test_meeting_before_its_proposal_refuses_its_row(client: Client, make: Make) -> None:
    header = ["N°", "Reçu le", "Élu", "Date proposée le", "Rendez-vous tenu le"]
    rows = [[1, date(2026, 3, 2), "Mme le Maire", date(2026, 3, 12), date(2026, 3, 4)]]
    job = rehearsed(client, make(*rows, header=header), "rdv")
    [refused] = job.result["refused"]
    assert "avant sa proposition" in refused["reason"]
    assert refused["column"] == "Rendez-vous tenu le"


def test_emoji_stays_and_nul_goes(client: Client, make: Make, tmp_path: Path) -> None:
    path = make(row(1, sender="Zoé 😀"), row(2, sender="A_x0000_B"))
    carried_out(client, rehearsed(client, path))
    senders = list(Ticket.objects.order_by("number").values_list("sender_name", flat=True))
    assert senders[0] == "Zoé 😀"
    assert "\x00" not in senders[1]


def test_formula_is_read_as_its_value_and_never_runs_again(client: Client, make: Make) -> None:
    """A text that looks like a formula comes in as text, and leaves as text, in the workbook of refused rows too."""
    attack = "=cmd|' /C calc'!A0"
    carried_out(client, rehearsed(client, make(row(1, subject=attack), row(2, subject=attack, received="x"))))
    assert Ticket.objects.get().subject == attack
    response = client.get(reverse("import-refused", args=[latest().pk]))
    content = b"".join(response.streaming_content)
    path = Path(latest().params["name"])
    assert path.suffix == ".xlsx"
    with zipfile.ZipFile(__import__("io").BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "calc" in sheet


def test_formula_never_computed_is_an_empty_cell(client: Client, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(HEADER)
    workbook.active.append([1, "=TODAY()", "Usager 1", "Voirie", None])
    workbook.active.append(row(2))
    workbook.save(tmp_path / "f.xlsx")
    job = rehearsed(client, tmp_path / "f.xlsx")
    assert (job.result["taken"], [refused["row"] for refused in job.result["refused"]]) == (1, [2])


def test_file_that_breaks_half_way_says_so_and_keeps_whole_rows(
    client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.importing.importer import Importer
    from tracker.spreadsheets.formats import corrupt_error

    job = rehearsed(
        client, make(*(row(n % 200 + 1, sender=f"U{n}", subject=f"{n}")[1:] for n in range(700)), header=HEADER[1:])
    )
    write = Importer.write

    def breaks(self: Importer, chunk: Any, position: int) -> None:
        if position > 500:
            raise corrupt_error()
        write(self, chunk, position)

    monkeypatch.setattr(Importer, "write", breaks)
    failed = carried_out(client, job)
    assert failed.state == JobState.FAILED
    shown = page(client, failed)
    assert corrupt_error().message.replace("\xa0", " ") in shown and "Reprendre l’import" in shown
    assert Ticket.objects.count() == 500
    monkeypatch.setattr(Importer, "write", write)
    result = carried_out(client, failed).result
    assert (result["taken"], result["already_known"]) == (200, 500)
    assert jobs.run_pending_jobs() == 0
