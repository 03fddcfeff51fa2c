"""What a program asks under a key of its choice is done once, however often and however fast it is asked: creating a
demande, attaching files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from tracker import clock, writers
from tracker.commands import Command
from tracker.errors import SillageError
from tracker.models import IdempotencyKey, Prefecture, Ticket, User
from tracker.writers import Author

KEPT: Final = timedelta(hours=24)


class KeyReused(SillageError):
    default = "Cette clé d’idempotence a déjà servi pour une autre demande\xa0: employez-en une nouvelle."


@dataclass(frozen=True, slots=True)
class Created:
    """`replayed`: it had been created before, by the same request."""

    ticket: Ticket
    replayed: bool


def digest_of(body: Any) -> str:
    """Keyed, so that what was sent cannot be guessed from it."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return salted_hmac("tracker.idempotency", canonical, algorithm="sha256").hexdigest()


def claim(user: User, key: str, digest: str) -> IdempotencyKey:
    """The row of the key, held until the end of the transaction: whoever asks with the same key at the same instant
    waits here, and then finds the demande. Raises KeyReused where the key served for something else."""
    now = clock.now()
    IdempotencyKey.objects.filter(user=user, key=key, created_at__lt=now - KEPT).delete()
    IdempotencyKey.objects.bulk_create(
        [IdempotencyKey(user=user, key=key, digest=digest, created_at=now)], ignore_conflicts=True
    )
    row = IdempotencyKey.objects.select_for_update().get(user=user, key=key)
    if row.digest != digest:
        raise KeyReused
    return row


def register_once(
    prefecture: Prefecture, acts: Sequence[Command], author: Author, user: User, key: str, body: Any
) -> Created:
    """`writers.register`, or the demande that the same request has created under `key`. Raises KeyReused where the key
    served for something else; what is refused leaves no key behind."""
    with transaction.atomic():
        row = claim(user, key, digest_of(body))
        if row.ticket_id is not None:
            return Created(Ticket.objects.get(pk=row.ticket_id), replayed=True)
        row.ticket = writers.register(prefecture, acts, author)
        row.save(update_fields=["ticket"])
    return Created(row.ticket, replayed=False)


def forget_old_keys() -> int:
    """Delete the keys that no longer protect anything; gives their number."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()
    return deleted
