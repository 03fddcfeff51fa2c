"""The only process of `make run` killed in the midst of an import asked for by page: the next one ends it."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.house import ROOT, until
from tests.faults.person import Person
from tests.tracker.spreadsheets.workbooks import write_workbook

pytestmark = [pytest.mark.fault, pytest.mark.slow]

ROWS = 3000
HEADER = ["N°", "Reçu le", "Expéditeur", "Objet", "Répondu le"]
BEFORE = 20
"""Demandes of the small préfecture."""


def environment(data: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    return kept | {"SILLAGE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "tests.faults.embedded"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small préfecture on SQLite, and a register to import."""
    data = tmp_path_factory.mktemp("prepared")
    for command in (["manage.py", "migrate", "--verbosity", "0"], ["-m", "tests.faults.seed"]):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment(data), check=True, timeout=180)
    (data / "static").mkdir()
    (data / "static" / "staticfiles.json").write_text("{}")
    first = date(2026, 1, 5)
    rows = [[n, first + timedelta(days=n % 200), f"Usager {n}", "Voirie", None] for n in range(1, ROWS + 1)]
    write_workbook(data / "register.xlsx", {"Suivi": [HEADER, *rows]})
    return data


@dataclass
class Alone:
    """The installation of one process."""

    data: Path
    process: "subprocess.Popen[str] | None" = None

    def start(self, off: str = "") -> Person:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0"],
            cwd=ROOT,
            env=environment(self.data) | {"FAULTS_OFF": off, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.process.stdout.readline())
        assert found
        return Person(int(found[1]), "quality@44.example.test").sign_in()

    def kill(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.kill()
            self.process.wait(20)
            self.process.stdout.close()

    def sql(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.data / "sillage.sqlite3", timeout=20)) as database:
            found = database.execute(statement).fetchall()
            database.commit()
            return found

    def job(self) -> dict[str, Any]:
        [(state, done, result)] = self.sql("SELECT state, done, result FROM tracker_job ORDER BY id DESC LIMIT 1")
        return {"state": state, "done": done, "result": result}


@pytest.fixture
def alone(prepared: Path, tmp_path: Path) -> Iterator[Alone]:
    shutil.copytree(prepared, tmp_path / "data")
    installed = Alone(tmp_path / "data")
    yield installed
    installed.kill()


def import_and_kill(alone: Alone) -> None:
    """By the pages: the file, its rehearsal, the import; killed once some of it is written, and long enough ago."""
    person = alone.start()
    answer = person.upload("/imports/", {"kind": "courriel", "undated": "open"}, alone.data / "register.xlsx")
    assert answer.status == 302, answer.text[:2000]
    until(lambda: alone.job()["state"] == "done", 60, "the rehearsal")
    answer = person.ask("POST", f"{answer.location}importer/", {})
    assert answer.status == 302, answer.text[:2000]
    until(lambda: alone.job()["done"] >= 500, 60, "the first rows")
    alone.kill()
    job = alone.job()
    assert (job["state"], job["done"] < ROWS) == ("running", True), job
    alone.sql("UPDATE tracker_job SET heartbeat_at = '2026-01-01 00:00:00' WHERE state = 'running'")


def test_import_whose_process_died_is_ended_by_the_next_each_row_once(alone: Alone) -> None:
    import_and_kill(alone)
    alone.start()
    until(lambda: alone.job()["state"] == "done", 60, "the import")
    assert f'"taken": {ROWS}' in alone.job()["result"]
    [(tickets,)] = alone.sql("SELECT count(*) FROM tracker_ticket")
    [(identities, distinct)] = alone.sql("SELECT count(*), count(DISTINCT ticket_id) FROM tracker_externalidentity")
    assert (tickets, identities, distinct) == (BEFORE + ROWS, ROWS, ROWS)
    until(lambda: alone.sql("SELECT count(*) FROM tracker_pendingevent") == [(0,)], 30, "the events followed")
    alone.kill()
    subprocess.run([sys.executable, "-m", "tests.faults.sound"], cwd=ROOT, env=environment(alone.data), check=True)


def test_import_of_the_dead_that_nobody_takes_over_stays_half_done(alone: Alone) -> None:
    """The guard off."""
    import_and_kill(alone)
    alone.start(off="no_taking_over")
    with pytest.raises(AssertionError, match="not in"):
        until(lambda: alone.job()["state"] != "running", 8)
    [(tickets,)] = alone.sql("SELECT count(*) FROM tracker_ticket")
    assert tickets < BEFORE + ROWS
