"""The beat table through midnight and through the two nights when the clocks change: each night's task runs, once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery.schedules import crontab

from config.celery import app
from notifications import outbox
from tests.factories import World
from tracker.enums import SendingOutcome
from tracker.models import Outbox

NIGHTS = {
    "usual": datetime(2026, 11, 20, 20, 0, tzinfo=UTC),
    "to summer time": datetime(2026, 3, 28, 20, 0, tzinfo=UTC),
    "to winter time": datetime(2026, 10, 24, 20, 0, tzinfo=UTC),
}
HOURS = 14


def runs_of(schedule: crontab, start: datetime) -> int:
    """How often the clock would ask for it during the night, looking each minute as beat does."""
    runs, last = 0, start
    for minute in range(HOURS * 60):
        moment = start + timedelta(minutes=minute)
        with time_machine.travel(moment, tick=False):
            due: Any = schedule.is_due(last)
        if due.is_due:
            runs, last = runs + 1, moment
    return runs


@pytest.mark.parametrize("night", NIGHTS)
def test_each_task_of_the_night_runs_once_and_each_hour_s_every_hour(night: str) -> None:
    """Of the hour that comes twice, Celery runs one: what follows a day waits an hour more, at two in the morning."""
    runs: Counter[str] = Counter()
    expected = {}
    for name, entry in app.conf.beat_schedule.items():
        schedule = entry["schedule"]
        if isinstance(schedule, crontab):
            runs[name] = runs_of(schedule, NIGHTS[night])
            each_hour = HOURS - 1 if night == "to winter time" else HOURS
            expected[name] = each_hour if len(schedule.hour) == 24 else 1
    assert dict(runs) == expected


# --- The day of the outbox page -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 12, 0, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),
    ],
)
def test_today_begins_at_midnight_on_the_days_of_23_and_25_hours(
    world: World, now: datetime, midnight: datetime
) -> None:
    for number, moment in enumerate((midnight - timedelta(seconds=1), midnight)):
        Outbox.objects.create(
            prefecture=world.prefecture,
            key=str(number),
            channel="email",
            done_at=moment,
            outcome=SendingOutcome.SENT,
        )
    assert outbox.sent_since_midnight(world.prefecture, now).count() == 1
