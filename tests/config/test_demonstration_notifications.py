"""What the people of the demonstration have been told: something to read, and the same all day."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from config.demonstration.loading import load, replace_demonstration
from notifications.models import Notification
from tracker.models import Outbox, PendingEvent, User
from tracker.permissions import abilities

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def told() -> list[tuple[Any, ...]]:
    columns = ("user__email", "kind", "ticket__reference", "day", "way", "created_at", "read_at")
    # Not by key: those of people and demandes grow from one load to the next.
    return sorted(Notification.objects.order_by().values_list(*columns), key=str)


def test_the_agent_has_something_to_read_and_something_read() -> None:
    with time_machine.travel(FRIDAY, tick=False):
        load(FRIDAY, 500)
    kinds = set(Notification.objects.values_list("kind", flat=True))
    assert {"assigned", "due_tomorrow", "overdue", "promise_near", "escalated"} <= kinds
    agent = User.objects.get(email="agent@prefecture.example")
    assert Notification.objects.of(agent).unread().filter(kind="assigned").count() == 3
    assert Notification.objects.of(agent).filter(read_at__isnull=False).exists()
    # Nobody is told of what they may not see; no message has left before the demonstration began.
    for row in Notification.objects.select_related("ticket"):
        assert abilities(User.objects.get(pk=row.user_id), row.ticket)
    assert not PendingEvent.objects.filter(quiet=False).exists()
    assert not Outbox.objects.filter(attempts__gt=0).exists()


def test_the_same_instant_tells_the_same() -> None:
    pictures = []
    for _ in range(2):
        with time_machine.travel(FRIDAY, tick=False):
            replace_demonstration(FRIDAY, 500)
        pictures.append(told())
    assert pictures[0] == pictures[1]
