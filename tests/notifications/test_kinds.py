"""The registry and its page."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from frontend.journal_words import SENTENCES
from frontend.notification_lines import ICONS
from notifications.enums import Horizon, Way
from notifications.kinds import BY_CODE, BY_EVENT, BY_HORIZON, KINDS, Kind

DOCS = Path(__file__).parents[2] / "docs" / "notifications.md"


def test_the_page_says_what_the_registry_says() -> None:
    shown = StringIO()
    call_command("notification_matrix", stdout=shown)
    assert shown.getvalue() == DOCS.read_text(encoding="utf-8")
    assert all(kind.label in shown.getvalue() for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_each_kind_follows_an_event_that_exists_or_a_day_that_passes(kind: Kind) -> None:
    assert bool(kind.events) != bool(kind.horizons)
    assert kind.events <= SENTENCES.keys(), "events that the journal writes"
    assert kind.way in kind.ways and kind.way != Way.NONE
    assert kind.roles
    assert kind.when and kind.label
    said = kind.said.format(day="lundi 23 novembre", by=" par A. Martin")
    assert said[0].isupper() and "{" not in said
    assert kind.count(1).startswith("1 demande ") and kind.count(12).startswith("12 demandes ")
    assert kind.code in ICONS


def test_every_horizon_tells_something_and_codes_are_each_once() -> None:
    assert set(BY_HORIZON) == set(Horizon)
    assert len(BY_CODE) == len(KINDS)
    assert sum(len(kind.events) for kind in KINDS) == len(BY_EVENT)


def test_a_choice_fits_its_column() -> None:
    assert max(len(kind.code) for kind in KINDS) <= 30
