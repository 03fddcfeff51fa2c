"""Forms half filled, kept on the server per person and form, so that nothing typed is lost with a tab or a session."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from frontend.models import FormDraft, Submission
from tracker.models import User
from tracker.text import clean_text

KEPT = timedelta(days=14)
OFFERED = 3
MAX_VALUE = 20_000
"""Characters kept of one field: far above any letter, far below what would fill a disk."""
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "token"})


def save(user: User, form: str, token: uuid.UUID, typed: Mapping[str, str], now: datetime) -> None:
    """Keep what `typed` holds. `token` names one opening of the form: two letters typed side by side are two drafts."""
    data = {name: clean_text(value)[:MAX_VALUE] for name, value in typed.items() if name not in NEVER_KEPT and value}
    FormDraft.objects.update_or_create(user=user, form=form, token=token, defaults={"data": data, "saved_at": now})


def find(user: User, form: str, now: datetime) -> list[FormDraft]:
    """The latest drafts of this form, newest first."""
    kept = FormDraft.objects.filter(user=user, form=form, saved_at__gt=now - KEPT)
    return list(kept.order_by("-saved_at")[:OFFERED])


def get(user: User, form: str, token: uuid.UUID, now: datetime) -> FormDraft | None:
    """The draft of this one opening of the form, while it is kept."""
    return FormDraft.objects.filter(user=user, form=form, token=token, saved_at__gt=now - KEPT).first()


def forget(user: User, form: str, token: uuid.UUID) -> None:
    FormDraft.objects.filter(user=user, form=form, token=token).delete()


def purge(now: datetime) -> int:
    """Delete what is older than 14 days; returns how many drafts."""
    Submission.objects.filter(sent_at__lte=now - KEPT).delete()
    deleted, _ = FormDraft.objects.filter(saved_at__lte=now - KEPT).delete()
    return deleted
