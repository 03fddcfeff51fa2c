"""The heads of the journal: one signed digest per préfecture and period, chained to the one before.

A chain says that nothing was changed between its events, not that its last ones are still there: the heads do. Exported
(`seal_journal --export`) and kept elsewhere, they also guard against somebody who could rewrite the whole base.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from tracker import clock
from tracker.models import Event, Prefecture, SealedHead
from tracker.verification.report import Difference

SETTLING = timedelta(hours=1)
"""Nothing younger is sealed: a transaction still open would add its events to a period already closed."""


@dataclass(frozen=True, slots=True)
class SealRecord:
    """One head as it is exported. `sealed_until` is ISO, UTC; `prefecture` is a code."""

    prefecture: str
    sealed_until: str
    events: int
    digest: str
    signature: str


def seal_heads(until: datetime | None = None) -> list[SealedHead]:
    """Seal the journal of every préfecture from its last head up to `until` (default: an hour ago). One head per
    préfecture, none where `until` is already sealed or nothing was told since. Raises ValueError for a future `until`:
    the events to come would seem added after the seal."""
    until = until or clock.now() - SETTLING
    if until > clock.now():
        raise ValueError("a head cannot seal the future")
    sealed = []
    for prefecture in Prefecture.objects.order_by("pk"):
        with transaction.atomic():
            # Two commands at once would seal the same period twice.
            Prefecture.objects.select_for_update().get(pk=prefecture.pk)
            previous = SealedHead.objects.filter(prefecture=prefecture).order_by("-sealed_until").first()
            if previous is not None and previous.sealed_until >= until:
                continue
            count, digest = digest_of(prefecture.pk, previous, until)
            if count or previous is None:
                sealed.append(
                    SealedHead.objects.create(
                        prefecture=prefecture,
                        sealed_until=until,
                        events=count,
                        digest=digest,
                        signature=sign(prefecture.code, until, count, digest),
                    )
                )
    return sealed


def digest_of(prefecture_id: int, previous: SealedHead | None, until: datetime) -> tuple[int, str]:
    """How many events the period holds, and the digest of their hashes after that of the head before."""
    events = Event.objects.filter(prefecture_id=prefecture_id, recorded_at__lte=until)
    if previous is not None:
        events = events.filter(recorded_at__gt=previous.sealed_until)
    digest = hashlib.sha256((previous.digest if previous else "").encode())
    count = 0
    hashes = events.order_by("recorded_at", "stream", "object_id", "number").values_list("hash", flat=True)
    for value in hashes.iterator(chunk_size=5000):
        digest.update(value.encode())
        count += 1
    return count, digest.hexdigest()


def sign(code: str, until: datetime, count: int, digest: str) -> str:
    """HMAC-SHA-256 of a head with the journal's own key, which is not in the database."""
    said = json.dumps([code, iso(until), count, digest], separators=(",", ":"))
    return hmac.new(settings.JOURNAL_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def as_record(head: SealedHead) -> SealRecord:
    return SealRecord(head.prefecture.code, iso(head.sealed_until), head.events, head.digest, head.signature)


def check_seals(exported: Sequence[SealRecord] = ()) -> list[Difference]:
    """Heads that are not ours, periods whose events are no longer those that were sealed, exported heads that the base
    no longer has."""
    found = []
    for prefecture in Prefecture.objects.order_by("pk"):
        previous: SealedHead | None = None
        for head in SealedHead.objects.filter(prefecture=prefecture).order_by("sealed_until"):
            found += check_head(prefecture.code, head, previous)
            previous = head
    stored = {as_record(head) for head in SealedHead.objects.select_related("prefecture").iterator()}
    found += [
        differing(record.prefecture, record.sealed_until, "seal_removed", "ce scellé exporté n’est plus dans la base.")
        for record in exported
        if record not in stored
    ]
    return found


def check_head(code: str, head: SealedHead, previous: SealedHead | None) -> list[Difference]:
    until = iso(head.sealed_until)
    signature = sign(code, head.sealed_until, head.events, head.digest)
    if not hmac.compare_digest(signature, head.signature):
        return [differing(code, until, "seal_forged", "ce scellé n’est pas signé par cette installation.")]
    count, digest = digest_of(head.prefecture_id, previous, head.sealed_until)
    if count < head.events:
        detail = f"{head.events - count} évènement(s) de cette période ont disparu du journal."
        return [differing(code, until, "seal_cut", detail)]
    if digest != head.digest:
        return [differing(code, until, "seal_changed", "les évènements de cette période ne sont plus ceux scellés.")]
    return []


def differing(code: str, until: str, problem: str, detail: str) -> Difference:
    return Difference("seal", None, f"Scellé {code} jusqu’au {until}", problem, detail)


# --- Export -------------------------------------------------------------------------------------------------------


def export(heads: Iterable[SealedHead], path: Path) -> None:
    """Append the heads to a file, one JSON object a line: to be kept away from the base."""
    with path.open("a", encoding="utf-8") as file:
        for head in heads:
            file.write(json.dumps(asdict(as_record(head)), sort_keys=True) + "\n")


def read_export(path: Path) -> list[SealRecord]:
    """Raises ValueError (French message) where the file is not one of ours."""
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            value: dict[str, Any] = json.loads(line)
            records.append(SealRecord(**value))
        except (ValueError, TypeError) as problem:
            raise ValueError(f"Ligne {number} de {path.name} : ce n’est pas un scellé exporté.") from problem
    return records
