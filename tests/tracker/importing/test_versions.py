"""The same register again, later, corrected, contradicted; and registers that lack what an answer needs."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files import File

from tests.tracker.importing.conftest import REGISTERS, Import
from tracker import jobs, writers
from tracker.enums import JobState, Outcome, Purpose, State
from tracker.errors import InvalidCommand
from tracker.importing import job as import_job
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.models import Deadline, Event, Job, Prefecture, Ticket
from tracker.verification.seals import check_seals, seal_heads

HEADER = ("N°", "Reçu le", "Expéditeur", "Objet", "Répondu le")
ROW = (1, date(2026, 3, 2), "Mairie A", "Voirie", None)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: Sequence[Any], header: Sequence[str] = HEADER, name: str = "registre.xlsx") -> Path:
        book = openpyxl.Workbook()
        book.active.title = "Suivi"
        for row in (header, *rows):
            book.active.append(list(row))
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def test_a_later_version_closes_what_it_answers(bring: Import, workbook: Callable[..., Path]) -> None:
    bring(workbook(ROW, (2, date(2026, 3, 3), "Mairie B", "Eau", None)), "courriel")
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.REGISTERED}
    report = bring(workbook((*ROW[:4], date(2026, 3, 6)), (2, date(2026, 3, 3), "Mairie B", "Eau", None)), "courriel")
    assert (report.taken, report.already_known, report.updated) == (0, 2, 1)
    closed = Ticket.objects.get(state=State.CLOSED)
    assert (closed.sender_name, closed.answered_on) == ("Mairie A", date(2026, 3, 6))
    assert Deadline.objects.get(ticket=closed).outcome == Outcome.IN_TIME


def test_a_version_that_contradicts_is_refused_with_both_values(bring: Import, workbook: Callable[..., Path]) -> None:
    bring(workbook((*ROW[:4], date(2026, 3, 6))), "courriel")
    report = bring(workbook((*ROW[:4], date(2026, 3, 9))), "courriel")
    assert report.already_known == 0
    [refused] = report.refused
    assert "06/03/2026" in refused.reason and "09/03/2026" in refused.reason
    assert (refused.sheet, refused.row, refused.column) == ("Suivi", 2, "Répondu le")
    assert Ticket.objects.get().answered_on == date(2026, 3, 6)


def test_a_version_that_forgets_an_answer_changes_nothing(bring: Import, workbook: Callable[..., Path]) -> None:
    bring(workbook((*ROW[:4], date(2026, 3, 6))), "courriel")
    assert bring(workbook(ROW), "courriel").already_known == 1
    assert Ticket.objects.get().state == State.CLOSED


def test_another_arrival_for_a_known_row_is_refused(bring: Import, workbook: Callable[..., Path]) -> None:
    bring(workbook(ROW), "courriel")
    [refused] = bring(workbook((1, date(2026, 3, 5), *ROW[2:])), "courriel").refused
    assert "05/03/2026" in refused.reason and "02/03/2026" in refused.reason


@pytest.mark.parametrize("together", [True, False])
def test_a_number_given_twice_is_refused(bring: Import, workbook: Callable[..., Path], together: bool) -> None:
    other = (1, date(2026, 4, 7), "Mairie Z", "Forêt", None)
    if together:
        report = bring(workbook(ROW, other), "courriel")
    else:
        bring(workbook(ROW), "courriel")
        report = bring(workbook(other), "courriel")
    [refused] = report.refused
    assert refused.reason.startswith("Numéro déjà utilisé dans ce registre")
    assert Ticket.objects.count() == 1


def test_the_same_numbers_in_another_register_are_other_demandes(bring: Import, workbook: Callable[..., Path]) -> None:
    bring(workbook(ROW), "courriel", register="2025")
    assert bring(workbook(ROW), "courriel", register="2026").taken == 1
    assert Ticket.objects.count() == 2


def test_rows_without_a_number_are_known_by_their_cells_and_rank(bring: Import, workbook: Callable[..., Path]) -> None:
    header, twins = HEADER[1:], (ROW[1:], ROW[1:], (date(2026, 3, 2), "Mairie C", "Voirie", None))
    assert bring(workbook(*twins, header=header), "courriel").taken == 3
    again = bring(workbook(*twins, ROW[1:], header=header), "courriel")
    assert (again.taken, again.already_known) == (1, 3)


@pytest.mark.parametrize(("undated", "state"), [("open", State.REGISTERED), ("late", State.CLOSED)])
def test_rows_without_an_answer(bring: Import, workbook: Callable[..., Path], undated: str, state: State) -> None:
    bring(workbook(ROW), "courriel", undated=undated)
    ticket = Ticket.objects.get()
    assert ticket.state == state
    if undated == "late":
        deadline = ticket.deadlines.get()
        assert (deadline.outcome, deadline.met_on, deadline.taken) == (Outcome.LATE, None, None)
        assert bring(workbook(ROW), "courriel", undated=undated).already_known == 1


def test_answered_without_a_date_counts_late(bring: Import, workbook: Callable[..., Path]) -> None:
    bring(workbook((*ROW[:4], "sans date")), "courriel")
    assert Ticket.objects.get().deadlines.get().outcome == Outcome.LATE


def test_a_holding_reply_and_a_piece_asked_keep_their_dates(bring: Import, workbook: Callable[..., Path]) -> None:
    header = ("N°", "Reçu le", "Expéditeur", "Réponse d'attente", "Réponse promise le", "Répondu le")
    row = (1, date(2026, 3, 2), "A", date(2026, 3, 4), date(2026, 3, 20), date(2026, 3, 24))
    bring(workbook(row, header=header), "courriel")
    outcomes = dict(Deadline.objects.values_list("purpose", "outcome"))
    assert outcomes == {Purpose.REPLY: Outcome.IN_TIME, Purpose.PROMISED_REPLY: Outcome.LATE}
    header = ("N°", "Reçu le", "Expéditeur", "Pièce demandée le", "Pièce reçue le", "Répondu le")
    row = (9, date(2026, 3, 2), "B", date(2026, 3, 4), date(2026, 4, 1), date(2026, 4, 3))
    bring(workbook(row, header=header), "courriel")
    ticket = Ticket.objects.get(sender_name="B")
    assert sorted(ticket.deadlines.values_list("purpose", "rank", "outcome")) == [
        ("complement", 1, "in_time"),
        ("reply", 1, "void"),
        ("reply", 2, "in_time"),
    ]


def test_a_row_that_the_machine_refuses_is_reported_and_the_others_come_in(
    bring: Import, workbook: Callable[..., Path]
) -> None:
    header = ("N°", "Reçu le", "Expéditeur", "Pièce demandée le", "Pièce reçue le", "Répondu le")
    rows = [
        (1, date(2026, 3, 2), "A", date(2026, 3, 4), date(2026, 4, 1), date(2026, 3, 6)),
        (2, date(2026, 3, 2), "B", None, None, date(2026, 3, 6)),
    ]
    report = bring(workbook(*rows, header=header), "courriel")
    assert (report.taken, [row.row for row in report.refused]) == (1, [2])
    assert list(Ticket.objects.values_list("sender_name", "number")) == [("B", 1)]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"site": "NULLE"}, "site"),
        ({"office": "NUL"}, "office"),
        ({"nature": "x"}, "nature"),
        ({"module": 9}, "module"),
    ],
)
def test_unknown_options_are_refused_before_any_row(bring: Import, options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        bring(REGISTERS / "rendez_vous_elus.xlsx", "rdv", **options)
    assert refusal.value.field == field


def test_an_unknown_service_in_a_cell_is_reported_and_the_demande_waits(
    bring: Import, workbook: Callable[..., Path]
) -> None:
    report = bring(workbook((*ROW, "Bureau imaginaire"), header=(*HEADER, "Service")), "courrier")
    assert (report.taken, report.unknown_offices) == (1, ["Bureau imaginaire"])


def test_a_killed_import_is_taken_up_where_it_stopped(
    prefecture: Prefecture, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """The process dies in the second chunk: the job's second try writes the rest, and reports the whole."""
    settings.MEDIA_ROOT = tmp_path
    path = REGISTERS / "courriels_boite_prefecture.xlsx"
    write = Importer.write

    class Killed(BaseException):
        pass

    def dies(self: Importer, chunk: Any, position: int) -> None:
        if position > 500:
            raise Killed
        write(self, chunk, position)

    with path.open("rb") as handle:
        params = {"name": path.name, "options": {"kind": "courriel"}}
        job = jobs.enqueue(import_job.KIND, params, prefecture=prefecture, file=File(handle, name=path.name))
    monkeypatch.setattr(Importer, "write", dies)
    claimed = jobs.claim(jobs.clock.now())
    assert claimed is not None
    with pytest.raises(Killed):
        jobs.execute(*claimed)
    assert Ticket.objects.count() == 500
    monkeypatch.setattr(Importer, "write", write)
    Job.objects.update(heartbeat_at=None)
    assert jobs.run_pending_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    assert (job.result["rows"], job.result["taken"], job.result["already_known"]) == (806, 786, 0)
    assert Event.objects.filter(kind="registered").count() == 786


def test_an_import_taken_up_the_next_day_reads_the_same_rows(
    bring: Import, prefecture: Prefecture, workbook: Callable[..., Path], frozen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first row, refused as to come on the first day, is past on the second: it is not taken for one written."""
    monkeypatch.setattr(writers, "CHUNK", 1)
    path = workbook((1, date(2026, 11, 21), "Mairie A", "Voirie", None), (2, *ROW[1:]), (3, *ROW[1:]))
    job = Job.objects.create(kind=import_job.KIND, prefecture=prefecture, created_at=jobs.clock.now())
    target = resolve(prefecture, ImportOptions("courrier"), path.name)
    Importer(path, path.name, target, user=None, job=job).run()
    frozen.move_to(jobs.clock.now() + timedelta(days=1))
    again = Importer(path, path.name, target, user=None, job=job, start=1).run()
    assert (again.taken, again.already_known) == (0, 1)
    assert [(refused.row, refused.reason) for refused in again.refused] == [
        (2, "L’arrivée est dans le futur (21/11/2026).")
    ]


def test_a_long_import_dates_each_chunk_of_its_own_time(
    prefecture: Prefecture, workbook: Callable[..., Path], frozen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the last chunks would enter an hour that a seal has closed meanwhile."""
    monkeypatch.setattr(writers, "CHUNK", 1)
    path = workbook(ROW, (2, *ROW[1:]))
    target = resolve(prefecture, ImportOptions("courrier"), path.name)

    def an_hour_passes(_importer: Importer, _position: int) -> None:
        frozen.move_to(jobs.clock.now() + timedelta(hours=2))
        seal_heads()

    Importer(path, path.name, target, user=None, on_chunk=an_hour_passes).run()
    assert Event.objects.values("recorded_at").distinct().count() == 2
    assert check_seals() == []


def test_a_demande_twice_in_a_file_with_other_dates_is_refused_not_forgotten(
    bring: Import, workbook: Callable[..., Path]
) -> None:
    answered = (*ROW[:4], date(2026, 3, 6))
    report = bring(workbook(ROW, answered, ROW), "courriel")
    assert (report.taken, report.already_known, [row.row for row in report.refused]) == (1, 1, [3])
    assert "ligne 2" in report.refused[0].reason


def test_the_twin_of_a_refused_row_is_not_called_known(bring: Import, workbook: Callable[..., Path]) -> None:
    header = ("N°", "Reçu le", "Expéditeur", "Pièce demandée le", "Pièce reçue le", "Répondu le")
    row = (1, date(2026, 3, 2), "A", date(2026, 3, 4), date(2026, 4, 1), date(2026, 3, 6))
    report = bring(workbook(row, row, header=header), "courriel")
    assert (report.taken, report.already_known, [row.row for row in report.refused]) == (0, 0, [2, 3])
