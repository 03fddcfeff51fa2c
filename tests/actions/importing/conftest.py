"""A préfecture as `init` leaves it, and one line to import a plan into it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from actions.importing.importer import PlanImporter
from actions.importing.report import PlanReport
from tests.factories import World
from tests.tracker.spreadsheets.workbooks import write_workbook

PLANS = Path(__file__).parents[2] / "data" / "plans"
REAL = PLANS / "plan_amelioration.xlsx"
HEADER = ("N°", "Module", "Action", "Source", "État", "Ouverte le", "Échéance", "Réalisée le")

Bring = Callable[..., PlanReport]
Write = Callable[..., Path]


@pytest.fixture
def bring(world: World) -> Bring:
    def run(path: Path, **options: Any) -> PlanReport:
        report = PlanImporter(path, path.name, world.prefecture, **options).run()
        total = report.taken + report.already_known + len(report.refused) + report.blank + report.totals
        assert report.rows == total
        return report

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def workbook(*rows: Sequence[Any], header: Sequence[str] = HEADER, name: str = "plan.xlsx", **sheets: Any) -> Path:
        return write_workbook(tmp_path / name, sheets or {"Plan": [header, *rows]})

    return workbook
