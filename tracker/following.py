"""What « Suivi en direct » and the wall count: the open demandes, by bureau and kind, by where they stand. Reads alone.

Every figure is one of the Registre's: `FILTERS` says which of its filters list the same demandes. Of a bureau sealed
for the reader, what its dates do not say is counted nowhere, as the Registre then leaves its demandes out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Everything:
    """The place that holds all the others, and what no bureau holds."""


EVERYTHING: Final = Everything()
Place = int | None | Everything
"""A bureau with what is below it, None for what no bureau holds, or EVERYTHING."""


class Counts:
    """How many demandes of each place and column are in each figure."""

    def __init__(self) -> None:
        self._numbers: Counter[tuple[Place, Column | None, Figure]] = Counter()
        self._own: Counter[tuple[int | None, Figure]] = Counter()
        self._seen: set[Column] = set()

    def of(self, figure: Figure, place: Place = EVERYTHING, column: Column | None = None) -> int:
        return self._numbers[place, column, figure]

    def own(self, figure: Figure, office_id: int | None) -> int:
        """What the bureau itself holds, without what is below it."""
        return self._own[office_id, figure]

    def columns(self) -> list[Column]:
        """The kinds of which a demande is open, in the préfecture's order."""
        codes = dict.fromkeys(kind.code for kind in kept.rows(TicketKind))
        return [column for code in codes for column in columns_of(code) if column in self._seen]

    def add(self, places: Iterable[Place], column: Column, figures: Mapping[Figure, int], *, sealed: bool) -> None:
        told = {figure: number for figure, number in figures.items() if not (sealed and figure in TELLING)}
        columns = (None,) if sealed else (None, column)
        if not sealed:
            self._seen.add(column)
        for rank, place in enumerate(places):
            for figure, number in told.items():
                for each in columns:
                    self._numbers[place, each, figure] += number
                if rank == 0 and not isinstance(place, Everything):
                    self._own[place, figure] += number


def columns_of(kind: str) -> tuple[Column, ...]:
    if kind != CORRESPONDENCE:
        return (Column(kind),)
    others = tuple(channel.code for channel in kept.rows(Channel) if channel.code not in (LETTER, EMAIL))
    return Column(kind, (LETTER,)), Column(kind, (EMAIL,)), Column(kind, others)


def is_others(column: Column) -> bool:
    """Whether it gathers the channels that have no column of their own."""
    return len(column.channels) > 1


def conditions(situations: Situations) -> dict[Figure, Q]:
    return {
        figure: situations.filter(value) if name == "situation" else Q(state=value)
        for figure, (name, value) in FILTERS.items()
    }


def count(rows: TicketQuerySet, situations: Situations, sealed: Collection[int]) -> Counts:
    """The figures of the open demandes of `rows`: one query. `sealed`: the bureaux of which the reader may know
    reference, bureau and dates alone."""
    counted = {figure.value: Count("pk", filter=condition) for figure, condition in conditions(situations).items()}
    groups: Any = rows.open().order_by().values("office_id", "kind_id", "channel_id").annotate(**counted)
    with kept.looking_once():
        offices, kinds, channels = kept.by_key(Office), kept.by_key(TicketKind), kept.by_key(Channel)
        found = Counts()
        for group in groups:
            office_id = group["office_id"]
            channel = channels[group["channel_id"]].code
            columns = columns_of(kinds[group["kind_id"]].code)
            column = next(each for each in columns if not each.channels or channel in each.channels)
            places: list[Place] = [*([None] if office_id is None else upwards(office_id, offices)), EVERYTHING]
            numbers = {figure: group[figure.value] for figure in FILTERS if group[figure.value]}
            found.add(places, column, numbers, sealed=office_id in sealed)
    return found


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

LOOKED_AT: Final = 200
"""Events from which the latest ones of a person's bureaux are taken: the cost is the same in a busy préfecture."""


@dataclass(frozen=True, slots=True)
class Happening:
    """The last event of one act over demandes of one bureau."""

    event: Event
    tickets: list[Ticket]


def latest_happenings(rows: TicketQuerySet, prefecture_ids: Collection[int], most: int) -> list[Happening]:
    """The latest acts on demandes of `rows`, the last one first: two queries. An act on several demandes of one bureau
    is told once."""
    events = list(
        Event.objects.filter(prefecture__in=prefecture_ids, stream=STREAM).order_by("-recorded_at", "-pk")[:LOOKED_AT]
    )
    keys = {event.object_id for event in events}
    seen = {ticket.pk: ticket for ticket in rows.filter(pk__in=keys).with_lists().only(*TOLD_COLUMNS)}
    found: dict[tuple[object, int | None], Happening] = {}
    for event in events:
        ticket = seen.get(event.object_id)
        if ticket is None:
            continue
        happening = found.setdefault((event.act_id, ticket.office_id), Happening(event, []))
        if ticket not in happening.tickets:
            happening.tickets.append(ticket)
    return list(found.values())[:most]


TOLD_COLUMNS: Final = ("reference", "prefecture", "office", "site", "kind", "state", "machine")
