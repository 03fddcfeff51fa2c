"""Periodic tasks of the pages."""

from celery import shared_task

from frontend import drafts
from tracker import clock


@shared_task
def purge_drafts() -> None:
    """Half-filled forms hold personal text: none is kept beyond its fourteen days."""
    drafts.purge(clock.now())
