"""`decide`: from an action, commands and what is known, to what changes. Pure: nothing is read, nothing is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django_fsm import TransitionNotAllowed

from actions import commands
from actions.enums import PLAN_STATES, ActionState, Priority, Strand
from actions.errors import ActionTransitionRefused
from actions.models import Action
from tracker.enums import Module, Via
from tracker.errors import InvalidCommand, NotAllowed
from tracker.text import clean_text

PROPOSABLE: Final = frozenset(
    {"title", "description", "expected_result", "module", "strand", "strand_item", "engagement_id", "office_id",
     "site_id"}
)  # fmt: skip
"""What anybody says of an idea."""
REPORTED: Final = frozenset({"progress_note"})
"""What a pilot says of an action."""
EDITABLE: Final = (
    PROPOSABLE | REPORTED | {"source_id", "pilot_id", "pilot_name", "contributors", "priority", "opened_on", "due_on"}
)
RECORDED: Final = EDITABLE | {
    "state", "done_on", "verified_on", "reason", "reopened_count", "proposed_by_id",
}  # fmt: skip
"""Columns whose change is a fact; the others are derived, or never change."""
LENGTHS: Final = {
    "title": 500, "description": 10_000, "expected_result": 5_000, "pilot_name": 200, "contributors": 500,
    "progress_note": 10_000, "reason": 2_000,
}  # fmt: skip
LONGEST_LABEL, LONGEST_URL = 200, 500
PART_MISSING: Final = "Indiquez le module ou le volet auquel cette action se rattache."


@dataclass(slots=True)
class Context:
    """All that a decision knows: it reads no database and no clock. `today` is the préfecture's own day."""

    now: datetime
    today: date
    actor_id: int | None
    via: Via
    abilities: frozenset[str]

    def require(self, ability: str) -> None:
        """Refuse a person whose role does not give `ability` on this action."""
        if ability not in self.abilities:
            raise NotAllowed

    def not_future(self, on: date, field_name: str) -> None:
        if on > self.today:
            raise InvalidCommand(
                f"Le {on:%d/%m/%Y} est dans le futur. Indiquez au plus tard le {self.today:%d/%m/%Y}.", field=field_name
            )


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to write. `data` is JSON without a person's words; `texts` go to erasable rows."""

    kind: str
    occurred_on: date
    data: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Change:
    """What an act does: columns changed on the action, events, and the rows to add or to withdraw beside it."""

    fields: set[str] = field(default_factory=set)
    events: list[EventDraft] = field(default_factory=list)
    links: list[commands.Link] = field(default_factory=list)
    evidence: list[dict[str, str]] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)


def decide(action: Action, acts: Sequence[commands.Command], context: Context) -> Change:
    """Apply `acts`, one after the other, to the loaded instance `action` and say what follows. Saves nothing.

    Raises InvalidCommand, NotAllowed or TransitionRefused; the instance is then to be thrown away.
    """
    change = Change()
    for act in acts:
        before = {name: getattr(action, name) for name in RECORDED}
        draft = HANDLERS[type(act)](action, act, context)
        check_whole(action)
        changed = {name: old for name, old in before.items() if getattr(action, name) != old}
        change.fields |= changed.keys()
        draft = told(action, draft, changed)
        change.events.append(draft)
        action.version += 1
        match act:
            case commands.Link():
                change.links.append(act)
            case commands.AddEvidence():
                change.evidence.append(draft.texts)
            case commands.WithdrawEvidence():
                change.withdrawn.append(act.evidence_id)
    change.fields.add("version")
    return change


def told(action: Action, draft: EventDraft, changed: dict[str, Any]) -> EventDraft:
    """The event with what it changed: codes and dates with both values, words by the name of their column, what they
    replaced as a text."""
    coded = {
        name: [as_json(old), as_json(getattr(action, name))]
        for name, old in sorted(changed.items())
        if name not in Action.TEXT_FIELDS
    }
    words = sorted(name for name in changed if name in Action.TEXT_FIELDS)
    data = dict(draft.data)
    if coded:
        data["changes"] = coded
    if words:
        data["fields"] = words
    if draft.kind == "recorded":
        texts = {name: getattr(action, name) for name in words}
    else:
        texts = {f"was_{name}": changed[name] for name in words if changed[name]}
    return EventDraft(draft.kind, draft.occurred_on, data, {**texts, **draft.texts})


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# --- Recording and editing ----------------------------------------------------------------------------------------


def record(action: Action, command: commands.Record, context: Context) -> EventDraft:
    context.require("record")
    if "edit" not in context.abilities and not set(command.values) <= PROPOSABLE:
        raise NotAllowed("Votre rôle permet de proposer une action, non de la régler.")
    context.not_future(command.opened_on, "opened_on")
    action.source_id = command.source_id
    action.opened_on = command.opened_on
    action.year = command.opened_on.year
    action.recorded_at = context.now
    # Whoever imports a plan has not had its ideas.
    action.proposed_by_id = None if context.via == Via.IMPORT else context.actor_id
    write(action, command.values)
    texts = {"evidence": command.evidence} if command.evidence else {}
    return EventDraft("recorded", command.opened_on, {}, texts)


def edit(action: Action, command: commands.Edit, context: Context) -> EventDraft:
    """New values; those that are the same are left out. What a pilot reports needs no more than carrying the action."""
    values = {name: cleaned(name, value) for name, value in command.values.items()}
    values = {name: value for name, value in values.items() if getattr(action, name) != value}
    if not values:
        raise InvalidCommand("Rien n’a changé.")
    context.require("report" if set(values) <= REPORTED else "edit")
    if "opened_on" in values and values["opened_on"] is not None:
        context.not_future(values["opened_on"], "opened_on")
    write(action, values)
    return EventDraft("changed", context.today)


def write(action: Action, values: dict[str, Any]) -> None:
    """Unknown columns are a programming error."""
    if not set(values) <= EDITABLE:
        raise ValueError(f"columns that nobody edits: {set(values) - EDITABLE}")
    for name, value in values.items():
        setattr(action, name, cleaned(name, value))


def cleaned(name: str, value: Any) -> Any:
    """Words without control characters, refused where they are too long: never cut."""
    if name not in LENGTHS:
        return value
    text = clean_text(value or "")
    if len(text) > LENGTHS[name]:
        raise InvalidCommand(f"Ce texte a {len(text)} caractères, la limite est de {LENGTHS[name]}.", field=name)
    return text


def check_whole(action: Action) -> None:
    """What the database holds too, said beside the field at fault."""
    if not action.title:
        raise InvalidCommand("Dites en une phrase ce qu’il y a à faire.", field="title")
    if action.source_id is None:
        raise InvalidCommand("Indiquez d’où vient cette action.", field="source")
    if action.module is not None and action.strand:
        raise InvalidCommand("Une action est d’un module ou d’un volet, pas des deux.", field="strand")
    if action.module is not None and action.module not in Module.values:
        raise InvalidCommand("Ce module n’existe pas.", field="module")
    if action.strand and action.strand not in Strand.values:
        raise InvalidCommand("Ce volet n’existe pas.", field="strand")
    if action.state in PLAN_STATES and action.module is None and not action.strand:
        raise InvalidCommand(PART_MISSING, field="module")
    if action.engagement_id is not None and action.module is None:
        raise InvalidCommand("Un engagement est d’un module\xa0: indiquez lequel.", field="engagement")
    if action.strand_item is not None and not action.strand:
        raise InvalidCommand("Une rubrique est d’un volet\xa0: indiquez lequel.", field="strand_item")
    if action.priority not in Priority.values:
        raise InvalidCommand("Cette priorité n’existe pas.", field="priority")
    check_dates(action)


def check_dates(action: Action) -> None:
    if action.opened_on is None:
        raise InvalidCommand("Indiquez le jour où l’action a été ouverte.", field="opened_on")
    for name, what in (("due_on", "L’échéance"), ("done_on", "La réalisation")):
        day: date | None = getattr(action, name)
        if day is not None and day < action.opened_on:
            raise InvalidCommand(
                f"{what} ({day:%d/%m/%Y}) précède l’ouverture de l’action ({action.opened_on:%d/%m/%Y}).", field=name
            )


# --- The machine --------------------------------------------------------------------------------------------------


def transition(act: Callable[..., Any], **fields: Any) -> None:
    """Run a transition of the machine; a refusal names the present state."""
    try:
        act(**fields)
    except TransitionNotAllowed as refusal:
        label = ActionState(refusal.object.state).label
        raise ActionTransitionRefused(
            f"Ce changement n’est pas possible\xa0: l’action est «\xa0{label}\xa0»."
        ) from refusal


def plan(action: Action, _command: commands.Plan, context: Context) -> EventDraft:
    context.require("plan")
    transition(action.plan)
    return EventDraft("planned", context.today)


def decline(action: Action, command: commands.Decline, context: Context) -> EventDraft:
    context.require("decline")
    reason = wanted_reason(command.reason, "Dites à la personne qui l’a proposée pourquoi elle n’est pas retenue.")
    transition(action.decline, reason=reason)
    return EventDraft("declined", context.today, {}, {"reason": reason})


def reconsider(action: Action, _command: commands.Reconsider, context: Context) -> EventDraft:
    context.require("reconsider")
    transition(action.reconsider)
    return EventDraft("reconsidered", context.today)


def start(action: Action, _command: commands.Start, context: Context) -> EventDraft:
    context.require("start")
    transition(action.start)
    return EventDraft("started", context.today)


def put_back(action: Action, _command: commands.PutBack, context: Context) -> EventDraft:
    context.require("put_back")
    transition(action.put_back)
    return EventDraft("put_back", context.today)


def finish(action: Action, command: commands.Finish, context: Context) -> EventDraft:
    context.require("finish")
    if command.done_on is None and context.via != Via.IMPORT:
        raise InvalidCommand("Indiquez le jour où l’action a été réalisée.", field="done_on")
    if command.done_on is not None:
        context.not_future(command.done_on, "done_on")
    transition(action.finish, done_on=command.done_on)
    return EventDraft("done", command.done_on or context.today)


def verify(action: Action, command: commands.Verify, context: Context) -> EventDraft:
    context.require("verify")
    context.not_future(command.verified_on, "verified_on")
    if action.done_on is not None and command.verified_on < action.done_on:
        raise InvalidCommand(
            f"La vérification précède la réalisation ({action.done_on:%d/%m/%Y}).", field="verified_on"
        )
    transition(action.verify, verified_on=command.verified_on)
    return EventDraft("verified", command.verified_on)


def abandon(action: Action, command: commands.Abandon, context: Context) -> EventDraft:
    context.require("abandon")
    reason = wanted_reason(command.reason, "Dites pourquoi l’action est abandonnée.")
    transition(action.abandon, reason=reason)
    return EventDraft("abandoned", context.today, {}, {"reason": reason})


def reopen(action: Action, _command: commands.Reopen, context: Context) -> EventDraft:
    context.require("reopen")
    transition(action.reopen)
    return EventDraft("reopened", context.today)


def wanted_reason(text: str, wanted: str) -> str:
    reason: str = cleaned("reason", text)
    if not reason:
        raise InvalidCommand(wanted, field="reason")
    return reason


# --- What stands beside -------------------------------------------------------------------------------------------


def link(_action: Action, command: commands.Link, context: Context) -> EventDraft:
    context.require("link")
    return EventDraft("linked", context.today, {"cause": str(command.kind), "object": command.object_id})


def add_evidence(_action: Action, command: commands.AddEvidence, context: Context) -> EventDraft:
    context.require("add_evidence")
    label, url = clean_text(command.label), clean_text(command.url)
    if not label or len(label) > LONGEST_LABEL:
        raise InvalidCommand(f"Nommez cette preuve, en {LONGEST_LABEL} caractères au plus.", field="label")
    # No more than that: an intranet's addresses have no domain that one could check.
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.netloc or len(url) > LONGEST_URL:
        raise InvalidCommand("Collez une adresse complète, qui commence par http:// ou https://.", field="url")
    return EventDraft("evidence_added", context.today, {}, {"label": label, "url": url})


def withdraw_evidence(_action: Action, command: commands.WithdrawEvidence, context: Context) -> EventDraft:
    context.require("add_evidence")
    return EventDraft("evidence_withdrawn", context.today, {"evidence": command.evidence_id})


HANDLERS: Final[dict[type[commands.Command], Callable[..., EventDraft]]] = {
    commands.Record: record,
    commands.Edit: edit,
    commands.Plan: plan,
    commands.Decline: decline,
    commands.Reconsider: reconsider,
    commands.Start: start,
    commands.PutBack: put_back,
    commands.Finish: finish,
    commands.Verify: verify,
    commands.Abandon: abandon,
    commands.Reopen: reopen,
    commands.Link: link,
    commands.AddEvidence: add_evidence,
    commands.WithdrawEvidence: withdraw_evidence,
}
