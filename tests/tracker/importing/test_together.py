"""Two people import the same register at the same instant: each row is one demande, and both reports add up."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connections

from tests.factories import make_prefecture
from tests.tracker.importing.conftest import REGISTERS
from tracker.errors import SillageError
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.importing.report import ImportReport
from tracker.models import ExternalIdentity, Mailbox, ReferenceCounter, Theme, Ticket

PATH = REGISTERS / "courriels_boite_prefecture.xlsx"


@pytest.mark.django_db(transaction=True)
def test_the_same_register_twice_at_once() -> None:
    prefecture = make_prefecture()
    barrier = threading.Barrier(2, timeout=60)
    reports: list[ImportReport] = []
    failures: list[Exception] = []

    def bring() -> None:
        try:
            target = resolve(prefecture, ImportOptions("courriel", mailbox="préfecture"), PATH.name)
            importer = Importer(PATH, PATH.name, target, user=None)
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
    assert sum(report.taken for report in reports) == Ticket.objects.count() == ExternalIdentity.objects.count() == 786
    assert [report.taken + report.already_known for report in reports] == [786, 786]
    assert [report.refused for report in reports] == [[], []]
    assert [counter.last for counter in ReferenceCounter.objects.filter(last__gt=0)] == [786]
    assert Mailbox.objects.count() == 1
    labels = [label.casefold() for label in Theme.objects.values_list("label", flat=True)]
    assert len(labels) == len(set(labels))
