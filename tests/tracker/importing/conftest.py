"""A préfecture as `init` leaves it, and one line to import a file into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_prefecture
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.importing.report import ImportReport
from tracker.models import Prefecture

REGISTERS = Path(__file__).parents[2] / "data" / "registers"


@pytest.fixture
def prefecture(db: None, frozen: Any) -> Prefecture:
    return make_prefecture()


Import = Callable[..., ImportReport]


@pytest.fixture
def bring(prefecture: Prefecture) -> Import:
    def run(path: Path, kind: str, *, dry_run: bool = False, start: int = 0, **options: Any) -> ImportReport:
        target = resolve(prefecture, ImportOptions(kind, **options), path.name)
        report = Importer(path, path.name, target, user=None, dry_run=dry_run, start=start).run()
        total = report.taken + report.already_known + len(report.refused) + report.blank + report.totals
        assert report.rows == total
        return report

    return run
