"""What is added to the processes of these tests: a follower that writes one message an event, and guards taken off.

`FAULTS_OFF` names the guards, separated by commas. Each function below takes one off, in the whole process.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.apps import AppConfig

KIND = "fault"
TO = "agent@prefecture.example"


class FaultsConfig(AppConfig):
    name = "tests.faults.off"
    label = "faults"
    verbose_name = "Pannes"
    path = os.path.dirname(__file__)  # noqa: PTH120  (AppConfig wants a text)

    def ready(self) -> None:
        from notifications import composing
        from tracker import pending

        pending.register_follower(follow)
        composing.register_composer(KIND, compose)
        for guard in filter(None, os.environ.get("FAULTS_OFF", "").split(",")):
            GUARDS[guard]()


def follow(events: Sequence[Any]) -> None:
    """One message for each demande registered: the same event followed twice would be refused by its key."""
    from notifications import delivery
    from tracker.models import Outbox

    rows = [
        Outbox(event=event, key=f"{KIND}:{event.pk}", channel="email", kind=KIND, prefecture_id=event.prefecture_id)
        for event in events
        if event.kind == "registered"
    ]
    Outbox.objects.bulk_create(rows)
    delivery.nudge()


def compose(row: Any) -> Any:
    from django.core.mail import EmailMessage

    return EmailMessage(row.key, "…", to=[TO])


# --- Guards -------------------------------------------------------------------------------------------------------


def no_sweeper() -> None:
    """Everything rests on the messages of the broker."""
    from tracker.sweeping import Sweeper

    Sweeper.start = lambda self: None  # type: ignore[method-assign]


def no_claim() -> None:
    """A message is taken without asking whether somebody else is sending it."""
    from notifications import delivery

    def take(now: datetime) -> Any:
        return delivery.due(now).order_by("next_try_at", "pk").first()

    delivery.claim = take


def mark_first() -> None:
    """A message is marked as sent, then sent."""
    from notifications import delivery
    from tracker.models import Outbox

    claim = delivery.claim

    def take(now: datetime) -> Any:
        row = claim(now)
        if row is not None:
            Outbox.objects.filter(pk=row.pk).update(done_at=now, outcome="sent")
        return row

    delivery.claim = take


def new_name_each_time() -> None:
    """A message that leaves again is another message for whoever receives it."""
    import secrets

    from notifications import delivery

    delivery.message_id = lambda key: f"<{secrets.token_hex(16)}@prefecture.example>"


def no_second_try() -> None:
    """Whatever a mail server answers, that is the end of it."""
    from notifications import delivery, verdicts
    from tracker.enums import SendingOutcome

    def refuse(error: Exception) -> Any:
        return verdicts.Verdict(SendingOutcome.REFUSED, type(error).__name__)

    delivery.verdicts.of_opening = delivery.verdicts.of_sending = refuse  # type: ignore[attr-defined]


def no_taking_over() -> None:
    """A job whose process died stays with the dead."""
    from django.db.models import Q

    from tracker import jobs
    from tracker.enums import JobState

    jobs.claimable = lambda now: Q(state=JobState.QUEUED)


def no_checkpoint() -> None:
    """A job taken up again begins again."""
    from tracker import jobs

    write = jobs.Progress._write

    def forget(self: Any, **columns: Any) -> None:
        columns.pop("checkpoint", None)
        write(self, **columns)

    jobs.Progress._write = forget  # type: ignore[method-assign]


GUARDS: dict[str, Callable[[], None]] = {
    guard.__name__: guard
    for guard in (no_sweeper, no_claim, mark_first, new_name_each_time, no_second_try, no_taking_over, no_checkpoint)
}
