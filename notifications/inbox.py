"""A person's own notifications: what they have to read, what they have read, and for how long it is kept."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max

from notifications.models import Notification, NotificationQuerySet
from notifications.topics import Place
from tracker import paging
from tracker.models import Ticket, User

KEPT_READ: Final = timedelta(days=90)
KEPT_UNREAD: Final = timedelta(days=365)
"""Nobody reads what nobody has read in a year."""
CHUNK: Final = 5000
LATEST_FIRST: Final = paging.Order("recentes", "les plus récentes", (paging.Key("id", descending=True),), parts=2)


def parts(rows: NotificationQuerySet) -> list[NotificationQuerySet]:
    """A list of notifications: unread first, then what was read."""
    return [rows.unread(), rows.filter(read_at__isnull=False)]


def mark_read(user: User, ids: Collection[int], now: datetime) -> int:
    """Those of this person among `ids`; read ones keep the hour at which they were."""
    return Notification.objects.filter(user=user, pk__in=ids).unread().update(read_at=now)


def mark_all_read(user: User, last: int, now: datetime) -> int:
    """Up to the one of key `last`, which the person had before their eyes: what came since stays unread."""
    return Notification.objects.filter(user=user, pk__lte=last).unread().update(read_at=now)


def mark_ticket_read(user: User, ticket: Ticket, now: datetime) -> int:
    """Who opens a demande knows what there was to know of it."""
    return Notification.objects.filter(user=user, ticket=ticket).unread().update(read_at=now)


def forget(now: datetime) -> int:
    """Delete what is too old to be looked for; returns how many. By chunks: the embedded server writes in between."""
    count = 0
    for old in (
        Notification.objects.filter(read_at__lt=now - KEPT_READ),
        Notification.objects.unread().filter(created_at__lt=now - KEPT_UNREAD),
    ):
        while keys := list(old.values_list("pk", flat=True)[:CHUNK]):
            count += Notification.objects.filter(pk__in=keys).delete()[0]
    return count


class InboxTopic:
    """« inbox »: the person's own notifications. It moves when they have one more to read."""

    def place(self, user: User | None, rest: str) -> Place | None:
        if user is None or rest:
            return None
        return Place(f"inbox:{user.pk}", user.scope.prefecture_ids)

    def allows(self, user: User, rest: str) -> bool:
        return not rest

    def values(self, keys: Collection[str]) -> Mapping[str, str]:
        people = {int(key.partition(":")[2]): key for key in keys}
        rows = Notification.objects.unread().filter(user__in=people).order_by().values_list("user")
        found = {user_id: f"{count}.{last}" for user_id, count, last in rows.annotate(Count("pk"), Max("pk"))}
        return {key: found.get(pk, "0") for pk, key in people.items()}
