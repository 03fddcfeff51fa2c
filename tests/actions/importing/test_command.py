"""`manage.py import_actions`, and the job behind it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command

from actions import writers
from actions.importing.job import KIND
from actions.models import Action, ActionIdentity
from tests.actions.importing.conftest import HEADER, REAL, Write
from tests.actions.importing.test_bad_plans import ROW, row
from tests.factories import World
from tracker import jobs
from tracker.enums import JobState
from tracker.importing.files import forget_old_files
from tracker.jobs import JobStopped, Progress
from tracker.models import Event, Job


def run(path: Path, *options: str) -> str:
    output = StringIO()
    call_command("import_actions", str(path), *options, stdout=output)
    return output.getvalue()


def test_report_in_json(world: World, write: Write) -> None:
    path = write(ROW, row(number=2, state="Peut-être"), (), row(number=3), ("Total", None, None, None, 2))
    report = json.loads(run(path, "--json"))
    assert {key: report[key] for key in ("rows", "taken", "already_known", "updated", "blank", "totals")} == {
        "rows": 5, "taken": 2, "already_known": 0, "updated": 0, "blank": 1, "totals": 1,
    }  # fmt: skip
    [refused] = report["refused"]
    assert (refused["sheet"], refused["row"], refused["column"]) == ("Plan", 3, "État")
    assert report["import"] == Job.objects.get(kind=KIND).pk
    assert json.loads(run(path, "--json"))["already_known"] == 2


def test_rehearsal_writes_nothing_and_keeps_no_file(world: World, write: Write) -> None:
    assert "1 serait prise" in run(write(ROW), "--dry-run")
    assert not Action.objects.exists()
    assert not Job.objects.get(kind=KIND).file


def test_report_in_words(world: World, write: Write) -> None:
    told = run(write((*ROW, "Mme Untel"), row(number=2, part="Module 0"), header=(*HEADER, "Pilote")))
    assert told.startswith("2 lignes lues\xa0: 1 prise, 0 déjà connue, 1 refusée")
    assert "Pilotes sans compte, gardés tels qu’ils sont écrits : Mme Untel." in told
    assert "Feuille « Plan », ligne 3, colonne « Module » : " in told


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--source", "rumeur"], "Aucune source n’a le code « rumeur »"),
        (["--prefecture", "99"], "Aucune préfecture n’a le code « 99 »"),
    ],
)
def test_a_wrong_option_is_one_french_sentence(world: World, write: Write, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        run(write(ROW), *options)
    assert refusal.value.returncode == 2
    assert not Job.objects.exists()


def test_a_file_that_cannot_be_read_fails_and_is_not_kept(world: World, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"rien")
    with pytest.raises(CommandError):
        run(path)
    job = Job.objects.get(kind=KIND)
    assert (job.state, bool(job.file)) == (JobState.FAILED, False)


@pytest.mark.slow
def test_a_job_goes_on_from_its_last_chunk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "CHUNK", 50)
    checkpoint, calls = Progress.checkpoint, []

    def stopped(self: Progress, data: Any, **options: Any) -> None:
        calls.append(data)
        if len(calls) == 2:
            raise JobStopped
        checkpoint(self, data, **options)

    with REAL.open("rb") as handle, monkeypatch.context() as patch:
        patch.setattr(Progress, "checkpoint", stopped)
        job = jobs.run_here(KIND, {"name": REAL.name}, prefecture=world.prefecture, file=File(handle, name=REAL.name))
    assert (job.state, Action.objects.count()) == (JobState.QUEUED, 50)
    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.result["taken"], job.result["refused"]) == (JobState.DONE, 135, [])
    assert job.result["unknown_pilots"] == [f"Bureau {letter}" for letter in "ABCDEF"]
    assert Action.objects.count() == ActionIdentity.objects.count() == 135
    assert Event.objects.filter(stream="action", kind="recorded").count() == 135
    assert not job.file


def test_files_of_plans_are_forgotten_as_those_of_registers(world: World, write: Write, frozen: Any) -> None:
    path = write(ROW, row(number=2, part="Module 0"))
    with path.open("rb") as handle:
        params = {"name": path.name, "dry_run": True}
        job = jobs.run_here(KIND, params, prefecture=world.prefecture, file=File(handle, name=path.name))
    assert job.file and job.result["refused"][0]["raw"]
    frozen.shift(60 * 60 * 24 * 31)
    forget_old_files()
    job.refresh_from_db()
    assert not job.file and job.result["refused"][0]["raw"] == {}
