"""Registers in many layouts, through the importer: every row accounted for, each taken once, figures recounted."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from tests.tracker.importing.conftest import Import
from tests.tracker.reference_calendar import legal_dates
from tests.tracker.spreadsheets.layouts import TODAY, Expected, GroupedRegisterMaker, RegisterMaker
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker.enums import Machine, Purpose
from tracker.models import Deadline, EventText, ExternalIdentity, Prefecture, Ticket, TicketKind

SEEDS = (*range(18), 36, 55, 140, 150, 188, 326, 357)
"""The last ones have many answers and neither channel nor nature: their figures are compared whole."""
GROUPED_SEEDS = (1, 5, 14, 17)
"""With headers in two rows."""
FORMATS = (".xlsx", ".xls", ".ods")
CLOSED = legal_dates("44", 2023) | legal_dates("44", 2024)


@pytest.fixture
def prefecture(prefecture: Prefecture, frozen: Any) -> Prefecture:
    frozen.move_to(datetime(TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=UTC))
    reply = prefecture.kinds.get(code="correspondence")
    TicketKind.objects.create(
        prefecture=prefecture, code="svi", label="Modification du SVI", machine=Machine.REPLY, purpose=reply.purpose
    )
    return prefecture


def days_worked(start: date, end: date) -> int:
    days = (start + timedelta(days=n + 1) for n in range((end - start).days))
    return sum(day.weekday() < 5 and day not in CLOSED for day in days)


def recounted(expected: dict[str, Expected]) -> Counter[tuple[date, date, int]]:
    """Arrival, answer and working days of each row that was answered; the days begin again with the piece asked for,
    and go on where it never came."""
    rows = [values for sheet in expected.values() for values in sheet.taken.values() if "answered_on" in values]
    starts = [row.get("completed_on", row["received_on"]) for row in rows]
    return Counter(
        (row["received_on"], row["answered_on"], days_worked(start, row["answered_on"]))
        for row, start in zip(rows, starts, strict=True)
    )


@pytest.mark.parametrize(
    ("made", "seed"),
    [*((RegisterMaker, seed) for seed in SEEDS), *((GroupedRegisterMaker, seed) for seed in GROUPED_SEEDS)],
)
def test_generated_register_comes_in_whole_and_once(
    bring: Import, prefecture: Prefecture, tmp_path: Path, made: type[RegisterMaker], seed: int
) -> None:
    maker = made(seed)
    sheets, expected = maker.sheets()
    path = write_workbook(tmp_path / f"registre{FORMATS[seed % 3]}", sheets)
    wanted = sum(len(sheet.taken) for sheet in expected.values())

    report = bring(path, maker.kind)

    assert {(row.sheet, row.row) for row in report.refused} == {
        (name, row) for name, sheet in expected.items() for row in sheet.refused
    }
    assert (report.taken, report.already_known) == (wanted, 0)
    assert (report.blank, report.totals) == (
        sum(sheet.blank for sheet in expected.values()),
        sum(sheet.totals for sheet in expected.values()),
    )
    tickets = Ticket.objects.all()
    assert tickets.count() == ExternalIdentity.objects.count() == wanted
    assert EventText.objects.filter(name="evidence").count() == wanted
    arrivals = Counter(values["received_on"] for sheet in expected.values() for values in sheet.taken.values())
    assert Counter(tickets.values_list("received_on", flat=True)) == arrivals
    if maker.kind != "rdv":
        ended = Deadline.objects.filter(purpose__in=(Purpose.REPLY, Purpose.UPDATE), outcome__in=("in_time", "late"))
        found = ended.filter(met_on=F("ticket__answered_on"))
        counted = Counter((row.counted_on, row.met_on, row.taken) for row in found)
        assert not counted - recounted(expected)
        # Some channels and natures have no deadline, nor has a kind that was just added.
        if not {"channel", "nature"} & set(maker.codes) and maker.kind != "svi":
            assert counted == recounted(expected)

    again = bring(path, maker.kind)
    assert (again.taken, again.already_known, again.updated) == (0, wanted, 0)
    assert len(again.refused) == len(report.refused)
    assert Ticket.objects.count() == wanted


@pytest.mark.parametrize("seed", (3, 8))
def test_rehearsal_says_what_the_import_then_does(
    bring: Import, prefecture: Prefecture, tmp_path: Path, seed: int
) -> None:
    maker = RegisterMaker(seed)
    path = write_workbook(tmp_path / "registre.xlsx", maker.sheets()[0])
    rehearsal = bring(path, maker.kind, dry_run=True).as_json()
    assert not Ticket.objects.exists()
    done = bring(path, maker.kind).as_json()
    # The first rows are shown before they are taken, not after.
    assert rehearsal | {"dry_run": False, "sample": []} == done
