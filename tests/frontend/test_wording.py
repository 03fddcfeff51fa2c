"""French dates and deadlines, in words."""

from datetime import date

import pytest

from frontend import wording
from frontend.templatetags import sillage
from tracker.enums import State
from tracker.legal_days import legal_calendar
from tracker.workdays import WorkCalendar
from tracker.zones import METROPOLE

TODAY = date(2026, 11, 20)  # a Friday
CALENDAR = legal_calendar(METROPOLE)


def test_a_date_carries_its_year_only_when_it_is_another() -> None:
    assert wording.long_date(date(2026, 11, 25), TODAY) == "mercredi 25 novembre"
    assert wording.long_date(date(2027, 1, 4), TODAY) == "lundi 4 janvier 2027"
    assert wording.long_date(date(2026, 11, 25)) == "mercredi 25 novembre 2026"
    assert wording.short_date(date(2026, 12, 1), TODAY) == "1er déc."


def test_the_first_of_a_month_is_said_premier() -> None:
    assert wording.long_date(date(2026, 12, 1), TODAY) == "mardi 1er décembre"
    assert wording.plain_date(date(2026, 12, 21), TODAY) == "21 décembre"


@pytest.mark.parametrize(
    ("due_on", "words", "level"),
    [
        (None, "sans délai défini", "none"),
        (date(2026, 11, 20), "aujourd’hui", "today"),
        (date(2026, 11, 23), "dans 1 jour ouvré", "soon"),
        (date(2026, 11, 25), "dans 3 jours ouvrés", "soon"),
        (date(2026, 11, 27), "dans 5 jours ouvrés", "soon"),
        (date(2026, 11, 30), "au plus tard lundi 30 novembre", "later"),
        (date(2027, 1, 4), "au plus tard lundi 4 janvier 2027", "later"),
        (date(2026, 11, 19), "en retard de 1 jour ouvré", "late"),
        (date(2026, 11, 10), "en retard de 7 jours ouvrés", "late"),
    ],
)
def test_a_deadline_is_said_as_a_person_says_it(due_on: date | None, words: str, level: str) -> None:
    assert wording.due_words(due_on, TODAY, CALENDAR) == words
    assert wording.urgency(due_on, TODAY, CALENDAR) == wording.Urgency(level, words)


def test_on_a_saturday_the_deadline_of_friday_is_past_by_no_working_day() -> None:
    assert wording.due_words(TODAY, date(2026, 11, 21), CALENDAR) == "échue vendredi"


def test_a_deadline_on_a_day_closed_since_is_still_said() -> None:
    assert wording.due_words(date(2026, 11, 21), TODAY, CALENDAR) == "au plus tard samedi 21 novembre"


def test_counts_agree_with_their_noun() -> None:
    assert [wording.count_of(n, "demande") for n in (0, 1, 2)] == ["0 demande", "1 demande", "2 demandes"]
    assert wording.working_days(1) == "1 jour ouvré"


def test_the_strip_is_that_of_the_armistice() -> None:
    cells = wording.strip(CALENDAR.explain(date(2026, 11, 10), 5))
    assert [(cell.short, cell.number, cell.note, cell.kind) for cell in cells] == [
        ("ma 10 nov.", 0, "reçu (jour 0)", "start"),
        ("me 11", None, "férié\xa0: Armistice de 1918", "skipped"),
        ("je 12", 1, "", "counted"),
        ("ve 13", 2, "", "counted"),
        ("sa 14, di 15", None, "week-end", "skipped"),
        ("lu 16", 3, "", "counted"),
        ("ma 17", 4, "", "counted"),
        ("me 18", 5, "", "due"),
    ]
    assert cells[4].spoken == "samedi 14 novembre et dimanche 15 novembre"


def test_the_strip_names_the_month_that_begins_and_a_day_closed_by_the_prefecture() -> None:
    calendar = WorkCalendar({date(2026, 12, 1): "Déménagement"})
    cells = wording.strip(calendar.explain(date(2026, 11, 30), 1), "proposé (jour 0)")
    assert [(cell.short, cell.note) for cell in cells] == [
        ("lu 30 nov.", "proposé (jour 0)"),
        ("ma 1er déc.", "fermé\xa0: Déménagement"),
        ("me 2", ""),
    ]


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words_and_its_icon(state: State) -> None:
    tag = sillage.state_tag(state)
    assert state.label in tag and "fr-icon-" in tag


def test_every_urgency_has_its_look() -> None:
    tag = sillage.due_tag(date(2026, 11, 10), TODAY, CALENDAR)
    assert "En retard de 7 jours ouvrés" in tag and "fr-badge--error" in tag
