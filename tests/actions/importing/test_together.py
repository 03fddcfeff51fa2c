"""Two people import the same plan at the same instant: each row is one action, and both reports add up."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connections

from actions.importing.importer import PlanImporter
from actions.importing.report import PlanReport
from actions.models import Action, ActionCounter, ActionIdentity
from tests.actions.importing.conftest import REAL
from tests.factories import make_prefecture
from tracker.errors import SillageError
from tracker.models import Engagement
from tracker.verification import verify_journal


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_plan_twice_at_once() -> None:
    prefecture = make_prefecture()
    barrier = threading.Barrier(2, timeout=60)
    reports: list[PlanReport] = []
    failures: list[Exception] = []

    def bring() -> None:
        try:
            importer = PlanImporter(REAL, REAL.name, prefecture)
            barrier.wait()
            reports.append(importer.run())
        except (DatabaseError, SillageError) as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads: list[Any] = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert failures == []
    assert sum(report.taken for report in reports) == Action.objects.count() == ActionIdentity.objects.count() == 135
    assert [report.taken + report.already_known for report in reports] == [135, 135]
    assert [report.refused for report in reports] == [[], []]
    assert ActionCounter.objects.get().last == 135
    assert Engagement.objects.filter(number__in=(31, 32, 33)).count() == 3
    assert verify_journal().different == []
