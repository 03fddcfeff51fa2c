"""What a check gives back, and how both checks walk through the demandes without holding them all in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from tracker.models import Ticket

CHUNK = 500
"""Demandes looked at together: some thousands of events, whatever the size of the base."""
EVERYTHING_AFTER = 2**62

Part = tuple[int, int] | Sequence[int]
"""Which demandes: those after the first key up to the second, or a list of keys."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not hold. `problem` is a code, `detail` one French sentence."""

    stream: str
    object_id: int | None
    reference: str
    problem: str
    detail: str

    def __str__(self) -> str:
        name = self.reference or (f"{self.stream} {self.object_id}" if self.object_id else self.stream)
        return f"{name} : {self.detail}"


@dataclass(slots=True)
class Report:
    """`checked` counts what was looked at: demandes for the deadlines, events for the journal."""

    checked: int = 0
    different: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"checked": self.checked, "different": [asdict(difference) for difference in self.different]}


def within(name: str, part: Part) -> Q:
    """The condition that the key called `name` belongs to `part`."""
    if isinstance(part, tuple):
        return Q(**{f"{name}__gt": part[0], f"{name}__lte": part[1]})
    return Q(**{f"{name}__in": part})


def parts() -> Iterator[tuple[int, int]]:
    """Ranges of keys that hold CHUNK demandes each and cover every key, also those of demandes that are no more."""
    last = 0
    while True:
        keys = list(Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if len(keys) < CHUNK:
            yield (last, EVERYTHING_AFTER)
            return
        yield (last, keys[-1])
        last = keys[-1]


def walk(examine: Callable[[Part, Report], None]) -> Report:
    """Run `examine` over every part. People go on working meanwhile: what differs is looked at again with its demande
    locked, so that an act caught half-way is not reported."""
    report = Report()
    for part in parts():
        found = Report()
        examine(part, found)
        report.checked += found.checked
        suspects = sorted({difference.object_id for difference in found.different if difference.object_id is not None})
        for start in range(0, len(suspects), CHUNK):
            with transaction.atomic():
                keys = suspects[start : start + CHUNK]
                list(Ticket.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
                again = Report()
                examine(keys, again)
                report.different += again.different
    return report
