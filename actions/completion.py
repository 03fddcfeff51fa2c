"""How far the plan is: per module and strand, per source, per bureau. Reads only.

Fait = done and verified, en cours = in progress, non fait = planned; n is their sum. What is proposed, declined or
abandoned is outside n, and given beside. A rate is Σ done / Σ n, a fraction; nothing is counted per person.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db.models import Count

from actions.enums import STATES_OF, ActionState, Progress, SourceFamily, Strand
from actions.filters import IN_PLAN, NONE, PlanFilter, part_label, part_of
from actions.querysets import ActionQuerySet
from tracker.enums import Module

PROGRESS_OF = {state: progress for progress, states in STATES_OF.items() for state in states}


@dataclass(slots=True)
class Tally:
    """Counts of some actions by state, and what they give."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, state: str, number: int) -> None:
        self.counts[state] = self.counts.get(state, 0) + number

    def of(self, progress: Progress) -> int:
        return sum(self.counts.get(state, 0) for state in STATES_OF[progress])

    @property
    def done(self) -> int:
        return self.of(Progress.DONE)

    @property
    def in_progress(self) -> int:
        return self.of(Progress.IN_PROGRESS)

    @property
    def not_done(self) -> int:
        return self.of(Progress.NOT_DONE)

    @property
    def n(self) -> int:
        return self.done + self.in_progress + self.not_done

    @property
    def rate(self) -> Fraction | None:
        """Of n, what is done; None where there is nothing to count."""
        return Fraction(self.done, self.n) if self.n else None

    @property
    def proposed(self) -> int:
        return self.counts.get(ActionState.PROPOSED, 0)

    @property
    def declined(self) -> int:
        return self.counts.get(ActionState.DECLINED, 0)

    @property
    def abandoned(self) -> int:
        return self.counts.get(ActionState.ABANDONED, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what it is about, its counts, and the filter that lists what they count."""

    code: str
    label: str
    tally: Tally
    filter: PlanFilter
    share: Fraction | None
    """Of the n of the whole table, this row's; None where the table counts nothing."""

    def behind(self, progress: Progress) -> PlanFilter:
        """What lists one of its figures."""
        return self.filter.narrowed(progress=progress)

    @property
    def whole(self) -> PlanFilter:
        """What lists its n."""
        return self.filter.narrowed(progress=IN_PLAN)


@dataclass(frozen=True, slots=True)
class Completion:
    """The tables of one look at the plan, from one query: their totals are equal by construction."""

    total: Line
    parts: list[Line]
    sources: list[Line]
    families: list[Line]
    offices: list[Line]


@dataclass(frozen=True, slots=True)
class Group:
    """What the database counts at once."""

    part: str
    source: str
    source_label: str
    source_position: int
    family: str
    office: str
    office_label: str
    office_position: int
    state: str
    number: int


COLUMNS = (
    "module", "strand", "source__code", "source__label", "source__position", "source__family", "office__code",
    "office__name", "office__position", "state",
)  # fmt: skip


def groups_of(actions: ActionQuerySet) -> list[Group]:
    rows = actions.order_by().values_list(*COLUMNS).annotate(Count("pk"))
    return [
        Group(
            part=part_of(module, strand),
            source=source,
            source_label=label,
            source_position=position,
            family=family,
            office=office or NONE,
            office_label=name or "Sans bureau",
            office_position=-1 if rank is None else rank,
            state=state,
            number=number,
        )
        for module, strand, source, label, position, family, office, name, rank, state, number in rows
    ]


def completion(actions: ActionQuerySet, within: PlanFilter | None = None) -> Completion:
    """How far `actions` are: those that `within` lists, or the whole plan that a person sees."""
    within = within or PlanFilter()
    groups = groups_of(actions)
    whole = Tally()
    for group in groups:
        whole.add(group.state, group.number)

    def table(name: str, key: Callable[[Group], str], label: Callable[[Group], str], rank: Rank) -> list[Line]:
        return lines(groups, whole, within, name, key=key, label=label, rank=rank)

    return Completion(
        total=Line("", "Total", whole, within, share_of(whole, whole)),
        parts=table("part", lambda group: group.part, lambda group: part_label(group.part), part_rank),
        sources=table(
            "source", lambda group: group.source, lambda group: group.source_label, lambda group: group.source_position
        ),
        families=[line for line in table("family", lambda group: group.family, family_label, family_rank) if line.code],
        offices=table(
            "office", lambda group: group.office, lambda group: group.office_label, lambda group: group.office_position
        ),
    )


Rank = Callable[[Group], Any]


def lines(
    groups: Iterable[Group],
    whole: Tally,
    within: PlanFilter,
    name: str,
    *,
    key: Callable[[Group], str],
    label: Callable[[Group], str],
    rank: Rank,
) -> list[Line]:
    """One line per value of `key`, in the order of `rank`; `name` is the field of the filter that it fills."""
    tallies: dict[str, Tally] = {}
    first: dict[str, Group] = {}
    for group in groups:
        code = key(group)
        first.setdefault(code, group)
        tallies.setdefault(code, Tally()).add(group.state, group.number)
    ordered = sorted(first, key=lambda code: (rank(first[code]), code))
    return [
        Line(code, label(first[code]), tallies[code], within.narrowed(**{name: code}), share_of(tallies[code], whole))
        for code in ordered
    ]


def share_of(tally: Tally, whole: Tally) -> Fraction | None:
    return Fraction(tally.n, whole.n) if whole.n else None


PARTS: Mapping[str, int] = {
    part: rank for rank, part in enumerate((*(part_of(module, "") for module in Module.values), *Strand.values, NONE))
}


def part_rank(group: Group) -> int:
    return PARTS[group.part]


def family_label(group: Group) -> str:
    return SourceFamily(group.family).label if group.family else ""


def family_rank(group: Group) -> int:
    return [*SourceFamily.values, ""].index(group.family)
