"""Periodic and background tasks of the kernel. Each is idempotent and takes no text: what is to be done stands in the
database, so that losing a message costs only the time to the next sweep."""

import logging

from celery import shared_task

from tracker import closing, jobs, pending

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
