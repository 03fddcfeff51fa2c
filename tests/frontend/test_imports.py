"""Importer un registre, over HTTP: the steps, what each says, what it remembers and what it forgets."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.tracker.importing.conftest import REGISTERS
from tests.tracker.spreadsheets.workbooks import Merged, write_workbook
from tracker import jobs
from tracker.enums import JobState, Machine
from tracker.importing import asking
from tracker.importing.files import forget_old_files
from tracker.models import ColumnMapping, EventText, ExternalIdentity, Job, Mailbox, Theme, Ticket, TicketKind

HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le"]
HTMX = {"HX-Request": "true"}

Make = Callable[..., Path]


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user("quality"))
    return client


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A workbook of rows (N°, arrival, sender, subject, answer) on the sheet « Suivi »."""

    def write(*rows: list[Any], header: list[str] = HEADER, name: str = "suivi.xlsx", **sheets: Any) -> Path:
        return write_workbook(tmp_path / name, sheets or {"Suivi": [header, *rows]})

    return write


def row(number: int, **values: Any) -> list[Any]:
    cells = {
        "received": date(2026, 3, 1) + timedelta(days=number),
        "sender": f"Usager {number}",
        "subject": "Voirie",
        "answered": date(2026, 3, 3) + timedelta(days=number),
    } | values
    return [number, *cells.values()]


def send(client: Client, path: Path, kind: str = "courriel", **fields: Any) -> HttpResponse:
    with path.open("rb") as file:
        return client.post(reverse("imports"), {"kind": kind, "undated": "open", "file": file, **fields})


def rehearsed(client: Client, path: Path, kind: str = "courriel", **fields: Any) -> Job:
    """The file sent, and its rehearsal done."""
    response = send(client, path, kind, **fields)
    assert response.status_code == 302, body(response)
    jobs.run_pending_jobs()
    return latest()


def carried_out(client: Client, job: Job) -> Job:
    assert client.post(reverse("import-carry-out", args=[job.pk])).status_code == 302
    jobs.run_pending_jobs()
    return latest()


def latest() -> Job:
    return Job.objects.order_by("-pk")[0]


def page(client: Client, job: Job, **headers: Any) -> str:
    return body(client.get(reverse("import", args=[job.pk]), headers=headers.get("headers")))


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


# --- From the file to the Registre --------------------------------------------------------------------------------


def test_rehearsal_by_default_then_the_import_then_nothing_more(client: Client, world: World) -> None:
    path = REGISTERS / "courriels_boite_prefecture.xlsx"
    rehearsal = rehearsed(client, path, mailbox="préfecture")
    shown = page(client, rehearsal)
    assert "rien n’est encore importé" in shown
    assert "Importer pour de bon" in shown
    assert not Ticket.objects.exists()
    assert not Mailbox.objects.exists()
    file = Path(rehearsal.file.path)
    assert file.exists()

    done = carried_out(client, rehearsal)
    shown = page(client, done)
    assert "Import terminé" in shown
    assert Ticket.objects.count() == ExternalIdentity.objects.filter(job=done).count() == 786
    assert EventText.objects.filter(name="evidence").count() == 786
    assert f"{reverse('registry')}?imported={done.pk}" in shown
    assert not file.exists()
    assert not done.file

    again = rehearsed(client, path, mailbox="préfecture")
    shown = page(client, again)
    assert "toutes les lignes de ce fichier sont déjà dans Sillage" in shown
    assert "Importer pour de bon" not in shown
    assert Ticket.objects.count() == 786


def test_a_file_without_a_row_is_not_called_known(client: Client, make: Make) -> None:
    shown = page(client, rehearsed(client, make()))
    assert "ce fichier n’a aucune ligne sous ses en-têtes" in shown
    assert "déjà dans Sillage" not in shown


def test_figure_of_an_import_lists_what_it_counts(client: Client, make: Make) -> None:
    first = carried_out(client, rehearsed(client, make(*(row(n) for n in range(1, 5)))))
    second = carried_out(client, rehearsed(client, make(*(row(n) for n in range(1, 8)))))
    for job, count in ((first, 4), (second, 3)):
        listed = client.get(reverse("registry"), {"imported": job.pk})
        assert (job.result["taken"], len(listed.context["lines"])) == (count, count)
        assert f"venues de l’import n° {job.pk}" in body(listed)
    for wrong in ("0", "-1", "1e400", "9" * 40, "x"):
        assert client.get(reverse("registry"), {"imported": wrong}).status_code == 422


def test_progress_is_polled_then_gives_way_to_the_report(client: Client, make: Make) -> None:
    assert send(client, make(row(1))).status_code == 302
    job = latest()
    url = reverse("import", args=[job.pk])
    fragment = body(client.get(url, headers=HTMX))
    assert 'hx-trigger="every 1s"' in fragment and "<html" not in fragment
    whole = body(client.get(url))
    assert f'href="{url}">Actualiser</a>' in whole
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, done=1500, total=4200)
    assert "1 500 lignes lues sur 4 200 environ." in body(client.get(url, headers=HTMX))
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    jobs.run_pending_jobs()
    fragment = body(client.get(url, headers=HTMX))
    assert "hx-trigger" not in fragment and "Importer pour de bon" in fragment


def test_rehearsal_shows_its_progress(client: Client, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal takes its rows back, not the mark of how far it is."""
    seen: list[int] = []
    checkpoint = jobs.Progress.checkpoint

    def spied(self: jobs.Progress, data: Any, *, done: int | None = None) -> None:
        checkpoint(self, data, done=done)
        seen.append(Job.objects.get(pk=self.job.pk).done)

    monkeypatch.setattr(jobs.Progress, "checkpoint", spied)
    job = rehearsed(client, make(*(row(n % 200 + 1, sender=f"U{n}") for n in range(900)), header=HEADER))
    assert seen == [500, 900]
    assert job.done == 900


def test_asked_twice_the_import_begins_once(client: Client, make: Make) -> None:
    rehearsal = rehearsed(client, make(row(1)))
    url = reverse("import-carry-out", args=[rehearsal.pk])
    first, second = client.post(url), client.post(url)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 2
    assert client.get(reverse("import", args=[rehearsal.pk]))["Location"] == first["Location"]


def test_import_that_failed_is_taken_up_again(client: Client, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = rehearsed(client, make(row(1)))
    client.post(reverse("import-carry-out", args=[rehearsal.pk]))
    failed = latest()
    Job.objects.filter(pk=failed.pk).update(state=JobState.FAILED, error=jobs.UNEXPECTED, ended_at=jobs.clock.now())
    shown = page(client, failed)
    assert "Une erreur inattendue" in shown and "Reprendre l’import" in shown
    done = carried_out(client, failed)
    assert (done.state, Ticket.objects.count()) == (JobState.DONE, 1)


def test_past_imports_are_listed_with_their_report(client: Client, make: Make) -> None:
    carried_out(client, rehearsed(client, make(row(1), row(2), name="mars.xlsx")))
    shown = body(client.get(reverse("imports")))
    assert shown.count("mars.xlsx") == 1  # the rehearsal that it followed is not a second line
    assert "2 lignes lues : 2 prises" in shown
    assert "Quality Essai" in shown


def test_kind_added_as_data_is_offered(client: Client, world: World, make: Make) -> None:
    reply = world.kind("correspondence")
    TicketKind.objects.create(
        prefecture=world.prefecture,
        code="svi",
        label="Modification du SVI",
        machine=Machine.REPLY,
        purpose=reply.purpose,
    )
    assert "Modification du SVI" in body(client.get(reverse("imports")))
    carried_out(client, rehearsed(client, make(row(1)), "svi"))
    assert Ticket.objects.get().kind.code == "svi"


# --- The register -------------------------------------------------------------------------------------------------


def test_a_later_version_is_recognised_under_another_file_name(client: Client, make: Make) -> None:
    carried_out(client, rehearsed(client, make(*(row(n, answered=None) for n in range(1, 9)), name="mars v1.xlsx")))
    rows = [row(n) for n in range(1, 12)]
    rehearsal = rehearsed(client, make(*rows, name="mars v2 (copie).xlsx"))
    assert rehearsal.result["register"] == "mars v1"
    assert "8 lignes sur 11 y sont déjà" in page(client, rehearsal)
    result = carried_out(client, rehearsal).result
    assert (result["taken"], result["already_known"], result["updated"]) == (3, 8, 8)


def test_another_register_with_the_same_numbers_is_not_confused(client: Client, make: Make) -> None:
    carried_out(client, rehearsed(client, make(*(row(n) for n in range(1, 9)), name="mars.xlsx")))
    other = [row(n, received=date(2026, 5, 4), answered=date(2026, 5, 6), sender=f"Autre {n}") for n in range(1, 9)]
    rehearsal = rehearsed(client, make(*other, name="mai.xlsx"))
    assert (rehearsal.result["register"], rehearsal.result["taken"]) == ("mai", 8)
    named = rehearsed(client, make(*(row(n) for n in range(1, 9)), name="x.xlsx"), register="à part")
    assert (named.result["register"], named.result["taken"]) == ("à part", 8)


def test_settings_are_changed_without_sending_the_file_again(client: Client, world: World, make: Make) -> None:
    rehearsal = rehearsed(client, make(row(1, answered=None)))
    url = reverse("import-settings", args=[rehearsal.pk])
    assert "suivi.xlsx" in body(client.get(url))
    changed = {"kind": "courrier", "undated": "late", "office": "DOT", "module": "2", "register": "Registre 2026"}
    assert client.post(url, changed).status_code == 302
    jobs.run_pending_jobs()
    done = carried_out(client, latest())
    assert done.result["register"] == "Registre 2026"
    ticket = Ticket.objects.get()
    assert (ticket.channel.code, ticket.office.code, ticket.module, ticket.state) == ("letter", "DOT", 2, "closed")  # type: ignore[union-attr]


# --- Columns ------------------------------------------------------------------------------------------------------

ODD = ["Pièce n°", "Quand", "De qui", "À quel propos", "Fini"]


def odd_rows(count: int = 4) -> list[list[Any]]:
    return [row(number) for number in range(1, count + 1)]


def test_columns_are_asked_for_once_and_remembered(client: Client, make: Make, world: World) -> None:
    path = make(*odd_rows(), header=ODD, name="bizarre.xlsx")
    response = send(client, path, "courrier")
    job = latest()
    url = reverse("import-columns", args=[job.pk])
    assert response["Location"] == url
    assert jobs.run_pending_jobs() == 0
    assert client.get(reverse("import", args=[job.pk]))["Location"] == url
    shown = body(client.get(url))
    assert "À quel propos" in shown and "Usager 3" in shown

    answer = client.post(url, {"sender": "De qui"})
    assert answer.status_code == 422
    assert "Sans cette colonne, aucune ligne ne peut être importée." in body(answer)
    assert '<option value="De qui" selected>' in body(answer)

    said = {"received_on": "Quand", "sender": "De qui", "subject": "À quel propos", "answered_on": "Fini"}
    assert client.post(url, said).status_code == 302
    jobs.run_pending_jobs()
    rehearsal = latest()
    assert (rehearsal.result["taken"], rehearsal.result["refused"]) == (4, [])
    carried_out(client, rehearsal)
    assert set(Ticket.objects.values_list("state", flat=True)) == {"closed"}
    # What the headers tell by themselves (« De qui ») is not kept; what was taken off (« Pièce n° ») is.
    assert ColumnMapping.objects.get().mapping == {
        "received_on": "Quand",
        "subject": "À quel propos",
        "answered_on": "Fini",
        "number": None,
    }

    april = make(*(row(n + 40) for n in range(3)), header=["PIECE N°", "quand", *ODD[2:]], name="avril.xlsx")
    assert rehearsed(client, april, "courrier").result["taken"] == 3


def test_two_columns_for_one_date_are_a_person_s_choice(client: Client, make: Make) -> None:
    header = ["N°", "Date d'arrivée", "Date d'arrivée", "Expéditeur", "<b>Objet</b>"]
    rows = [[n, date(2026, 3, n), date(2026, 3, n + 1), f"Usager {n}", "Voirie"] for n in range(1, 4)]
    assert send(client, make(*rows, header=header)).status_code == 302
    url = reverse("import-columns", args=[latest().pk])
    answer = client.get(url)
    shown = body(answer)
    assert "Plusieurs colonnes peuvent l’être : « Date d'arrivée » et « Date d'arrivée (2) »." in shown
    assert b"<b>Objet" not in answer.content
    client.post(url, {"received_on": "Date d'arrivée (2)", "number": "N°", "sender": "Expéditeur"})
    jobs.run_pending_jobs()
    carried_out(client, latest())
    assert set(Ticket.objects.values_list("received_on", flat=True)) == {date(2026, 3, n) for n in (2, 3, 4)}


def test_headers_in_two_rows_are_shown_together_and_remembered(client: Client, make: Make) -> None:
    header = ["N°", Merged("Préfecture", columns=2), None, Merged("Sous-préfecture", columns=2), None, "Objet"]
    lower = [None, "Reçu le", "Service", "Reçu le", "Service"]
    rows = [[n, date(2026, 3, n), "SEJ", date(2026, 3, n + 1), "SEJ", "Voirie"] for n in range(1, 4)]
    send(client, make(lower, *rows, header=header), "courrier")
    url = reverse("import-columns", args=[latest().pk])
    said = "Plusieurs colonnes peuvent l’être : « Préfecture – Reçu le » et « Sous-préfecture – Reçu le »."
    assert said in body(client.get(url))
    client.post(url, {"received_on": "Sous-préfecture – Reçu le", "number": "N°", "subject": "Objet"})
    jobs.run_pending_jobs()
    carried_out(client, latest())
    assert set(Ticket.objects.values_list("received_on", flat=True)) == {date(2026, 3, n) for n in (2, 3, 4)}

    again = make(lower, *rows, [9, date(2026, 3, 9), None, date(2026, 3, 10), None, "x"], header=header, name="2.xlsx")
    send(client, again, "courrier")
    jobs.run_pending_jobs()
    assert (latest().error, latest().result["taken"], latest().result["already_known"]) == ("", 1, 3)


def test_one_column_is_not_given_twice(client: Client, make: Make) -> None:
    send(client, make(*odd_rows(), header=ODD), "courrier")
    url = reverse("import-columns", args=[latest().pk])
    answer = client.post(url, {"received_on": "Quand", "answered_on": "Quand"})
    assert answer.status_code == 422
    assert "La colonne « Quand » est déjà donnée à « Date d’arrivée »." in body(answer)


def test_header_row_and_sheet_are_chosen_by_hand(client: Client, make: Make) -> None:
    sheets = {
        "Lisez-moi": [["Tenu par le service", "du courrier"]],
        "Données": [["Titre", "de la", "page"], ODD[1:], *odd_rows()],
    }
    send(client, make(**sheets, name="deux.xlsx"), "courrier")
    url = reverse("import-columns", args=[latest().pk])
    shown = client.get(url, {"feuille": "Données", "ligne": "2"}).context["shown"]
    assert (shown.sheet.sheet, shown.row_number, shown.headers[:4]) == ("Données", 2, tuple(ODD[1:]))
    for wrong in ({"feuille": "nulle"}, {"ligne": "9999"}, {"ligne": "²"}):
        assert client.get(url, wrong).status_code == 200


# --- Refused rows -------------------------------------------------------------------------------------------------


def test_refused_rows_say_where_why_and_how_to_mend(client: Client, make: Make) -> None:
    rows = [row(n) for n in range(1, 6)]
    rows[1][1], rows[2][4] = "31/02/2026", date(2026, 1, 1)
    job = rehearsed(client, make(*rows))
    shown = page(client, job)
    assert "2 lignes refusées" in shown
    assert "La date « 31/02/2026 » n’existe pas." in shown and "Corrigez la cellule B3" in shown
    response = client.get(reverse("import-refused", args=[job.pk]))
    assert response["Content-Disposition"] == f'attachment; filename="lignes-refusees-{job.pk}.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    values = list(sheet.values)
    assert values[0] == ("Feuille", "Ligne", "Colonne", "Pourquoi", "Comment corriger", *HEADER)
    assert [value[:3] for value in values[1:]] == [("Suivi", 3, "Reçu le"), ("Suivi", 4, "Répondu le")]
    assert values[1][5:8] == ("2", "31/02/2026", "Usager 2")


def test_a_row_mended_and_sent_again_adds_itself_alone(client: Client, make: Make) -> None:
    rows = [row(n) for n in range(1, 4)]
    rows[1][1] = "31/02/2026"
    carried_out(client, rehearsed(client, make(*rows)))
    result = carried_out(client, rehearsed(client, make(*(row(n) for n in range(1, 4))))).result
    assert (result["taken"], result["already_known"], result["refused"]) == (1, 2, [])


# --- Rights, files that are forgotten -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["branch_quality", "supervisor", "director", "agent", "mailroom", "copil"])
def test_for_others_no_import_exists(client: Client, world: World, make: Make, who: str) -> None:
    job = rehearsed(client, make(row(1, received="x")))
    other = Client()
    other.force_login(world.user(who))
    for name in ("import", "import-columns", "import-settings", "import-refused"):
        assert other.get(reverse(name, args=[job.pk])).status_code == 404, name
    assert other.post(reverse("import-carry-out", args=[job.pk])).status_code == 404
    assert send(other, make(row(1))).status_code == 404
    assert Job.objects.count() == 1


def test_files_and_cells_are_forgotten_in_time(client: Client, make: Make, frozen: Any) -> None:
    rehearsal = rehearsed(client, make(row(1), row(2, received="x")))
    path = Path(rehearsal.file.path)
    assert forget_old_files() == 0
    frozen.shift(timedelta(hours=25))
    assert forget_old_files() == 1
    assert not path.exists()
    client.force_login(rehearsal.created_by)  # type: ignore[arg-type]
    shown = page(client, rehearsal)
    assert "Importer pour de bon" not in shown and "1 ligne refusée" in shown
    answer = client.post(reverse("import-carry-out", args=[rehearsal.pk]))
    assert answer.status_code == 409
    assert asking.FILE_IS_GONE.replace("\xa0", " ") in body(answer)
    assert client.get(reverse("import-columns", args=[rehearsal.pk])).status_code == 302
    frozen.shift(timedelta(days=31))
    assert forget_old_files() == 1
    assert forget_old_files() == 0
    rehearsal.refresh_from_db()
    assert [refused["raw"] for refused in rehearsal.result["refused"]] == [{}]


def test_notes_under_the_table_are_said_and_forgotten_with_the_cells(client: Client, make: Make, frozen: Any) -> None:
    done = carried_out(client, rehearsed(client, make(row(1), ["Fait à Nantes, le 4 mars 2026"])))
    result = done.result
    assert (result["rows"], result["taken"], result["totals"], result["refused"]) == (2, 1, 1, [])
    shown = page(client, done)
    assert "1 note sous le tableau, laissée de côté" in shown and "Fait à Nantes, le 4 mars 2026" in shown
    assert "dont 1 note sous le tableau" in result["sentence"]
    frozen.shift(timedelta(days=31))
    assert forget_old_files() == 2
    assert forget_old_files() == 0
    client.force_login(done.created_by)  # type: ignore[arg-type]
    shown = page(client, done)
    assert "Feuille « Suivi », ligne 3" in shown and "Nantes" not in shown


def test_a_process_that_dies_after_its_last_row_loses_no_report(client: Client, make: Make) -> None:
    """The file is deleted only once the report is kept: whoever takes the job up has nothing left to read."""
    done = carried_out(client, rehearsed(client, make(row(1), row(2))))
    result = done.result
    Job.objects.filter(pk=done.pk).update(state=JobState.QUEUED, result={}, ended_at=None)
    jobs.run_pending_jobs()
    done.refresh_from_db()
    assert (done.state, done.result) == (JobState.DONE, result)
    assert Theme.objects.filter(label="Voirie").count() <= 1
