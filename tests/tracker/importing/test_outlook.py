"""A rehearsal says what the import gives: the same promises kept, the first rows as they are read."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.tracker.importing.conftest import REGISTERS, Import
from tests.tracker.importing.test_real_registers import EXPECTED, FILES, figures
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker.importing.outlook import promises_as_json
from tracker.models import Job, Prefecture

HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le"]


@pytest.mark.parametrize(("name", "kind", "count"), FILES)
def test_the_rehearsal_counts_as_the_import_does(bring: Import, name: str, kind: str, count: int) -> None:
    rehearsal = bring(REGISTERS / name, kind, dry_run=True)
    done = bring(REGISTERS / name, kind)
    assert rehearsal.promises == done.promises
    assert (len(rehearsal.sample), done.sample) == (5, [])
    for promise in promises_as_json(done.promises):
        found = figures(purpose=promise["purpose"])
        assert (promise["on_time"], promise["n"]) == (found["on_time"], found["n"])
    assert bring(REGISTERS / name, kind).promises == {}


def test_719_of_786(bring: Import) -> None:
    total = EXPECTED["courriels_boite_prefecture"]["total"]
    report = bring(REGISTERS / "courriels_boite_prefecture.xlsx", "courriel", dry_run=True)
    assert report.promises == {"reply": [total["on_time"], total["n"]]} == {"reply": [719, 786]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    rows = [
        [1, date(2026, 3, 2), "Mme Une", "Voirie", date(2026, 3, 9)],
        [2, date(2026, 3, 2), "M. Deux", "Bruit", date(2026, 3, 10)],
        [3, date(2026, 3, 2), "Mme Trois", "", None],  # open, and already past due
        [4, date(2026, 11, 20), "M. Quatre", "Eau", None],  # open, not yet due
    ]
    return write_workbook(tmp_path / "suivi.xlsx", {"Suivi": [HEADER, *rows]})


def command(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_register", str(path), "--kind", "courriel", *options, stdout=out)
    return out.getvalue()


def test_rows_as_they_would_be_read(prefecture: Prefecture, path: Path) -> None:
    told: dict[str, Any] = json.loads(command(path, "--dry-run", "--json"))
    assert (told["first_arrival"], told["last_arrival"]) == ("2026-03-02", "2026-11-20")
    assert told["promises"] == [{"purpose": "reply", "label": "Réponse", "on_time": 1, "n": 3}]
    assert [(row["row"], row["sender"], row["answered_on"], row["outcome"]) for row in told["sample"]] == [
        (2, "Mme Une", "2026-03-09", "in_time"),
        (3, "M. Deux", "2026-03-10", "late"),
        (4, "Mme Trois", None, "late"),
        (5, "M. Quatre", None, "running"),
    ]
    assert told["sample"][0]["due_on"] == "2026-03-09"
    # What the rehearsal shows of people is forgotten with the file.
    assert "Mme Une" not in json.dumps([Job.objects.get().result, Job.objects.get().checkpoint])


def test_the_terminal_shows_the_same(prefecture: Prefecture, path: Path) -> None:
    said = command(path, "--dry-run")
    assert "Arrivées du 02/03/2026 au 20/11/2026." in said
    assert "Réponse : 1 sur 3 dans les délais." in said
    assert "Ligne 3 : reçu le 02/03/2026, M. Deux · Bruit ; répondu : 10/03/2026 ; au plus tard : 09/03/2026" in said


def test_an_answer_without_a_date_is_late(prefecture: Prefecture, path: Path) -> None:
    told = json.loads(command(path, "--dry-run", "--json", "--undated", "late"))
    assert told["promises"][0]["n"] == 4
    assert [(row["undated"], row["outcome"]) for row in told["sample"]][2:] == [(True, "late"), (True, "late")]


def test_of_a_rendez_vous_the_proposal_is_shown(prefecture: Prefecture) -> None:
    """Beside the day by which a date was to be proposed, the day of the meeting would look late."""
    out = StringIO()
    call_command("import_register", str(REGISTERS / "rendez_vous_elus.xlsx"), "--kind", "rdv", "--dry-run", stdout=out)
    assert "Proposition d’une date : 12 sur 12 dans les délais." in out.getvalue()
    assert "Tenue du rendez-vous : 8 sur 12 dans les délais." in out.getvalue()
    assert " ; proposé : " in out.getvalue()
