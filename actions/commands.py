"""What a person (or an import) asks of an action. A command holds what was typed and nothing that was computed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from actions.enums import CauseKind

STATE = frozenset({"state"})


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands; `writes` names the columns whose change by somebody else makes the form stale."""

    @property
    def writes(self) -> frozenset[str]:
        return STATE


@dataclass(frozen=True, slots=True)
class Record(Command):
    """A new action: an idea, until it is planned. `values` holds columns of `decisions.EDITABLE` by name."""

    source_id: int
    opened_on: date
    values: dict[str, Any] = field(default_factory=dict)
    # An imported row, word for word.
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Plan(Command):
    pass


@dataclass(frozen=True, slots=True)
class Decline(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class Reconsider(Command):
    pass


@dataclass(frozen=True, slots=True)
class Start(Command):
    pass


@dataclass(frozen=True, slots=True)
class PutBack(Command):
    pass


@dataclass(frozen=True, slots=True)
class Finish(Command):
    """`done_on` None: nobody knows the day any more, which an import alone may say."""

    done_on: date | None


@dataclass(frozen=True, slots=True)
class Verify(Command):
    verified_on: date


@dataclass(frozen=True, slots=True)
class Abandon(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    pass


@dataclass(frozen=True, slots=True)
class Edit(Command):
    """New values for columns of `decisions.EDITABLE`, by name."""

    values: dict[str, Any]

    @property
    def writes(self) -> frozenset[str]:
        return frozenset(self.values)


@dataclass(frozen=True, slots=True)
class Link(Command):
    """Say what caused the action. Linking twice the same is refused."""

    kind: CauseKind
    object_id: int

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class AddEvidence(Command):
    label: str
    url: str

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class WithdrawEvidence(Command):
    evidence_id: int

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()
