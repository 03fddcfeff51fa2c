"""What the header says of the person alone: how much they have not read, whether their letter keys act."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from frontend.models import KeyboardChoice
from notifications import inbox
from notifications.kinds import CONCERNED
from notifications.models import Notification, NotificationQuerySet
from tracker import clock
from tracker.models import Ticket, User

MOST_SHOWN = 99


@dataclass(slots=True)
class Standing:
    """`unread` counts what the person may still see; `letters`: whether keys of one character act."""

    unread: int = 0
    letters: bool = False
    has_bell: bool = False

    @property
    def shown(self) -> str:
        return f"{MOST_SHOWN}+" if self.unread > MOST_SHOWN else str(self.unread)


def standing_of(request: HttpRequest) -> Standing:
    """Asked once a request: one query."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Standing()
    found: Standing | None = getattr(request, "_standing", None)
    if found is None:
        found = request._standing = read(user)  # type: ignore[attr-defined]  # ours, for the time of this request
    return found


def read(user: User) -> Standing:
    has_bell = user.scope.has(*CONCERNED) and not user.must_change_password
    row = User.objects.filter(pk=user.pk).annotate(
        letters_off=Exists(KeyboardChoice.objects.filter(user=OuterRef("pk"), letters=False)),
    )
    if not has_bell:
        return Standing(letters=not row.values_list("letters_off", flat=True).get())
    letters_off, unread = (
        row.annotate(unread=Coalesce(Subquery(counted(Notification.objects.of(user).unread())), 0))
        .values_list("letters_off", "unread")
        .get()
    )
    return Standing(unread, not letters_off, has_bell)


def counted(rows: NotificationQuerySet) -> "QuerySet[Any, Any]":
    """One row with their number, none where there is none."""
    return rows.order_by().values("user").annotate(number=Count("pk")).values("number")


def seen(request: HttpRequest, ticket: Ticket) -> None:
    """Who opens a demande has read what there was to know of it."""
    standing = standing_of(request)
    if standing.unread and isinstance(request.user, User):
        standing.unread -= inbox.mark_ticket_read(request.user, ticket, clock.now())
