"""Background tasks of what follows an event. Each is idempotent and finds its work in the database."""

import logging

from celery import shared_task

from notifications import delivery, inbox, messages, sweeping
from notifications.people import Audience
from tracker import clock
from tracker.models import Prefecture

logger = logging.getLogger(__name__)


@shared_task
def deliver() -> None:
    """Send the messages that are due."""
    count = delivery.deliver_due()
    if count:
        logger.info("%s messages sent", count)


@shared_task
def sweep_horizons() -> None:
    """Every hour, for each site whose day has changed."""
    count = sweeping.sweep()
    if count:
        logger.info("%s notifications of deadlines", count)


@shared_task
def send_digests() -> None:
    """Every hour, for those whose hour it is; and what a process that died has left without its message."""
    audience = Audience(Prefecture.objects.values_list("pk", flat=True), clock.now())
    messages.post(audience)
    messages.post_digests(audience)


@shared_task
def forget_notifications() -> None:
    inbox.forget(clock.now())
