"""What a screen may follow: each topic says who may join it, and what value tells that something in it has changed.

A topic's name is what a page writes: « prefecture:44 », « ticket:44-2026-000123 », « inbox ». A value says *that*
something has changed, never *what*: it holds numbers and dates alone.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from tracker import clock, kept, lists
from tracker.models import LiveCounter, Prefecture, Ticket, User

NAME: Final = re.compile(r"(?P<kind>[a-z]{1,20})(?::(?P<rest>[A-Za-z0-9-]{1,40}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """A topic once it is known for whom. `key` is shared by all who follow the same thing (« inbox:7 »); its value is
    read again when something moves in one of `prefecture_ids`."""

    key: str
    prefecture_ids: frozenset[int]


class Topic(Protocol):
    """`rest` is what follows the colon in a name, empty where nothing does."""

    def place(self, user: User | None, rest: str) -> Place | None:
        """None where nothing is so called. Says nothing of rights; `user`: who asks, None for a screen without a
        person."""

    def allows(self, user: User, rest: str) -> bool:
        """Whether this person may follow it now."""

    def values(self, keys: Collection[str]) -> Mapping[str, str]:
        """The values of these keys, in a fixed number of queries; what no longer exists is left out."""


_topics: dict[str, Topic] = {}


def register_topic(kind: str, topic: Topic) -> None:
    """Called from `AppConfig.ready`. `kind` is what precedes the colon."""
    _topics[kind] = topic


def place_of(name: str, user: User | None) -> Place | None:
    """Where `name` leads for this person; None where it is no topic. Rights are asked apart."""
    topic, rest = _found(name)
    return topic.place(user, rest) if topic else None


def allows(user: User, name: str) -> bool:
    """Whether this person may follow the topic so called; False also where there is none."""
    topic, rest = _found(name)
    return topic is not None and topic.allows(user, rest)


def values(keys: Iterable[str]) -> dict[str, str]:
    """The present values of these keys (`Place.key`), a fixed number of queries per kind of topic."""
    by_kind: dict[str, set[str]] = {}
    for key in keys:
        by_kind.setdefault(key.partition(":")[0], set()).add(key)
    found: dict[str, str] = {}
    for kind in by_kind.keys() & _topics.keys():
        found |= _topics[kind].values(by_kind[kind])
    return found


def _found(name: str) -> tuple[Topic | None, str]:
    match = NAME.fullmatch(name)
    return (_topics.get(match["kind"]), match["rest"] or "") if match else (None, "")


# --- A whole préfecture -------------------------------------------------------------------------------------------


def states_of(prefecture_ids: Collection[int]) -> dict[int, str]:
    """What the screens of these préfectures stand on: the counter, and the day that it is in each of their time zones.
    Nothing is written at midnight: the day is part of the value. One query."""
    counters = LiveCounter.objects.filter(pk__in=prefecture_ids).values_list("pk", "value")
    return {pk: f"{value}.{_days(pk)}" for pk, value in counters}


def _days(prefecture_id: int) -> str:
    zones = sorted({site.time_zone for site in lists.sites([prefecture_id])})
    return ".".join(clock.today(zone).isoformat() for zone in zones)


class PrefectureTopic:
    """« prefecture:44 »: anything that moves in the préfecture. For whoever holds a role there."""

    def place(self, user: User | None, rest: str) -> Place | None:
        found = next((row for row in kept.rows(Prefecture) if row.code == rest), None)
        return Place(f"prefecture:{found.code}", frozenset([found.pk])) if found else None

    def allows(self, user: User, rest: str) -> bool:
        place = self.place(user, rest)
        return place is not None and place.prefecture_ids <= user.scope.prefecture_ids

    def values(self, keys: Collection[str]) -> Mapping[str, str]:
        with kept.looking_once():
            rows = {f"prefecture:{row.code}": row.pk for row in kept.rows(Prefecture)}
            wanted = {key: rows[key] for key in keys if key in rows}
            states = states_of(wanted.values())
        return {key: states[pk] for key, pk in wanted.items() if pk in states}


# --- One demande --------------------------------------------------------------------------------------------------


class TicketTopic:
    """« ticket:44-2026-000123 »: any act on the demande, and the passing of a day. For whoever may know of it."""

    def place(self, user: User | None, rest: str) -> Place | None:
        found = Ticket.objects.filter(reference=rest).values_list("prefecture_id", flat=True).first()
        return Place(f"ticket:{rest}", frozenset([found])) if found is not None else None

    def allows(self, user: User, rest: str) -> bool:
        return Ticket.objects.visible_to(user).filter(reference=rest).exists()

    def values(self, keys: Collection[str]) -> Mapping[str, str]:
        rows = Ticket.objects.filter(reference__in=[key.partition(":")[2] for key in keys])
        found = rows.values_list("reference", "version", "site__time_zone")
        return {f"ticket:{reference}": f"{version}.{clock.today(zone)}" for reference, version, zone in found}


register_topic("prefecture", PrefectureTopic())
register_topic("ticket", TicketTopic())
