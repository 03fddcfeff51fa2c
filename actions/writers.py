"""The two ways to write an action: `write_one` for a person's act, `write_many` for imports and demonstration data.

Both call the same `decide`, so that history written either way is the same, row for row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from actions.commands import Command, Edit, Link, Record
from actions.decisions import Change, Context, decide
from actions.enums import CauseKind
from actions.errors import StaleAction
from actions.models import Action, ActionCounter, ActionEvidence, ActionLink, ActionSource
from actions.permissions import ALL, abilities, may_propose
from tracker import bulk, clock, journal
from tracker.errors import InvalidCommand, NotAllowed, SillageError
from tracker.models import Engagement, Event, Membership, Office, Prefecture, Site, Ticket, User
from tracker.numbering import reserve
from tracker.permissions import NOT_HERE
from tracker.writers import Author

STREAM: Final = "action"
REFERENCE: Final = "{code}-A-{year}-{number:04d}"
CHUNK: Final = 500


# --- One act of a person ------------------------------------------------------------------------------------------


def record(prefecture: Prefecture, acts: Sequence[Command], author: Author) -> Action:
    """Create an action: `acts` begins with Record and may go on (planned, begun) in the same act.

    Raises InvalidCommand, NotAllowed or TransitionRefused; nothing is then written.
    """
    if not isinstance(acts[0], Record):
        raise TypeError("an action begins with Record")
    now = author.moment
    action = Action(prefecture=prefecture)
    with transaction.atomic():
        check_belongs(action, acts, author.user)
        allowed = ALL if author.user is None else abilities_of_recording(author.user, prefecture, acts[0])
        change = decide(action, acts, context_for(prefecture, author, now, allowed))
        number_actions([action])
        action.save(force_insert=True)
        insert_changes([(action, change, author.act(now), journal.Tail())])
    return action


def write_one(action_id: int, acts: Sequence[Command], author: Author, *, opened_version: int | None = None) -> Action:
    """Do `acts` to one action in one transaction: locked, decided, saved, journalled.

    `opened_version` is the version that the person's form was opened on: where what the acts write has changed since,
    StaleVersion is raised and nothing is written. Raises Action.DoesNotExist.
    """
    now = author.moment
    with transaction.atomic():
        action = lock_many([action_id])[action_id]
        check_belongs(action, acts, author.user)
        refuse_stale(action, acts, opened_version)
        allowed = ALL if author.user is None else abilities(author.user, action)
        tail = journal.tail_of(STREAM, action.pk)
        change = decide(action, acts, context_for(action.prefecture, author, now, allowed))
        action.save(update_fields=sorted(change.fields))
        insert_changes([(action, change, author.act(now), tail)])
    return action


def lock_many(action_ids: Sequence[int]) -> dict[int, Action]:
    """Rows locked in the order of their keys, by key, each with its préfecture. Raises Action.DoesNotExist where one is
    missing."""
    rows = Action.objects.select_for_update(of=("self",)).select_related("prefecture")
    found = {action.pk: action for action in rows.filter(pk__in=action_ids).order_by("pk")}
    if len(found) < len(set(action_ids)):
        raise Action.DoesNotExist
    return found


def abilities_of_recording(user: User, prefecture: Prefecture, first: Record) -> frozenset[str]:
    """What a person may do in the act that records: propose, and whatever may be done to such an action where it will
    stand (a référent's own goes straight into the plan)."""
    if not may_propose(user, prefecture.pk):
        raise NotAllowed("Votre rôle ne permet pas de proposer une action dans cette préfecture.")
    values = first.values
    there = Action(prefecture=prefecture, office_id=values.get("office_id"), site_id=values.get("site_id"))
    return abilities(user, there) | {"record"}


def refuse_stale(action: Action, acts: Sequence[Command], opened_version: int | None) -> None:
    """Refuse an act where a column that it writes has changed after `opened_version`, a number in the journal."""
    if opened_version is None:
        return
    if opened_version > action.version:
        # Nobody has opened a version that is still to come: what was really on the screen is not known.
        raise StaleAction
    written = frozenset().union(*(act.writes for act in acts))
    since = Event.objects.filter(stream=STREAM, object_id=action.pk, number__gt=opened_version)
    changed = {
        name
        for data in since.values_list("data", flat=True)
        for name in (*data.get("changes", ()), *data.get("fields", ()))
    }
    if written & changed:
        raise StaleAction(fields=tuple(sorted(written & changed)))


def context_for(prefecture: Prefecture, author: Author, now: datetime, allowed: frozenset[str]) -> Context:
    return Context(
        now=now,
        today=clock.local_date(now, prefecture.time_zone),
        actor_id=author.user.pk if author.user else None,
        via=author.via,
        abilities=allowed,
    )


# --- What an act may name -----------------------------------------------------------------------------------------


def check_belongs(action: Action, acts: Iterable[Command], user: User | None) -> None:
    """Refuse an act that names a row of another préfecture, or a demande that the person may not see: for the one who
    asks, it does not exist."""
    prefecture = action.prefecture
    for act in acts:
        match act:
            case Record():
                check_values(prefecture, {"source_id": act.source_id, **act.values})
            case Edit():
                check_values(prefecture, {"module": action.module, "engagement_id": action.engagement_id} | act.values)
            case Link(kind=CauseKind.TICKET):
                known = Ticket.objects.visible_to(user) if user else Ticket.objects.all()
                if not known.filter(prefecture=prefecture, pk=act.object_id).exists():
                    raise InvalidCommand("Cette demande n’existe pas.", field="ticket")


def check_values(prefecture: Prefecture, values: dict[str, Any]) -> None:
    for name, model, field_name in (
        ("source_id", ActionSource, "source"),
        ("office_id", Office, "office"),
        ("site_id", Site, "site"),
    ):
        pk = values.get(name)
        if pk is not None and not model._default_manager.filter(pk=pk, prefecture=prefecture).exists():
            raise InvalidCommand(NOT_HERE, field=field_name)
    pilot_id = values.get("pilot_id")
    if pilot_id is not None:
        roles = Membership.objects.filter(user_id=pilot_id, user__is_active=True, prefecture=prefecture)
        if not roles.exists():
            raise InvalidCommand("Cette personne ne travaille pas dans votre préfecture.", field="pilot")
    engagement_id, module = values.get("engagement_id"), values.get("module")
    if engagement_id is not None:
        engagement = Engagement.objects.filter(pk=engagement_id).first()
        if engagement is None:
            raise InvalidCommand("Cet engagement n’existe pas.", field="engagement")
        if module is not None and engagement.module not in (None, module):
            raise InvalidCommand(
                f"L’engagement {engagement.number} est du module {engagement.module}.", field="engagement"
            )


# --- Writing ------------------------------------------------------------------------------------------------------


def number_actions(actions: Sequence[Action]) -> None:
    """Give each new action its reference (« 44-A-2026-0012 »), in order, in one block per préfecture and year. Takes
    the counter's lock: call it last before the inserts of a short transaction."""
    groups: dict[tuple[int, int], list[Action]] = {}
    for action in actions:
        groups.setdefault((action.prefecture_id, action.year), []).append(action)
    for (prefecture_id, year), group in sorted(groups.items()):
        last = reserve(prefecture_id, year, len(group), ActionCounter)
        for number, action in enumerate(group, start=last + 1):
            action.number = number
            action.reference = REFERENCE.format(code=action.prefecture.code, year=year, number=number)


Written = tuple[Action, Change, journal.Act, journal.Tail]


def insert_changes(written: Iterable[Written]) -> None:
    """The events of these acts, and the rows beside the actions. Each action is saved already."""
    chains: dict[bool, tuple[list[Event], list[journal.CarriedText]]] = {False: ([], []), True: ([], [])}
    links: list[ActionLink] = []
    evidence: list[ActionEvidence] = []
    for action, change, act, tail in written:
        entries = [journal.Entry(draft.kind, draft.occurred_on, draft.data, draft.texts) for draft in change.events]
        events, texts = journal.chain(STREAM, action.pk, action.prefecture_id, tail, entries, act)
        chains[act.quiet][0].extend(events)
        chains[act.quiet][1].extend(texts)
        stamp = {"action": action, "added_at": act.now, "added_by_id": act.actor_id}
        links += [ActionLink(kind=link.kind, ticket_id=link.object_id, **stamp) for link in change.links]
        evidence += [ActionEvidence(label=row["label"], url=row["url"], **stamp) for row in change.evidence]
        withdraw_evidence(action, change.withdrawn, act.now)
    for quiet, (events, texts) in chains.items():
        journal.store(events, texts, quiet=quiet)
    ActionEvidence.objects.bulk_create(evidence)
    try:
        with transaction.atomic():
            ActionLink.objects.bulk_create(links)
    except IntegrityError as twice:
        raise InvalidCommand("Cette action est déjà liée à cette demande.", field="ticket") from twice


def withdraw_evidence(action: Action, evidence_ids: Sequence[int], now: datetime) -> None:
    for pk in evidence_ids:
        standing = ActionEvidence.objects.filter(action=action, pk=pk, withdrawn_at__isnull=True)
        if not standing.update(withdrawn_at=now):
            raise InvalidCommand("Cette preuve n’est plus là.", field="evidence")


# --- Many at once -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Draft:
    """One action of a batch: a new one (`action` unsaved, `acts` begins with Record) or one to go on with, locked by
    the caller (`lock_many`). All of `acts` is one act."""

    action: Action
    acts: list[Command]
    is_new: bool = field(init=False)
    change: Change | None = field(init=False, default=None)
    refusal: SillageError | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.is_new = self.action.pk is None


def write_many(drafts: Sequence[Draft], author: Author) -> None:
    """Write a chunk (at most a few hundred) in bulk, in the caller's transaction, as the préfecture itself. Where
    `decide` refuses a draft, its `refusal` is set, nothing of it is written, and the others go on."""
    now = author.moment
    for draft in drafts:
        context = context_for(draft.action.prefecture, author, now, ALL)
        try:
            draft.change = decide(draft.action, draft.acts, context)
        except SillageError as refusal:
            draft.refusal = refusal
    kept = [(draft, draft.change) for draft in drafts if draft.change is not None]
    new = [draft.action for draft, _ in kept if draft.is_new]
    number_actions(new)
    bulk.insert(new)
    for draft, change in kept:
        if not draft.is_new:
            draft.action.save(update_fields=sorted(change.fields))
    tails = tails_of([draft.action.pk for draft, _ in kept if not draft.is_new])
    insert_changes(
        (draft.action, change, author.act(now), tails.get(draft.action.pk, journal.Tail())) for draft, change in kept
    )


def tails_of(action_ids: Sequence[int]) -> dict[int, journal.Tail]:
    """Where the chains of these actions end, in one query."""
    ends = Event.objects.filter(stream=STREAM, object_id__in=action_ids).order_by("object_id", "number")
    return {pk: journal.Tail(number, digest) for pk, number, digest in ends.values_list("object_id", "number", "hash")}
