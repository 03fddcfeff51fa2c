"""Rows and files that are refused: why, where, and nothing half written."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actions.models import Action
from tests.actions.importing.conftest import HEADER, Bring, Write
from tracker.errors import InvalidCommand
from tracker.models import Event
from tracker.spreadsheets.errors import SpreadsheetError

DAY = date(2026, 3, 2)
ROW = (1, "Module 1", "Afficher les horaires", "Audit interne", "Fait", DAY, date(2026, 6, 30), date(2026, 4, 1))
GOOD = tuple((n, *ROW[1:]) for n in range(2, 8))


def row(**cells: Any) -> tuple[Any, ...]:
    columns = ("number", "part", "title", "source", "state", "opened_on", "due_on", "done_on")
    return tuple(cells.get(name, value) for name, value in zip(columns, ROW, strict=True))


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"part": "Module 12"}, "Module", "« Module 12 » n’est ni un module ni un volet."),
        ({"part": ""}, "Module", "Indiquez le module ou le volet auquel cette action se rattache."),
        ({"source": "Ouï-dire"}, "Source", "« Ouï-dire » n’est pas une source connue."),
        ({"source": ""}, "Source", "La source manque."),
        ({"state": "Peut-être"}, "État", "« Peut-être » n’est pas un état connu."),
        ({"title": ""}, "Action", "L’action manque."),
        ({"title": "x" * 501}, "Action", "Ce texte a 501 caractères, la limite est de 500."),
        ({"done_on": date(2026, 3, 1)}, "Réalisée le",
         "La réalisation (01/03/2026) précède l’ouverture de l’action (02/03/2026)."),
        ({"due_on": date(2026, 3, 1)}, "Échéance",
         "L’échéance (01/03/2026) précède l’ouverture de l’action (02/03/2026)."),
        ({"done_on": date(2026, 12, 1)}, "Réalisée le", "La réalisation est dans le futur (01/12/2026)."),
        ({"opened_on": date(2027, 3, 2)}, "Ouverte le", "L’ouverture est dans le futur (02/03/2027)."),
        ({"state": "Non fait"}, "Réalisée le", "L’action est dite « Non faite », avec une date de réalisation."),
        ({"done_on": "31/02/2026"}, "Réalisée le", "La date « 31/02/2026 » n’existe pas."),
        ({"due_on": "un jour"}, "Échéance", "« un jour » n’est pas une date."),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_its_cell_and_the_others_are_taken(
    bring: Bring, write: Write, cells: dict[str, Any], column: str, reason: str
) -> None:
    report = bring(write(row(**cells), *GOOD))
    [refused] = report.refused
    assert (refused.sheet, refused.row, refused.column) == ("Plan", 2, column)
    assert refused.reason.replace("\xa0", " ") == reason
    assert refused.mend.startswith("Corrigez") or refused.mend.startswith("Remplissez")
    assert report.taken == len(GOOD) == Action.objects.count()
    assert Event.objects.filter(stream="action", kind="recorded").count() == len(GOOD)


def test_an_engagement_of_another_module_is_refused(bring: Bring, write: Write) -> None:
    header = (*HEADER[:2], "Engagement", *HEADER[2:])
    report = bring(write((1, "Module 4", 16, *ROW[2:]), (2, "Module 1", 16, *ROW[2:]), header=header))
    [refused] = report.refused
    assert (refused.column, refused.reason) == ("Engagement", "L’engagement 16 est du module 1, non du module 4.")
    assert report.taken == 1


def test_two_rows_under_one_number_lose_none_in_silence(bring: Bring, write: Write) -> None:
    report = bring(write(ROW, row(title="Tout autre chose"), ROW))
    assert (report.taken, report.already_known) == (1, 1)
    [refused] = report.refused
    assert refused.reason == "La ligne 2 de cette feuille parle déjà de cette action, et en dit autre chose."


def test_what_repeats_a_refused_row_is_refused(bring: Bring, write: Write) -> None:
    report = bring(write(row(part=""), row(part=""), *GOOD))
    assert [refused.row for refused in report.refused] == [2, 3]
    assert "elle est refusée" in report.refused[1].reason


@pytest.mark.parametrize(
    "header",
    [
        ("N°", "Module", "Pilote", "Source", "État"),
        ("N°", "Module", "Action", "État", "Ouverte le"),
        ("Colonne", "Autre", "Encore"),
    ],
)
def test_a_file_without_what_makes_a_plan_is_refused_whole(bring: Bring, write: Write, header: tuple[str, ...]) -> None:
    with pytest.raises(SpreadsheetError) as refusal:
        bring(write((1, "Module 1", "Rien", "CLU", DAY), header=header))
    assert "indiquez" in str(refusal.value)
    assert str(refusal.value).endswith("par son titre dans le classeur.")
    assert "Imports" not in str(refusal.value)
    assert not Action.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 pas un classeur", b"%PDF-1.4", "N°;Action\n1;Une\n".encode()])
def test_what_is_no_workbook_is_refused_in_french(bring: Bring, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    with pytest.raises(SpreadsheetError) as refusal:
        bring(path)
    assert str(refusal.value).endswith((".", ".»"))


def test_an_unknown_default_source_is_refused(bring: Bring, write: Write) -> None:
    with pytest.raises(InvalidCommand, match="Codes connus"):
        bring(write(ROW), source="rumeur")


def test_every_row_refused_writes_nothing_at_all(bring: Bring, write: Write) -> None:
    report = bring(write(row(source="Ouï-dire"), row(number=2, source="Rumeur", part="Module 0")))
    assert (report.taken, len(report.refused)) == (0, 2)
    assert not Action.objects.exists() and not Event.objects.filter(stream="action").exists()
