"""The legal calendar of every zone, against the published deadlines, the law's vectors and an independent list."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.tracker.reference_calendar import (
    ONE_PER_ZONE,
    add_day_by_day,
    closed_dates,
    count_day_by_day,
    easter,
    legal_dates,
)
from tracker.legal_days import GOOD_FRIDAY, due, legal_calendar, legal_days, national_days, taken, zone_days
from tracker.workdays import DateOutsideCalendar, InvalidDelay, WorkCalendar
from tracker.zones import ZONES, UnknownZone, department

DEADLINES = Path(__file__).parents[1] / "data" / "deadlines.csv"

METROPOLE, ALSACE = "metropole", "alsace-moselle"


def zone_of(code: str) -> str:
    return department(code).zone.code


def in_force(zone: str, year: int, *, good_friday: bool = True) -> set[date]:
    return {found.day for found in legal_days(zone, year, good_friday=good_friday) if found.in_force}


def test_the_400_published_deadlines():
    with DEADLINES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    for row in rows:
        zone, received_on = zone_of(row["department"]), date.fromisoformat(row["received_on"])
        assert due(zone, received_on, int(row["days"])) == date.fromisoformat(row["due_on"]), row
        answered_on = date.fromisoformat(row["answered_on"])
        assert taken(zone, received_on, answered_on) == int(row["working_days_taken"]), row


# Day of arrival excluded; computed by hand from the law, see the convention in tracker/workdays.py.
VECTORS = [
    ("2022-05-23", 5, METROPOLE, "2022-05-31"),
    ("2022-05-20", 5, METROPOLE, "2022-05-30"),
    ("2022-01-08", 5, METROPOLE, "2022-01-14"),
    ("2026-04-30", 5, METROPOLE, "2026-05-11"),
    ("2026-05-07", 10, METROPOLE, "2026-05-26"),
    ("2026-04-01", 5, METROPOLE, "2026-04-09"),
    ("2026-04-01", 5, ALSACE, "2026-04-10"),
    ("2025-12-24", 5, METROPOLE, "2026-01-02"),
    ("2025-12-24", 5, ALSACE, "2026-01-05"),
    ("2026-12-24", 5, METROPOLE, "2027-01-04"),
    ("2026-12-24", 5, ALSACE, "2027-01-04"),
    ("2026-05-20", 10, METROPOLE, "2026-06-04"),
    ("2026-05-20", 10, "martinique", "2026-06-05"),
    ("2026-05-20", 10, "guadeloupe", "2026-06-05"),
    ("2026-04-24", 5, METROPOLE, "2026-05-04"),
    ("2026-04-24", 5, "mayotte", "2026-05-05"),
    ("2026-06-05", 5, "guyane", "2026-06-15"),
    ("2027-12-17", 5, METROPOLE, "2027-12-24"),
    ("2027-12-17", 5, "la-reunion", "2027-12-27"),
    ("2026-07-10", 4, METROPOLE, "2026-07-17"),
    ("2026-07-10", 15, METROPOLE, "2026-08-03"),
    ("2026-10-30", 10, METROPOLE, "2026-11-16"),
    ("2026-11-10", 3, METROPOLE, "2026-11-16"),
    ("2027-05-05", 5, METROPOLE, "2027-05-13"),
]


@pytest.mark.parametrize(("received_on", "days", "zone", "due_on"), VECTORS)
def test_vectors_of_the_law(received_on, days, zone, due_on):
    assert due(zone, date.fromisoformat(received_on), days) == date.fromisoformat(due_on)


def test_answered_two_working_days_after_its_arrival():
    assert taken(METROPOLE, date(2022, 5, 23), date(2022, 5, 25)) == 2


@pytest.mark.parametrize("code", ONE_PER_ZONE)
def test_every_day_of_2020_to_2035_agrees_with_an_independent_list(code):
    """Missing moving holidays, and an Easter taken from today's year instead of the deadline's, fail here."""
    zone, closed = zone_of(code), closed_dates(code, 2020, 2036)
    for offset in range((date(2035, 12, 31) - date(2020, 1, 1)).days + 1):
        received_on = date(2020, 1, 1) + timedelta(days=offset)
        for n in (4, 5, 10, 15):
            assert due(zone, received_on, n) == add_day_by_day(received_on, n, closed)
        answered_on = received_on + timedelta(days=offset % 40)
        assert taken(zone, received_on, answered_on) == count_day_by_day(received_on, answered_on, closed)


@pytest.mark.parametrize("code", ONE_PER_ZONE)
def test_legal_days_agree_with_the_law_from_2010_to_2050(code):
    for year in range(2010, 2051):
        assert in_force(zone_of(code), year) == legal_dates(code, year)


def test_the_reference_has_the_known_easters():
    known = [date(2010, 4, 4), date(2019, 4, 21), date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25)]
    assert [easter(day.year) for day in known] == known


def test_the_sample_has_one_department_of_each_zone():
    assert sorted(zone_of(code) for code in ONE_PER_ZONE) == sorted(ZONES)


def test_national_days_have_their_french_names_and_source():
    assert [found.name for found in national_days(2026)] == [
        "Jour de l’an",
        "Lundi de Pâques",
        "Fête du Travail",
        "Victoire de 1945",
        "Ascension",
        "Lundi de Pentecôte",
        "Fête nationale",
        "Assomption",
        "Toussaint",
        "Armistice de 1918",
        "Noël",
    ]
    assert all(found.zone is None and found.in_force and "L3133-1" in found.source for found in national_days(2026))


def test_names_do_not_follow_the_locale_of_the_server(monkeypatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en_US")
    assert national_days.__wrapped__(2026)[-1].name == "Noël"


def test_good_friday_is_a_switch_and_26_december_is_not():
    good_friday, saint_etienne = zone_days(ALSACE, 2026)
    assert (good_friday.day, good_friday.name, good_friday.in_force) == (date(2026, 4, 3), GOOD_FRIDAY, True)
    assert (saint_etienne.day, saint_etienne.in_force) == (date(2026, 12, 26), True)
    switched_off, still_on = zone_days(ALSACE, 2026, good_friday=False)
    assert (switched_off.day, switched_off.in_force, still_on.in_force) == (date(2026, 4, 3), False, True)
    assert not legal_calendar(ALSACE).is_working(date(2026, 4, 3))
    assert legal_calendar(ALSACE, good_friday=False).is_working(date(2026, 4, 3))
    assert legal_calendar(ALSACE, good_friday=False).reason(date(2028, 12, 26)) == "Saint-Étienne"


def test_the_switch_changes_nothing_elsewhere():
    for zone in set(ZONES) - {ALSACE}:
        assert legal_calendar(zone, good_friday=False).closed == legal_calendar(zone).closed


@pytest.mark.parametrize(
    ("zone", "year", "expected"),
    [
        ("saint-martin", 2015, date(2015, 5, 27)),
        ("saint-martin", 2017, date(2017, 5, 27)),
        ("saint-martin", 2018, date(2018, 5, 28)),
        ("saint-martin", 2026, date(2026, 5, 28)),
        ("guadeloupe", 2026, date(2026, 5, 27)),
        ("martinique", 2026, date(2026, 5, 22)),
        ("guyane", 2026, date(2026, 6, 10)),
        ("la-reunion", 2026, date(2026, 12, 20)),
        ("mayotte", 2026, date(2026, 4, 27)),
        ("saint-barthelemy", 2026, date(2026, 10, 9)),
    ],
)
def test_each_territory_has_one_abolition_day_and_no_customary_day(zone, year, expected):
    (found,) = zone_days(zone, year)
    assert (found.day, found.in_force) == (expected, True)
    assert "L3422-2" in found.source


@pytest.mark.parametrize(
    ("zone", "year", "days"),
    [
        ("nouvelle-caledonie", 2026, [(9, 24)]),
        ("polynesie-francaise", 2024, [(3, 5), (3, 29), (6, 29)]),
        ("polynesie-francaise", 2026, [(3, 5), (4, 3), (11, 20)]),
        ("wallis-et-futuna", 2026, [(4, 28), (6, 29), (7, 29)]),
    ],
)
def test_days_of_the_pacific_are_listed_but_not_in_force(zone, year, days):
    found = zone_days(zone, year)
    assert [(local.day.month, local.day.day) for local in found] == days
    assert all(not local.in_force and "à confirmer" in local.source for local in found)
    assert legal_calendar(zone).closed == legal_calendar(METROPOLE).closed


def test_saint_pierre_et_miquelon_and_taaf_add_nothing():
    assert zone_days("saint-pierre-et-miquelon", 2026) == zone_days("taaf", 2026) == ()


def test_two_holidays_on_one_date_close_it_once_under_its_national_name():
    shared = date(2049, 5, 27)
    assert [found.name for found in legal_days("guadeloupe", 2049) if found.day == shared] == [
        "Ascension",
        "Abolition de l'esclavage",
    ]
    assert legal_calendar("guadeloupe").reason(shared) == "Ascension"


def test_a_manual_closure_equal_to_a_holiday_changes_nothing():
    legal = legal_calendar(METROPOLE)
    twice = WorkCalendar({**legal.closed, date(2026, 5, 14): "Fermeture exceptionnelle"})
    pairs = [(date(2026, 1, 1) + timedelta(days=i), n) for i in range(365) for n in (4, 5, 10, 15)]
    assert twice.add_many(pairs) == legal.add_many(pairs)


def test_a_local_closure_is_laid_over_the_legal_calendar():
    bridge = WorkCalendar({**legal_calendar(METROPOLE).closed, date(2026, 5, 15): "Pont de l'Ascension"}, version=2)
    assert due(METROPOLE, date(2026, 5, 13), 1) == date(2026, 5, 15)
    assert bridge.add(date(2026, 5, 13), 1) == date(2026, 5, 18)


def test_an_explanation_names_the_holidays():
    reasons = [
        (step.day.day, step.reason) for step in legal_calendar(METROPOLE).skipped(date(2026, 5, 7), date(2026, 5, 15))
    ]
    assert reasons == [(8, "Victoire de 1945"), (9, "samedi"), (10, "dimanche"), (14, "Ascension")]


def test_the_calendar_is_built_once():
    assert legal_calendar(METROPOLE) is legal_calendar(METROPOLE)


def test_refusals():
    with pytest.raises(UnknownZone):
        due("GES", date(2026, 1, 1), 4)
    with pytest.raises(UnknownZone):
        zone_days("67", 2026)
    with pytest.raises(InvalidDelay):
        due(METROPOLE, date(2026, 1, 1), 0)
    with pytest.raises(DateOutsideCalendar):
        due(METROPOLE, date(2009, 12, 31), 4)
    with pytest.raises(DateOutsideCalendar):
        taken(METROPOLE, date(2026, 1, 1), date(2051, 1, 1))
