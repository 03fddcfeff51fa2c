"""The legal band, article by article. Pure: no database."""

from dataclasses import replace
from datetime import date

import pytest

from tracker.deadlines import Fact
from tracker.enums import Machine
from tracker.legal import Acknowledgement, Situation, add_months, legal_band, suspended_days
from tracker.workdays import DateOutsideCalendar, WorkCalendar

CALENDAR = WorkCalendar({date(2026, 11, 11): "Armistice de 1918"})
LETTER = Situation(
    kind="correspondence",
    machine=Machine.REPLY,
    channel="letter",
    nature="individual_request",
    module=1,
    received_on=date(2026, 11, 10),
    identified=True,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Acknowledgement.PAPER),
        ({"channel": "box"}, Acknowledgement.PAPER),
        ({"channel": "email"}, Acknowledgement.ELECTRONIC),
        ({"channel": "form"}, Acknowledgement.ELECTRONIC),
        ({"channel": "phone"}, Acknowledgement.SPOKEN),
        ({"channel": "counter"}, Acknowledgement.SPOKEN),
        ({"channel": "online_review"}, Acknowledgement.UNIDENTIFIED),
        ({"channel": "email", "identified": False}, Acknowledgement.UNIDENTIFIED),
        ({"module": 4}, Acknowledgement.BETWEEN_ADMINISTRATIONS),
        ({"machine": Machine.MEETING}, Acknowledgement.BETWEEN_ADMINISTRATIONS),
        ({"nature": "legality_advice"}, Acknowledgement.BETWEEN_ADMINISTRATIONS),
        ({"kind": "site_update"}, Acknowledgement.INTERNAL),
    ],
)
def test_acknowledgement(changes: dict, expected: Acknowledgement) -> None:
    assert legal_band(replace(LETTER, **changes), [], CALENDAR).acknowledgement == expected


def test_electronic_clocks_are_working_days() -> None:
    band = legal_band(replace(LETTER, channel="email"), [], CALENDAR)
    assert (band.receipt_by, band.acknowledge_by) == (date(2026, 11, 12), date(2026, 11, 25))
    paper = legal_band(LETTER, [], CALENDAR)
    assert (paper.receipt_by, paper.acknowledge_by) == (None, None)


def test_silence_gives_a_decision_after_two_months_but_none_to_a_commune() -> None:
    assert legal_band(LETTER, [], CALENDAR).implicit_on == date(2027, 1, 10)
    assert legal_band(replace(LETTER, module=4), [], CALENDAR).implicit_on is None
    assert legal_band(replace(LETTER, kind="site_update"), [], CALENDAR).implicit_on is None


def test_an_answer_before_it_leaves_no_implicit_decision() -> None:
    assert legal_band(replace(LETTER, answered_on=date(2027, 1, 10)), [], CALENDAR).answered_before
    assert not legal_band(replace(LETTER, answered_on=date(2027, 1, 11)), [], CALENDAR).answered_before


def test_recours_is_flagged() -> None:
    assert legal_band(replace(LETTER, nature="appeal"), [], CALENDAR).appeal
    assert not legal_band(LETTER, [], CALENDAR).appeal


def asked(number: int, on: str, until: str | None) -> Fact:
    return Fact(number, "asked", {"on": on, "until": until, "calendar": 1})


def completed(number: int, on: str) -> Fact:
    return Fact(number, "completed", {"on": on, "calendar": 1})


def test_awaiting_a_piece_suspends_until_the_date_given_or_its_arrival() -> None:
    first = asked(2, "2026-11-12", "2026-11-26")
    assert suspended_days([first]) == 14
    assert suspended_days([first, completed(3, "2026-11-16")]) == 4
    assert suspended_days([first, completed(3, "2026-12-10")]) == 14  # no longer than was given
    assert suspended_days([asked(2, "2026-11-12", None), completed(3, "2026-11-16")]) == 0
    assert suspended_days([first, completed(3, "2026-11-16"), asked(4, "2026-11-20", "2026-11-25")]) == 9
    assert suspended_days([first, Fact(3, "undone", {"events": [2]})]) == 0
    band = legal_band(LETTER, [first], CALENDAR)
    assert (band.implicit_on, band.suspended_days) == (date(2027, 1, 24), 14)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2027, 1, 30)),
        (date(2026, 6, 30), date(2026, 8, 30)),
    ],
)
def test_months_are_counted_from_day_to_day(start: date, expected: date) -> None:
    assert add_months(start, 2) == expected


def test_past_the_calendar_it_refuses() -> None:
    with pytest.raises(DateOutsideCalendar):
        legal_band(replace(LETTER, channel="email", received_on=date(2050, 12, 30)), [], CALENDAR)
