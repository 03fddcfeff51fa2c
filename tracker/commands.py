"""What a person (or an import, or a task) asks for. A command holds what was typed and nothing that was computed.

Dates are the days on which things happened at the demande's site; texts are personal and never reach `Event.data`.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tracker.enums import DismissalReason
from tracker.models.reference import TicketKind


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands; `writes` names the columns whose change by somebody else makes the form stale."""

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state"})


@dataclass(frozen=True, slots=True)
class Register(Command):
    kind: TicketKind
    channel_id: int
    nature_id: int
    received_on: date
    site_id: int
    module: int = 1
    theme_id: int | None = None
    mailbox_id: int | None = None
    sender_name: str = ""
    sender_contact: str = ""
    subject: str = ""
    body: str = ""
    postmark_on: date | None = None
    by_mailroom: bool = False
    details: dict[str, Any] = field(default_factory=dict)
    # An imported row, word for word: kept as erasable evidence.
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Assign(Command):
    office_id: int
    assignee_id: int | None = None
    note: str = ""

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "office_id", "assignee_id"})


@dataclass(frozen=True, slots=True)
class Take(Command):
    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "assignee_id"})


@dataclass(frozen=True, slots=True)
class SendBack(Command):
    note: str = ""

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "office_id"})


@dataclass(frozen=True, slots=True)
class AskRequester(Command):
    asked_on: date
    missing: str
    until: date | None = None
    reason: str = ""

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "awaited_until"})


@dataclass(frozen=True, slots=True)
class Complete(Command):
    completed_on: date


@dataclass(frozen=True, slots=True)
class Hold(Command):
    """A holding reply; without a promised date it meets no deadline."""

    sent_on: date
    promised_on: date | None = None

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "promised_on"})


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """The reply left on `answered_on`; None: it left, but no date can be traced (counted late)."""

    answered_on: date | None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Close(Command):
    pass


@dataclass(frozen=True, slots=True)
class Forward(Command):
    """L114-2: to another administration, the sender being told on `told_on`."""

    to: str
    forwarded_on: date
    told_on: date


@dataclass(frozen=True, slots=True)
class Dismiss(Command):
    """`confirmed`: the encadrant takes the demande out of the indicators although its deadline had passed."""

    reason: DismissalReason
    on: date
    confirmed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Merge(Command):
    """This demande goes into another, which receives `Absorb`."""

    into_id: int
    on: date


@dataclass(frozen=True, slots=True)
class Absorb(Command):
    """Another demande is merged into this one; the earliest arrival is kept."""

    source_id: int
    received_on: date

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "received_on"})


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    """By mistake (`message_on` is None), or because the requester wrote again on `message_on`."""

    message_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Propose(Command):
    """`meeting_on` None: an old register says that a date was proposed, not which."""

    proposed_on: date
    meeting_on: date | None
    place: str = ""

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"state", "meeting_on"})


@dataclass(frozen=True, slots=True)
class Confirm(Command):
    confirmed_on: date


@dataclass(frozen=True, slots=True)
class HoldMeeting(Command):
    met_on: date
    requester_unavailable: bool = False


@dataclass(frozen=True, slots=True)
class CallOff(Command):
    """A proposed date declined, or a meeting cancelled, by the requester or by the préfecture.

    `ends`: no other date will be looked for.
    """

    on: date
    by_requester: bool
    ends: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Correct(Command):
    """New values by column name. Arrival, channel, nature and module recompute the deadlines; the kind changes only
    within one machine."""

    values: dict[str, Any]

    @property
    def writes(self) -> frozenset[str]:
        return frozenset(self.values)


@dataclass(frozen=True, slots=True)
class Note(Command):
    text: str

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Attach(Command):
    """A file that was checked and stored under `key`. Its name is no part of what happened: it is personal text."""

    key: UUID
    type: str
    size: int
    sha256: str

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """Take back an attached file, for a reason that stays in the journal."""

    key: UUID
    reason: str

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class MarkSignature(Command):
    """« À la signature depuis… »; None: back from signature."""

    since: date | None

    @property
    def writes(self) -> frozenset[str]:
        return frozenset({"signature_since"})


@dataclass(frozen=True, slots=True)
class Remind(Command):
    """The bureau that holds the demande is reminded of it."""

    office_id: int
    note: str = ""

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Recompute(Command):
    """A rule or the calendar changed: running deadlines that start on or after `effective_from`, or, for closed `days`,
    that cross one of them, get their new date."""

    effective_from: date
    days: tuple[date, ...] = ()

    @property
    def writes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Eliminate(Command):
    """Erase the texts of an ended demande, under the visa of this elimination."""

    elimination_id: int


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Cancel the last act. `partner_id`: the other demande of the merge to cancel, which receives `Undo` as well."""

    partner_id: int | None = None
