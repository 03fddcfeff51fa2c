"""Deadlines as a pure function of the journal: `replay(facts, rules, calendar_at)` gives every row.

No database, no clock. A fact is an event as the engine reads it. Facts that open, recompute or end a deadline name the
rules and the calendar version they used, so that replaying years later gives the same rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tracker.enums import DismissalReason, Exclusion, Outcome, Purpose, RuleStart
from tracker.workdays import WorkCalendar

CalendarAt = Callable[[int], WorkCalendar]
"""The calendar of the demande's site, in the version given."""

ANSWERED_BY_REPLY = frozenset({Purpose.REPLY, Purpose.UPDATE, Purpose.PROMISED_REPLY})
FIRST_PROMISES = frozenset({Purpose.REPLY, Purpose.UPDATE, Purpose.PROPOSAL})
LEAVES_N = {
    DismissalReason.DUPLICATE: Exclusion.DUPLICATE,
    DismissalReason.UNWANTED: Exclusion.UNWANTED,
    DismissalReason.OUT_OF_SCOPE: Exclusion.OUT_OF_SCOPE,
    DismissalReason.ANONYMOUS: Exclusion.ANONYMOUS,
}
"""Dismissals that take the demande out of every indicator, whenever they are decided; an answer given before a new
message reopened it stays counted. An error of registration takes out everything."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many working days; a criterion that is None matches everything. Criteria are row identifiers."""

    id: int
    purpose: str
    days: int
    valid_from: date
    valid_until: date | None = None
    kind: int | None = None
    channel: int | None = None
    module: int | None = None
    nature: int | None = None
    site: int | None = None
    start: str = RuleStart.ARRIVAL
    holding_counts: bool = False
    source: str = ""
    in_force: bool = True

    @property
    def criteria(self) -> tuple[int | None, ...]:
        return (self.kind, self.channel, self.module, self.nature, self.site)

    @property
    def rank(self) -> int:
        """Number of criteria set: the rule with the most wins."""
        return sum(value is not None for value in self.criteria)

    def matches(self, scope: "RuleScope", on: date) -> bool:
        return (
            self.valid_from <= on
            and (self.valid_until is None or on <= self.valid_until)
            and all(mine is None or mine == theirs for mine, theirs in zip(self.criteria, scope.key, strict=True))
        )

    def clashes_with(self, other: "Rule") -> bool:
        """Whether some demande could match both, on a common day, with equal rank."""
        return (
            self.purpose == other.purpose
            and self.rank == other.rank
            and (self.valid_until is None or other.valid_from <= self.valid_until)
            and (other.valid_until is None or self.valid_from <= other.valid_until)
            and all(a is None or b is None or a == b for a, b in zip(self.criteria, other.criteria, strict=True))
        )


@dataclass(frozen=True, slots=True)
class RuleScope:
    """What a rule is chosen by, besides the day."""

    kind: int
    channel: int
    module: int
    nature: int
    site: int

    @property
    def key(self) -> tuple[int, ...]:
        return (self.kind, self.channel, self.module, self.nature, self.site)


class RuleBook:
    """The rules of a préfecture: those in force to choose from, the superseded ones to read the past."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_id = {rule.id: rule for rule in rules}
        self._in_force: dict[str, list[Rule]] = {}
        for rule in self._by_id.values():
            if rule.in_force:
                self._in_force.setdefault(rule.purpose, []).append(rule)
        for candidates in self._in_force.values():
            candidates.sort(key=lambda rule: (-rule.rank, rule.id))

    def find(self, purpose: str, scope: RuleScope, on: date) -> Rule | None:
        """The most specific rule in force whose period holds `on`; None: « sans délai défini »."""
        return next((rule for rule in self._in_force.get(purpose, ()) if rule.matches(scope, on)), None)

    def get(self, rule_id: int | None) -> Rule | None:
        return None if rule_id is None else self._by_id[rule_id]


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of a demande. `data` is JSON: dates are ISO strings."""

    number: int
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeadlineState:
    """One deadline. `taken` is in working days after `starts_on`, up to and including `met_on`."""

    purpose: str
    rank: int
    starts_on: date
    counted_on: date | None
    rule: int | None = None
    days: int | None = None
    due_on: date | None = None
    met_on: date | None = None
    taken: int | None = None
    outcome: str = Outcome.RUNNING
    exclusion: str = ""
    # Void because a piece was asked for: an answer that did without the piece takes it up again.
    suspended: bool = field(default=False, compare=False)

    @property
    def key(self) -> tuple[str, int]:
        return (self.purpose, self.rank)

    @property
    def running(self) -> bool:
        return self.outcome == Outcome.RUNNING


def day(data: Mapping[str, Any], key: str) -> date | None:
    """The date that a fact's data holds under `key`, or None."""
    value = data.get(key)
    return date.fromisoformat(value) if value else None


def required_day(data: Mapping[str, Any], key: str) -> date:
    return date.fromisoformat(data[key])


def effective(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that still hold: cancelled ones are left out, and a correction of the registration (arrival, channel,
    nature, module, an earlier arrival brought by a merge) is read as if it had been registered so from the start. It
    names the rules and the calendar of its own day, so that what was recomputed before it no longer says anything."""
    facts = list(facts)
    cancelled = {number for fact in facts if fact.kind == "undone" for number in fact.data["events"]}
    kept = [fact for fact in facts if fact.number not in cancelled and fact.kind != "undone"]
    overrides: dict[int, dict[str, Any]] = {}
    corrected = 0
    for fact in kept:
        if fact.kind in ("corrected", "absorbed") and "openings" in fact.data:
            corrected = fact.number
            for number, opening in fact.data["openings"].items():
                overrides.setdefault(int(number), {}).update(opening)
    return [
        replace(fact, data={**fact.data, **overrides[fact.number]}) if fact.number in overrides else fact
        for fact in kept
        if fact.kind != "recomputed" or fact.number > corrected
    ]


def replay(facts: Iterable[Fact], rules: RuleBook, calendar_at: CalendarAt) -> tuple[DeadlineState, ...]:
    """Every deadline of a demande, in the order in which they were opened."""
    engine = Engine(rules, calendar_at)
    for fact in effective(facts):
        engine.apply(fact)
    return tuple(engine.deadlines)


class Engine:
    """Folds facts into deadlines."""

    def __init__(self, rules: RuleBook, calendar_at: CalendarAt) -> None:
        self.rules = rules
        self.calendar_at = calendar_at
        self.deadlines: list[DeadlineState] = []
        # The date at which what is opened now counts, and where the deadlines of that round begin: the arrival, then
        # each message that reopened the demande. What stands before is frozen.
        self.counted_on = date.min
        self.round_start = 0
        self._before_end: list[DeadlineState] | None = None

    def apply(self, fact: Fact) -> None:
        handler = getattr(self, f"on_{fact.kind}", None)
        if handler is not None:
            handler(fact.data)

    # --- opening and ending ---------------------------------------------------------------------------------

    def open(self, purpose: str, starts_on: date, data: Mapping[str, Any], *, counted_on: date | None) -> None:
        """Open a deadline with the rule that the fact names for `purpose` (none: « sans délai défini »)."""
        rule = self.rules.get(data["rules"].get(purpose))
        due_on = self.calendar_at(data["calendar"]).add(starts_on, rule.days) if rule else None
        self.deadlines.append(
            DeadlineState(
                purpose=purpose,
                rank=self.next_rank(purpose),
                starts_on=starts_on,
                counted_on=counted_on,
                rule=rule.id if rule else None,
                days=rule.days if rule else None,
                due_on=due_on,
            )
        )

    def next_rank(self, purpose: str) -> int:
        return 1 + sum(state.purpose == purpose for state in self.deadlines)

    def change(self, test: Callable[[DeadlineState], bool], **fields: Any) -> None:
        self.deadlines = [replace(state, **fields) if test(state) else state for state in self.deadlines]

    def meet(self, purposes: frozenset[Purpose], on: date | None, data: Mapping[str, Any]) -> None:
        """End the running deadlines of these purposes on the day `on`; None is an answer without a traceable date."""
        calendar = self.calendar_at(data["calendar"])
        self.deadlines = [
            judged(state, on, calendar) if state.running and state.purpose in purposes else state
            for state in self.deadlines
        ]

    def exclude(self, test: Callable[[DeadlineState], bool], reason: str) -> None:
        self.change(
            lambda state: state.outcome != Outcome.VOID and test(state),
            outcome=Outcome.EXCLUDED,
            exclusion=reason,
        )

    def remember(self) -> None:
        """Keep the deadlines as they are before the demande ends: reopening by mistake takes them up again."""
        self._before_end = list(self.deadlines)

    def resume_suspended(self) -> None:
        """Take up the promise that asking for a piece had suspended: the demande was dealt with without the piece."""
        self.change(lambda state: state.suspended, outcome=Outcome.RUNNING, suspended=False)

    # --- facts of both machines -----------------------------------------------------------------------------

    def on_registered(self, data: Mapping[str, Any]) -> None:
        self.begin_round(required_day(data, "received_on"), data)

    def begin_round(self, on: date, data: Mapping[str, Any]) -> None:
        self.change(lambda state: state.suspended, suspended=False)
        self.counted_on = on
        self.round_start = len(self.deadlines)
        for purpose in data["rules"]:
            self.open(purpose, on, data, counted_on=on)

    def on_forwarded(self, data: Mapping[str, Any]) -> None:
        self.remember()
        self.meet(FIRST_PROMISES, required_day(data, "told_on"), data)
        self.exclude(lambda state: state.running, Exclusion.FORWARDED)

    def on_dismissed(self, data: Mapping[str, Any]) -> None:
        self.remember()
        reason, on = data["reason"], required_day(data, "on")
        if reason == DismissalReason.REGISTRATION_ERROR:
            self.exclude(lambda state: True, Exclusion.REGISTRATION_ERROR)
        elif reason in LEAVES_N:
            this_round = {state.key for state in self.deadlines[self.round_start :]}
            self.exclude(lambda state: state.key in this_round, LEAVES_N[DismissalReason(reason)])
        elif reason == DismissalReason.MISSING_PIECES:
            self.resume_suspended()
            self.change(lambda state: state.running and state.purpose == Purpose.PROMISED_REPLY, outcome=Outcome.VOID)
            self.meet(FIRST_PROMISES, required_day(data, "asked_on"), data)
        elif data.get("confirmed"):
            self.exclude(lambda state: state.running, Exclusion.CONFIRMED)
        else:
            self.exclude(
                lambda state: state.running and (state.due_on is None or on <= state.due_on), Exclusion.WITHDRAWN
            )
        self.change(lambda state: state.running, outcome=Outcome.LATE)

    def on_merged(self, _data: Mapping[str, Any]) -> None:
        self.remember()
        self.exclude(lambda state: True, Exclusion.MERGED)

    def on_reopened(self, data: Mapping[str, Any]) -> None:
        if data["cause"] == "mistake":
            if self._before_end is not None:
                self.deadlines = self._before_end
            self.resume_suspended()  # it is in somebody's hands again: nothing is awaited from the requester
        else:
            self.begin_round(required_day(data, "on"), data)

    def on_recomputed(self, data: Mapping[str, Any]) -> None:
        """A rule or a calendar changed: the named running deadlines get their new date, nothing else moves."""
        calendar = self.calendar_at(data["calendar"])
        chosen = {(item["purpose"], item["rank"]): item["rule"] for item in data["deadlines"]}
        for index, state in enumerate(self.deadlines):
            if state.running and state.key in chosen:
                rule = self.rules.get(chosen[state.key])
                self.deadlines[index] = replace(
                    state,
                    rule=rule.id if rule else None,
                    days=rule.days if rule else None,
                    due_on=calendar.add(state.starts_on, rule.days) if rule else None,
                )

    # --- the reply machine ----------------------------------------------------------------------------------

    def on_held(self, data: Mapping[str, Any]) -> None:
        on, promised_on = required_day(data, "on"), day(data, "promised_on")
        if promised_on is None:
            return
        accepting = {
            state.key
            for state in self.deadlines
            if state.running
            and state.purpose in FIRST_PROMISES
            and (rule := self.rules.get(state.rule))
            and rule.holding_counts
        }
        calendar = self.calendar_at(data["calendar"])
        self.deadlines = [judged(s, on, calendar) if s.key in accepting else s for s in self.deadlines]
        promise = next((s for s in self.deadlines if s.running and s.purpose == Purpose.PROMISED_REPLY), None)
        if promise is not None:
            if promise.due_on is not None and on > promise.due_on:
                return  # a promise already broken is not mended by another
            self.change(lambda state: state.key == promise.key, outcome=Outcome.VOID)
        self.deadlines.append(
            DeadlineState(
                Purpose.PROMISED_REPLY,
                rank=self.next_rank(Purpose.PROMISED_REPLY),
                starts_on=on,
                counted_on=self.counted_on,
                due_on=promised_on,
            )
        )

    def on_asked(self, data: Mapping[str, Any]) -> None:
        on = required_day(data, "on")
        first = [state for state in self.deadlines if state.purpose in FIRST_PROMISES][-1]
        asked = DeadlineState(
            Purpose.COMPLEMENT,
            rank=self.next_rank(Purpose.COMPLEMENT),
            starts_on=first.starts_on,
            counted_on=self.counted_on,
            rule=first.rule,
            days=first.days,
            due_on=first.due_on,
        )
        self.deadlines.append(judged(asked, on, self.calendar_at(data["calendar"])))
        self.change(lambda state: state.running and overdue(state, on), outcome=Outcome.LATE)
        self.change(lambda state: state.running, outcome=Outcome.VOID, suspended=True)

    def on_completed(self, data: Mapping[str, Any]) -> None:
        """The clock starts again, in full; the demande still counts once."""
        self.change(lambda state: state.suspended, suspended=False)
        for purpose in data["rules"]:
            counted = any(
                state.purpose == purpose and state.outcome in (Outcome.IN_TIME, Outcome.LATE)
                for state in self.deadlines[self.round_start :]
            )
            self.open(purpose, required_day(data, "on"), data, counted_on=None if counted else self.counted_on)

    def on_answered(self, data: Mapping[str, Any]) -> None:
        self.remember()
        self.resume_suspended()
        self.meet(ANSWERED_BY_REPLY, day(data, "on"), data)

    # --- the meeting machine --------------------------------------------------------------------------------

    def on_proposed(self, data: Mapping[str, Any]) -> None:
        on = required_day(data, "on")
        self.meet(frozenset({Purpose.PROPOSAL}), on, data)
        if Purpose.MEETING in data.get("rules", {}):
            self.open(Purpose.MEETING, on, data, counted_on=self.counted_on)

    def on_met(self, data: Mapping[str, Any]) -> None:
        self.remember()
        held = {state.key for state in self.deadlines if state.running and state.purpose == Purpose.MEETING}
        self.meet(frozenset({Purpose.MEETING}), required_day(data, "on"), data)
        if data.get("requester_unavailable"):
            self.exclude(lambda state: state.key in held, Exclusion.REQUESTER_UNAVAILABLE)

    def on_called_off(self, data: Mapping[str, Any]) -> None:
        """A proposal declined or a meeting cancelled: by the requester it leaves N, by the préfecture it runs on."""
        if data["ends"]:
            self.remember()
        if data["by"] == "requester":
            self.exclude(
                lambda state: state.running and state.purpose == Purpose.MEETING, Exclusion.REQUESTER_UNAVAILABLE
            )
        if data["ends"]:
            self.change(lambda state: state.running, outcome=Outcome.LATE)


def overdue(state: DeadlineState, on: date) -> bool:
    return state.due_on is not None and on > state.due_on


def judged(state: DeadlineState, on: date | None, calendar: WorkCalendar) -> DeadlineState:
    """`state` ended on the day `on`: in time iff `on` ≤ due date; without a traceable date it is late."""
    taken = None if on is None else max(calendar.count(state.starts_on, on), 0)
    if state.due_on is None:
        outcome, exclusion = Outcome.EXCLUDED, Exclusion.NO_RULE.value
    else:
        outcome, exclusion = (Outcome.IN_TIME if on is not None and on <= state.due_on else Outcome.LATE), ""
    return replace(state, met_on=on, taken=taken, outcome=outcome, exclusion=exclusion)


def next_promise(deadlines: Iterable[DeadlineState]) -> DeadlineState | None:
    """The running deadline that breaks soonest."""
    dated = [state for state in deadlines if state.running and state.due_on is not None]
    return min(dated, key=lambda state: (state.due_on, state.purpose)) if dated else None
