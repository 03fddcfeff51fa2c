"""Changing the rules of a préfecture. A row is never edited: a change from a date supersedes it by what held before
that date and what holds from it, so that every deadline already promised still names the very words that gave it.

A change is first a plan (`RulePlan`), which the page shows with its effect on what is running, then written whole.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from tracker import clock, journal
from tracker.deadlines import FIRST_PROMISES, Rule
from tracker.enums import Machine, Module, Purpose, RuleStart
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Channel, DeadlineRule, Event, Nature, Prefecture, Site, TicketKind
from tracker.rule_wording import period, sentence, subject
from tracker.rulebooks import as_rule
from tracker.text import clean_text
from tracker.workdays import FIRST_DAY, LAST_DAY
from tracker.writers import Author

MOST_DAYS = 250
"""About one year of working days: more is a typing error."""
RULED = (Purpose.REPLY, Purpose.PROPOSAL, Purpose.MEETING, Purpose.UPDATE)
"""What a rule may give a delay to; a promised reply and a request for pieces take their date from elsewhere."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which demandes a rule is for; None matches everything."""

    purpose: str
    kind: TicketKind | None = None
    channel: Channel | None = None
    module: int | None = None
    nature: Nature | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule promises. `days` are working days."""

    days: int
    source: str
    start: str = RuleStart.ARRIVAL
    holding_counts: bool = False


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A change ready to be written: rows that stop holding, rows (unsaved) that hold instead. It touches the deadlines
    whose day 0 is `effective_from` or later."""

    prefecture: Prefecture
    effective_from: date
    superseded: tuple[DeadlineRule, ...]
    added: tuple[DeadlineRule, ...]

    @property
    def rows(self) -> tuple[DeadlineRule, ...]:
        return self.superseded + self.added


# --- What may be changed ------------------------------------------------------------------------------------------


def plan_addition(
    prefecture: Prefecture, criteria: Criteria, terms: Terms, *, valid_from: date, valid_until: date | None = None
) -> RulePlan:
    """A rule for demandes that none of equal precision covers yet. Raises InvalidCommand with the field at fault."""
    check_criteria(prefecture, criteria)
    in_range(valid_from, "valid_from")
    if valid_until is not None:
        in_range(valid_until, "valid_until")
        if valid_until < valid_from:
            raise InvalidCommand("La fin précède le début.", field="valid_until")
    row = DeadlineRule(
        prefecture=prefecture,
        purpose=criteria.purpose,
        kind=criteria.kind,
        channel=criteria.channel,
        module=criteria.module,
        nature=criteria.nature,
        site=criteria.site,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    plan = RulePlan(prefecture, valid_from, (), (with_terms(row, terms),))
    refuse_clashes(plan)
    return plan


def plan_replacement(rule: DeadlineRule, from_date: date, terms: Terms) -> RulePlan:
    """Other terms for the same demandes, for deadlines that start on `from_date` or later; those that started before
    keep theirs. Raises InvalidCommand, or StaleVersion where somebody has replaced the rule meanwhile."""
    check_start(rule, from_date)
    after = with_terms(copy_of(rule, valid_from=from_date), terms)
    if terms_of(after) == terms_of(rule):
        raise InvalidCommand("Rien n’a changé.", field="days")
    return RulePlan(rule.prefecture, from_date, (rule,), (*kept_before(rule, from_date), after))


def plan_end(rule: DeadlineRule, from_date: date) -> RulePlan:
    """No more of this rule for deadlines that start on `from_date` or later: a less precise one applies to them, or
    none (« sans délai défini »). Raises InvalidCommand or StaleVersion."""
    check_start(rule, from_date)
    return RulePlan(rule.prefecture, from_date, (rule,), kept_before(rule, from_date))


def plan_withdrawal(rule: DeadlineRule) -> RulePlan:
    """As if the change from which `rule` comes had not been asked for: what holds until the day before goes on in its
    place; where nothing does, the rule is taken away. Raises StaleVersion."""
    check_start(rule, rule.valid_from)
    eve = rule.valid_from - timedelta(days=1)
    same = [row for row in in_force(rule.prefecture).filter(valid_until=eve) if same_demandes(row, rule)]
    if not same:
        return plan_end(rule, rule.valid_from)
    before = same[0]
    extended = copy_of(before, valid_from=before.valid_from)
    extended.valid_until = rule.valid_until
    return RulePlan(rule.prefecture, rule.valid_from, (before, rule), (extended,))


def same_demandes(row: DeadlineRule, other: DeadlineRule) -> bool:
    return (row.purpose, as_rule(row).criteria) == (other.purpose, as_rule(other).criteria)


def check_criteria(prefecture: Prefecture, criteria: Criteria) -> None:
    if criteria.purpose not in RULED:
        raise InvalidCommand("Choisissez ce que la règle promet.", field="purpose")
    if criteria.module is not None and criteria.module not in Module.values:
        raise InvalidCommand("Ce module n’existe pas.", field="module")
    kind = criteria.kind
    if kind is None:
        return
    promised = {kind.purpose, Purpose.MEETING} if kind.machine == Machine.MEETING else {kind.purpose}
    if criteria.purpose not in promised:
        label = Purpose(criteria.purpose).label.lower()
        raise InvalidCommand(f"«\xa0{kind.label}\xa0» ne promet pas\xa0: {label}.", field="purpose")


def check_start(rule: DeadlineRule, from_date: date) -> None:
    if rule.superseded_at is not None:
        raise StaleVersion("Cette règle a été remplacée depuis l’ouverture de la page.")
    in_range(from_date, "from_date")
    if from_date < rule.valid_from:
        raise InvalidCommand(f"Cette règle ne commence que le {rule.valid_from:%d/%m/%Y}.", field="from_date")
    if rule.valid_until is not None and from_date > rule.valid_until:
        raise InvalidCommand(f"Cette règle prend fin le {rule.valid_until:%d/%m/%Y}.", field="from_date")


def in_range(day: date, field: str) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidCommand(
            f"La date doit être comprise entre le {FIRST_DAY:%d/%m/%Y} et le {LAST_DAY:%d/%m/%Y}.", field=field
        )


def with_terms(row: DeadlineRule, terms: Terms) -> DeadlineRule:
    """`row` with terms that hold: 1 to 250 working days, a source."""
    if not 1 <= terms.days <= MOST_DAYS:
        raise InvalidCommand(f"Le délai va de 1 à {MOST_DAYS} jours ouvrés.", field="days")
    source = clean_text(terms.source)
    if not source:
        raise InvalidCommand("Indiquez le texte qui fixe ce délai (référentiel, note…).", field="source")
    if len(source) > 250:
        raise InvalidCommand(f"La source dépasse 250 caractères ({len(source)}).", field="source")
    row.days, row.source = terms.days, source
    # Each of the two says something of some purposes alone; elsewhere it would only make two equal rules differ.
    row.start = RuleStart(terms.start) if row.purpose == Purpose.MEETING else RuleStart.ARRIVAL
    row.holding_counts = terms.holding_counts and row.purpose in FIRST_PROMISES
    return row


def terms_of(row: DeadlineRule) -> Terms:
    return Terms(row.days, row.source, row.start, row.holding_counts)


def copy_of(rule: DeadlineRule, *, valid_from: date, valid_until: date | None = None) -> DeadlineRule:
    """An unsaved row for the same demandes and terms; without `valid_until` it ends when the rule does."""
    return DeadlineRule(
        prefecture=rule.prefecture,
        purpose=rule.purpose,
        kind=rule.kind,
        channel=rule.channel,
        module=rule.module,
        nature=rule.nature,
        site=rule.site,
        valid_from=valid_from,
        valid_until=valid_until or rule.valid_until,
        days=rule.days,
        start=rule.start,
        holding_counts=rule.holding_counts,
        source=rule.source,
    )


def kept_before(rule: DeadlineRule, from_date: date) -> tuple[DeadlineRule, ...]:
    """What goes on holding of the rule for deadlines that start before `from_date`."""
    if from_date == rule.valid_from:
        return ()
    return (copy_of(rule, valid_from=rule.valid_from, valid_until=from_date - timedelta(days=1)),)


def refuse_clashes(plan: RulePlan) -> None:
    """Refuse a rule that some demande could match as well as another of equal rank: which one wins would be chance."""
    gone = {row.pk for row in plan.superseded}
    others = [row for row in in_force(plan.prefecture) if row.pk not in gone]
    for row in plan.added:
        clash = next((other for other in others if as_rule(row).clashes_with(as_rule(other))), None)
        if clash is not None:
            raise InvalidCommand(
                f"Une règle aussi précise couvre déjà ces demandes\xa0: «\xa0{sentence(clash)}\xa0», {period(clash)}. "
                "Modifiez-la, ou précisez un critère de plus.",
                field="valid_from",
            )


# --- Reading ------------------------------------------------------------------------------------------------------


def in_force(prefecture: Prefecture) -> QuerySet[DeadlineRule]:
    """The rules that hold, past, present and future periods alike."""
    return DeadlineRule.objects.filter(prefecture=prefecture, superseded_at__isnull=True).select_related(
        "kind", "channel", "nature", "site", "prefecture"
    )


def planned_rules(plan: RulePlan) -> list[Rule]:
    """Every rule of the préfecture as it would be once the plan is written. Rows to come have negative identifiers."""
    gone = {row.pk for row in plan.superseded}
    rows = DeadlineRule.objects.filter(prefecture=plan.prefecture)
    kept = [replace(rule, in_force=False) if rule.id in gone else rule for rule in map(as_rule, rows)]
    return kept + [replace(as_rule(row), id=-number) for number, row in enumerate(plan.added, 1)]


def concerned_tickets(rows: Iterable[DeadlineRule]) -> Q:
    """The demandes that one of these rules could match, as a condition on Ticket."""
    found = Q(pk__in=())
    for row in rows:
        part = Q()
        for name in ("kind_id", "channel_id", "module", "nature_id", "site_id"):
            value = getattr(row, name)
            if value is not None:
                part &= Q(**{name: value})
        if not part:
            return Q()
        found |= part
    return found


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What holds for the same demandes, today, from a later day on, and before."""

    current: DeadlineRule | None
    upcoming: tuple[DeadlineRule, ...]
    past: tuple[DeadlineRule, ...]

    @property
    def shown(self) -> tuple[DeadlineRule, ...]:
        """What holds or will."""
        return ((self.current,) if self.current else ()) + self.upcoming

    @property
    def subject(self) -> str:
        return subject((*self.shown, *self.past)[0])


def rule_lines(prefecture: Prefecture, today: date) -> dict[str, list[RuleLine]]:
    """The rules of a préfecture by purpose, then by the demandes that they are for. Those that only held in the past
    come last."""
    grouped: dict[tuple[object, ...], list[DeadlineRule]] = {}
    order = ("kind__position", "channel__position", "module", "nature__position", "site__position", "valid_from", "pk")
    for row in in_force(prefecture).order_by(*order):
        grouped.setdefault((row.purpose, *as_rule(row).criteria), []).append(row)
    found: dict[str, list[RuleLine]] = {}
    for (purpose, *_criteria), rows in grouped.items():
        past = tuple(row for row in rows if row.valid_until is not None and row.valid_until < today)
        upcoming = tuple(row for row in rows if row.valid_from > today)
        current = next((row for row in rows if row not in past and row not in upcoming), None)
        found.setdefault(str(purpose), []).append(RuleLine(current, upcoming, past))
    return {purpose: sorted(found[purpose], key=lambda line: not line.shown) for purpose in RULED if purpose in found}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of the rules, as the journal has it: what held from the day of the change before it, and after it."""

    event: Event
    effective_from: date
    before: tuple[DeadlineRule, ...]
    after: tuple[DeadlineRule, ...]


def history(prefecture: Prefecture, limit: int) -> list[HistoryLine]:
    """The latest changes of the préfecture's rules, newest first."""
    acts: dict[uuid.UUID, list[Event]] = {}
    # One change is at most three events: replaced, kept before, holding from.
    events = Event.objects.filter(prefecture=prefecture, stream="deadlinerule", kind__in=("added", "superseded"))
    for event in events.select_related("actor").order_by("-recorded_at", "-pk")[: 3 * limit]:
        acts.setdefault(event.act_id, []).append(event)
    pks = {event.object_id for group in acts.values() for event in group}
    rows = DeadlineRule.objects.select_related("kind", "channel", "nature", "site").in_bulk(pks)
    lines = []
    for group in list(acts.values())[:limit]:
        effective_from = date.fromisoformat(group[0].data["from"])
        told: dict[str, list[DeadlineRule]] = {"superseded": [], "added": []}
        for event in group:
            row = rows[event.object_id]
            if holds_after(row, effective_from):
                told[event.kind].append(row)
        lines.append(HistoryLine(group[0], effective_from, tuple(told["superseded"]), tuple(told["added"])))
    return lines


def holds_after(row: DeadlineRule, day: date) -> bool:
    """Whether the row's period goes on to `day` or later."""
    return row.valid_until is None or row.valid_until >= day


# --- Writing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_rules(plan: RulePlan, author: Author) -> tuple[DeadlineRule, ...]:
    """Write a plan and its journal in one act; returns the new rows, saved.

    Two people who change rules at once wait for each other. Raises StaleVersion where a rule has been replaced since
    the plan was made, InvalidCommand on a clash.
    """
    now = author.moment
    # no_key: registering a demande, which refers to the préfecture, does not wait.
    prefecture = Prefecture.objects.select_for_update(no_key=True).get(pk=plan.prefecture.pk)
    gone = [row.pk for row in plan.superseded]
    if DeadlineRule.objects.filter(pk__in=gone, superseded_at__isnull=True).count() != len(gone):
        raise StaleVersion("Cette règle a été remplacée depuis l’ouverture de la page.")
    refuse_clashes(plan)
    act = author.act(now)
    today = clock.local_date(now, prefecture.time_zone)
    DeadlineRule.objects.filter(pk__in=gone).update(superseded_at=now)
    for row in plan.added:
        row.recorded_at = now
        row.save(force_insert=True)
        entry = journal.Entry("added", today, {"from": plan.effective_from.isoformat(), "replaces": gone})
        journal.record(row, entry, act, prefecture_id=prefecture.pk)
    successors = [row.pk for row in plan.added]
    for row in plan.superseded:
        row.superseded_at = now
        entry = journal.Entry("superseded", today, {"from": plan.effective_from.isoformat(), "by": successors})
        journal.record(row, entry, act, prefecture_id=prefecture.pk)
    return plan.added
