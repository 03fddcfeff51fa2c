"""Reads of the plan, by the names of the domain. Dates are always arguments: no clock here."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from actions.enums import PLAN_STATES, TO_DO_STATES
from tracker.enums import Role
from tracker.scopes import Grant

if TYPE_CHECKING:
    from actions.models import Action  # noqa: F401  (named in strings below)
    from tracker.models import User

PLAN_ROLES = (Role.QUALITY, Role.COPIL)
"""Those who see the plan of their part of the préfecture, whoever carries it."""


def granted(grant: Grant) -> Q:
    """The actions that one grant shows. `permissions.covers` is the same rule on an instance."""
    part = Q(prefecture_id=grant.prefecture_id)
    if grant.role == Role.SUPERVISOR:
        return part & Q(office_id__in=grant.office_ids)
    if grant.role not in PLAN_ROLES:
        return Q(pk__in=())
    if grant.is_whole:
        return part
    there = Q(office_id__in=grant.office_ids)
    if grant.site_id is not None:
        there |= Q(office__isnull=True, site_id=grant.site_id)
    return part & there


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, user: "User") -> "ActionQuerySet":
        """What `user` may know to exist: the plan that a role shows, what they carry, what they proposed."""
        scope = user.scope
        shown = Q(prefecture_id__in=scope.prefecture_ids) & (Q(pilot=user) | Q(proposed_by=user))
        for grant in scope.grants:
            shown |= granted(grant)
        return self.filter(shown)

    def in_plan(self) -> "ActionQuerySet":
        """What the rates of completion count."""
        return self.filter(state__in=PLAN_STATES)

    def to_do(self) -> "ActionQuerySet":
        return self.filter(state__in=TO_DO_STATES)

    def late(self, on: date) -> "ActionQuerySet":
        """Still to do on the day `on`, after the day it was due. What is done is never late."""
        return self.to_do().filter(due_on__lt=on)

    def piloted_by(self, user: "User") -> "ActionQuerySet":
        return self.filter(pilot=user)

    def for_lists(self) -> "ActionQuerySet":
        """With what a row of a list shows."""
        return self.select_related("prefecture", "source", "engagement", "pilot", "office", "site")

    def update(self, **fields: Any) -> int:
        if "state" in fields:
            raise TypeError("a state is written by a transition, never by update()")
        return super().update(**fields)
