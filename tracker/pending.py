"""What follows an event, once: the rows of `PendingEvent` are drained by whoever comes first, in one transaction with
all that they cause."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import F

from tracker.models import Event, LiveCounter, PendingEvent
from tracker.waking import wake_on_commit

TASK = "tracker.tasks.drain_pending"
BATCH = 500

Follower = Callable[[Sequence[Event]], None]
"""Writes what must follow these events (outbox rows), in the transaction of the drain: if it raises, nothing is
drained. Events of imports and history (`quiet`) never reach it."""

_followers: list[Follower] = []

Watcher = Callable[[set[int]], None]
"""Told, once it is committed, of which préfectures the counter has moved: a hint, the counter itself is the truth."""

_watchers: list[Watcher] = []


def register_follower(follower: Follower) -> None:
    """Called from `AppConfig.ready`."""
    if follower not in _followers:
        _followers.append(follower)


def register_watcher(watcher: Watcher) -> None:
    """Called from `AppConfig.ready`. A watcher neither waits nor raises."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def nudge() -> None:
    """Have the events of the current transaction followed as soon as it is committed."""
    wake_on_commit(TASK)


def drain(limit: int = BATCH) -> int:
    """Follow at most `limit` waiting events, oldest first; returns how many. Safe with several drainers: PostgreSQL
    skips the rows that another one holds, SQLite lets one transaction write at a time (`transaction_mode=IMMEDIATE`).
    """
    if not PendingEvent.objects.exists():  # costs no write lock where nothing waits
        return 0
    with transaction.atomic():
        taken = PendingEvent.objects.select_for_update(skip_locked=True).order_by("pk")[:limit]
        quiet_of = dict(taken.values_list("pk", "quiet"))
        if not quiet_of:
            return 0
        events = list(Event.objects.filter(pk__in=quiet_of).order_by("pk"))
        loud = [event for event in events if not quiet_of[event.pk]]
        for follower in _followers if loud else ():
            follower(loud)
        bump({event.prefecture_id for event in events if event.prefecture_id is not None})
        PendingEvent.objects.filter(pk__in=quiet_of).delete()
    return len(quiet_of)


def drain_all(limit: int = BATCH) -> int:
    """Drain until nothing waits; returns how many events were followed."""
    total = 0
    while count := drain(limit):
        total += count
    return total


def bump(prefecture_ids: set[int]) -> None:
    """Tell the screens of these préfectures that something has changed. Always in the order of the keys, so that two
    drainers never wait for each other."""
    for prefecture_id in sorted(prefecture_ids):
        LiveCounter.objects.filter(pk=prefecture_id).update(value=F("value") + 1)
    if prefecture_ids:
        transaction.on_commit(lambda: tell_watchers(prefecture_ids))


def tell_watchers(prefecture_ids: set[int]) -> None:
    for watcher in _watchers:
        watcher(prefecture_ids)
