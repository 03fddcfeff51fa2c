"""Periodic and background tasks of the kernel. Each is idempotent and takes no text: what is to be done stands in the
database, so that losing a message costs only the time to the next sweep."""

import logging
from datetime import timedelta

from celery import shared_task

from tracker import attachments, clock, closing, idempotency, jobs, mass, pending
from tracker.importing.files import forget_old_files
from tracker.models import ReferenceChange
from tracker.verification.nightly import verify_all
from tracker.verification.seals import seal_heads

logger = logging.getLogger(__name__)

SWEPT_AFTER = timedelta(days=1)
"""Far longer than any act between writing a file and committing its row."""


@shared_task
def run_jobs() -> None:
    jobs.run_pending_jobs()


@shared_task
def drain_pending() -> None:
    pending.drain_all()


@shared_task
def close_answered() -> None:
    count = closing.close_answered()
    if count:
        logger.info("%s answered demandes closed", count)


@shared_task
def forget_import_files() -> None:
    """The files and refused rows of imports hold personal data: none stays longer than it is of use."""
    forget_old_files()


@shared_task
def sweep_attachments() -> None:
    """Files that a process which died left on the disk, without the row that would have named them."""
    count = attachments.sweep(clock.now() - SWEPT_AFTER)
    if count:
        logger.info("%s files that no attachment names deleted", count)


@shared_task
def forget_idempotency_keys() -> None:
    idempotency.forget_old_keys()


@shared_task
def forget_mass_acts() -> None:
    """Selections never confirmed, and old reports."""
    mass.forget(clock.now())


@shared_task
def gather_changes() -> None:
    ReferenceChange.objects.gather()


@shared_task
def seal_journal() -> None:
    added = len(seal_heads())
    logger.debug("%d %s added to the journal", added, "seal" if added == 1 else "seals")


@shared_task
def verify() -> None:
    """Journal, attached files and deadlines, every night."""
    verify_all(clock.now())
