"""Each side of the benchmarks still runs, on a handful of rows: what is measured once a year would rot unseen."""

import argparse
import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notifications.models import Notification
from tracker.models import Event, ExternalIdentity, Ticket

BENCH = str(Path(__file__).parents[2] / "bench")
ROWS = 7
OPTIONS = argparse.Namespace(rows=ROWS, rounds=1, server=None)


@pytest.fixture(autouse=True)
def bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cases run, in order: here in this very process, over the database of the test."""
    import common
    import exports
    import imports
    import sweep

    ran: list[str] = []
    scripts = {"imports.py": imports.main, "exports.py": exports.main, "sweep.py": sweep.main}

    def here(script: str, *args: object, env: dict[str, str]) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", [script, *map(str, args)])
        ran.append(f"{args[0]} {Ticket.objects.count()} {Event.objects.count()}" if env else str(args[0]))
        return dict(json.loads(printed(scripts[script]).splitlines()[-1]))

    monkeypatch.setattr(common, "start_django", lambda: None)
    monkeypatch.setattr(common, "in_own_process", here)
    return ran


def printed(work: Callable[[], None]) -> str:
    with redirect_stdout(io.StringIO()) as shown:
        work()
    return shown.getvalue()


@pytest.mark.django_db(transaction=True)
def test_every_side_of_the_import_writes_the_same_rows(sides: list[str]) -> None:
    import report

    lines = list(report.importing(OPTIONS))
    events = Event.objects.count()
    assert Ticket.objects.count() == ExternalIdentity.objects.count() == ROWS
    assert [side.split()[0] for side in sides] == ["make", "ours", "floor", "orm"]
    # Each copy begins with what the import made, and leaves it.
    assert sides[2:] == [f"floor {ROWS} {events}", f"orm {ROWS} {events}"]
    assert {line.goal for line in lines} == {"G11"}
    assert len(lines) >= 2


@pytest.mark.django_db
def test_both_sides_of_the_export_run(sides: list[str]) -> None:
    import report

    (line,) = report.exporting(OPTIONS)
    assert (line.goal, sides) == ("G12", ["ours", "anchor"])


@pytest.mark.django_db(transaction=True)
def test_both_sides_of_the_sweep_reach_every_deadline(sides: list[str]) -> None:
    import report

    (line,) = report.sweeping(OPTIONS)
    assert (line.goal, line.what) == ("sweep", f"{ROWS} deadlines")
    assert [side.split()[0] for side in sides] == ["fill", "ours", "floor"]
    assert Notification.objects.count() >= ROWS


def test_deadlines_print_what_the_report_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    import deadlines
    import report

    for name, value in {"OPERATIONS": 40, "SLOW_OPERATIONS": 4, "ROUNDS": 1, "ONE_PER_ZONE": ("44",)}.items():
        monkeypatch.setattr(deadlines, name, value)
    shown = printed(deadlines.main)
    monkeypatch.setattr(report, "subprocess", SimpleNamespace(run=lambda *_, **__: SimpleNamespace(stdout=shown)))
    lines = list(report.deadlines(OPTIONS))
    assert [line.goal for line in lines] == ["G1", "G1", "G2", "G2", "G3"]
    assert lines[-1].reached
