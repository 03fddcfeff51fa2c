"""The outbox as the administrator of a préfecture sees it: what waits, what was given up, what left today."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifications import delivery
from tracker import clock
from tracker.enums import SendingOutcome
from tracker.models import Outbox, Prefecture, User
from tracker.models.journal import OutboxQuerySet

logger = logging.getLogger(__name__)

SHOWN: Final = 50


@dataclass(frozen=True)
class State:
    """How many, for the préfecture. `held`: a row that says why all messages wait, if they do."""

    waiting: int
    failed: int
    sent_today: int
    held: Outbox | None


def of_prefecture(prefecture: Prefecture) -> OutboxQuerySet:
    return Outbox.objects.filter(prefecture=prefecture, channel=delivery.EMAIL)


def state_of(prefecture: Prefecture, now: datetime) -> State:
    rows = of_prefecture(prefecture)
    return State(
        waiting=waiting(prefecture, now).count(),
        failed=rows.failed().count(),
        sent_today=sent_since_midnight(prefecture, now).count(),
        held=rows.waiting().filter(outcome__in=delivery.WAITS_OF_ALL).order_by("next_try_at", "pk").first(),
    )


def waiting(prefecture: Prefecture, now: datetime) -> OutboxQuerySet:
    """To leave now, on its way, or to be tried again: not what was written for a later hour."""
    return of_prefecture(prefecture).waiting().exclude(next_try_at__gt=now, attempts=0, outcome="")


def stuck(prefecture: Prefecture) -> OutboxQuerySet:
    """Given up, or waiting for another try; what is being sent at this moment is not (its last outcome is blank)."""
    return of_prefecture(prefecture).filter(done_at__isnull=True).exclude(outcome="")


def sent_since_midnight(prefecture: Prefecture, now: datetime) -> OutboxQuerySet:
    """Today, on the préfecture's clocks."""
    midnight = now.astimezone(clock.zone(prefecture.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return of_prefecture(prefecture).filter(done_at__gte=midnight, outcome=SendingOutcome.SENT)


def try_again(prefecture: Prefecture, user: User, now: datetime, *, pk: int | None = None) -> int:
    """Have what is stuck (or the one row `pk`) tried now, as if for the first time; returns how many."""
    rows = stuck(prefecture) if pk is None else stuck(prefecture).filter(pk=pk)
    count = rows.update(next_try_at=now, failed_at=None, attempts=0, first_tried_at=None, outcome="", last_error="")
    if count:
        logger.info("%s messages to be tried again, asked by account %s", count, user.pk)
        delivery.nudge()
    return count
