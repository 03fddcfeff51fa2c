"""Who treats the demandes of which bureau: to whom a demande may be given, who may stand in for whom."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from tracker.enums import Role
from tracker.models import Membership, Office, User
from tracker.scopes import subtree

HOLDING_ROLES = (Role.AGENT, Role.SUPERVISOR)
"""Roles of those who answer for demandes themselves."""


class Teams:
    """The people of some préfectures who answer for demandes: two queries, whatever their number."""

    def __init__(self, prefecture_ids: Iterable[int]) -> None:
        prefecture_ids = set(prefecture_ids)
        offices = list(
            Office.objects.filter(prefecture_id__in=prefecture_ids).values_list(
                "pk", "parent_id", "prefecture_id", "site_id"
            )
        )
        parents = [(pk, parent_id) for pk, parent_id, *_ in offices]
        below = {pk: subtree(pk, parents) for pk, _ in parents}
        self.people: dict[int, User] = {}
        self._covered: dict[int, frozenset[int]] = {}
        self._based: dict[int, frozenset[int]] = {}
        for held in memberships(prefecture_ids):
            if held.office_id is not None:
                based, covered = frozenset({held.office_id}), below[held.office_id]
            else:
                based = covered = frozenset(
                    pk
                    for pk, _, prefecture_id, site_id in offices
                    if prefecture_id == held.prefecture_id and held.site_id in (None, site_id)
                )
            self.people[held.user_id] = held.user
            self._based[held.user_id] = self._based.get(held.user_id, frozenset()) | based
            self._covered[held.user_id] = self._covered.get(held.user_id, frozenset()) | covered

    def may_hold(self, user_id: int, office_id: int | None) -> bool:
        """Whether a demande of this bureau may be given to the person: who works there, or in a direction above."""
        return office_id in self._covered.get(user_id, ())

    def holders(self, office_ids: Iterable[int]) -> list[User]:
        """Those who may hold a demande of at least one of these bureaux, by name."""
        wanted = frozenset(office_ids)
        return [user for pk, user in self.people.items() if self._covered[pk] & wanted]

    def based_in(self, office_ids: Iterable[int]) -> list[User]:
        """Those who work in these bureaux, by name; not the directions above them."""
        wanted = frozenset(office_ids)
        return [user for pk, user in self.people.items() if self._based[pk] & wanted]

    def substitutes(self, user_id: int) -> list[User]:
        """Those who may stand in for the person, by name: who treat demandes of a bureau that both have."""
        shared = self._covered.get(user_id, frozenset())
        return [user for pk, user in self.people.items() if pk != user_id and self._covered[pk] & shared]


def memberships(prefecture_ids: Iterable[int]) -> Iterable[Membership]:
    """The memberships that make somebody answer for demandes, people in alphabetical order."""
    holding = Q(prefecture_id__in=prefecture_ids, role__in=HOLDING_ROLES, user__is_active=True)
    order = ("user__last_name", "user__first_name", "user_id")
    return Membership.objects.filter(holding).select_related("user").order_by(*order)


def people_of(office: Office | None) -> QuerySet[User]:
    """Who may hold a demande of this bureau: its agents and encadrants, and those of the directions above it."""
    holders = Teams({office.prefecture_id}).holders({office.pk}) if office else ()
    return User.objects.filter(pk__in=[each.pk for each in holders]).order_by("last_name", "first_name", "pk")
