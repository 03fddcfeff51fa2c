"""`verify_journal` finds in the plan what it finds in the demandes."""

import pytest
from django.db import connection

from actions.models import Action, ActionCounter
from tests.plans import Desk
from tracker import triggers
from tracker.models import Event, EventText, PendingEvent
from tracker.verification import verify_journal


def problems() -> list[tuple[str, str]]:
    return [(row.reference, row.problem) for row in verify_journal().different]


@pytest.fixture
def action(desk: Desk) -> Action:
    return desk.planned()


def remove(event: Event) -> None:
    EventText.objects.filter(event=event).delete()
    PendingEvent.objects.filter(event=event).delete()
    with triggers.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracker_event WHERE id = %s", [event.pk])


def test_a_plan_in_order_has_nothing_to_say(action: Action) -> None:
    assert problems() == []


def test_a_cut_end_is_found(action: Action) -> None:
    remove(Event.objects.filter(stream="action").latest("number"))
    assert problems() == [(action.reference, "cut")]


def test_an_action_without_journal_is_found(action: Action) -> None:
    for event in Event.objects.filter(stream="action").order_by("-number"):
        remove(event)
    assert problems() == [(action.reference, "no_events")]


def test_a_version_that_the_journal_does_not_know_is_found(action: Action) -> None:
    Action.objects.filter(pk=action.pk).update(version=1)
    assert problems() == [(action.reference, "version")]


def test_a_removed_action_is_found(desk: Desk, action: Action) -> None:
    desk.planned()
    Action.objects.filter(pk=action.pk).delete()
    assert sorted(problem for _, problem in problems()) == ["gap", "removed"]


def test_a_reference_that_was_changed_is_found(action: Action) -> None:
    Action.objects.filter(pk=action.pk).update(reference="44-A-2026-0099")
    assert problems() == [("44-A-2026-0099", "reference")]


@pytest.mark.parametrize("last", [0, None])
def test_a_counter_that_lost_count_is_found(action: Action, last: int | None) -> None:
    counters = ActionCounter.objects.all()
    counters.delete() if last is None else counters.update(last=last)
    assert problems() == [("44 2026", "counter")]
