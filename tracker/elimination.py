"""Erasing texts of the journal when their term has come: the events stay, their chain still verifies."""

from datetime import datetime

from django.db.models import QuerySet

from tracker.models import EventText


def erase_texts(texts: QuerySet[EventText], at: datetime) -> int:
    """Blank texts not yet erased, and their salts, without which a short text could be guessed from its hash. Returns
    how many were erased."""
    return texts.filter(erased_at__isnull=True).update(text="", salt="", erased_at=at)
