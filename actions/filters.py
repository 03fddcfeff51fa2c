"""What part of the plan is looked at. A figure and the list behind it are the same filter, asked of the same query."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q

from actions.enums import PLAN_STATES, STATES_OF, ActionState, Progress, SourceFamily, Strand
from actions.querysets import ActionQuerySet
from tracker.enums import Module
from tracker.models import User

NONE: Final = "aucun"
"""Those that have none: no bureau, no module nor strand, no pilot."""
LATE: Final = "retard"
MINE: Final = "moi"
IN_PLAN: Final = "plan"
"""Whatever its progress, an action that counts in n."""
MODULE: Final = "module-"


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """An empty field leaves nothing out. Values are those of the page's address; one that means nothing is dropped by
    `from_query`."""

    part: str = ""
    """« module-1 », a strand, or NONE."""
    progress: str = ""
    state: str = ""
    source: str = ""
    family: str = ""
    office: str = ""
    pilot: str = ""
    due: str = ""

    def apply(self, actions: ActionQuerySet, user: User | None, on: date) -> ActionQuerySet:
        """`user` is « moi »; `on` the day on which an action is late or not."""
        found = actions.filter(self.condition())
        if self.pilot == MINE:
            found = found.piloted_by(user) if user else found.none()
        elif self.pilot == NONE:
            found = found.filter(pilot__isnull=True, pilot_name="")
        return found.late(on) if self.due == LATE else found

    def condition(self) -> Q:
        wanted = Q()
        if self.part:
            wanted &= part_condition(self.part)
        if self.progress:
            states = PLAN_STATES if self.progress == IN_PLAN else STATES_OF[Progress(self.progress)]
            wanted &= Q(state__in=states)
        if self.state:
            wanted &= Q(state=self.state)
        if self.source:
            wanted &= Q(source__code=self.source)
        if self.family:
            wanted &= Q(source__family=self.family)
        if self.office:
            wanted &= Q(office__isnull=True) if self.office == NONE else Q(office__code=self.office)
        return wanted

    def narrowed(self, **values: str) -> "PlanFilter":
        return replace(self, **values)

    @property
    def query(self) -> str:
        """« part=module-1&progress=done »; empty where nothing is left out."""
        return urlencode({field.name: value for field in fields(self) if (value := getattr(self, field.name))})

    @classmethod
    def from_query(cls, given: Mapping[str, str]) -> "PlanFilter":
        kept = {field.name: given.get(field.name, "") for field in fields(cls)}
        return cls(**{name: value if means(name, value) else "" for name, value in kept.items()})


FREE: Final = frozenset({"source", "office"})
"""Codes of the préfecture's own rows: one that does not exist finds nothing."""
CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "part": frozenset({*(f"{MODULE}{module}" for module in Module.values), *Strand.values, NONE}),
    "progress": frozenset({*Progress.values, IN_PLAN}),
    "state": frozenset(ActionState.values),
    "family": frozenset(SourceFamily.values),
    "pilot": frozenset({MINE, NONE}),
    "due": frozenset({LATE}),
}


def means(name: str, value: str) -> bool:
    """Whether a value may stand in a field; a NUL never reaches the database."""
    return "\0" not in value if name in FREE else value in CHOICES[name]


def part_condition(part: str) -> Q:
    if part == NONE:
        return Q(module__isnull=True, strand="")
    if part.startswith(MODULE):
        return Q(module=int(part.removeprefix(MODULE)))
    return Q(strand=part)


def part_of(module: int | None, strand: str) -> str:
    """The `part` of an action's module and strand."""
    return f"{MODULE}{module}" if module is not None else strand or NONE


def part_label(part: str) -> str:
    """« Module 1 », « Pilotage »."""
    if part == NONE:
        return "Sans module"
    if part.startswith(MODULE):
        return f"Module {part.removeprefix(MODULE)}"
    return Strand(part).label
