"""Saved views of the Registre: a person's own, and those that a référent shares with the préfecture.

A view holds filters, never demandes: whoever opens one sees in it what they may see, and its count is theirs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import IntegerField, Max, Q, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from frontend.display import Display
from frontend.filters import TicketFilter
from frontend.listing import total_words
from frontend.models import SavedView
from tracker import clock, journal
from tracker.enums import Role, Via
from tracker.errors import InvalidCommand
from tracker.filters import Facets
from tracker.models import Prefecture, User
from tracker.paging import COUNTED_EXACTLY, Total
from tracker.registry import Situations

MOST_VIEWS: Final = 30
"""Views of one person, and views shared in one préfecture."""
TOO_MANY: Final = f"Vous avez déjà {MOST_VIEWS} vues\xa0: supprimez-en une d’abord."
TOO_MANY_SHARED: Final = f"La préfecture partage déjà {MOST_VIEWS} vues\xa0: supprimez-en une d’abord."
OF_SOMEBODY: Final = frozenset({"text", "assignee"})
"""Filters that name, or may name, a person: a sender searched for, an agent whom others would be watching."""
NAMES_SOMEBODY: Final = (
    "Une vue partagée ne nomme personne\xa0: celle-ci cherche un mot ou désigne un agent. Gardez-la pour vous."
)


# --- Reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view as the Registre lists it. `alert`: how many demandes it holds, where that passes its number."""

    name: str
    url: str
    is_shared: bool
    is_current: bool
    alert: str = ""


class CountOf(Subquery):
    """How many rows a query gives, as one column of another."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def visible_views(user: User) -> QuerySet[SavedView]:
    """The person's own views, and those shared with them."""
    shared = Q(prefecture__in=user.scope.prefecture_ids)
    own = Q(owner=user, prefecture=None)
    return SavedView.objects.filter(own | shared).order_by("position", "pk")


def editable_views(user: User) -> QuerySet[SavedView]:
    """The person's own views, and the shared ones of the préfecture whose référent the person is."""
    prefecture_id = shares_in(user)
    own = Q(owner=user, prefecture=None)
    return SavedView.objects.filter(own | Q(prefecture=prefecture_id) if prefecture_id else own).order_by(
        "position", "pk"
    )


def shares_in(user: User) -> int | None:
    """The préfecture with which the person may share a view: that of which they are the référent, whole."""
    whole = {grant.prefecture_id for grant in user.scope.grants if grant.role == Role.QUALITY and grant.is_whole}
    return min(whole, default=None)


def links(request: HttpRequest, current: str, facets: Facets, situations: Situations) -> list[ViewLink]:
    """The views to choose from: shared ones first. One query for the views, one for all their counts, and those of the
    filters' values. A shared view that names what the person may not know of does not exist for them."""
    user: User = request.user  # type: ignore[assignment]  # every list is for a signed-in person
    shown: list[SavedView] = []
    counted: dict[int, TicketFilter] = {}
    for view in sorted(visible_views(user), key=lambda view: not view.is_shared):
        if view.is_shared or view.alert_above is not None:
            filters = TicketFilter(QueryDict(view.query), request=request, situations=situations, facets=facets)
            if filters.is_valid():
                counted |= {view.pk: filters} if view.alert_above is not None else {}
            elif view.is_shared:
                continue
        shown.append(view)
    numbers = counts(user, counted)
    return [
        ViewLink(view.name, address(view), view.is_shared, view.query == current, alert(view, numbers.get(view.pk, 0)))
        for view in shown
    ]


def counts(user: User, filters: dict[int, TicketFilter]) -> dict[int, int]:
    """How many demandes each of these lists holds, in one query; no further than a list is counted."""
    if not filters:
        return {}
    columns = {
        f"view_{pk}": CountOf(each.qs.order_by().values("pk")[: COUNTED_EXACTLY + 1]) for pk, each in filters.items()
    }
    found = User.objects.filter(pk=user.pk).values_list(*columns.values()).get()
    return dict(zip(filters, found, strict=True))


def alert(view: SavedView, number: int) -> str:
    """« 12 demandes », « plus de 10 000 demandes »; empty up to the number of the view."""
    if view.alert_above is None or number <= view.alert_above:
        return ""
    return total_words(Total(min(number, COUNTED_EXACTLY), number <= COUNTED_EXACTLY))


def address(view: SavedView) -> str:
    """The Registre as the view has it: the very address that its author had."""
    return f"{reverse('registry')}?{'&'.join(filter(None, [view.query, display_query(view)]))}"


def display_query(view: SavedView) -> str:
    return urlencode({"order": view.order, "columns": view.columns})


def normalised(filters: TicketFilter) -> str:
    """The filters as an address, each list in one writing; what is no filter, or a value that the person may not filter
    by, is left out."""
    filters.is_valid()
    pairs = []
    for name in filters.active:
        value = filters.form.cleaned_data[name]
        for each in value if isinstance(value, list) else [value]:
            pairs.append((name, each.isoformat() if isinstance(each, date) else str(each)))
    return urlencode(pairs)


# --- Writing ------------------------------------------------------------------------------------------------------


def add(user: User, name: str, filters: TicketFilter, display: Display) -> SavedView:
    """Keep a list under a name. Raises InvalidCommand: no name, or too many views."""
    mine = own_views(user)
    if mine.count() >= MOST_VIEWS:
        raise InvalidCommand(TOO_MANY, field="name")
    return SavedView.objects.create(
        owner=user,
        name=checked(name, mine),
        query=normalised(filters),
        order=display.order.code,
        columns=display.columns_text,
        position=next_position(mine),
    )


@transaction.atomic
def change(view_id: int, user: User, *, name: str, alert_above: int | None, shared: bool) -> SavedView:
    """Rename a view, set the number beyond which it alerts, share it or take it back. What changes of a shared view is
    journalled. Raises InvalidCommand, and SavedView.DoesNotExist where the view is not the person's to change."""
    view = editable_views(user).select_for_update(of=("self",)).get(pk=view_id)
    was_shared, before = view.is_shared, view.prefecture
    if shared and not was_shared:
        share(view, user)
    elif was_shared and not shared:
        # Back to the one who takes it back: its first author may have left.
        view.prefecture, view.owner = None, user
    beside = SavedView.objects.filter(prefecture=view.prefecture) if view.prefecture else own_views(user)
    view.name, view.alert_above = checked(name, beside.exclude(pk=view.pk)), alert_above
    view.save()
    if view.prefecture:
        tell(view, "changed" if was_shared else "shared", view.prefecture, user)
    elif before:
        tell(view, "unshared", before, user)
    return view


def share(view: SavedView, user: User) -> None:
    prefecture_id = shares_in(user)
    if prefecture_id is None:
        raise InvalidCommand("Seul le référent qualité de la préfecture partage une vue.", field="shared")
    if OF_SOMEBODY.intersection(QueryDict(view.query)):
        raise InvalidCommand(NAMES_SOMEBODY, field="shared")
    others = SavedView.objects.filter(prefecture=prefecture_id)
    if others.count() >= MOST_VIEWS:
        raise InvalidCommand(TOO_MANY_SHARED, field="shared")
    view.prefecture_id, view.position = prefecture_id, next_position(others)


@transaction.atomic
def delete(view_id: int, user: User) -> SavedView:
    """Raises SavedView.DoesNotExist where the view is not the person's to delete."""
    view = editable_views(user).select_for_update(of=("self",)).get(pk=view_id)
    if view.prefecture:
        tell(view, "deleted", view.prefecture, user)
    view.delete()
    return view


@transaction.atomic
def move_up(view_id: int, user: User) -> SavedView:
    """Put a view before the one above it. Raises SavedView.DoesNotExist likewise."""
    view = editable_views(user).get(pk=view_id)
    beside: Sequence[SavedView] = list(
        editable_views(user).filter(prefecture=view.prefecture_id).select_for_update(of=("self",))
    )
    place = [each.pk for each in beside].index(view.pk)
    ordered = [*beside]
    if place:
        ordered[place - 1], ordered[place] = ordered[place], ordered[place - 1]
    renumber(ordered)
    return view


def renumber(views: Iterable[SavedView]) -> None:
    moved = []
    for position, view in enumerate(views, start=1):
        if view.position != position:
            view.position = position
            moved.append(view)
    SavedView.objects.bulk_update(moved, ["position"])


def next_position(views: QuerySet[SavedView]) -> int:
    return (views.aggregate(last=Max("position"))["last"] or 0) + 1


def own_views(user: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=user, prefecture=None)


def checked(name: str, beside: QuerySet[SavedView]) -> str:
    """The name as it is kept; `beside`: the views among which it must be told apart."""
    name = " ".join(name.split())
    longest = SavedView._meta.get_field("name").max_length or 0
    if not name:
        raise InvalidCommand("Donnez un nom à cette vue.", field="name")
    if len(name) > longest:
        raise InvalidCommand(f"Le nom dépasse {longest} caractères ({len(name)}).", field="name")
    if beside.filter(name__iexact=name).exists():
        raise InvalidCommand(
            f"Une autre vue s’appelle déjà «\xa0{name}\xa0»\xa0: choisissez un autre nom.", field="name"
        )
    return name


def tell(view: SavedView, kind: str, prefecture: Prefecture, user: User) -> None:
    """A shared view steers what others look at. Its name is text that somebody typed: erasable, beside the event."""
    now = clock.now()
    data = {"filters": sorted(QueryDict(view.query)), "alert_above": view.alert_above}
    entry = journal.Entry(kind, clock.local_date(now, prefecture.time_zone), data, {"name": view.name})
    journal.record(view, entry, journal.Act(user.pk, Via.PAGE, now), prefecture_id=prefecture.pk)
