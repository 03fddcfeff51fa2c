"""Changing the calendar of a site: local days, switches, versions that let the past be read again."""

from datetime import date

import pytest

from tests.factories import World, make_world
from tracker import closures
from tracker.closures import CalendarPlan
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import ClosedDay, Event, Site
from tracker.rulebooks import calendar_at, current_calendar
from tracker.writers import Author

PONT = date(2027, 5, 7)  # the Friday after Ascension


def write(world: World, plan: CalendarPlan) -> int:
    return closures.record_closures(plan, Author(user=world.user("quality")))


def pont(site: Site) -> CalendarPlan:
    return closures.plan_closing(site, PONT, "Pont de l’Ascension", "Note de service")


@pytest.fixture
def strasbourg(db: None, frozen: object) -> World:
    return make_world("67", "67")


def test_local_day_closes_its_site_alone(world: World) -> None:
    write(world, pont(world.site))
    assert current_calendar(world.site).reason(PONT) == "Pont de l’Ascension"
    assert current_calendar(world.branch).is_working(PONT)


def test_no_local_day_by_default(world: World) -> None:
    assert not closures.local_days(world.site).exists()
    assert not any(switch.worked for switch in closures.switches(world.site))


def test_each_change_has_a_new_version_and_past_ones_stay(world: World) -> None:
    first = current_calendar(world.site).version
    second = write(world, pont(world.site))
    third = write(world, closures.plan_reopening(closures.local_days(world.site).get()))
    assert first < second < third
    assert [calendar_at(world.site, version).is_working(PONT) for version in (first, second, third)] == [
        True,
        False,
        True,
    ]


def test_versions_are_common_to_all_sites(world: World) -> None:
    first = write(world, pont(world.site))
    assert write(world, pont(world.branch)) == first + 1
    # A change elsewhere is no new version here: nothing is to be computed again.
    assert current_calendar(world.site).version == first


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 7, 14), "est déjà fermé (Fête nationale)"),
        (date(2027, 5, 8), "est un samedi"),
        (date(2027, 5, 9), "est un dimanche"),
    ],
)
def test_closing_what_is_not_worked_changes_nothing_and_says_so(world: World, day: date, said: str) -> None:
    rows = ClosedDay.objects.count()
    with pytest.raises(InvalidCommand, match="rien ne change") as refusal:
        closures.plan_closing(world.site, day, "Pont")
    assert said in refusal.value.message
    assert refusal.value.field == "date"
    assert ClosedDay.objects.count() == rows


def test_closing_a_local_day_twice_changes_nothing_and_says_so(world: World) -> None:
    write(world, pont(world.site))
    with pytest.raises(InvalidCommand, match=r"déjà fermé \(Pont de l’Ascension\)"):
        pont(world.site)


def test_two_people_closing_the_same_day_end_with_one_row(world: World) -> None:
    first, second = pont(world.site), pont(world.site)
    write(world, first)
    with pytest.raises(StaleVersion):
        write(world, second)
    assert closures.local_days(world.site).count() == 1


def test_two_people_reopening_the_same_day(world: World) -> None:
    write(world, pont(world.site))
    row = closures.local_days(world.site).get()
    plans = [closures.plan_reopening(row), closures.plan_reopening(row)]
    write(world, plans[0])
    with pytest.raises(StaleVersion):
        write(world, plans[1])


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(2051, 1, 2)])
def test_day_outside_the_calendar_is_refused(world: World, day: date) -> None:
    with pytest.raises(InvalidCommand, match="comprise entre le 01/01/2010 et le 31/12/2050"):
        closures.plan_closing(world.site, day, "Pont")


@pytest.mark.parametrize(("name", "field"), [("", "name"), (" \x00", "name"), ("x" * 81, "name")])
def test_reason_is_required_and_short(world: World, name: str, field: str) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        closures.plan_closing(world.site, PONT, name)
    assert refusal.value.field == field


def test_every_year_leaves_out_days_not_worked(world: World) -> None:
    plan = closures.plan_closing(world.site, date(2026, 12, 24), "Veille de Noël", every_year=True)
    assert plan.days[0] == date(2026, 12, 24)
    assert {day.year for day in plan.days} <= set(range(2026, 2051))
    assert all(day.weekday() < 5 for day in plan.days)
    assert date(2027, 12, 24) in plan.days
    assert date(2028, 12, 24) not in plan.days  # a Sunday


def test_29_february_has_no_every_year(world: World) -> None:
    with pytest.raises(InvalidCommand, match="29 février"):
        closures.plan_closing(world.site, date(2028, 2, 29), "Fermeture", every_year=True)


def test_period_closes_its_worked_days_in_one_act_and_says_the_others(world: World) -> None:
    plan = closures.plan_period(world.site, date(2026, 12, 24), date(2027, 1, 3), "Fin d’année", "Note")
    assert plan.days == (date(2026, 12, 24), *(date(2026, 12, day) for day in (28, 29, 30, 31)))
    assert plan.already_closed == (
        (date(2026, 12, 25), "Noël"),
        (date(2026, 12, 26), "samedi"),
        (date(2026, 12, 27), "dimanche"),
        (date(2027, 1, 1), "Jour de l’an"),
        (date(2027, 1, 2), "samedi"),
        (date(2027, 1, 3), "dimanche"),
    )
    write(world, plan)
    assert [row.date for row in closures.local_days(world.site)] == list(plan.days)
    assert Event.objects.filter(kind="calendar_changed").count() == 1
    again = closures.plan_period(world.site, date(2026, 12, 22), date(2026, 12, 28), "Fin d’année")
    assert again.days == (date(2026, 12, 22), date(2026, 12, 23))
    assert (date(2026, 12, 28), "Fin d’année") in again.already_closed


@pytest.mark.parametrize(
    ("first", "last", "field", "said"),
    [
        (date(2026, 12, 26), date(2026, 12, 27), "date", "déjà fermés"),
        (date(2026, 12, 28), date(2026, 12, 24), "until", "précède le premier"),
        (date(2026, 12, 28), date(2027, 12, 31), "until", "62 jours"),
        (date(2050, 12, 28), date(2051, 1, 2), "until", "comprise entre"),
        (date(2009, 12, 28), date(2010, 1, 2), "date", "comprise entre"),
    ],
)
def test_period_that_closes_nothing_or_makes_no_sense_is_refused(
    world: World, first: date, last: date, field: str, said: str
) -> None:
    with pytest.raises(InvalidCommand, match=said) as refusal:
        closures.plan_period(world.site, first, last, "Fin d’année")
    assert refusal.value.field == field


def test_period_over_a_holiday_declared_worked_is_refused(world: World) -> None:
    write(world, closures.plan_switch(world.site, "lundi-de-pentecote", worked=True))
    with pytest.raises(InvalidCommand, match="réglé comme jour travaillé"):
        closures.plan_period(world.site, date(2027, 5, 14), date(2027, 5, 18), "Pont")


def test_reopening_one_year_or_all_that_follow(world: World) -> None:
    write(world, closures.plan_closing(world.site, date(2026, 12, 24), "Veille de Noël", every_year=True))
    write(world, pont(world.site))
    row = closures.local_days(world.site).get(date=date(2029, 12, 24))
    write(world, closures.plan_reopening(row))
    calendar = current_calendar(world.site)
    assert [calendar.is_working(date(year, 12, 24)) for year in (2027, 2029, 2030)] == [False, True, False]
    row = closures.local_days(world.site).get(date=date(2030, 12, 24))
    write(world, closures.plan_reopening(row, with_following=True))
    kept = closures.local_days(world.site).values_list("date", flat=True)
    assert set(kept) == {date(2026, 12, 24), date(2027, 12, 24), PONT}


def test_legal_day_is_read_only(world: World) -> None:
    national = ClosedDay.objects.filter(zone="", site__isnull=True).first()
    with pytest.raises(InvalidCommand, match="férié par la loi"):
        closures.plan_reopening(national)


def test_switches_offered_by_the_legal_list(world: World, strasbourg: World) -> None:
    assert [switch.code for switch in closures.switches(world.site)] == ["lundi-de-pentecote"]
    assert [switch.code for switch in closures.switches(strasbourg.site)] == ["vendredi-saint", "lundi-de-pentecote"]


def test_good_friday_worked_covers_every_year_of_the_site_alone(strasbourg: World) -> None:
    good_fridays = [date(2026, 4, 3), date(2050, 4, 8), date(2010, 4, 2)]
    assert not any(current_calendar(strasbourg.site).is_working(day) for day in good_fridays)
    plan = closures.plan_switch(strasbourg.site, "vendredi-saint", worked=True)
    assert len(plan.added) == 41
    write(strasbourg, plan)
    assert all(current_calendar(strasbourg.site).is_working(day) for day in good_fridays)
    assert not any(current_calendar(strasbourg.branch).is_working(day) for day in good_fridays)
    assert not current_calendar(strasbourg.site).is_working(date(2027, 3, 29))  # Easter Monday stays


def test_switch_back_follows_the_legal_list_again(world: World) -> None:
    write(world, closures.plan_switch(world.site, "lundi-de-pentecote", worked=True))
    assert current_calendar(world.site).is_working(date(2027, 5, 17))
    back = closures.plan_switch(world.site, "lundi-de-pentecote", worked=False)
    assert closures.planned_calendar(back).reason(date(2027, 5, 17)) == "Lundi de Pentecôte"
    write(world, back)
    assert current_calendar(world.site).reason(date(2027, 5, 17)) == "Lundi de Pentecôte"


def test_switch_that_is_set_already_is_stale(world: World) -> None:
    with pytest.raises(StaleVersion, match="déjà férié"):
        closures.plan_switch(world.site, "lundi-de-pentecote", worked=False)


def test_unknown_switch_is_refused(world: World) -> None:
    with pytest.raises(InvalidCommand):
        closures.plan_switch(world.site, "vendredi-saint", worked=True)


def test_closing_a_day_declared_worked_is_refused(world: World) -> None:
    write(world, closures.plan_switch(world.site, "lundi-de-pentecote", worked=True))
    with pytest.raises(InvalidCommand, match="jour travaillé sur ce site"):
        closures.plan_closing(world.site, date(2027, 5, 17), "Pont")


@pytest.mark.parametrize(
    ("department", "names"),
    [
        ("44", []),
        ("972", ["Fête Victor Schœlcher"]),
        ("987", ["Arrivée de l'Évangile", "Vendredi saint", "Matari'i i ni'a"]),
        ("988", ["Fête de la citoyenneté"]),
    ],
)
def test_customary_days_are_offered_off_and_to_confirm(
    db: None, frozen: object, department: str, names: list[str]
) -> None:
    world = make_world(department, department)
    offered = closures.suggestions(world.site, 2027)
    assert [day.name for day in offered] == names
    assert all("à confirmer" in day.source for day in offered)
    assert all(current_calendar(world.site).reason(day.day) != day.name for day in offered)


def test_suggestion_closes_its_day_each_year_where_it_falls(db: None, frozen: object) -> None:
    world = make_world("987", "987")
    good_friday = next(day for day in closures.suggestions(world.site, 2027) if day.name == "Vendredi saint")
    write(world, closures.plan_suggestion(world.site, good_friday))
    calendar = current_calendar(world.site)
    assert [calendar.is_working(day) for day in (date(2026, 4, 3), date(2027, 3, 26), date(2028, 4, 14))] == [
        True, False, False,
    ]  # fmt: skip
    assert "Vendredi saint" not in [day.name for day in closures.suggestions(world.site, 2028)]


@pytest.mark.parametrize("change", ["close", "reopen", "work", "rest"])
def test_planned_calendar_is_the_one_then_written(world: World, change: str) -> None:
    if change == "reopen":
        write(world, pont(world.site))
    if change == "rest":
        write(world, closures.plan_switch(world.site, "lundi-de-pentecote", worked=True))
    plan = {
        "close": lambda: pont(world.site),
        "reopen": lambda: closures.plan_reopening(closures.local_days(world.site).get()),
        "work": lambda: closures.plan_switch(world.site, "lundi-de-pentecote", worked=True),
        "rest": lambda: closures.plan_switch(world.site, "lundi-de-pentecote", worked=False),
    }[change]()
    planned = dict(closures.planned_calendar(plan).closed)
    write(world, plan)
    assert dict(current_calendar(world.site).closed) == planned


def test_each_change_is_one_event_of_the_site_s_journal(world: World) -> None:
    version = write(world, pont(world.site))
    event = Event.objects.get(stream="site", object_id=world.site.pk, kind="calendar_changed")
    row = closures.local_days(world.site).get()
    assert event.actor == world.users["quality"]
    assert event.data == {"version": version, "removed": [], "added": [row.pk]}
    (line,) = closures.history(world.site, 10)
    assert line.added == (row,)


def test_history_keeps_what_was_taken_away(world: World) -> None:
    write(world, pont(world.site))
    write(world, closures.plan_reopening(closures.local_days(world.site).get()))
    newest, oldest = closures.history(world.site, 10)
    assert newest.removed == oldest.added
    assert newest.removed[0].name == "Pont de l’Ascension"
