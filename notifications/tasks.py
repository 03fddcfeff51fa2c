"""Background tasks of what follows an event. Each is idempotent and finds its work in the database."""

import logging

from celery import shared_task

from notifications import delivery

logger = logging.getLogger(__name__)


@shared_task
def deliver() -> None:
    """Send the messages that are due."""
    count = delivery.deliver_due()
    if count:
        logger.info("%s messages sent", count)
