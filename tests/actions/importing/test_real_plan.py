"""The plan of a real préfecture gives the figures that its rows give, once and only once."""

import json
from collections import Counter
from fractions import Fraction

import pytest

from actions.completion import Line, completion
from actions.importing.vocabulary import SOURCES
from actions.models import Action, ActionIdentity
from tests.actions.importing.conftest import PLANS, REAL, Bring
from tests.factories import World
from tracker.models import Engagement, Event, PendingEvent
from tracker.spreadsheets.wording import fold
from tracker.verification import verify_journal

EXPECTED = json.loads((PLANS / "expected.json").read_text())


def figures(line: Line) -> dict[str, float]:
    tally = line.tally
    rate = tally.rate or Fraction(0)
    return {
        "Fait": tally.done,
        "En cours": tally.in_progress,
        "Non fait": tally.not_done,
        "n": tally.n,
        "completion_pct": round(float(rate * 100), 2),
    }


@pytest.mark.slow
def test_the_figures_are_those_of_its_rows(bring: Bring, world: World) -> None:
    report = bring(REAL)
    assert (report.rows, report.taken, report.refused) == (135, 135, [])
    assert report.created_engagements == [31, 32, 33]
    assert report.unknown_pilots == [f"Bureau {letter}" for letter in "ABCDEF"]
    found = completion(Action.objects.visible_to(world.user("copil")))
    assert {line.label: figures(line) for line in found.parts} == EXPECTED["modules"]
    assert figures(found.total) == EXPECTED["total"]
    by_code = {SOURCES[fold(label)]: n for label, n in EXPECTED["sources"].items()}
    assert {line.code: line.tally.n for line in found.sources} == by_code
    audits = next(line for line in found.families if line.code == "audit")
    assert (audits.tally.n, audits.share) == (77, Fraction(77, 135))
    assert by_code["agent"] == 19
    assert "complaint" not in by_code


@pytest.mark.slow
def test_a_second_import_adds_nothing(bring: Bring, world: World) -> None:
    bring(REAL)
    before = [list(model.objects.order_by("pk").values()) for model in (Action, ActionIdentity, Event, Engagement)]
    again = bring(REAL)
    assert (again.taken, again.already_known, again.updated, again.refused) == (0, 135, 0, [])
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Action, ActionIdentity, Event, Engagement)
    ]


@pytest.mark.slow
def test_history_calls_nobody_and_is_told_whole(bring: Bring, world: World) -> None:
    bring(REAL)
    assert set(PendingEvent.objects.filter(event__stream="action").values_list("quiet", flat=True)) == {True}
    assert verify_journal().different == []
    kinds = Counter(Event.objects.filter(stream="action").values_list("kind", flat=True))
    assert kinds == {"recorded": 135, "planned": 135, "done": 95, "started": 18}
    assert Action.objects.filter(proposed_by__isnull=False).count() == 0


@pytest.mark.slow
def test_a_rehearsal_leaves_no_trace(bring: Bring, world: World) -> None:
    engagements = Engagement.objects.count()
    report = bring(REAL, dry_run=True)
    assert (report.taken, report.created_engagements) == (135, [31, 32, 33])
    assert not Action.objects.exists() and not Event.objects.filter(stream="action").exists()
    assert Engagement.objects.count() == engagements
