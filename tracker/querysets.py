"""Reads, by the names of the domain. Dates are always arguments: no clock here."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from tracker.enums import OPEN_STATES, Role, State
from tracker.scopes import Grant, Scope

if TYPE_CHECKING:
    from tracker.models import ExternalIdentity, Ticket, User  # noqa: F401  (named in strings below)


def granted(grant: Grant) -> Q:
    """The demandes that one grant shows."""
    part = Q(prefecture_id=grant.prefecture_id)
    if grant.role in (Role.AGENT, Role.SUPERVISOR):
        return part & Q(office_id__in=grant.office_ids)
    if grant.role == Role.QUALITY:
        if grant.office_root is not None:
            return part & Q(office_id__in=grant.office_ids)
        if grant.site_id is not None:
            return part & (Q(office_id__in=grant.office_ids) | Q(office__isnull=True, site_id=grant.site_id))
        return part
    if grant.role == Role.MAILROOM:
        its_own = Q(by_mailroom=True, state__in=(State.REGISTERED, State.ASSIGNED))
        waiting = its_own | Q(state=State.REGISTERED, sent_back_count__gt=0)
        return part & waiting & (Q(site_id=grant.site_id) if grant.site_id is not None else Q())
    return Q(pk__in=())


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: "User") -> "TicketQuerySet":
        """What `user` may know to exist. Whether its text may be read too is `user.scope.reads_text(office_id)`."""
        return self.visible_in(user.scope)

    def visible_in(self, scope: Scope) -> "TicketQuerySet":
        shown = Q(pk__in=())
        for grant in scope.grants:
            shown |= granted(grant)
        return self.filter(shown)

    def readable_by(self, user: "User") -> "TicketQuerySet":
        """Visible, and with a text that `user` may read: the base of search, completion and duplicate hints."""
        sealed = user.scope.sealed_ids
        shown = self.visible_to(user)
        return shown.exclude(office_id__in=sealed) if sealed else shown

    def open(self) -> "TicketQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def overdue(self, on: date) -> "TicketQuerySet":
        """Open, with a promise already broken on the day `on`."""
        return self.open().filter(due_on__lt=on)

    def due_between(self, first: date, last: date) -> "TicketQuerySet":
        """Open, with the next promise to keep from `first` to `last`, both included."""
        return self.open().filter(due_on__range=(first, last))

    def without_deadline(self) -> "TicketQuerySet":
        """Open, with nothing promised: « sans délai défini », or waiting for the requester."""
        return self.open().filter(due_on__isnull=True)

    def for_lists(self) -> "TicketQuerySet":
        """With what a row of a list shows."""
        return self.select_related("kind", "channel", "office", "assignee", "site", "theme", "nature", "prefecture")

    def update(self, **fields: Any) -> int:
        if "state" in fields:
            raise TypeError("a state is written by a transition, never by update()")
        return super().update(**fields)


class IdentityQuerySet(models.QuerySet["ExternalIdentity"]):
    def standing(self) -> "IdentityQuerySet":
        """Those whose demande is what their row became. Withdrawing an import frees its rows, but for the demandes that
        somebody has taken up again since."""
        return self.filter(Q(withdrawn_at=None) | ~Q(ticket__state=State.DISMISSED))
