"""Why this date: the days, the rule and the calendar version that gave each deadline. Pure: no database."""

from datetime import date
from typing import Any

import pytest

from tracker.deadlines import Fact, Rule, RuleBook, replay
from tracker.enums import Outcome, Purpose
from tracker.explaining import Explanation, explain
from tracker.workdays import WorkCalendar

CALENDARS = {
    1: WorkCalendar({date(2026, 11, 11): "Armistice de 1918"}, version=1),
    2: WorkCalendar({date(2026, 11, 11): "Armistice de 1918", date(2026, 11, 16): "Pont"}, version=2),
}
RULES = RuleBook(
    [
        Rule(1, Purpose.REPLY, 5, date(2010, 1, 1), holding_counts=True, source="Bilan 2022"),
        Rule(2, Purpose.REPLY, 3, date(2026, 1, 1), in_force=False),
    ]
)


def registered(number: int = 1, calendar: int = 1, rule: int | None = 1) -> Fact:
    return Fact(number, "registered", {"received_on": "2026-11-10", "rules": {"reply": rule}, "calendar": calendar})


def fact(number: int, kind: str, **data: Any) -> Fact:
    return Fact(number, kind, {"calendar": 1, **data})


def explained(*facts: Fact) -> tuple[Explanation, ...]:
    found = explain(facts, RULES, CALENDARS.__getitem__)
    assert tuple(each.state for each in found) == replay(facts, RULES, CALENDARS.__getitem__)
    return found


def test_days_are_numbered_and_the_skipped_ones_have_a_reason() -> None:
    (reply,) = explained(registered())
    assert [(step.day.day, step.number, step.reason) for step in reply.steps] == [
        (10, 0, None), (11, None, "Armistice de 1918"), (12, 1, None), (13, 2, None), (14, None, "samedi"),
        (15, None, "dimanche"), (16, 3, None), (17, 4, None), (18, 5, None),
    ]  # fmt: skip
    assert reply.steps[-1].day == reply.state.due_on
    assert reply.rule is not None
    assert reply.rule.source == "Bilan 2022"


def test_without_a_rule_there_is_nothing_to_count() -> None:
    (reply,) = explained(registered(rule=None))
    assert (reply.steps, reply.rule, reply.state.due_on) == ((), None, None)
    assert reply.remaining(date(2026, 11, 20)) == 0
    assert not reply.overdue(date(2026, 11, 20))


def test_each_deadline_is_read_in_the_calendar_that_gave_it() -> None:
    """A pont added later changes what opens later, not what was promised before."""
    reply, again = explained(
        registered(),
        fact(2, "answered", on="2026-11-13"),
        fact(3, "reopened", cause="new_message", on="2026-11-13", rules={"reply": 1}, calendar=2),
    )
    assert [step.reason for step in reply.steps if step.day == date(2026, 11, 16)] == [None]
    assert [step.reason for step in again.steps if step.day == date(2026, 11, 16)] == ["Pont"]
    assert reply.ended_by is not None
    assert (reply.ended_by.kind, again.ended_by) == ("answered", None)


def test_a_recomputation_is_told_with_both_dates() -> None:
    (reply,) = explained(
        registered(),
        fact(2, "recomputed", calendar=2, deadlines=[{"purpose": "reply", "rank": 1, "rule": 1}]),
    )
    assert [(move.fact, move.previous, move.due_on) for move in reply.moves] == [
        (2, date(2026, 11, 18), date(2026, 11, 19))
    ]
    assert "Pont" in [step.reason for step in reply.steps]
    assert reply.steps[-1].day == date(2026, 11, 19)


def test_a_correction_explains_from_the_corrected_arrival() -> None:
    opening = {"received_on": "2026-11-12", "rules": {"reply": 1}, "calendar": 1}
    (reply,) = explained(registered(), fact(2, "corrected", fields=["received_on"], openings={"1": opening}))
    assert (reply.steps[0].day, reply.steps[-1].day) == (date(2026, 11, 12), date(2026, 11, 19))


def test_a_promise_is_counted_from_the_holding_reply() -> None:
    reply, promise = explained(registered(), fact(2, "held", on="2026-11-13", promised_on="2026-11-20"))
    assert reply.ended_by is not None
    assert (reply.ended_by.kind, reply.state.outcome) == ("held", Outcome.IN_TIME)
    assert (promise.steps[0].day, promise.steps[-1].day, promise.rule) == (
        date(2026, 11, 13),
        date(2026, 11, 20),
        None,
    )
    assert promise.steps[-1].number == 5


def test_a_piece_asked_is_judged_in_the_calendar_of_the_first_promise() -> None:
    reply, complement = explained(registered(), fact(2, "asked", on="2026-11-17", calendar=2))
    assert complement.state.purpose == Purpose.COMPLEMENT
    assert complement.steps == reply.steps
    assert reply.state.outcome == Outcome.VOID


def test_an_undone_answer_runs_again() -> None:
    (reply,) = explained(registered(), fact(2, "answered", on="2026-11-13"), fact(3, "undone", events=[2]))
    assert (reply.state.running, reply.ended_by) == (True, None)


def test_reopened_by_mistake_is_no_longer_ended() -> None:
    (reply,) = explained(registered(), fact(2, "answered", on="2026-11-13"), fact(3, "reopened", cause="mistake"))
    assert (reply.state.running, reply.ended_by) == (True, None)


@pytest.mark.parametrize(
    ("today", "remaining", "overdue"),
    [
        (date(2026, 11, 16), 2, False),
        (date(2026, 11, 18), 0, False),
        (date(2026, 11, 20), -2, True),
    ],
)
def test_remaining_days(today: date, remaining: int, overdue: bool) -> None:
    (reply,) = explained(registered())
    assert (reply.remaining(today), reply.overdue(today)) == (remaining, overdue)


def test_days_late_are_working_days_after_the_due_date() -> None:
    (late,) = explained(registered(), fact(2, "answered", on="2026-11-23"))
    assert late.days_late == 3  # the 19th, the 20th, the 23rd
    (in_time,) = explained(registered(), fact(2, "answered", on="2026-11-18"))
    (undated,) = explained(registered(), fact(2, "answered", on=None))
    assert (in_time.days_late, undated.days_late) == (0, 0)
