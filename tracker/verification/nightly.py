"""The night’s verification: what it found is a row; who registered is told in the transaction that writes it."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tracker import clock
from tracker.models import Prefecture, Verification
from tracker.verification.attachments import in_turn
from tracker.verification.deadlines import check_deadlines
from tracker.verification.journal import verify_journal
from tracker.verification.report import Difference

logger = logging.getLogger(__name__)

NAMED: Final = 200
KEPT: Final = timedelta(days=90)
LATE_AFTER: Final = timedelta(hours=30)
"""A verification a night: beyond, one was missed."""

Reporter = Callable[[Verification, Verification | None], None]
"""Given the night’s verification and the one before, in the transaction that ends it: if it raises, it has not."""

_reporters: list[Reporter] = []


def register_reporter(reporter: Reporter) -> None:
    """Called from `AppConfig.ready`."""
    if reporter not in _reporters:
        _reporters.append(reporter)


def verify_all(now: datetime) -> Verification:
    """Journal, attached files and deadlines. What differs is named in the log by its reference, for the
    administrator."""
    before = Verification.objects.order_by("-started_at").first()
    night = Verification.objects.create(started_at=now)
    journal = verify_journal(reads=in_turn(now.date()))
    deadlines = check_deadlines()
    different = [*journal.different, *deadlines.different]
    tell_log(journal.checked, deadlines.checked, different)
    with transaction.atomic():
        night.events_checked, night.tickets_checked = journal.checked, deadlines.checked
        night.differences = len(different)
        night.different = [asdict(difference) for difference in different[:NAMED]]
        night.ended_at = clock.now()
        night.save()
        for reporter in _reporters:
            reporter(night, before)
        Verification.objects.filter(started_at__lt=now - KEPT).delete()
    return night


def tell_log(events: int, tickets: int, different: list[Difference]) -> None:
    if not different:
        logger.info("journal and deadlines: %s events, %s demandes checked, nothing differs", events, tickets)
        return
    first = [f"{found.stream} {found.reference or found.object_id}: {found.problem}" for found in different[:5]]
    logger.error("journal and deadlines: %s differences, the first: %s", len(different), "; ".join(first))


def was_missed(before: Verification | None, now: datetime) -> bool:
    """Whether the last verification before `now` is too old, or did not reach its end. None at all is a new
    installation."""
    return before is not None and (before.ended_at is None or before.started_at < now - LATE_AFTER)


def differing_in(night: Verification, prefecture: Prefecture) -> list[dict[str, object]]:
    """What differs in this préfecture, and what belongs to none (triggers, seals): not the demandes of another."""
    return [
        found
        for found in night.different
        if not found["reference"] or str(found["reference"]).startswith(f"{prefecture.code}-")
    ]
