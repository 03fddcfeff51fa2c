"""What « Suivi en direct » and the wall count: the open demandes, by bureau and kind, by where they stand. Reads alone.

Every figure is one of the Registre's: `FILTERS` says which of its filters list the same demandes. Of a bureau sealed
for the reader, what its dates do not say is counted nowhere, as the Registre then leaves its demandes out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.enums import TextChoices

from tracker import kept
from tracker.enums import State
from tracker.models import Channel, Event, Office, Ticket, TicketKind
from tracker.querysets import TicketQuerySet
from tracker.registry import ORDERS, Situation, Situations
from tracker.writers import STREAM


class Figure(TextChoices):
    """A demande may be in several: those of the next two days are also of the next five."""

    OVERDUE = "overdue", "En retard"
    TODAY = "today", "Aujourd’hui"
    NEXT_DAYS = "next_days", "Sous 2 jours ouvrés"
    NEXT_WEEK = "next_week", "Sous 5 jours ouvrés"
    UNASSIGNED = "unassigned", "Sans responsable"
    AWAITING = "awaiting", "En attente du demandeur"
    PROMISED = "promised", "Promises sous 5 jours"


FILTERS: Final[Mapping[Figure, tuple[str, str]]] = {
    Figure.OVERDUE: ("situation", Situation.OVERDUE),
    Figure.TODAY: ("situation", Situation.TODAY),
    Figure.NEXT_DAYS: ("situation", Situation.NEXT_DAYS),
    Figure.NEXT_WEEK: ("situation", Situation.NEXT_WEEK),
    Figure.UNASSIGNED: ("situation", Situation.UNASSIGNED),
    Figure.AWAITING: ("state", State.AWAITING_REQUESTER),
    Figure.PROMISED: ("situation", Situation.PROMISED),
}
"""The filter of the Registre that lists the demandes of each figure."""

URGENCIES: Final = (Figure.OVERDUE, Figure.TODAY, Figure.NEXT_DAYS, Figure.NEXT_WEEK)
TELLING: Final = frozenset({Figure.AWAITING, Figure.PROMISED})
"""Figures that say more of a demande than its dates."""

CORRESPONDENCE: Final = "correspondence"
LETTER, EMAIL = "letter", "email"


@dataclass(frozen=True, slots=True)
class Column:
    """A kind of demande; courriers and courriels are one kind, told apart by their channel. `channels`: empty for all
    of them."""

    kind: str
    channels: tuple[str, ...] = ()


EVERYTHING: Final = 0
"""The place that holds all the others, and what no bureau holds. No bureau has this key."""
Place = int | None
"""A bureau with what is below it, None for what no bureau holds, or EVERYTHING."""
RANKS: Final = {figure: rank for rank, figure in enumerate(FILTERS)}
TOLD: Final = tuple(figure not in TELLING for figure in FILTERS)


class Counts:
    """How many demandes of each place and column are in each figure."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Place, Column | None], list[int]] = {}
        self._own: dict[Place, list[int]] = {}

    def of(self, figure: Figure, place: Place = EVERYTHING, column: Column | None = None) -> int:
        found = self._numbers.get((place, column))
        return found[RANKS[figure]] if found else 0

    def own(self, figure: Figure, office_id: int | None) -> int:
        """What the bureau itself holds, without what is below it."""
        found = self._own.get(office_id)
        return found[RANKS[figure]] if found else 0

    def columns(self) -> list[Column]:
        """The kinds of which a demande is open, in the préfecture's order."""
        codes = dict.fromkeys(kind.code for kind in kept.rows(TicketKind))
        return [column for code in codes for column in columns_of(code) if (EVERYTHING, column) in self._numbers]

    def add(self, places: Sequence[Place], column: Column, numbers: Sequence[int], *, sealed: bool) -> None:
        """`places`: the bureau, what it belongs to, EVERYTHING. `numbers`: one of each figure, in their order."""
        if sealed:
            numbers = [number * told for number, told in zip(numbers, TOLD, strict=True)]
        rows = [self._own.setdefault(places[0], [0] * len(RANKS))]
        for place in places:
            rows += [self._numbers.setdefault((place, each), [0] * len(RANKS)) for each in (None, column)[: 2 - sealed]]
        for rank, number in enumerate(numbers):
            if number:
                for row in rows:
                    row[rank] += number


def columns_of(kind: str) -> tuple[Column, ...]:
    if kind != CORRESPONDENCE:
        return (Column(kind),)
    others = tuple(channel.code for channel in kept.rows(Channel) if channel.code not in (LETTER, EMAIL))
    return Column(kind, (LETTER,)), Column(kind, (EMAIL,)), Column(kind, others)


def is_others(column: Column) -> bool:
    """Whether it gathers the channels that have no column of their own."""
    return len(column.channels) > 1


def conditions(situations: Situations) -> dict[Figure, Q]:
    """Of open demandes."""
    return {
        figure: situations.among_open(value) if name == "situation" else Q(state=value)
        for figure, (name, value) in FILTERS.items()
    }


def count(rows: TicketQuerySet, situations: Situations, sealed: Collection[int]) -> Counts:
    """The figures of the open demandes of `rows`: one query. `sealed`: the bureaux of which the reader may know
    reference, bureau and dates alone."""
    counted = {figure.value: Count("pk", filter=condition) for figure, condition in conditions(situations).items()}
    groups = rows.open().order_by().values_list("office_id", "kind_id", "channel_id").annotate(**counted)
    found = Counts()
    with kept.looking_once():
        offices = kept.by_key(Office)
        columns = columns_by_key()
        above: dict[int | None, list[Place]] = {None: [None, EVERYTHING]}
        for office_id, kind_id, channel_id, *numbers in groups:
            if office_id not in above:
                above[office_id] = [*upwards(office_id, offices), EVERYTHING]
            found.add(above[office_id], columns[kind_id, channel_id], numbers, sealed=office_id in sealed)
    return found


def columns_by_key() -> dict[tuple[int, int], Column]:
    """The column of each kind and channel."""
    return {
        (kind.pk, channel.pk): next(
            each for each in columns_of(kind.code) if not each.channels or channel.code in each.channels
        )
        for kind in kept.rows(TicketKind)
        for channel in kept.rows(Channel)
    }


def upwards(office_id: int, offices: Mapping[int, Office]) -> Iterator[int]:
    """The bureau, then what it belongs to. A circle ends the climb."""
    passed: set[int] = set()
    climbing: int | None = office_id
    while climbing is not None and climbing not in passed:
        yield climbing
        passed.add(climbing)
        climbing = offices[climbing].parent_id


def oldest_promises(rows: TicketQuerySet, figure: Figure | None, situations: Situations, most: int) -> list[Ticket]:
    """The open demandes whose promise breaks, or broke, first; of one figure where it is given."""
    waiting = rows.open().filter(due_on__isnull=False)
    if figure is not None:
        waiting = waiting.filter(conditions(situations)[figure])
    return list(waiting.with_lists().defer("body").order_by(*ORDERS["due"].columns())[:most])


# --- What has just happened ---------------------------------------------------------------------------------------

LOOKED_AT: Final = 100
"""Events from which the latest ones of a person's bureaux are taken: the cost is the same in a busy préfecture."""


@dataclass(frozen=True, slots=True)
class Happening:
    """The last event of one act over demandes of one bureau (None: held by none)."""

    kind: str
    at: datetime
    office_id: int | None
    references: list[str]


def latest_happenings(rows: TicketQuerySet, prefecture_ids: Collection[int], most: int) -> list[Happening]:
    """The latest acts on demandes of `rows`, the last one first: two queries. An act on several demandes of one bureau
    is told once."""
    events = Event.objects.filter(prefecture__in=prefecture_ids, stream=STREAM).order_by("-recorded_at", "-pk")
    latest = list(events.values_list("object_id", "act_id", "kind", "recorded_at")[:LOOKED_AT])
    seen = rows.order_by().filter(pk__in={object_id for object_id, *_ in latest})
    known = {
        pk: (reference, office_id) for pk, reference, office_id in seen.values_list("pk", "reference", "office_id")
    }
    found: dict[tuple[UUID, int | None], Happening] = {}
    for object_id, act_id, kind, at in latest:
        if object_id in known:
            reference, office_id = known[object_id]
            happening = found.setdefault((act_id, office_id), Happening(kind, at, office_id, []))
            if reference not in happening.references:
                happening.references.append(reference)
    return list(found.values())[:most]
