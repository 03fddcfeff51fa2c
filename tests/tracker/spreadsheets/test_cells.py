"""What a cell means."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.spreadsheets.layouts import as_written
from tracker.spreadsheets.cells import UNDATED, Fault, clean_text, parse_date, parse_open_date, shown, text_parser
from tracker.spreadsheets.wording import column_letters, header_key, sheet_month

THIRD = dt.date(2022, 1, 3)


@pytest.mark.parametrize(
    "cell",
    [
        THIRD,
        dt.datetime.combine(THIRD, dt.time(14, 30)),
        44564.0,
        44564,
        "44564",
        "03/01/2022",
        "3/1/22",
        "03.01.2022",
        "03-01-22",
        "2022-01-03",
        "2022-01-03T10:00:00Z",
        "2022-01-03 00:00:00",
        "03/01/2022 14:30",
        "03/01/2022\u00a014h30",
        "03/01/2022 à 14h",
        "lundi 3 janvier 2022",
        "Lun. 03/01/2022",
        "3 janv. 2022",
        "3-janv-22",
        "3 JANVIER 2022",
        "le 03/01/2022",
        "répondu le 3/1/22",
        " 03 / 01 / 2022 ",
        "3\u202fjanvier\u00a02022",
    ],
)
def test_every_form_of_a_date_is_read(cell):
    assert parse_date(cell) == THIRD


def test_first_of_the_month_may_be_written_1er():
    assert parse_date("1er août 2022") == dt.date(2022, 8, 1)


def test_day_comes_before_month_always():
    assert parse_date("02/03/2022") == dt.date(2022, 3, 2)
    fault = parse_date("01/14/2022")
    assert isinstance(fault, Fault)
    assert fault.reason == "La date «\u00a001/14/2022\u00a0» n’existe pas."
    assert "jour, mois, année" in fault.mend


@pytest.mark.parametrize(("text", "year"), [("1/6/10", 2010), ("1/6/22", 2022), ("1/6/49", 2049)])
def test_two_digit_years_are_of_this_century(text, year):
    assert parse_date(text) == dt.date(year, 6, 1)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("31/02/2022", "La date «\u00a031/02/2022\u00a0» n’existe pas."),
        ("31/12/2009", "La date «\u00a031/12/2009\u00a0» est hors de la période prise en charge (2010 à 2050)."),
        ("01/01/2051", "La date «\u00a001/01/2051\u00a0» est hors de la période prise en charge (2010 à 2050)."),
        ("1/6/50", "La date «\u00a01/6/50\u00a0» est hors de la période prise en charge (2010 à 2050)."),
        (dt.date(1998, 1, 3), "La date «\u00a003/01/1998\u00a0» est hors de la période prise en charge (2010 à 2050)."),
        ("03/01", "La date «\u00a003/01\u00a0» n’a pas d’année."),
        ("3 janvier", "La date «\u00a03 janvier\u00a0» n’a pas d’année."),
        ("bientôt", "«\u00a0bientôt\u00a0» n’est pas une date."),
        ("03/01/2022 puis 05/01/2022", "«\u00a003/01/2022 puis 05/01/2022\u00a0» n’est pas une date."),
        (22.0, "«\u00a022\u00a0» n’est pas une date."),
        (True, "«\u00a0VRAI\u00a0» n’est pas une date."),
        (dt.time(8, 0), "«\u00a008:00:00\u00a0» n’est pas une date."),
    ],
)
def test_what_is_no_date_says_why(cell, reason):
    fault = parse_date(cell)
    assert isinstance(fault, Fault)
    assert fault.reason == reason


@pytest.mark.parametrize("cell", ["-", "–", "/", "néant", "Néant", "s.o.", "…", "n/a", " "])
def test_placeholders_are_no_date(cell):
    assert parse_date(cell) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("sans date", UNDATED),
        ("Non daté", UNDATED),
        ("oui", UNDATED),
        (True, UNDATED),
        ("non", None),
        ("en cours", None),
        (False, None),
        ("03/01/2022", THIRD),
    ],
)
def test_an_answer_may_be_undated_or_still_to_come(cell, value):
    assert parse_open_date(cell) == value


def test_sans_date_is_not_an_arrival():
    assert isinstance(parse_date("sans date"), Fault)


@given(st.dates(dt.date(2010, 1, 1), dt.date(2049, 12, 31)), st.integers(0, 11))
def test_any_date_in_any_form_is_read_back(date, form):
    assert parse_date(as_written(date, form)) == date


@given(st.text())
def test_any_text_in_a_date_column_gives_a_date_nothing_or_a_fault(text):
    assert parse_date(text) is None or isinstance(parse_date(text), dt.date | Fault)


@given(st.text())
def test_cleaned_text_can_be_stored_and_shown(text):
    cleaned = clean_text(text)
    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in cleaned)
    cleaned.encode("utf-8")


def test_nul_and_control_characters_leave_a_text_and_an_emoji_stays():
    parse = text_parser(200, one_line=True)
    assert parse("Zoé\x00 \x07Martin 😀\u200d\r\nadjointe") == "Zoé Martin 😀\u200d adjointe"


def test_text_too_long_is_refused_not_cut():
    parse = text_parser(500, one_line=True)
    assert parse("x" * 500) == "x" * 500
    fault = parse("x" * 10_000)
    assert isinstance(fault, Fault)
    assert fault.reason == "Ce texte a 10000 caractères, la limite est de 500."


def test_text_that_looks_like_a_formula_stays_a_text():
    assert text_parser(200, one_line=True)("=cmd|' /C calc'!A0") == "=cmd|' /C calc'!A0"


def test_whole_numbers_are_shown_without_decimals():
    assert [shown(11.0), shown(3.5), shown(True), shown(dt.date(2022, 1, 3))] == ["11", "3,5", "VRAI", "03/01/2022"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Reçu(e) le", "REÇUE LE"), ("N° d’ordre", "n ordre"), ("Dates d'arrivée", "Date arrivée"), ("Réf.", "ref")],
)
def test_wordings_of_one_header_have_one_key(one, other):
    assert header_key(one) == header_key(other)


def test_header_keys_keep_what_makes_a_difference():
    assert header_key("Reçu le") != header_key("Reçu par")


@pytest.mark.parametrize(
    ("name", "month"),
    [("janvier", 1), ("Mars 2022", 3), ("01 - JANV", 1), ("août", 8), ("Juil.", 7), ("jui", None), ("Bureau F", None)],
)
def test_sheets_named_for_a_month(name, month):
    assert sheet_month(name) == month


def test_columns_are_named_as_the_spreadsheet_does():
    assert [column_letters(index) for index in (0, 25, 26, 16_383)] == ["A", "Z", "AA", "XFD"]
