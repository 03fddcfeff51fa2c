"""`manage.py due`: the deadline, its explanation, and the file of many; in a process of its own, without a database."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

REFERENCE = Path(__file__).parent / "data" / "deadlines.csv"


def due(*arguments: str) -> str:
    out = io.StringIO()
    call_command("due", *arguments, stdout=out)
    return out.getvalue()


def test_json_gives_the_date_the_skipped_days_and_the_rule() -> None:
    answer = json.loads(due("2026-11-10", "5", "--department", "44", "--json"))
    assert answer["due_on"] == "2026-11-18"
    assert answer["skipped"] == [
        {"date": "2026-11-11", "reason": "Armistice de 1918"},
        {"date": "2026-11-14", "reason": "samedi"},
        {"date": "2026-11-15", "reason": "dimanche"},
    ]
    assert answer["rule"].startswith("5 jours ouvrés à compter du lendemain de l’arrivée")


def test_the_first_line_is_the_date_and_the_rest_says_why() -> None:
    lines = due("10/11/2026", "1", "--department", "44").splitlines()
    assert lines[0] == "2026-11-12"
    assert "1 jour ouvré" in lines[1]
    assert lines[2] == "11/11/2026 non compté\xa0: Armistice de 1918"


def test_each_departement_has_its_own_holidays() -> None:
    assert due("2026-04-02", "1", "--department", "67").startswith("2026-04-07")
    assert due("2026-04-02", "1", "--department", "44").startswith("2026-04-03")


def test_the_reference_file_gives_its_four_hundred_dates_and_nothing_else_without_a_database(tmp_path: Path) -> None:
    with REFERENCE.open(newline="") as file:
        expected = [row["due_on"] for row in csv.DictReader(file)]
    environment = {"PATH": os.environ["PATH"], "SILLAGE_DATA": str(tmp_path / "data")}
    # The address of a server that is not there: touching the database would fail.
    environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "due", "--file", REFERENCE],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "".join(f"{day}\n" for day in expected)
    assert len(expected) == 400
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2026-13-10", "5", "--department", "44"), "«\xa02026-13-10\xa0» n’est pas une date"),
        (("2026-11-10", "cinq", "--department", "44"), "«\xa0cinq\xa0» n’est pas un délai"),
        (("2026-11-10", "0", "--department", "44"), "au moins un jour ouvré"),
        (("2009-12-31", "5", "--department", "44"), "sort du calendrier"),
        (("2050-12-30", "5", "--department", "44"), "sort du calendrier"),
        (("2026-11-10", "99999999999", "--department", "44"), "sort du calendrier"),
        (("2026-11-10", "5", "--department", "99"), "Le département «\xa099\xa0» est inconnu"),
        (("2026-11-10", "5"), "Indiquez une date, un délai et --department"),
        (("--file", "absent.csv"), "Fichier introuvable"),
    ],
)
def test_what_does_not_hold_is_said_in_one_french_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        due(*arguments)
    assert sentence in str(refused.value)


def test_a_refused_row_is_named_and_nothing_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "lot.csv"
    path.write_text("department,received_on,days\n44,2026-11-10,5\n44,demain,5\n")
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("due", "--file", str(path), stdout=out)
    assert str(refused.value).startswith("lot.csv, ligne 3\xa0: «\xa0demain\xa0» n’est pas une date")
    assert out.getvalue() == ""


@pytest.mark.parametrize("content", [b"department;received_on\n", b"\xff\xfe\x00", b""])
def test_a_file_that_is_not_such_a_list_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lot.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"lot\.csv"):
        due("--file", str(path))


def test_a_failure_leaves_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "due", "2026-11-10", "5", "--department", "99"],
        env={"PATH": os.environ["PATH"], "SILLAGE_DATA": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("Le département")


def test_a_file_saved_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lot.csv"
    path.write_bytes(b"\xef\xbb\xbfdepartment;received_on;days;note\r\n40;20/11/2026;5;a, b\r\n")
    out = io.StringIO()
    call_command("due", "--file", str(path), stdout=out)
    assert out.getvalue() == "2026-11-27\n"


def test_a_date_and_a_file_together_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lot.csv"
    path.write_text("department,received_on,days\n40,2026-11-20,5\n")
    with pytest.raises(CommandError, match="Indiquez une date et un délai, ou bien --file, pas les deux") as refused:
        due("2026-11-20", "5", "--file", str(path))
    assert refused.value.returncode == 2
