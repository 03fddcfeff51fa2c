"""Every département and overseas territory has a name, a calendar zone and a time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tracker.zones import DEPARTMENTS, ZONES, UnknownDepartment, UnknownZone, department, zone

OVERSEAS_DEPARTMENTS = {"971", "972", "973", "974", "976"}
TERRITORIES = {"975", "977", "978", "984", "986", "987", "988"}


def test_there_are_101_departments_and_seven_territories():
    mainland = {f"{number:02}" for number in range(1, 96) if number != 20} | {"2A", "2B"}
    assert len(mainland | OVERSEAS_DEPARTMENTS) == 101
    assert set(DEPARTMENTS) == mainland | OVERSEAS_DEPARTMENTS | TERRITORIES


def test_codes_and_names_are_consistent():
    assert all(code == found.code for code, found in DEPARTMENTS.items())
    assert all(code == found.code for code, found in ZONES.items())
    assert len({found.name for found in DEPARTMENTS.values()}) == len(DEPARTMENTS)
    assert {found.zone.code for found in DEPARTMENTS.values()} == set(ZONES)


@pytest.mark.parametrize(
    ("typed", "code", "name"),
    [
        ("44", "44", "Loire-Atlantique"),
        ("1", "01", "Ain"),
        ("2a", "2A", "Corse-du-Sud"),
        (" 2B ", "2B", "Haute-Corse"),
        ("67", "67", "Bas-Rhin"),
        ("974", "974", "La Réunion"),
        ("987", "987", "Polynésie française"),
    ],
)
def test_a_typed_code_finds_its_department(typed, code, name):
    found = department(typed)
    assert (found.code, found.name) == (code, name)


@pytest.mark.parametrize("typed", ["", " ", "0", "00", "20", "96", "99", "2C", "970", "979", "044", "Loire", "²"])
def test_an_unknown_department_is_refused_in_french(typed):
    with pytest.raises(UnknownDepartment, match="est inconnu\xa0: indiquez son numéro"):
        department(typed)


def test_an_unknown_zone_is_refused_in_french():
    with pytest.raises(UnknownZone, match="La zone de jours fériés «\xa0GES\xa0» est inconnue"):
        zone("GES")
    assert zone("alsace-moselle").label == "Alsace-Moselle"


def test_only_57_67_and_68_are_in_alsace_moselle():
    assert {code for code, found in DEPARTMENTS.items() if found.zone.code == "alsace-moselle"} == {"57", "67", "68"}


@pytest.mark.parametrize(
    ("code", "winter", "summer"),
    [
        ("44", 1, 2),
        ("67", 1, 2),
        ("2A", 1, 2),
        ("971", -4, -4),
        ("972", -4, -4),
        ("973", -3, -3),
        ("974", 4, 4),
        ("975", -3, -2),
        ("976", 3, 3),
        ("977", -4, -4),
        ("978", -4, -4),
        ("984", 4, 4),
        ("986", 12, 12),
        ("987", -10, -10),
        ("988", 11, 11),
    ],
)
def test_time_zones_have_their_offset_from_utc_in_hours(code, winter, summer):
    local = ZoneInfo(department(code).time_zone)
    for month, hours in ((1, winter), (7, summer)):
        offset = datetime(2026, month, 15, tzinfo=local).utcoffset()
        assert offset is not None
        assert offset.total_seconds() == hours * 3600


def test_one_instant_has_its_own_date_in_each_zone():
    late_evening_utc = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)
    dates = {
        code: late_evening_utc.astimezone(ZoneInfo(department(code).time_zone)).day for code in ("44", "974", "987")
    }
    assert dates == {"44": 1, "974": 1, "987": 31}
