"""The figures: how many promises were kept, out of how many, and in how many working days.

One grouped query answers a page, the list behind it, a workbook, the API and the command. Nothing is stored, and a
rate is always a sum over a sum: totals add up the groups, they never average their rates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from tracker import clock
from tracker.enums import Outcome, Purpose
from tracker.models import Channel, Deadline, Mailbox, Nature, Office, Site, SuspendedPeriod, Target, TicketKind

RESULTS = (Outcome.IN_TIME, Outcome.LATE)
KEYS = (
    "purpose",
    "ticket__kind_id",
    "ticket__channel_id",
    "ticket__module",
    "ticket__nature_id",
    "site_id",
    "ticket__office_id",
    "ticket__mailbox_id",
)


@dataclass(frozen=True, slots=True)
class Perimeter:
    """What is counted: the deadlines of one préfecture whose arrival date is from `first` to `last`, both included.

    `site_id` is the site of arrival; `office_ids` the bureaux that hold the demande now (a bureau and those below it).
    None does not filter.
    """

    prefecture_id: int
    first: date
    last: date
    site_id: int | None = None
    office_ids: frozenset[int] | None = None
    mailbox_id: int | None = None

    def deadlines(self) -> QuerySet[Deadline]:
        """Every deadline of the perimeter, counted or beside."""
        found = Deadline.objects.filter(
            prefecture_id=self.prefecture_id, counted_on__gte=self.first, counted_on__lte=self.last
        )
        if self.site_id is not None:
            found = found.filter(site_id=self.site_id)
        if self.office_ids is not None:
            found = found.filter(ticket__office_id__in=self.office_ids)
        if self.mailbox_id is not None:
            found = found.filter(ticket__mailbox_id=self.mailbox_id)
        return found


@dataclass(frozen=True, slots=True)
class FigureScope:
    """What a figure is about, in codes; None in a group: the demande has none, in a total: all together."""

    purpose: str
    kind: str
    channel: str
    module: int
    nature: str | None = None
    site: str | None = None
    office: str | None = None
    mailbox: str | None = None

    @property
    def code(self) -> str:
        """The indicator's code: purpose, kind, channel and module, whatever the part of the préfecture."""
        return f"{self.purpose}.{self.kind}.{self.channel}.{self.module}"

    def as_json(self) -> dict[str, str | int | None]:
        return {part.name: getattr(self, part.name) for part in fields(self)}


@dataclass(slots=True)
class Figure:
    """Sums over one group of deadlines. `n` = ended in time or late, dated or not, and open past the due date. Outside
    `n`: `not_due` (open, not yet due), `excluded` (with its reason, or nothing promised: « sans délai défini »), `void`
    (replaced by another promise) and `suspended` (would count, had it not arrived in a suspended period)."""

    scope: FigureScope
    label: str
    n: int = 0
    on_time: int = 0
    # Answers whose day is known, and the working days that they took together.
    dated: int = 0
    working_days: int = 0
    not_due: int = 0
    excluded: int = 0
    void: int = 0
    suspended: int = 0
    # A fraction from 0 to 1; None where the préfecture set none.
    target: float | None = None

    @property
    def rate(self) -> float | None:
        """Fraction from 0 to 1, unrounded; None where nothing counts yet."""
        return self.on_time / self.n if self.n else None

    @property
    def mean_working_days(self) -> float | None:
        """Working days that dated answers took; None where no answer has a date."""
        return self.working_days / self.dated if self.dated else None

    @property
    def met(self) -> bool | None:
        """Whether the unrounded rate reaches the target."""
        return None if self.target is None or self.rate is None else self.rate >= self.target

    def add(self, other: "Figure") -> None:
        for name in ("n", "on_time", "dated", "working_days", "not_due", "excluded", "void", "suspended"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.scope.code,
            "label": self.label,
            "scope": self.scope.as_json(),
            "n": self.n,
            "on_time": self.on_time,
            "rate": self.rate,
            "mean_working_days": self.mean_working_days,
            "target": self.target,
            "met": self.met,
            "not_due": self.not_due,
            "excluded": self.excluded,
            "void": self.void,
            "suspended": self.suspended,
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """`groups`: one figure per non-empty purpose × kind × channel × module × nature × site × office × mailbox;
    `totals`: one per purpose × kind × channel × module. Both in the order of the lists a person sees."""

    groups: tuple[Figure, ...]
    totals: tuple[Figure, ...]

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "groups": [figure.as_json() for figure in self.groups],
            "totals": [figure.as_json() for figure in self.totals],
        }


def past_due(sites: Iterable[Site], now: datetime) -> Q:
    """The open promises already broken at the instant `now`, each by the date of its own site."""
    zones: dict[date, list[int]] = {}
    for site in sites:
        zones.setdefault(clock.local_date(now, site.time_zone), []).append(site.pk)
    if len(zones) == 1:
        return Q(outcome=Outcome.RUNNING, due_on__lt=next(iter(zones)))
    broken = Q(pk__in=())
    for today, site_ids in zones.items():
        broken |= Q(outcome=Outcome.RUNNING, due_on__lt=today, site_id__in=site_ids)
    return broken


def in_suspended_period(prefecture_id: int) -> Q:
    """The deadlines that count at a date of a suspended period of the préfecture."""
    hole = Q(pk__in=())
    for period in SuspendedPeriod.objects.filter(prefecture_id=prefecture_id):
        hole |= Q(counted_on__range=(period.starts_on, period.ends_on))
    return hole


def compute_figures(perimeter: Perimeter, now: datetime) -> Figures:
    """The figures of a perimeter as they stand at the instant `now`: one query over the deadlines, and the labels."""
    names = Names(perimeter.prefecture_id)
    late = past_due(names.sites.values(), now)
    hole = in_suspended_period(perimeter.prefecture_id)
    result = Q(outcome__in=RESULTS) | late
    counted = result & ~hole
    dated = Q(outcome__in=RESULTS, met_on__isnull=False) & ~hole
    undefined = Q(outcome=Outcome.RUNNING, due_on__isnull=True)
    rows = (
        perimeter.deadlines()
        .order_by()
        .values_list(*KEYS)
        .annotate(
            # In the order of Figure's fields.
            n=Count("pk", filter=counted),
            on_time=Count("pk", filter=Q(outcome=Outcome.IN_TIME) & ~hole),
            dated=Count("pk", filter=dated),
            working_days=Sum("taken", filter=dated, default=0),
            not_due=Count("pk", filter=Q(outcome=Outcome.RUNNING, due_on__isnull=False) & ~late),
            excluded=Count("pk", filter=Q(outcome=Outcome.EXCLUDED) | undefined),
            void=Count("pk", filter=Q(outcome=Outcome.VOID)),
            suspended=Count("pk", filter=result & hole),
        )
    )
    targets = Targets(perimeter.prefecture_id, perimeter.last)
    groups = sorted((names.figure(row[: len(KEYS)], row[len(KEYS) :]) for row in rows), key=names.rank)
    totals: dict[FigureScope, Figure] = {}
    for figure in groups:
        scope = FigureScope(figure.scope.purpose, figure.scope.kind, figure.scope.channel, figure.scope.module)
        totals.setdefault(scope, Figure(scope, names.label(scope))).add(figure)
    for figure in (*groups, *totals.values()):
        figure.target = targets.of(figure.scope)
    return Figures(tuple(groups), tuple(totals.values()))


class Targets:
    """The targets of a préfecture as they stand on one day, the most precise first: one query."""

    def __init__(self, prefecture_id: int, on: date) -> None:
        rows = Target.objects.filter(prefecture_id=prefecture_id, valid_from__lte=on)
        found = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on)).values_list(
            "purpose", "kind__code", "channel__code", "module", "nature__code", "rate"
        )
        self._targets = sorted(found, key=lambda row: sum(value is not None for value in row), reverse=True)

    def of(self, scope: FigureScope) -> float | None:
        """The rate to reach, a fraction from 0 to 1; None where the préfecture set none."""
        mine = (scope.purpose, scope.kind, scope.channel, scope.module, scope.nature)
        for *criteria, rate in self._targets:
            if all(value is None or value == own for value, own in zip(criteria, mine, strict=True)):
                return float(rate)
        return None


class Names:
    """Codes and French labels of what a préfecture groups by: six small queries."""

    def __init__(self, prefecture_id: int) -> None:
        self.kinds = {row.pk: row for row in TicketKind.objects.filter(prefecture_id=prefecture_id)}
        self.channels = {row.pk: row for row in Channel.objects.all()}
        self.natures = {row.pk: row for row in Nature.objects.all()}
        self.sites = {row.pk: row for row in Site.objects.filter(prefecture_id=prefecture_id)}
        self.offices = {row.pk: row for row in Office.objects.filter(prefecture_id=prefecture_id)}
        self.mailboxes = {row.pk: row for row in Mailbox.objects.filter(prefecture_id=prefecture_id)}
        self._labels: dict[str, dict[str, str]] = {
            "kind": {row.code: row.label for row in self.kinds.values()},
            "channel": {row.code: row.label for row in self.channels.values()},
            "nature": {row.code: row.label for row in self.natures.values()},
            "site": {row.code: row.name for row in self.sites.values()},
            "office": {row.code: row.name for row in self.offices.values()},
        }
        # The order in which each list is read from the database is the one that a person sees.
        self._ranks = {name: {code: n for n, code in enumerate(labels)} for name, labels in self._labels.items()}
        self._ranks["purpose"] = {purpose.value: n for n, purpose in enumerate(Purpose)}

    def figure(self, key: tuple[Any, ...], sums: tuple[int, ...]) -> Figure:
        purpose, kind, channel, module, nature, site, office, mailbox = key
        scope = FigureScope(
            purpose,
            self.kinds[kind].code,
            self.channels[channel].code,
            module,
            self.natures[nature].code,
            self.sites[site].code,
            self.offices[office].code if office else None,
            self.mailboxes[mailbox].name if mailbox else None,
        )
        return Figure(scope, self.label(scope), *sums)

    def label(self, scope: FigureScope) -> str:
        """« Réponse · Courriers et courriels · Courriel · module 1 », then what a group adds."""
        parts = [Purpose(scope.purpose).label, self._labels["kind"][scope.kind], self._labels["channel"][scope.channel]]
        parts.append(f"module {scope.module}")
        for name in ("nature", "site", "office"):
            code = getattr(scope, name)
            if code is not None:
                parts.append(self._labels[name][code])
        return " · ".join([*parts, scope.mailbox] if scope.mailbox else parts)

    def rank(self, figure: Figure) -> tuple[Any, ...]:
        scope, ranks = figure.scope, self._ranks
        return (
            ranks["purpose"][scope.purpose],
            ranks["kind"][scope.kind],
            ranks["channel"][scope.channel],
            scope.module,
            *(ranks[name].get(getattr(scope, name), -1) for name in ("nature", "site", "office")),
            scope.mailbox or "",
        )
