"""A register brought under the wrong kind, or twice under two names, is noticed before anything is written."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_prefecture
from tests.tracker.importing.conftest import REGISTERS, Import
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker.importing.elsewhere import KnownElsewhere
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.models import Prefecture, Ticket

COMPLAINTS = REGISTERS / "reclamations_suggestions.xlsx"
FILES = {"courriels_boite_prefecture": "courriel", "reclamations_suggestions": "reclamation", "rendez_vous_elus": "rdv"}
HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le"]

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(*rows: list[Any], name: str = "suivi") -> Path:
        return write_workbook(tmp_path / f"{name}.xlsx", {"Suivi": [HEADER, *rows]})

    return write


def row(number: int, sender: str = "", number_shown: Any = None) -> list[Any]:
    received = date(2026, 3, 1) + timedelta(days=number)
    shown = number if number_shown is None else number_shown
    return [shown, received, sender or f"Usager {number}", "Voirie", received]


def command(path: Path, kind: str, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_register", str(path), "--kind", kind, *options, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_under_another_kind_nothing_is_written_until_it_is_confirmed(prefecture: Prefecture) -> None:
    assert command(COMPLAINTS, "reclamation")["elsewhere"] is None
    rehearsal = command(COMPLAINTS, "courrier", "--dry-run")
    assert rehearsal["elsewhere"] == {
        "kind": "complaint",
        "kind_label": "Réclamations et suggestions",
        "register": "reclamations_suggestions",
        "agreeing": 49,
        "compared": 49,
        "same_file": True,
        "sentence": "Ce fichier a déjà été importé\xa0: 49 des 49 lignes à prendre sont déjà là comme "
        "«\xa0Réclamations et suggestions\xa0», registre «\xa0reclamations_suggestions\xa0».",
    }
    with pytest.raises(CommandError, match=r"49 des 49 lignes .* Rien n’a été importé.*--allow-known-elsewhere"):
        command(COMPLAINTS, "courrier")
    assert Ticket.objects.count() == 49
    assert command(COMPLAINTS, "courrier", "--allow-known-elsewhere")["taken"] == 49
    # What is known here is not asked about again.
    assert command(COMPLAINTS, "courrier")["already_known"] == 49
    assert command(COMPLAINTS, "reclamation")["already_known"] == 49


def test_in_plain_words_the_rehearsal_warns(prefecture: Prefecture) -> None:
    command(COMPLAINTS, "reclamation")
    out = StringIO()
    call_command("import_register", str(COMPLAINTS), "--kind", "courrier", "--dry-run", stdout=out)
    assert "Attention : Ce fichier a déjà été importé" in out.getvalue().replace("\xa0", " ")


@pytest.mark.parametrize("order", [list(FILES), list(reversed(FILES))])
def test_the_registers_of_a_prefecture_are_not_taken_for_each_other(prefecture: Prefecture, order: list[str]) -> None:
    for name in order * 2:
        assert command(REGISTERS / f"{name}.xlsx", FILES[name])["elsewhere"] is None


def test_a_later_version_under_another_name_is_noticed_by_its_rows(bring: Import, make: Make) -> None:
    bring(make(*(row(n) for n in range(1, 9))), "courriel")
    longer = make(*(row(n) for n in range(1, 10)), name="suivi-2026")
    with pytest.raises(KnownElsewhere, match=r"8 des 9 lignes à prendre sont déjà là comme .*suivi"):
        bring(longer, "courriel")
    found = bring(longer, "courriel", dry_run=True).elsewhere
    assert found
    assert (found["register"], found["agreeing"], found["same_file"]) == ("suivi", 8, False)
    assert Ticket.objects.count() == 8


@pytest.mark.parametrize(
    "others",
    [
        [row(n) if n < 7 else row(n, "Autre") for n in range(1, 13)],  # half of them is not most
        [row(n) for n in range(1, 5)],  # four rows are few
        [row(n, f"Autre {n}") for n in range(1, 9)],  # the same numbers and days, other people
        [row(n, number_shown=n + 10) for n in range(1, 9)],  # the same people and days, other numbers
    ],
    ids=["half", "few", "senders", "numbers"],
)
def test_rows_that_agree_by_accident_say_nothing(bring: Import, make: Make, others: list[list[Any]]) -> None:
    bring(make(*(row(n) for n in range(1, 13))), "courriel")
    assert bring(make(*others, name="autre"), "courriel").elsewhere is None
    assert Ticket.objects.count() == 12 + len(others)


def test_rows_without_a_number_agree_by_what_they_hold(bring: Import, make: Make) -> None:
    bring(make(*(row(n, number_shown="") for n in range(1, 9))), "courriel")
    with pytest.raises(KnownElsewhere, match="8 des 8 lignes"):
        bring(make(*(row(n, number_shown="") for n in range(1, 9)), name="autre"), "courriel")


def test_another_prefecture_is_never_spoken_of(bring: Import, make: Make) -> None:
    path = make(*(row(n) for n in range(1, 9)))
    bring(path, "courriel")
    target = resolve(make_prefecture(code="85", department="85"), ImportOptions("courrier"), path.name)
    assert Importer(path, path.name, target, user=None).run().elsewhere is None
