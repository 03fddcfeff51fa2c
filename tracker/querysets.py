"""Reads, by the names of the domain. Dates are always arguments: no clock here."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import ForeignKey, Q
from django.db.models.query import ModelIterable

from tracker import changes, kept
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


class WithLists(ModelIterable):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Demandes, each with the rows of the lists that it names. One that was added meanwhile is asked for when read."""

    def __iter__(self) -> Iterator["Ticket"]:
        with kept.looking_once():
            named = [
                (field.attname, field.set_cached_value, kept.by_key(field.remote_field.model))
                for field in self.queryset.model._meta.concrete_fields
                if isinstance(field, ForeignKey) and field.remote_field.model._meta.db_table in changes.TABLES
            ]
        for ticket in super().__iter__():
            for column, set_value, rows in named:
                row = rows.get(ticket.__dict__.get(column))
                if row is not None:
                    set_value(ticket, row)
            yield ticket


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

    def with_lists(self) -> "TicketQuerySet":
        """With the rows that they name of the lists kept in memory: préfecture, site, bureau, kind, channels, nature,
        theme, mailbox. No join, and the same row for all that name it."""
        found = self.all()
        found._iterable_class = WithLists
        return found

    def for_lists(self) -> "TicketQuerySet":
        """With what a row of a list shows."""
        return self.with_lists().select_related("assignee")

    def update(self, **fields: Any) -> int:
        if "state" in fields:
            raise TypeError("a state is written by a transition, never by update()")
        return super().update(**fields)


class IdentityQuerySet(models.QuerySet["ExternalIdentity"]):
    def standing(self) -> "IdentityQuerySet":
        """Those whose demande is what their row became. Withdrawing an import frees its rows, but for the demandes that
        somebody has taken up again since."""
        return self.filter(Q(withdrawn_at=None) | ~Q(ticket__state=State.DISMISSED))
