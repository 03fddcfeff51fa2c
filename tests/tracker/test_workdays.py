"""The arithmetic of working days on calendars made for the test: no list of holidays is needed here."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.reference_calendar import add_day_by_day, count_day_by_day
from tracker.workdays import FIRST_DAY, LAST_DAY, DateOutsideCalendar, DayStep, InvalidDelay, WorkCalendar

# A short range keeps each generated calendar cheap; the margin after the last start leaves room for every deadline.
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
STARTS = st.dates(FIRST, date(2026, 12, 31))
CLOSED = st.dictionaries(st.dates(FIRST, date(2027, 6, 30)), st.just("fermeture"), max_size=40)
DELAYS = st.integers(1, 30)

ASCENSION_2026, BRIDGE_2026 = date(2026, 5, 14), date(2026, 5, 15)
MAY_2026 = WorkCalendar({ASCENSION_2026: "Ascension", BRIDGE_2026: "Pont de l'Ascension"})


def short(closed: dict[date, str]) -> WorkCalendar:
    return WorkCalendar(closed, first=FIRST, last=LAST)


@given(CLOSED, STARTS, DELAYS)
def test_add_and_count_agree_with_a_day_by_day_walk(closed, start, n):
    calendar = short(closed)
    due_on = calendar.add(start, n)
    assert due_on == add_day_by_day(start, n, closed)
    assert calendar.count(start, due_on) == count_day_by_day(start, due_on, closed) == n


@given(CLOSED, STARTS, DELAYS, st.dates(FIRST, date(2027, 6, 30)))
def test_closing_a_day_never_brings_a_deadline_earlier(closed, start, n, added):
    assert short({**closed, added: "fermeture locale"}).add(start, n) >= short(closed).add(start, n)


@given(CLOSED, st.lists(st.tuples(STARTS, DELAYS)), st.lists(st.tuples(STARTS, STARTS)))
def test_lists_give_what_the_scalar_calls_give(closed, delays, spans):
    calendar = short(closed)
    assert calendar.add_many(iter(delays)) == [calendar.add(day, n) for day, n in delays]
    assert calendar.count_many(iter(spans)) == [calendar.count(start, end) for start, end in spans]


@given(CLOSED, STARTS, STARTS, STARTS)
def test_count_is_signed_and_adds_up(closed, a, b, c):
    calendar = short(closed)
    assert calendar.count(a, b) == -calendar.count(b, a)
    assert calendar.count(a, b) + calendar.count(b, c) == calendar.count(a, c)


@given(CLOSED, STARTS)
def test_next_working_is_the_day_itself_or_the_first_working_day_after(closed, day):
    calendar = short(closed)
    found = calendar.next_working(day)
    assert found == add_day_by_day(day - timedelta(days=1), 1, closed)
    assert calendar.is_working(found)


@given(CLOSED, STARTS, DELAYS)
def test_explanation_numbers_every_day_or_says_why_not(closed, start, n):
    calendar = short(closed)
    arrival, *steps = calendar.explain(start, n)
    assert arrival == DayStep(start, 0, None)
    assert [step.day for step in steps] == [start + timedelta(days=i) for i in range(1, len(steps) + 1)]
    assert [step.number for step in steps if step.number is not None] == list(range(1, n + 1))
    assert all((step.number is None) == bool(step.reason) for step in steps)
    assert steps[-1] == DayStep(calendar.add(start, n), n, None)
    assert calendar.skipped(start, steps[-1].day) == [step for step in steps if step.number is None]


def test_a_delay_does_not_count_the_day_of_arrival():
    assert MAY_2026.add(date(2026, 5, 4), 1) == date(2026, 5, 5)
    assert MAY_2026.count(date(2026, 5, 4), date(2026, 5, 4)) == 0
    assert MAY_2026.count(date(2026, 5, 4), date(2026, 5, 11)) == 5


def test_an_arrival_on_a_closed_day_counts_from_the_next_working_day():
    for arrival in (ASCENSION_2026, BRIDGE_2026, date(2026, 5, 16), date(2026, 5, 17)):
        assert MAY_2026.add(arrival, 1) == date(2026, 5, 18)


def test_reasons_are_french():
    assert MAY_2026.reason(date(2026, 5, 13)) is None
    assert MAY_2026.reason(ASCENSION_2026) == "Ascension"
    assert MAY_2026.reason(date(2026, 5, 16)) == "samedi"
    assert MAY_2026.reason(date(2026, 5, 17)) == "dimanche"
    assert not MAY_2026.is_working(ASCENSION_2026)
    assert MAY_2026.is_working(date(2026, 5, 13))


def test_explanation_of_the_ascension_bridge():
    assert MAY_2026.explain(date(2026, 5, 13), 1) == [
        (date(2026, 5, 13), 0, None),
        (ASCENSION_2026, None, "Ascension"),
        (BRIDGE_2026, None, "Pont de l'Ascension"),
        (date(2026, 5, 16), None, "samedi"),
        (date(2026, 5, 17), None, "dimanche"),
        (date(2026, 5, 18), 1, None),
    ]


def test_the_day_of_arrival_has_no_reason_even_when_closed():
    assert MAY_2026.explain(date(2026, 5, 16), 1)[0] == DayStep(date(2026, 5, 16), 0, None)
    assert MAY_2026.skipped(date(2026, 5, 16), date(2026, 5, 18)) == [DayStep(date(2026, 5, 17), None, "dimanche")]


def test_a_day_closed_twice_or_closed_on_a_weekend_changes_nothing():
    again = WorkCalendar({**MAY_2026.closed, ASCENSION_2026: "Fermeture locale", date(2026, 5, 16): "Fermeture locale"})
    days = [date(2026, 4, 1) + timedelta(days=i) for i in range(90)]
    pairs = [(day, n) for day in days for n in (1, 4, 5, 10, 15)]
    assert again.add_many(pairs) == MAY_2026.add_many(pairs)
    assert again.reason(date(2026, 5, 16)) == "samedi"


def test_changes_of_clock_neither_repeat_nor_lose_a_day():
    # Nights of 29 March and 25 October 2026 in Paris: a count in seconds or hours slips here.
    for arrival in (date(2026, 3, 26), date(2026, 10, 22)):
        days = [step.day for step in MAY_2026.explain(arrival, 4)]
        assert days == [arrival + timedelta(days=i) for i in range(7)]


def test_default_range_is_2010_to_2050_both_included():
    assert (MAY_2026.first, MAY_2026.last) == (date(2010, 1, 1), date(2050, 12, 31))
    assert MAY_2026.add(FIRST_DAY, 1) == date(2010, 1, 4)
    last_friday = date(2050, 12, 30)
    assert MAY_2026.add(date(2050, 12, 28), 2) == last_friday
    assert MAY_2026.next_working(last_friday) == last_friday
    assert MAY_2026.count(FIRST_DAY, LAST_DAY) == count_day_by_day(FIRST_DAY, LAST_DAY, MAY_2026.closed)
    with pytest.raises(DateOutsideCalendar, match="Le 1er jour ouvré après le 31/12/2050 sort du calendrier"):
        MAY_2026.next_working(LAST_DAY)


BEFORE, AFTER = FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)


@pytest.mark.parametrize("outside", [date.min, date(2009, 6, 1), BEFORE, AFTER, date.max])
@pytest.mark.parametrize(
    "call",
    [
        lambda day: MAY_2026.add(day, 1),
        lambda day: MAY_2026.add_many([(date(2026, 1, 1), 1), (day, 1)]),
        lambda day: MAY_2026.count(day, date(2026, 1, 1)),
        lambda day: MAY_2026.count(date(2026, 1, 1), day),
        lambda day: MAY_2026.count_many([(day, day)]),
        lambda day: MAY_2026.reason(day),
        lambda day: MAY_2026.is_working(day),
        lambda day: MAY_2026.next_working(day),
        lambda day: MAY_2026.explain(day, 1),
    ],
)
def test_a_date_outside_the_range_is_refused_in_french(call, outside):
    with pytest.raises(
        DateOutsideCalendar,
        match=rf"La date {outside.day:02}/{outside.month:02}/0*{outside.year} sort du calendrier, "
        r"qui va du 01/01/2010 au 31/12/2050\.",
    ):
        call(outside)


def test_a_deadline_beyond_the_range_is_refused_in_french():
    message = r"Le 15e jour ouvré après le 20/12/2050 sort du calendrier, qui s'arrête au 31/12/2050\."
    with pytest.raises(DateOutsideCalendar, match=message):
        MAY_2026.add(date(2050, 12, 20), 15)
    with pytest.raises(DateOutsideCalendar):
        MAY_2026.explain(date(2050, 12, 20), 15)
    with pytest.raises(DateOutsideCalendar):
        MAY_2026.skipped(date(2050, 12, 20), AFTER)


@pytest.mark.parametrize("n", [0, -1, -4000])
def test_a_delay_below_one_day_is_refused(n):
    with pytest.raises(InvalidDelay, match="au moins un jour ouvré"):
        MAY_2026.add(date(2026, 5, 4), n)
    with pytest.raises(InvalidDelay):
        MAY_2026.explain(date(2026, 5, 4), n)


def test_named_errors_are_value_errors():
    assert issubclass(DateOutsideCalendar, ValueError)
    assert issubclass(InvalidDelay, ValueError)


def test_a_calendar_is_immutable_and_equal_only_to_itself():
    given_days = {ASCENSION_2026: "Ascension"}
    calendar = WorkCalendar(given_days, version=7)
    given_days[date(2026, 5, 18)] = "ajouté après coup"
    assert calendar.is_working(date(2026, 5, 18))
    with pytest.raises(TypeError):
        calendar.closed[date(2026, 5, 18)] = "ajouté"
    twin = WorkCalendar({ASCENSION_2026: "Ascension"}, version=7)
    assert calendar.version == twin.version == 7
    assert len({calendar, twin}) == 2
