"""The clock rules again, from their description alone, with days counted one by one: what the product is compared with.

Imports nothing of the product. A demande is told as the list of what happened to it, each with the rules and the closed
days known that day; `deadlines(story)` reads it from the start every time. What the product does by cancelling or
overriding is done here by telling another story: an undone act is simply not in the list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.tracker.reference_calendar import ONE_DAY, add_day_by_day, count_day_by_day

CRITERIA = ("kind", "channel", "module", "nature", "site")
FIRST = ("reply", "update", "proposal")
ENDINGS = ("answered", "forwarded", "dismissed", "met", "called_off")


@dataclass(frozen=True)
class Known:
    """What was in force when something happened: rules as plain dictionaries, closed days of the site."""

    rules: tuple[dict[str, Any], ...]
    closed: frozenset[date]

    def rule(self, purpose: str, columns: dict[str, Any], on: date) -> dict[str, Any] | None:
        """The one with the most criteria among those that fit; two would be a defect of the rules themselves."""
        fitting = [
            rule
            for rule in self.rules
            if rule["purpose"] == purpose
            and rule["from"] <= on
            and (rule["until"] is None or on <= rule["until"])
            and all(rule[name] in (None, columns[name]) for name in CRITERIA)
        ]
        if not fitting:
            return None
        most = max(precision(rule) for rule in fitting)
        [chosen] = [rule for rule in fitting if precision(rule) == most]
        return chosen

    def next_worked(self, day: date) -> date:
        while day.isoweekday() > 5 or day in self.closed:
            day += ONE_DAY
        return day


def precision(rule: dict[str, Any]) -> int:
    return len([name for name in CRITERIA if rule[name] is not None])


@dataclass(frozen=True)
class Happening:
    kind: str
    known: Known
    told: dict[str, Any]
    # What was in force the first time, where a correction has told it again.
    first_known: Known | None = None


@dataclass
class Promise:
    purpose: str
    starts: date
    counted: date | None
    rule: dict[str, Any] | None = None
    due: date | None = None
    met: date | None = None
    taken: int | None = None
    outcome: str = "running"
    why: str = ""
    paused: bool = False

    def judge(self, on: date | None, known: Known) -> None:
        self.met = on
        self.taken = None if on is None else count_day_by_day(self.starts, on, known.closed)
        if self.due is None:
            self.outcome, self.why = "excluded", "no_rule"
        else:
            self.outcome = "in_time" if on is not None and on <= self.due else "late"

    def exclude(self, why: str) -> None:
        if self.outcome != "void":
            self.outcome, self.why = "excluded", why

    @property
    def running(self) -> bool:
        return self.outcome == "running"


@dataclass
class Telling:
    columns: dict[str, Any] = field(default_factory=dict)
    purpose: str = ""
    arrived: date = date.min
    counts_at: date = date.min
    asked_on: date | None = None
    promises: list[Promise] = field(default_factory=list)
    frozen: list[Promise] = field(default_factory=list)

    def promise(self, purpose: str, starts: date, known: Known, *, counted: date | None) -> None:
        rule = known.rule(purpose, self.columns, starts)
        due = add_day_by_day(starts, rule["days"], known.closed) if rule else None
        self.promises.append(Promise(purpose, starts, counted, rule, due))

    def running(self, *purposes: str) -> list[Promise]:
        return [p for p in self.promises if p.running and (not purposes or p.purpose in purposes)]

    def wake(self) -> None:
        for promise in self.promises:
            if promise.paused:
                promise.outcome, promise.paused = "running", False

    # --- what happens -----------------------------------------------------------------------------------------

    def registered(self, known: Known, told: dict[str, Any], first_known: Known) -> None:
        self.columns = told
        self.purpose = told["purpose"]
        self.arrived = self.counts_at = told["on"]
        for purpose in self.at_the_start(told, first_known):
            self.promise(purpose, told["on"], known, counted=told["on"])

    def at_the_start(self, told: dict[str, Any], first_known: Known) -> list[str]:
        if told["machine"] == "reply":
            return [told["purpose"]]
        first_columns = told.get("first_columns", told)
        meeting = first_known.rule("meeting", first_columns, first_columns["on"])
        return ["proposal"] if meeting and meeting["start"] == "proposal" else ["proposal", "meeting"]

    def asked(self, known: Known, told: dict[str, Any]) -> None:
        on = self.asked_on = told["on"]
        first = [p for p in self.promises if p.purpose in FIRST][-1]
        complement = Promise("complement", first.starts, self.counts_at, first.rule, first.due)
        complement.judge(on, known)
        for promise in self.running():
            if promise.due is not None and promise.due < on:
                promise.outcome = "late"
            else:
                promise.outcome, promise.paused = "void", True
        self.promises.append(complement)

    def completed(self, known: Known, told: dict[str, Any]) -> None:
        for promise in self.promises:
            promise.paused = False
        already = [p for p in self.this_round() if p.purpose == self.purpose and p.outcome in ("in_time", "late")]
        self.promise(self.purpose, told["on"], known, counted=None if already else self.counts_at)

    def this_round(self) -> list[Promise]:
        return [p for p in self.promises if not any(p is old for old in self.frozen)]

    def held(self, known: Known, told: dict[str, Any]) -> None:
        if told["promised"] is None:
            return
        for promise in self.running(*FIRST):
            if promise.rule and promise.rule["holding"]:
                promise.judge(told["on"], known)
        for earlier in self.running("promised_reply"):
            if earlier.due < told["on"]:
                return
            earlier.outcome = "void"
        due = known.next_worked(told["promised"])
        self.promises.append(Promise("promised_reply", told["on"], self.counts_at, None, due))

    def answered(self, known: Known, told: dict[str, Any]) -> None:
        self.wake()
        for promise in self.running("reply", "update", "promised_reply"):
            promise.judge(told["on"], known)

    def forwarded(self, known: Known, told: dict[str, Any]) -> None:
        for promise in self.running(*FIRST):
            promise.judge(told["told_on"], known)
        for promise in self.running():
            promise.exclude("forwarded")

    def dismissed(self, known: Known, told: dict[str, Any]) -> None:
        reason, on = told["reason"], told["on"]
        if reason == "registration_error":
            for promise in self.promises:
                promise.exclude(reason)
        elif reason in ("duplicate", "unwanted", "out_of_scope", "anonymous"):
            for promise in self.this_round():
                promise.exclude(reason)
        elif reason == "missing_pieces":
            self.wake()
            for promise in self.running("promised_reply"):
                promise.outcome = "void"
            for promise in self.running():
                promise.judge(self.asked_on, known)
        else:
            for promise in self.running():
                if told["confirmed"]:
                    promise.exclude("confirmed")
                elif promise.due is None or on <= promise.due:
                    promise.exclude("withdrawn")
                else:
                    promise.outcome = "late"

    def merged(self, _known: Known, _told: dict[str, Any]) -> None:
        for promise in self.promises:
            promise.exclude("merged")

    def taken_up_again(self, _known: Known, _told: dict[str, Any]) -> None:
        self.wake()

    def written_again(self, known: Known, told: dict[str, Any], first_known: Known) -> None:
        """The requester wrote again: a new round begins on that day, the one before is frozen."""
        for promise in self.promises:
            promise.paused = False
        self.frozen = list(self.promises)
        self.counts_at = told["on"]
        for purpose in self.at_the_start(self.columns, first_known):
            self.promise(purpose, told["on"], known, counted=told["on"])

    def proposed(self, known: Known, told: dict[str, Any]) -> None:
        for promise in self.running("proposal"):
            promise.judge(told["on"], known)
        if not any(p.purpose == "meeting" for p in self.this_round()):
            self.promise("meeting", told["on"], known, counted=self.counts_at)

    def met(self, known: Known, told: dict[str, Any]) -> None:
        for promise in self.running("meeting"):
            promise.judge(told["on"], known)
            if told["unavailable"]:
                promise.exclude("requester_unavailable")

    def called_off(self, _known: Known, told: dict[str, Any]) -> None:
        if told["by_requester"]:
            for promise in self.running("meeting"):
                promise.exclude("requester_unavailable")
        if told["ends"]:
            for promise in self.running():
                promise.outcome = "late"

    def recomputed(self, known: Known, told: dict[str, Any]) -> None:
        for promise in self.running(*FIRST, "meeting"):
            if told["days"]:
                crossed = promise.due is not None and any(promise.starts < d <= promise.due for d in told["days"])
                if crossed and promise.rule:
                    promise.due = add_day_by_day(promise.starts, promise.rule["days"], known.closed)
            elif promise.starts >= told["from"]:
                rule = known.rule(promise.purpose, self.columns, promise.starts)
                start = "arrival" if promise.starts == self.arrived else "proposal"
                if promise.purpose == "meeting" and rule and rule["start"] != start:
                    rule = promise.rule
                promise.rule = rule
                promise.due = add_day_by_day(promise.starts, rule["days"], known.closed) if rule else None


def rewritten(story: Iterable[Happening]) -> list[Happening]:
    """The story without what did not last: a correction tells the registration again with what is known on its own day,
    a mistaken ending and its reopening both vanish."""
    told: list[Happening] = []
    for item in story:
        if item.kind == "corrected":
            told = [corrected(past, item) for past in told if past.kind != "recomputed"]
        elif item.kind == "reopened_by_mistake":
            last = max(index for index, past in enumerate(told) if ends(past))
            told = [*told[:last], *told[last + 1 :], replace(item, kind="taken_up_again")]
        else:
            told.append(item)
    return told


def ends(item: Happening) -> bool:
    return item.kind in ENDINGS and (item.kind != "called_off" or item.told["ends"])


def corrected(past: Happening, correction: Happening) -> Happening:
    first_known = past.first_known or past.known
    if past.kind == "registered":
        first_columns = past.told.get("first_columns", past.told)
        told = {**past.told, **correction.told, "first_columns": first_columns}
        return Happening("registered", correction.known, told, first_known)
    if past.kind == "completed" or past.kind == "written_again":
        return Happening(past.kind, correction.known, past.told, first_known)
    return past


def deadlines(story: Sequence[Happening]) -> list[tuple[Any, ...]]:
    """(purpose, rank, starts, counted, rule, days, due, met, taken, outcome, why) of every deadline, in order."""
    telling = Telling()
    arrival_known: Known | None = None
    for item in rewritten(story):
        tell = getattr(telling, item.kind)
        if item.kind == "registered":
            arrival_known = item.first_known or item.known
            tell(item.known, item.told, arrival_known)
        elif item.kind == "written_again":
            tell(item.known, item.told, arrival_known)
        else:
            tell(item.known, item.told)
    ranks: dict[str, int] = {}
    found = []
    for p in telling.promises:
        ranks[p.purpose] = ranks.get(p.purpose, 0) + 1
        rule, days = (p.rule["id"], p.rule["days"]) if p.rule else (None, None)
        found.append(
            (p.purpose, ranks[p.purpose], p.starts, p.counted, rule, days, p.due, p.met, p.taken, p.outcome, p.why)
        )
    return found
