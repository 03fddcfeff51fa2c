"""Two clocks, two drainers at once: each thing is told once, on both engines."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from notifications.messages import DIGEST
from notifications.models import Notification, Sweep
from notifications.sweeping import sweep
from notifications.tasks import send_digests
from tests.factories import World, make_world
from tests.tracker.threads import together
from tracker import pending
from tracker.models import Outbox, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FRIDAY = date(2026, 11, 20)


@pytest.fixture
def late(frozen: Any) -> World:
    """Thirty demandes that are late from tomorrow on."""
    world = make_world()
    sweep()
    for _ in range(30):
        world.register(assignee="agent", by="agent")
    Ticket.objects.update(due_on=FRIDAY)
    pending.drain_all()
    Notification.objects.all().delete()
    Outbox.objects.all().delete()
    return world


def test_two_clocks_tell_once(late: World, frozen: Any) -> None:
    frozen.move_to(datetime(2026, 11, 21, 5, 1, tzinfo=UTC))
    together(1, *[lambda _: sweep()] * 3)
    assert Notification.objects.filter(kind="overdue").count() == 30
    assert Sweep.objects.filter(site=late.site, until=FRIDAY).exists()
    frozen.move_to(datetime(2026, 11, 23, 7, 3, tzinfo=UTC))
    together(1, *[lambda _: send_digests()] * 3)
    (message,) = Outbox.objects.filter(kind=DIGEST, user=late.users["agent"])
    assert Notification.objects.filter(message=message).count() == 30


def test_two_drainers_tell_once_in_one_message(late: World, frozen: Any) -> None:
    for _ in range(40):
        late.register(assignee="agent", by="supervisor")
    together(1, *[lambda _: pending.drain_all(limit=5)] * 2)
    pending.drain_all()
    assert Notification.objects.filter(kind="assigned").count() == 40
    (message,) = Outbox.objects.all()
    assert Notification.objects.filter(message=message).count() == 40
