"""The two ways to write a demande: `write_one` for a person's act, `write_many` for imports and demonstration data.

Both call the same `decide`, so that history written either way is the same, row for row.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction

from tracker import bulk, clock, details, journal, kept, senders
from tracker.commands import Absorb, Assign, Command, Merge, Register, Undo
from tracker.deadlines import DeadlineState, Fact, RuleBook
from tracker.decisions import Change, Context, PastEvent, decide
from tracker.enums import Via
from tracker.errors import InvalidCommand, NotAllowed, SillageError, StaleVersion
from tracker.homecoming import refuse_closed, to_dispatch
from tracker.models import Deadline, Event, Outbox, Prefecture, Site, Ticket, User
from tracker.numbering import number_tickets
from tracker.permissions import ALL, abilities, check_belongs, may_register
from tracker.projecting import store_deadlines
from tracker.rulebooks import calendars_of, current_calendar, rule_book
from tracker.search import index_new, index_tickets
from tracker.workdays import WorkCalendar

STREAM = "ticket"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, and how. `user` None is the system: it may do everything that the machine allows."""

    user: User | None = None
    via: Via = Via.PAGE
    quiet: bool = False
    now: datetime | None = None
    # Set where one act of a person is told of several demandes.
    act_id: uuid.UUID | None = None

    def for_one_act(self) -> "Author":
        """The same, for several demandes at the same moment in one act."""
        return replace(self, now=self.moment, act_id=uuid.uuid4())

    @property
    def moment(self) -> datetime:
        return self.now or clock.now()

    def act(self, now: datetime) -> journal.Act:
        actor_id = self.user.pk if self.user else None
        return journal.Act(actor_id, self.via, now, self.quiet, self.act_id or uuid.uuid4())


# --- One act of a person ------------------------------------------------------------------------------------------


def register(prefecture: Prefecture, acts: Sequence[Command], author: Author) -> Ticket:
    """Create a demande: `acts` begins with Register and may go on (affected, answered after the fact) in the same act.

    Raises InvalidCommand or TransitionRefused; nothing is then written.
    """
    first = acts[0]
    if not isinstance(first, Register):
        raise TypeError("a demande begins with Register")
    now = author.moment
    with transaction.atomic(), kept.looking_again():
        check_belongs(prefecture.pk, acts)
        site = kept.by_key(Site)[first.site_id]
        ticket = Ticket(prefecture=prefecture, site=site)
        allowed = ALL if author.user is None else abilities_of_registration(author.user, prefecture, site, acts)
        context = context_for(site, rule_book(prefecture.pk), author, now, allowed)
        change = decide(ticket, acts, context)
        number_tickets([ticket])
        ticket.save(force_insert=True)
        insert_change(ticket, change, author.act(now), [])
        index_new([ticket], {})
    return ticket


def write_one(ticket_id: int, acts: Sequence[Command], author: Author, *, opened_version: int | None = None) -> Ticket:
    """Do `acts` to one demande in one transaction: locked, decided, saved, journalled.

    `opened_version` is the version that the person's form was opened on: where what the acts write has changed since,
    StaleVersion is raised and nothing is written.
    """
    return write_and_tell(ticket_id, acts, author, opened_version=opened_version)[0]


def write_and_tell(
    ticket_id: int, acts: Sequence[Command], author: Author, *, opened_version: int | None = None
) -> tuple[Ticket, list[PastEvent]]:
    """`write_one`, with the journal as it now stands: who goes on from there has not to read it again."""
    with transaction.atomic():
        if any(isinstance(act, Undo) for act in acts) and (partner_id := merged_last(ticket_id)):
            return undo_merge(ticket_id, partner_id, author, opened_version)
        ticket = lock(ticket_id)
        return ticket, continue_journal(ticket, acts, author, opened_version)


def merged_last(ticket_id: int) -> int | None:
    """The other demande, where the last thing told of this one is their merge."""
    last = Event.objects.filter(stream=STREAM, object_id=ticket_id).order_by("-number").first()
    if last is None or last.kind not in ("merged", "absorbed"):
        return None
    partner_id: int = last.data.get("into") or last.data["from"]
    return partner_id


def undo_merge(
    ticket_id: int, partner_id: int, author: Author, opened_version: int | None
) -> tuple[Ticket, list[PastEvent]]:
    """A merge is one act over two demandes: both are as before, or neither."""
    rows = lock_many((ticket_id, partner_id))
    author = author.for_one_act()
    write_locked(rows[partner_id], [Undo(ticket_id)], author)
    return rows[ticket_id], continue_journal(rows[ticket_id], [Undo(partner_id)], author, opened_version)


def merge(
    source_id: int, target_id: int, author: Author, *, opened_version: int | None = None
) -> tuple[Ticket, Ticket]:
    """Merge one open demande into another of the same kind. Rows are locked in the order of their keys: A into B and B
    into A at once end with one refusal, not with two closed demandes."""
    if source_id == target_id:
        raise InvalidCommand("Une demande ne se fusionne pas avec elle-même.", field="target")
    with transaction.atomic():
        rows = lock_many((source_id, target_id))
        source, target = rows[source_id], rows[target_id]
        if (source.prefecture_id, source.kind_id) != (target.prefecture_id, target.kind_id):
            raise InvalidCommand("Seules deux demandes de même type se fusionnent.", field="target")
        author = author.for_one_act()
        today = clock.local_date(author.moment, source.site.time_zone)
        target = write_locked(target, [Absorb(source.pk, source.received_on)], author)
        source = write_locked(source, [Merge(target.pk, today)], author, opened_version=opened_version)
    return source, target


def lock(ticket_id: int) -> Ticket:
    """The row, locked until the end of the transaction; its site, kind and préfecture with it."""
    return lock_many([ticket_id])[ticket_id]


def lock_many(ticket_ids: Sequence[int]) -> dict[int, Ticket]:
    """Rows locked in the order of their keys, by key. Raises Ticket.DoesNotExist where one is missing."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("site", "kind", "prefecture")
    found = {ticket.pk: ticket for ticket in rows.filter(pk__in=ticket_ids).order_by("pk")}
    if len(found) < len(set(ticket_ids)):
        raise Ticket.DoesNotExist
    return found


def write_locked(
    ticket: Ticket, acts: Sequence[Command], author: Author, *, opened_version: int | None = None
) -> Ticket:
    """`write_one` on a row that the caller has locked."""
    continue_journal(ticket, acts, author, opened_version)
    return ticket


def continue_journal(
    ticket: Ticket, acts: Sequence[Command], author: Author, opened_version: int | None
) -> list[PastEvent]:
    """Do `acts` to a demande whose row is locked; gives its journal, their events included."""
    now = author.moment
    with kept.looking_again():
        check_belongs(ticket.prefecture_id, acts)
        history, tail_hash = load_history(ticket)
        allowed = allowed_to(author.user, ticket, history)
        refuse_stale(history, acts, opened_version)
        context = context_for(ticket.site, rule_book(ticket.prefecture_id), author, now, allowed)
    context.history = history
    context.sent_to_requester = sent_to_requester(history)
    tail = journal.Tail(ticket.version, tail_hash)
    before = list(context.deadlines)
    change = decide_in_service(ticket, acts, context)
    if change.events:
        ticket.save(update_fields=sorted(change.fields))
        insert_change(ticket, change, author.act(now), before, tail)
        if change.fields & set(Ticket.PERSONAL_FIELDS):
            index_tickets([ticket])
        if "sender_name" in change.fields:
            senders.remember([ticket])
    return context.history


def decide_in_service(ticket: Ticket, acts: Sequence[Command], context: Context) -> Change:
    """`decide`, where the bureau that would have the demande again may have closed."""
    change = decide(ticket, to_dispatch(ticket, acts), context)
    if ticket.is_open and any(isinstance(act, Undo) for act in acts):
        refuse_closed(ticket)
    return change


def abilities_of_registration(
    user: User, prefecture: Prefecture, site: Site, acts: Sequence[Command]
) -> frozenset[str]:
    """What a person may do in the act that registers: affect the demande to any bureau of the préfecture, attach what
    came with it, and whatever may be done there where that bureau is the person's own (« reçu le… répondu le… »)."""
    if not may_register(user, prefecture.pk):
        raise NotAllowed("Votre rôle ne permet pas d’enregistrer une demande dans cette préfecture.")
    office_id = next((act.office_id for act in acts if isinstance(act, Assign)), None)
    there = Ticket(prefecture=prefecture, site=site, office_id=office_id)
    return abilities(user, there) | {"assign", "attach"}


def allowed_to(user: User | None, ticket: Ticket, history: Sequence[PastEvent]) -> frozenset[str]:
    """What a person may do to a demande, given its journal: the abilities of the role, and undoing what the person has
    just done even where it took the demande out of sight (« pas pour nous » pressed by mistake)."""
    if user is None:
        return ALL
    last_is_own = bool(history) and history[-1].actor_id == user.pk
    return abilities(user, ticket) | ({"undo"} if last_is_own else frozenset())


def refuse_stale(history: Sequence[PastEvent], acts: Sequence[Command], opened_version: int | None) -> None:
    """Refuse an act where a column that it writes has changed after `opened_version`, a number in the journal. A note
    or a reminder changes none of them, so it refuses nobody."""
    if opened_version is None:
        return
    if history and opened_version > history[-1].fact.number:
        # Nobody has opened a version that is still to come: what was really on the screen is not known.
        raise StaleVersion
    if any(isinstance(act, Undo) for act in acts) and history and history[-1].fact.number > opened_version:
        # « Annuler » speaks of what was last then: what was told since, even a note, is not what it would cancel.
        raise StaleVersion
    written = frozenset().union(*(act.writes for act in acts))
    changed = {
        name
        for past in history
        if past.fact.number > opened_version
        for name in (*past.fact.data.get("changes", ()), *past.fact.data.get("fields", ()))
    }
    if written & changed:
        raise StaleVersion(fields=tuple(sorted(written & changed)))


def sent_to_requester(history: Sequence[PastEvent]) -> bool:
    """Whether something has left, or waits to leave, towards the requester because of the last act."""
    if not history:
        return False
    return Outbox.objects.filter(event__act_id=history[-1].act_id, to_requester=True).exists()


def load_history(ticket: Ticket) -> tuple[list[PastEvent], str]:
    """The journal of one demande, oldest first, and the hash of its last event."""
    return load_histories([ticket.pk]).get(ticket.pk, ([], ""))


def load_histories(ticket_ids: Sequence[int]) -> dict[int, tuple[list[PastEvent], str]]:
    events = Event.objects.filter(stream=STREAM, object_id__in=ticket_ids).order_by("object_id", "number")
    told = groupby(events.prefetch_related("texts"), key=lambda event: event.object_id)
    groups = ((ticket_id, list(group)) for ticket_id, group in told)
    return {ticket_id: (history_of(group), group[-1].hash) for ticket_id, group in groups}


def events_of(ticket: Ticket) -> list[Event]:
    """The journal of one demande, oldest first, with who acted and what was written."""
    events = Event.objects.filter(stream=STREAM, object_id=ticket.pk).order_by("number")
    return list(events.select_related("actor").prefetch_related("texts"))


def history_of(events: Iterable[Event]) -> list[PastEvent]:
    """Events loaded with their texts, as a decision reads them."""
    return [
        PastEvent(
            Fact(event.number, event.kind, event.data),
            event.act_id,
            event.actor_id,
            event.recorded_at,
            {row.name: row.text for row in event.texts.all() if row.erased_at is None},
        )
        for event in events
    ]


def context_for(
    site: Site,
    rules: RuleBook,
    author: Author,
    now: datetime,
    allowed: frozenset[str],
    calendar: WorkCalendar | None = None,
) -> Context:
    return Context(
        now=now,
        today=clock.local_date(now, site.time_zone),
        actor_id=author.user.pk if author.user else None,
        via=author.via,
        abilities=allowed,
        rules=rules,
        calendar=calendar or current_calendar(site),
        calendar_at=calendars_of(site),
    )


def insert_change(
    ticket: Ticket,
    change: Change,
    act: journal.Act,
    before: Sequence[DeadlineState],
    tail: journal.Tail | None = None,
) -> None:
    entries = [journal.Entry(draft.kind, draft.occurred_on, draft.data, draft.texts) for draft in change.events]
    events, texts = journal.chain(STREAM, ticket.pk, ticket.prefecture_id, tail or journal.Tail(), entries, act)
    journal.store(events, texts, quiet=act.quiet)
    Deadline.objects.bulk_create(store_deadlines(ticket, before, change.deadlines))
    details.save(ticket, change.details)


# --- Many at once -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Draft:
    """One demande of a batch: a new one (`ticket` unsaved, the first step begins with Register) or one to go on with.
    Each step is one act, by its own author at the author's `now`. `old_number`: its number in an imported register.
    `allowed`: what the authors may do, everything for the préfecture's own imports."""

    ticket: Ticket
    steps: list[tuple[Author, list[Command]]]
    old_number: str = ""
    allowed: frozenset[str] = ALL
    is_new: bool = field(init=False)
    changes: list[tuple[Change, journal.Act]] = field(init=False, default_factory=list)
    before: list[DeadlineState] = field(init=False, default_factory=list)
    tail: journal.Tail = field(init=False, default=journal.Tail())
    refusal: SillageError | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.is_new = self.ticket.pk is None


def write_many(drafts: Iterable[Draft], rules: RuleBook, *, refuse: bool = False) -> None:
    """Write a chunk (at most a few hundred) in bulk, in the caller's transaction. Each draft's steps are separate acts.

    New tickets need `prefecture` and `site` set; the others are locked by the caller (`lock_many`). A draft that cannot
    be written raises what `decide` raises; with `refuse`, its `refusal` is set, nothing of it is written, and the
    others go on.
    """
    drafts = list(drafts)
    histories = load_histories([draft.ticket.pk for draft in drafts if not draft.is_new])
    calendars: dict[int, WorkCalendar] = {}
    for draft in drafts:
        site = draft.ticket.site
        if site.pk not in calendars:
            calendars[site.pk] = current_calendar(site)
        history, tail_hash = ([], "") if draft.is_new else histories.get(draft.ticket.pk, ([], ""))
        draft.tail = journal.Tail(draft.ticket.version, tail_hash)
        try:
            decide_draft(draft, rules, calendars[site.pk], history)
        except SillageError as refusal:
            if not refuse:
                raise
            draft.refusal = refusal
    kept = [draft for draft in drafts if draft.refusal is None]
    new = [draft.ticket for draft in kept if draft.is_new]
    number_tickets(new)
    bulk.insert(new)
    insert_many(kept)
    index_new(new, {draft.ticket.pk: draft.old_number for draft in kept if draft.is_new})
    senders.remember(new)


def decide_draft(draft: Draft, rules: RuleBook, calendar: WorkCalendar, history: list[PastEvent]) -> None:
    fields: set[str] = set()
    for position, (author, acts) in enumerate(draft.steps):
        now = author.moment
        context = context_for(draft.ticket.site, rules, author, now, draft.allowed, calendar)
        context.history = history
        if position == 0 and history:
            draft.before = list(context.deadlines)
        change = decide_in_service(draft.ticket, acts, context)
        fields |= change.fields
        draft.changes.append((change, author.act(now)))
    if not draft.is_new and fields:
        draft.ticket.save(update_fields=sorted(fields))


def insert_many(drafts: Sequence[Draft]) -> None:
    loud: tuple[list[Event], list[journal.CarriedText]] = ([], [])
    silent: tuple[list[Event], list[journal.CarriedText]] = ([], [])
    created: list[Deadline] = []
    detailed: list[tuple[Ticket, dict[str, Any]]] = []
    for draft in drafts:
        ticket, tail = draft.ticket, draft.tail
        for change, act in draft.changes:
            entries = [journal.Entry(d.kind, d.occurred_on, d.data, d.texts) for d in change.events]
            events, texts = journal.chain(STREAM, ticket.pk, ticket.prefecture_id, tail, entries, act)
            if events:
                tail = journal.Tail(events[-1].number, events[-1].hash)
            target = silent if act.quiet else loud
            target[0].extend(events)
            target[1].extend(texts)
        values = {name: value for change, _ in draft.changes for name, value in change.details.items()}
        if draft.is_new:
            detailed.append((ticket, values))
        else:
            details.save(ticket, values)
        created += store_deadlines(ticket, draft.before, draft.changes[-1][0].deadlines if draft.changes else ())
    journal.store(*loud, quiet=False)
    journal.store(*silent, quiet=True)
    bulk.insert(created)
    details.save_many(detailed)
