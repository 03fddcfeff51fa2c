"""Exports: the list as it is seen, whole, typed, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tracker import clock, exports, search
from tracker.commands import Answer, AskRequester, Complete, Dismiss, Propose, Reopen, Take
from tracker.enums import DismissalReason
from tracker.indicators import Perimeter, compute_figures
from tracker.models import Deadline, Ticket

URL = "/registre/"


def moment(*parts: int) -> datetime:
    """A date or an instant as a workbook gives it: it knows no zone."""
    return datetime(*parts)  # noqa: DTZ001


def signed_in(world: World, name: str = "supervisor") -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def content(response: HttpResponse) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def workbook(world: World, query: str = "", by: str = "supervisor") -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content(signed_in(world, by).get(f"{URL}export.xlsx?{query}"))))
    found = {}
    for sheet in book.worksheets:
        header, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(header, row, strict=True)) for row in rows]
    return found


def csv_rows(world: World, query: str = "", by: str = "supervisor") -> list[dict[str, str]]:
    text = content(signed_in(world, by).get(f"{URL}export.csv?{query}")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def mixed(world: World) -> World:
    """In time, late, overdue, not due, excluded, reopened by a message, a piece asked for, a rendez-vous, no rule."""
    arrived = date(2026, 10, 5)
    world.register(Answer(date(2026, 10, 9)), received_on=arrived)
    world.register(Answer(date(2026, 10, 30)), received_on=arrived)
    world.register(Answer(None), received_on=arrived)
    world.register(received_on=arrived)
    world.register(received_on=date(2026, 11, 19))
    world.register(channel="phone", received_on=arrived)
    world.register(channel="letter", received_on=arrived, nature="individual_request")
    world.register(Dismiss(DismissalReason.DUPLICATE, date(2026, 10, 7)), received_on=arrived)
    world.register(
        Take(), AskRequester(date(2026, 10, 8), "la pièce"), Complete(date(2026, 10, 20)), Answer(date(2026, 10, 22)),
        received_on=arrived,
    )  # fmt: skip
    reopened = world.register(Answer(date(2026, 10, 9)), received_on=arrived)
    world.act(reopened, Reopen(message_on=date(2026, 11, 2)), by="agent")
    world.register(Take(), Propose(date(2026, 10, 8), date(2026, 10, 15)), kind="meeting_request", received_on=arrived)
    return world


def test_the_workbook_holds_the_rows_of_the_list_in_its_order(mixed: World) -> None:
    for query in ("", "order=due", "order=reference", "situation=overdue", "channel=letter", "state=ended&order=due"):
        page = signed_in(mixed).get(f"{URL}?{query}")
        references = [line.reference for line in page.context["lines"]]
        assert references
        assert [row["Référence"] for row in workbook(mixed, query)["Demandes"]] == references
        assert [row["Référence"] for row in csv_rows(mixed, query)] == references


def test_more_rows_than_a_page_and_than_a_chunk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "CHUNK", 7)
    for day in range(56):
        world.register(received_on=date(2026, 11, 1) + timedelta(days=day % 4), channel=("email", "phone")[day % 2])
    for order in ("received", "due", "reference"):
        rows = [row["Référence"] for row in csv_rows(world, f"order={order}")]
        assert len(rows) == len(set(rows)) == 56


def test_cells_are_typed(mixed: World) -> None:
    rows = workbook(mixed)["Demandes"]
    row = next(row for row in rows if row["Résultat"] == "Hors délai" and row["Répondu le"])
    assert row["Reçu le"] == moment(2026, 10, 5)
    assert row["Répondu le"] == moment(2026, 10, 30)
    assert row["Enregistré le"] == moment(2026, 11, 20, 10, 0)
    assert (row["Délai (jours ouvrés)"], row["Jours ouvrés pris"], row["Module"]) == (5, 19, 1)
    assert (row["Au plus tard le"], row["Compte dans l’indicateur"]) == (moment(2026, 10, 12), "oui")
    assert (row["Canal"], row["Bureau"], row["État"]) == ("Courriel", "Bureau du séjour", "Répondue")


MEETING = "Rendez-vous\xa0: "


def promises(book: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Every promise of a workbook, one a row: the two of the first sheet, then the other sheet."""
    meetings = [
        row
        | {
            "Échéance": "Tenue du rendez-vous",
            "Résultat": row[f"{MEETING}résultat"],
            "Compte dans l’indicateur": row[f"{MEETING}compte dans l’indicateur"],
            "Jours ouvrés pris": row[f"{MEETING}jours ouvrés pris"],
            "Tenue le": row["Rendez-vous tenu le"],
        }
        for row in book["Demandes"]
        if row[f"{MEETING}résultat"]
    ]
    return [row for row in book["Demandes"] if row["Échéance"]] + meetings + book["Autres échéances"]


def recount(rows: list[dict[str, Any]], purpose: str) -> dict[tuple[str, ...], tuple[int, int, int, int]]:
    """What a person would get with the filters and the sums of a spreadsheet."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        if row["Échéance"] != purpose:
            continue
        sums = found.setdefault((row["Type"], row["Canal"], row["Nature"]), [0, 0, 0, 0])
        counts = row["Compte dans l’indicateur"] == "oui"
        sums[0] += counts
        sums[1] += row["Résultat"] == "Dans le délai"
        dated = counts and row["Tenue le"] is not None
        sums[2] += dated
        sums[3] += row["Jours ouvrés pris"] if dated else 0
    return {key: (n, on_time, dated, days) for key, (n, on_time, dated, days) in found.items()}


@pytest.mark.parametrize("purpose", ["reply", "proposal", "meeting", "complement"])
def test_a_naive_recount_gives_the_figures_of_the_indicators(mixed: World, purpose: str) -> None:
    figures = compute_figures(Perimeter(mixed.prefecture.pk, date(2026, 1, 1), date(2026, 12, 31)), clock.now())
    labels = {
        "kind": dict(mixed.prefecture.kinds.values_list("code", "label")),
        "channel": {"email": "Courriel", "letter": "Courrier", "phone": "Téléphone"},
        "nature": {
            "general_information": "Demande d’informations générales",
            "individual_request": "Demande individuelle",
        },
    }
    expected = {
        tuple(labels[part][getattr(group.scope, part)] for part in ("kind", "channel", "nature")): (
            group.n, group.on_time, group.dated, group.working_days,
        )
        for group in figures.groups
        if group.scope.purpose == purpose
    }  # fmt: skip
    label = dict(exports.PURPOSE_LABELS)[purpose]
    assert expected
    assert recount(promises(workbook(mixed, by="quality")), label) == expected


def test_the_two_sheets_hold_every_promise_once(mixed: World) -> None:
    book = workbook(mixed)
    assert len(promises(book)) == Deadline.objects.count()
    assert {row["Échéance"] for row in book["Autres échéances"]} == {"Réponse", "Demande de pièces"}


def test_the_first_sheet_has_one_row_a_demande_with_the_promise_that_counts(mixed: World) -> None:
    rows = {row["Référence"]: row for row in workbook(mixed)["Demandes"]}
    assert len(rows) == Ticket.objects.count()
    completed = rows["44-2026-000009"]
    assert (completed["Jour 0"], completed["Résultat"]) == (moment(2026, 10, 20), "Dans le délai")
    assert completed["Compte à la date du"] == moment(2026, 10, 5)
    meeting = rows["44-2026-000011"]
    assert (meeting["Échéance"], meeting["Résultat"]) == ("Proposition d’une date", "Dans le délai")
    assert meeting["Rendez-vous\xa0: résultat"] == "En retard"
    assert rows["44-2026-000004"]["Résultat"] == "En retard"
    assert rows["44-2026-000008"]["Motif d’exclusion"] == "Doublon"


EVIL = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil")', "＝1+1"]


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_run_by_a_spreadsheet(world: World, text: str) -> None:
    world.register(subject=text, sender_name=text)
    book = openpyxl.load_workbook(io.BytesIO(content(signed_in(world).get(f"{URL}export.xlsx"))))
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    row = csv_rows(world)[0]
    assert row["Objet"].startswith("'") and row["Expéditeur"].startswith("'")


def test_a_sealed_bureau_gives_reference_bureau_and_dates_alone(world: World) -> None:
    world.register(office="ASI", by="asylum_agent", assignee="asylum_agent", subject="Confidentiel", sender_name="Nom")
    book = workbook(world, by="quality")
    row = book["Demandes"][0]
    shown = {name: value for name, value in row.items() if value is not None}
    assert shown == {
        "Référence": "44-2026-000001",
        "Site d’arrivée": "Préfecture d’essai",
        "Bureau": "Bureau de l’asile",
        "Expéditeur": "Contenu réservé",
        "Objet": "Contenu réservé",
        "Reçu le": moment(2026, 11, 16),
        "Enregistré le": moment(2026, 11, 20, 10, 0),
        "Échéance": "Réponse",
        "Jour 0": moment(2026, 11, 16),
        "Compte à la date du": moment(2026, 11, 16),
        "Délai (jours ouvrés)": 5,
        "Au plus tard le": moment(2026, 11, 23),
        "Résultat": "En cours",
        "Compte dans l’indicateur": "non",
    }
    assert "Courriel" not in str(book)
    assert workbook(world, by="asylum_agent")["Demandes"][0]["Objet"] == "Confidentiel"
    ticket = Ticket.objects.get()
    search.index_tickets([ticket])
    assert workbook(world, "text=confidentiel", "quality")["Demandes"] == []


def test_what_one_may_not_see_is_not_exported(world: World) -> None:
    world.register(office="DOT")
    assert csv_rows(world, by="agent") == []


def test_queries_follow_the_chunks_not_the_rows(world: World) -> None:
    counts = []
    signed_in(world).get(URL)
    for more in (1, 49):
        for _ in range(more):
            world.register(assignee="agent")
        with CaptureQueriesContext(connection) as queries:
            csv_rows(world)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_file_is_named_by_its_day_and_nothing_personal(world: World) -> None:
    response = signed_in(world).get(f"{URL}export.xlsx?text=Dupont")
    assert response["Content-Disposition"] == 'attachment; filename="registre-2026-11-20.xlsx"'
    assert content(response).startswith(b"PK")


@pytest.mark.parametrize("extension", ["pdf", "xls", "../x"])
def test_another_format_does_not_exist(world: World, extension: str) -> None:
    assert signed_in(world).get(f"{URL}export.{extension}").status_code == 404


@pytest.mark.parametrize("switch", [date(2026, 10, 25), date(2026, 3, 29)])
def test_dates_around_a_change_of_hour_stay_what_they_are(world: World, switch: date, frozen: Any) -> None:
    days = [switch + timedelta(days=shift) for shift in (-1, 0, 1)]
    for day in days:
        world.register(received_on=day)
    assert [row["Reçu le"] for row in workbook(world, "order=reference")["Demandes"]] == [
        moment(day.year, day.month, day.day) for day in reversed(days)
    ]
