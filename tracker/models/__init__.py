"""Models of the kernel, by subject."""

from tracker.models.absences import Absence
from tracker.models.access import ApiToken, IdempotencyKey, WallScreen
from tracker.models.attachments import Attachment
from tracker.models.eliminations import Elimination, EliminationLine
from tracker.models.imports import ColumnMapping
from tracker.models.journal import Event, EventText, Job, Outbox, PendingEvent, SealedHead
from tracker.models.mass_acts import MassAct, MassActLine
from tracker.models.organisation import LiveCounter, Membership, Office, Prefecture, Site, User
from tracker.models.reference import (
    Channel,
    ClosedDay,
    DeadlineRule,
    Engagement,
    Mailbox,
    Nature,
    ReferenceChange,
    SuspendedPeriod,
    Target,
    Theme,
    TicketKind,
)
from tracker.models.search import SearchDocument
from tracker.models.tickets import Correspondent, Deadline, ExternalIdentity, ReferenceCounter, Ticket
from tracker.models.upkeep import PeriodicTask, Verification

__all__ = [
    "Absence",
    "ApiToken",
    "Attachment",
    "Channel",
    "ClosedDay",
    "ColumnMapping",
    "Correspondent",
    "Deadline",
    "DeadlineRule",
    "Elimination",
    "EliminationLine",
    "Engagement",
    "Event",
    "EventText",
    "ExternalIdentity",
    "IdempotencyKey",
    "Job",
    "LiveCounter",
    "Mailbox",
    "MassAct",
    "MassActLine",
    "Membership",
    "Nature",
    "Office",
    "Outbox",
    "PendingEvent",
    "PeriodicTask",
    "Prefecture",
    "ReferenceChange",
    "ReferenceCounter",
    "SealedHead",
    "SearchDocument",
    "Site",
    "SuspendedPeriod",
    "Target",
    "Theme",
    "Ticket",
    "TicketKind",
    "User",
    "Verification",
    "WallScreen",
]
