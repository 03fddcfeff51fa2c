"""The filters of the lists: one set for the Registre, its export, « Ma file », every figure that links to a list, and
the API.

Each filter stands in the address; several values of one filter are alternatives, several filters add up.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final, TypeVar

import django_filters
from django import forms
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst

from tracker import clock, kept
from tracker.enums import OPEN_STATES, Module, State
from tracker.models import Channel, ExternalIdentity, Mailbox, Nature, Office, Site, Theme, Ticket, TicketKind, User
from tracker.paging import Order
from tracker.permissions import TREATING_ROLES
from tracker.querysets import TicketQuerySet
from tracker.registry import Situation, Situations, queue_of, supervised
from tracker.scopes import subtree
from tracker.search import RELEVANCE, best_first, containing
from tracker.teams import Teams

OPEN, ENDED = "open", "ended"
LARGEST_KEY: Final = 2**63 - 1
READABLE_ONLY: Final = frozenset(
    {"kind", "channel", "nature", "module", "theme", "mailbox", "agent", "assignee", "text"}
)
"""Filters on what a référent may not know of a sensitive bureau: its demandes are then left out. They are found by
bureau, site, dates and situation alone."""
TELLING: Final = frozenset({Situation.AT_SIGNATURE, Situation.AGENT_ABSENT, Situation.PROMISED})
"""Situations that say more of a demande than its dates."""
NO_OFFICE: Final = "none"
"""Among the bureaux: the demandes that no bureau holds. No bureau's code is in small letters."""


Listed = TypeVar("Listed", TicketKind, Theme, Mailbox, Site, Office)


class Facets:
    """The values that a person may filter by: code and label of each, read once, and only where they are asked for."""

    def __init__(self, user: User) -> None:
        self.scope = user.scope
        self.prefectures = user.scope.prefecture_ids

    def here(self, model: type[Listed]) -> list[Listed]:
        """The rows of the person's préfectures, from what the process keeps in memory."""
        return [row for row in kept.rows(model) if row.prefecture_id in self.prefectures]

    @cached_property
    def kind(self) -> dict[str, tuple[list[int], str]]:
        return by_code((row.code, row.pk, row.label) for row in self.here(TicketKind))

    @cached_property
    def channel(self) -> dict[str, tuple[list[int], str]]:
        return by_code((row.code, row.pk, row.label) for row in kept.rows(Channel))

    @cached_property
    def nature(self) -> dict[str, tuple[list[int], str]]:
        return by_code((row.code, row.pk, row.label) for row in kept.rows(Nature))

    @cached_property
    def theme(self) -> dict[str, tuple[list[int], str]]:
        return by_code((row.code, row.pk, row.label) for row in self.here(Theme))

    @cached_property
    def mailbox(self) -> dict[str, tuple[list[int], str]]:
        return by_code((row.name, row.pk, row.name) for row in self.here(Mailbox))

    @cached_property
    def site(self) -> dict[str, tuple[list[int], str]]:
        return by_code((row.code, row.pk, row.name) for row in self.here(Site))

    @cached_property
    def office(self) -> dict[str, tuple[list[int], str]]:
        """Only the bureaux of which the person may see demandes; each with those below it. Last, what no bureau holds,
        for who may see that."""
        rows = self.here(Office)
        parents = [(row.pk, row.parent_id) for row in rows]
        mine = frozenset().union(*(grant.office_ids for grant in self.scope.grants))
        found = {row.code: (sorted(subtree(row.pk, parents)), row.name) for row in rows if row.pk in mine}
        return found | {NO_OFFICE: ([], "Sans bureau")} if self.scope.sees_unheld else found

    @cached_property
    def assignee(self) -> dict[str, tuple[list[int], str]]:
        """Who treats, or still has, demandes of the bureaux that the person reads."""
        mine = self.scope.offices(*TREATING_ROLES) - self.scope.sealed_ids
        holding = Ticket.objects.open().filter(office_id__in=mine, assignee__isnull=False).values("assignee")
        known = [each.pk for each in Teams(self.prefectures).holders(mine)]
        people = User.objects.filter(Q(pk__in=known) | Q(pk__in=holding)).order_by("last_name", "first_name", "pk")
        return {str(each.pk): ([each.pk], each.full_name) for each in people}

    def choices(self, name: str) -> list[tuple[str, str]]:
        return [(code, label) for code, (_, label) in getattr(self, name).items()]


def by_code(rows: Iterable[tuple[str, int, str]]) -> dict[str, tuple[list[int], str]]:
    found: dict[str, tuple[list[int], str]] = {}
    for code, pk, label in rows:
        found.setdefault(code, ([], label))[0].append(pk)
    return found


class FacetFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # django-filter is untyped
    """Rows of a reference table, by code."""

    @property
    def field(self) -> Any:
        facets, name = self.parent.facets, self.field_name
        # A function, read when the form is: forms copy their fields deeply, and a method would drag the request along.
        self.extra |= {"choices": lambda: facets.choices(name), "widget": forms.CheckboxSelectMultiple}
        return super().field

    def filter(self, rows: TicketQuerySet, codes: list[str]) -> TicketQuerySet:
        if not codes:
            return rows
        known = getattr(self.parent.facets, self.field_name)
        return rows.filter((f"{self.field_name}_id__in", sorted({pk for code in codes for pk in known[code][0]})))


class OfficeFilter(FacetFilter):
    """Bureaux, and the demandes that none of them holds."""

    def filter(self, rows: TicketQuerySet, codes: list[str]) -> TicketQuerySet:
        if NO_OFFICE not in codes:
            return super().filter(rows, codes)
        held = {pk for code in codes for pk in self.parent.facets.office[code][0]}
        return rows.filter(Q(office__isnull=True) | Q(office_id__in=sorted(held)))


class ImportFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter is untyped
    field_class = forms.IntegerField


def several(method: str, label: str, choices: Sequence[tuple[str, str]]) -> Any:
    return django_filters.MultipleChoiceFilter(
        method=method, label=label, choices=choices, widget=forms.CheckboxSelectMultiple
    )


STATE_CHOICES: Final = [
    (OPEN, "Ouvertes"),
    (ENDED, "Closes"),
    *State.choices,
]
AGENT_CHOICES: Final = [
    ("me", "Dont je suis responsable"),
    ("queue", "Dans ma file"),
    ("team", "Dans les bureaux que j’encadre"),
]


class TicketFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    kind = FacetFilter("kind", label="Type")
    channel = FacetFilter("channel", label="Canal")
    nature = FacetFilter("nature", label="Nature")
    office = OfficeFilter("office", label="Bureau")
    site = FacetFilter("site", label="Site d’arrivée")
    state = several("by_state", "État", STATE_CHOICES)
    situation = several("by_situation", "Situation", [(value, capfirst(label)) for value, label in Situation.choices])
    module = several("by_module", "Module", [(str(value), f"{value}. {label}") for value, label in Module.choices])
    theme = FacetFilter("theme", label="Thème")
    mailbox = FacetFilter("mailbox", label="Boîte fonctionnelle")
    received_from = django_filters.DateFilter("received_on", "gte", label="Reçue à partir du")
    received_to = django_filters.DateFilter("received_on", "lte", label="Reçue jusqu’au")
    agent = django_filters.ChoiceFilter(
        method="by_agent", label="Responsable", choices=AGENT_CHOICES, empty_label="Peu importe"
    )
    assignee = FacetFilter("assignee", label="Confiée à")
    text = django_filters.CharFilter(label="Référence ou mots du texte")

    imported = ImportFilter(
        method="by_import", label="Import", widget=forms.HiddenInput, min_value=1, max_value=LARGEST_KEY
    )

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = ()

    def __init__(
        self,
        data: QueryDict,
        *,
        request: HttpRequest,
        situations: Situations | None = None,
        facets: Facets | None = None,
    ) -> None:
        user: User = request.user  # type: ignore[assignment]  # every list is for a signed-in person
        self.user = user
        self.facets = facets or Facets(user)
        self.situations = situations or Situations.at(clock.now(), user.scope.prefecture_ids)
        # A field left empty in the form is no filter.
        given = data.copy()
        for name, values in data.lists():
            given.setlist(name, [value for value in values if value])
        super().__init__(given, Ticket.objects.visible_to(user), request=request)

    @property
    def active(self) -> list[str]:
        """The filters in use, in the order of the sentence."""
        return [name for name, value in self.form.cleaned_data.items() if value]

    def filter_queryset(self, rows: TicketQuerySet) -> TicketQuerySet:
        rows = self.beside_text(rows)
        text = self.form.cleaned_data["text"]
        return containing(rows, text) if text else rows

    def in_order(self, order: Order) -> list[TicketQuerySet]:
        """The list in the parts that `order` has, as `paging.page` reads it."""
        if order is not RELEVANCE:
            return [self.qs]
        return list(best_first(self.beside_text(self.queryset), self.form.cleaned_data["text"]))

    def beside_text(self, rows: TicketQuerySet) -> TicketQuerySet:
        """The other filters, and the text in what it tells."""
        narrowed: TicketQuerySet = rows
        chosen = self.form.cleaned_data
        for name, value in chosen.items():
            if name != "text":
                narrowed = self.filters[name].filter(narrowed, value)
        told = bool(READABLE_ONLY.intersection(self.active) or TELLING.intersection(chosen["situation"]))
        told = told or bool(set(chosen["state"]) - {OPEN, ENDED})
        sealed = self.user.scope.sealed_ids
        return narrowed.exclude(office_id__in=sealed) if told and sealed else narrowed

    def by_state(self, rows: TicketQuerySet, _name: str, values: list[str]) -> TicketQuerySet:
        states = {state.value for state in OPEN_STATES} if OPEN in values else set()
        if ENDED in values:
            states |= set(State.values) - {state.value for state in OPEN_STATES}
        return rows.filter(state__in=sorted(states | (set(values) - {OPEN, ENDED})))

    def by_situation(self, rows: TicketQuerySet, _name: str, values: list[str]) -> TicketQuerySet:
        found = Q(pk__in=())
        for value in values:
            found |= self.situations.filter(value)
        return rows.filter(found)

    def by_module(self, rows: TicketQuerySet, _name: str, values: list[str]) -> TicketQuerySet:
        return rows.filter(module__in=[int(value) for value in values])

    def by_agent(self, rows: TicketQuerySet, _name: str, value: str) -> TicketQuerySet:
        if value == "me":
            return rows.filter(assignee=self.user)
        return rows.filter(queue_of(self.user) if value == "queue" else supervised(self.user))

    def by_import(self, rows: TicketQuerySet, _name: str, number: int) -> TicketQuerySet:
        """What one import has brought in: the list behind the figure of its report."""
        return rows.filter(pk__in=ExternalIdentity.objects.filter(job=number).values("ticket"))
