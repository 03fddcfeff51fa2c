"""The improvement plan as its page shows it: lines, filters in words, figures with the address of their list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.urls import reverse

from actions.completion import Completion, Line
from actions.enums import DONE_STATES, TO_DO_STATES, ActionState, Priority, Progress, SourceFamily
from actions.filters import IN_PLAN, LATE, MINE, NONE, PlanFilter, part_label, part_of
from actions.models import Action, ActionSource
from actions.querysets import ActionQuerySet
from frontend.wording import count_of, plain_date
from tracker.models import Office, User

NBSP: Final = "\xa0"
PROGRESS_WORDS: Final[dict[str, str]] = {
    Progress.DONE: "faites",
    Progress.IN_PROGRESS: "en cours",
    Progress.NOT_DONE: "non faites",
    IN_PLAN: "inscrites au plan",
}
STATE_WORDS: Final = {
    ActionState.PROPOSED: "proposées",
    ActionState.PLANNED: "non faites",
    ActionState.IN_PROGRESS: "en cours",
    ActionState.DONE: "faites, à vérifier",
    ActionState.VERIFIED: "vérifiées",
    ActionState.DECLINED: "non retenues",
    ActionState.ABANDONED: "abandonnées",
}


def in_order(actions: ActionQuerySet) -> ActionQuerySet:
    """What is to be done first, the nearest échéance first; then ideas, what is done, what was left out."""
    rank = Case(
        When(state__in=TO_DO_STATES, then=Value(0)),
        When(state=ActionState.PROPOSED, then=Value(1)),
        When(state__in=DONE_STATES, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return actions.order_by(rank, F("due_on").asc(nulls_last=True), "year", "number")


# --- Lines --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action, one line."""

    action: Action
    part: str
    pilot: str
    due: str
    is_late: bool

    @property
    def state(self) -> str:
        return ActionState(self.action.state).label


def lines(actions: Iterable[Action], today: date) -> list[ActionLine]:
    return [
        ActionLine(
            action=action,
            part=part_words(action),
            pilot=action.pilot.short_name if action.pilot else action.pilot_name,
            due=due_words(action, today),
            is_late=is_late(action, today),
        )
        for action in actions
    ]


def part_words(action: Action) -> str:
    """« Module 1, E16 », « Pilotage, 3 », or nothing."""
    part = part_of(action.module, action.strand)
    if part == NONE:
        return ""
    item = f"E{action.engagement.number}" if action.engagement else action.strand_item
    return f"{part_label(part)}, {item}" if item else part_label(part)


def is_late(action: Action, today: date) -> bool:
    """The same rule as `ActionQuerySet.late`, on an instance."""
    return action.state in TO_DO_STATES and action.due_on is not None and action.due_on < today


def due_words(action: Action, today: date) -> str:
    """« faite le 4 mars », « prévue le 30 juin », « en retard, prévue le 25 avril »."""
    if action.state in DONE_STATES:
        return f"faite le {plain_date(action.done_on, today)}" if action.done_on else "faite, sans date"
    if action.due_on is None or action.state not in (*TO_DO_STATES, ActionState.PROPOSED):
        return ""
    said = f"prévue le {plain_date(action.due_on, today)}"
    return f"en retard, {said}" if is_late(action, today) else said


# --- Filters ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tag:
    """One filter in words, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One list to choose from: the field of the filter, its name, what may be chosen."""

    name: str
    label: str
    every: str
    options: list[tuple[str, str]]
    value: str


def address(filters: PlanFilter) -> str:
    query = filters.query
    return f"{reverse('plan')}?{query}" if query else reverse("plan")


def tags(filters: PlanFilter, sources: "QuerySet[ActionSource]", offices: "QuerySet[Office]") -> list[Tag]:
    """The filters in use, each with the way to take it off."""
    words: dict[str, Callable[[str], str]] = {
        "part": lambda value: part_label(value).lower(),
        "progress": lambda value: PROGRESS_WORDS[value],
        "state": lambda value: STATE_WORDS[ActionState(value)],
        "source": lambda value: named(
            "source", value, sources.filter(code=value).values_list("label", flat=True).first()
        ),
        "family": lambda value: f"source{NBSP}: {SourceFamily(value).label.lower()}",
        "office": lambda value: (
            "sans bureau"
            if value == NONE
            else named("bureau", value, offices.filter(code=value).values_list("name", flat=True).first())
        ),
        "pilot": lambda value: "dont vous êtes pilote" if value == MINE else "sans pilote",
        "due": lambda _value: "en retard",
    }
    return [
        Tag(say(value), address(filters.narrowed(**{name: ""})))
        for name, say in words.items()
        if (value := getattr(filters, name))
    ]


def named(what: str, code: str, label: str | None) -> str:
    """« source : audit interne »."""
    return f"{what}{NBSP}: {label or code}"


def choices(filters: PlanFilter, found: Completion) -> list[Choice]:
    """What the plan that one sees can be narrowed to."""

    def options(table: list[Line]) -> list[tuple[str, str]]:
        return [(line.code, line.label) for line in table]

    states = [(state.value, STATE_WORDS[state]) for state in ActionState if found.total.tally.counts.get(state)]
    return [
        Choice("part", "Module ou volet", "Tous les modules", options(found.parts), filters.part),
        Choice("source", "Source", "Toutes les sources", options(found.sources), filters.source),
        Choice("office", "Bureau", "Tous les bureaux", options(found.offices), filters.office),
        Choice("state", "État", "Tous les états", states, filters.state),
        Choice("pilot", "Pilote", "Tous les pilotes", [(MINE, "Moi"), (NONE, "Sans pilote")], filters.pilot),
        Choice("due", "Échéance", "Toute échéance", [(LATE, "En retard")], filters.due),
    ]


# --- Figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A count and the list behind it; 0 leads nowhere."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of completion: fait, en cours, non fait, n."""

    label: str
    figures: list[Figure]
    percent: str


def figure(number: int, filters: PlanFilter) -> Figure:
    return Figure(number, address(filters) if number else "")


def completion_rows(table: Iterable[Line]) -> list[Row]:
    """Fait, en cours, non fait, and the rate; a part that has nothing in the plan has no line."""
    return [
        Row(
            line.label,
            [
                *(figure(line.tally.of(progress), line.behind(progress)) for progress in Progress),
                figure(line.tally.n, line.whole),
            ],
            percent(line.tally.rate),
        )
        for line in table
        if line.tally.n
    ]


@dataclass(frozen=True, slots=True)
class Share:
    """A source's part of the plan."""

    label: str
    url: str
    n: int
    share: str
    percent: str


def shares(table: Iterable[Line]) -> list[Share]:
    return [
        Share(line.label, address(line.whole), line.tally.n, percent(line.share), percent(line.tally.rate))
        for line in table
        if line.tally.n
    ]


def outside(total: Line) -> list[Tag]:
    """What stands beside n: « 3 proposées »."""
    counts = total.tally.counts
    return [
        Tag(
            count_of(number, STATE_WORDS[state].removesuffix("s"), STATE_WORDS[state]), address(PlanFilter(state=state))
        )
        for state in (ActionState.PROPOSED, ActionState.DECLINED, ActionState.ABANDONED)
        if (number := counts.get(state, 0))
    ]


def percent(rate: Fraction | None) -> str:
    """« 70 % », rounded half up; a dash where there is nothing to count."""
    return "–" if rate is None else f"{int(rate * 100 + Fraction(1, 2))}{NBSP}%"


def summary(total: Line) -> str:
    """« 95 actions sur 135 sont faites : 70 %. »"""
    tally = total.tally
    if not tally.n:
        return "Le plan est vide."
    verb = "est faite" if tally.done < 2 else "sont faites"
    return f"{count_of(tally.done, 'action')} sur {tally.n} {verb}{NBSP}: {percent(tally.rate)}."


def sources_of(user: User) -> "QuerySet[ActionSource]":
    return ActionSource.objects.filter(prefecture_id__in=user.scope.prefecture_ids)


def offices_of(user: User) -> "QuerySet[Office]":
    return Office.objects.filter(prefecture_id__in=user.scope.prefecture_ids)


# --- One action ---------------------------------------------------------------------------------------------------


def facts(action: Action, today: date) -> list[tuple[str, str]]:
    """What its page says of an action, without what it does not say."""
    dates = (("Ouverte le", action.opened_on), ("Vérifiée le", action.verified_on))
    engagement = f"{action.engagement.number}. {action.engagement.label}" if action.engagement else ""
    found = [
        ("Module ou volet", part_label(part_of(action.module, action.strand))),
        ("Rubrique", str(action.strand_item or "")),
        ("Engagement", engagement),
        ("Source", action.source.label),
        ("Pilote", action.pilot.full_name if action.pilot else action.pilot_name),
        ("Contributeurs", action.contributors),
        ("Bureau", action.office.name if action.office else ""),
        ("Site", action.site.name if action.site else ""),
        ("Priorité", Priority(action.priority).label),
        *((label, plain_date(day, today)) for label, day in dates if day),
        ("Échéance", upper_first(due_words(action, today))),
    ]
    return [(label, said) for label, said in found if said]


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
