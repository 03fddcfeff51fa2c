"""Periodic and background tasks of the kernel. Each is idempotent and takes no text: what is to be done stands in the
database, so that losing a message costs only the time to the next sweep."""

import logging

from celery import shared_task

from tracker import closing, jobs, pending
from tracker.importing.files import forget_old_files
from tracker.verification import check_deadlines, verify_journal
from tracker.verification.seals import seal_heads

logger = logging.getLogger(__name__)


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
def seal_journal() -> None:
    heads = seal_heads()
    logger.info("%s seals added to the journal", len(heads))


@shared_task
def verify() -> None:
    """Journal and deadlines, every night: what differs is named in the log by its reference, for the administrator."""
    for name, report in (("journal", verify_journal()), ("deadlines", check_deadlines())):
        if report.different:
            first = [
                f"{found.stream} {found.reference or found.object_id}: {found.problem}"
                for found in report.different[:5]
            ]
            logger.error("%s: %s differences, the first: %s", name, len(report.different), "; ".join(first))
        else:
            logger.info("%s: %s checked, nothing differs", name, report.checked)
