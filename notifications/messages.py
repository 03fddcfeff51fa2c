"""The messages that carry what people are told: one per person and instant, whatever there is to say in it.

A row of the outbox is all that is written here; what it says is composed when it leaves (`notifications.mails`).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from notifications.enums import Way
from notifications.models import Notification
from notifications.people import Audience
from tracker import kept
from tracker.models import Outbox

ALERT: Final = "notifications"
DIGEST: Final = "digest"
CHANNEL: Final = "email"


@kept.looking_once()
def post(audience: Audience, user_ids: Collection[int] | None = None) -> int:
    """Give what is to leave at once, and has no message yet, the one of its instant; returns how many messages are
    concerned. `user_ids` None: whoever has something waiting."""
    waiting = Notification.objects.to_send().filter(way=Way.MAIL)
    if user_ids is not None:
        waiting = waiting.filter(user__in=user_ids)
    found = set(waiting.order_by().values_list("user_id", flat=True).distinct())
    planned = {}
    for user_id in found:
        if user_id in audience:
            at = audience.seat(user_id).leaves_at(audience.now)
            planned[f"{ALERT}:{user_id}:{at:%Y-%m-%dT%H:%MZ}"] = (user_id, at)
    return carry(ALERT, Way.MAIL, planned, audience)


@kept.looking_once()
def post_digests(audience: Audience) -> int:
    """Write the digests that are due at this hour: once a day and person, on their working days. Who is away finds all
    of it in the one of their return."""
    waiting = Notification.objects.to_send().filter(way=Way.DIGEST).order_by()
    planned = {}
    for user_id in set(waiting.values_list("user_id", flat=True).distinct()):
        if user_id not in audience:
            continue
        day = audience.seat(user_id).digest_day(audience.now, audience.digest_hour(user_id))
        if day is not None and audience.absence(user_id, day) is None:
            planned[f"{DIGEST}:{user_id}:{day.isoformat()}"] = (user_id, audience.now)
    return carry(DIGEST, Way.DIGEST, planned, audience)


def carry(kind: str, way: Way, planned: Mapping[str, tuple[int, datetime]], audience: Audience) -> int:
    """Have the messages of these keys (person, when it leaves) carry what waits for them. Keys are taken in order, so
    that two who do it at once never wait for each other in a circle; a message that somebody has begun to send carries
    nothing more, and what came too late for it waits for the next."""
    if not planned:
        return 0
    rows = [
        Outbox(
            prefecture_id=audience.prefecture_of(user_id),
            key=key,
            channel=CHANNEL,
            kind=kind,
            user_id=user_id,
            created_at=audience.now,
            next_try_at=at,
        )
        for key, (user_id, at) in sorted(planned.items())
    ]
    with transaction.atomic():
        Outbox.objects.bulk_create(rows, ignore_conflicts=True)
        open_rows = Outbox.objects.filter(key__in=planned, attempts=0, done_at=None, failed_at=None)
        locked = dict(open_rows.select_for_update().order_by("key").values_list("pk", "user_id"))
        own = Outbox.objects.filter(pk__in=locked, user=OuterRef("user"))
        waiting = Notification.objects.to_send().filter(way=way, user__in=locked.values())
        waiting.update(message=Subquery(own.values("pk")[:1]))
    return len(locked)
