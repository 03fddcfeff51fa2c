"""Why this date: every deadline of a demande with the days that were counted, the rule, and what moved it. Pure.

The days are read in the very calendar that gave the date, not in the present one: what the screen shows is what was
promised, whatever changed since.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from tracker.deadlines import FIRST_PROMISES, CalendarAt, DeadlineState, Engine, Fact, Rule, RuleBook, effective
from tracker.enums import Purpose
from tracker.workdays import DayStep, WorkCalendar

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Move:
    """A rule or a calendar changed while the deadline ran. `fact` is the number of the event that says so."""

    fact: int
    previous: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One deadline and its reasons. `steps` runs from day 0 to the due date; empty without a due date (no rule)."""

    state: DeadlineState
    rule: Rule | None
    calendar: WorkCalendar
    steps: tuple[DayStep, ...]
    moves: tuple[Move, ...]
    opened_by: Fact
    ended_by: Fact | None

    @property
    def days_late(self) -> int:
        """Working days between the due date and the day it was met; 0 when in time, unmet or without a date."""
        if self.state.due_on is None or self.state.met_on is None or self.state.met_on <= self.state.due_on:
            return 0
        return self.calendar.count(self.state.due_on, self.state.met_on)

    def remaining(self, today: date) -> int:
        """Working days from `today` to the due date: negative once late; 0 on the day and the weekend just after it."""
        return self.calendar.count(today, self.state.due_on) if self.state.due_on else 0

    def overdue(self, today: date) -> bool:
        return self.state.running and self.state.due_on is not None and self.state.due_on < today


@dataclass(slots=True)
class _Trace:
    opened_by: Fact
    version: int
    moves: list[Move] = field(default_factory=list)
    ended_by: Fact | None = None


def explain(facts: Iterable[Fact], rules: RuleBook, calendar_at: CalendarAt) -> tuple[Explanation, ...]:
    """What `tracker.deadlines.replay` gives for the same arguments, each deadline with its reasons."""
    engine = Engine(rules, calendar_at)
    traces: dict[Key, _Trace] = {}
    for fact in effective(facts):
        before = {state.key: state for state in engine.deadlines}
        engine.apply(fact)
        for state in engine.deadlines:
            follow(state, before.get(state.key), fact, traces)
    return tuple(explained(state, traces[state.key], rules, calendar_at) for state in engine.deadlines)


def follow(state: DeadlineState, before: DeadlineState | None, fact: Fact, traces: dict[Key, _Trace]) -> None:
    """Note what `fact` did to one deadline."""
    if before is None:
        traces[state.key] = _Trace(fact, fact.data["calendar"])
        if state.purpose == Purpose.COMPLEMENT:
            # Asking for a piece is judged against the date already promised, in the calendar that gave that date.
            first = [trace for (purpose, _), trace in traces.items() if purpose in FIRST_PROMISES]
            traces[state.key].version = first[-1].version
    trace = traces[state.key]
    if before is not None and fact.kind == "recomputed" and (before.due_on, before.rule) != (state.due_on, state.rule):
        trace.moves.append(Move(fact.number, before.due_on, state.due_on))
        trace.version = fact.data["calendar"]
    if state.running:
        trace.ended_by = None
    elif trace.ended_by is None:
        trace.ended_by = fact


def explained(state: DeadlineState, trace: _Trace, rules: RuleBook, calendar_at: CalendarAt) -> Explanation:
    calendar = calendar_at(trace.version)
    return Explanation(
        state=state,
        rule=rules.get(state.rule),
        calendar=calendar,
        steps=steps_of(state, calendar),
        moves=tuple(trace.moves),
        opened_by=trace.opened_by,
        ended_by=trace.ended_by,
    )


def steps_of(state: DeadlineState, calendar: WorkCalendar) -> tuple[DayStep, ...]:
    """The days from day 0 to the due date, which is always a working day."""
    if state.due_on is None:
        return ()
    if state.due_on <= state.starts_on:
        return (DayStep(state.starts_on, 0, None),)
    return tuple(calendar.explain(state.starts_on, calendar.count(state.starts_on, state.due_on)))
