"""Rows inserted the fast way read back as those that Django saves, and leave the sequence of keys in order."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from tests.factories import World
from tracker import bulk
from tracker.enums import Outcome, Purpose, Via
from tracker.models import Deadline, Event, Ticket

pytestmark = pytest.mark.django_db

MANY = bulk.WORTH_COPYING


def event_columns(number: int) -> dict[str, Any]:
    return {
        "prefecture_id": None,
        "stream": "essai",
        "object_id": 1,
        "number": number,
        "kind": "noted",
        "actor_id": None,
        "via": Via.IMPORT,
        "occurred_on": date(2026, 3, 29),
        "recorded_at": datetime(2026, 3, 29, 1, 30, 0, 123456, UTC),
        "data": {"texte": "é « à » \N{SNOWMAN}", "null": None, "liste": [1, "2"]},
        "previous_hash": "",
        "hash": "x",
    }


def as_stored(event: Event) -> dict[str, Any]:
    return model_to_dict(Event.objects.get(pk=event.pk), exclude=["id", "number"])


def test_read_back_as_django_saves_them() -> None:
    saved = Event(**event_columns(1))
    saved.save()
    rows = [bulk.new(Event, **event_columns(number), act_id=saved.act_id) for number in range(2, MANY + 2)]
    bulk.insert(rows)
    assert as_stored(rows[-1]) == as_stored(saved)
    assert [row.pk for row in rows] == list(
        Event.objects.filter(stream="essai", number__gt=1).order_by("number").values_list("pk", flat=True)
    )


def test_blank_rows_are_those_that_the_model_makes_and_share_nothing() -> None:
    one, other = bulk.blank(Ticket), bulk.blank(Ticket)
    assert model_to_dict(one) == model_to_dict(Ticket())
    assert (one._state.adding, one._state.db) == (True, None)
    one.subject = "Objet"
    assert (other.subject, bulk.blank(Ticket).subject) == ("", "")
    with pytest.raises(TypeError):
        bulk.blank(Event)  # each event has an identifier of its own


def test_keys_go_on_after_them_and_after_those_taken_back() -> None:
    rows = [bulk.new(Event, **event_columns(n), act_id=Event().act_id) for n in range(MANY)]
    bulk.insert(rows)
    after = Event.objects.create(**event_columns(MANY))
    assert after.pk > max(row.pk for row in rows)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([bulk.new(Event, **event_columns(n), act_id=after.act_id) for n in range(MANY)])
    again = [bulk.new(Event, **event_columns(MANY + 1 + n), act_id=after.act_id) for n in range(MANY)]
    bulk.insert(again)
    assert min(row.pk for row in again) > after.pk


def test_choices_and_empty_columns(world: World) -> None:
    ticket = Ticket.objects.get(pk=world.register().pk)
    rows = [
        bulk.new(
            Deadline,
            ticket_id=ticket.pk,
            prefecture_id=ticket.prefecture_id,
            site_id=ticket.site_id,
            purpose=Purpose.COMPLEMENT,
            rank=rank,
            rule_id=None,
            days=None,
            starts_on=date(2026, 11, 2),
            counted_on=None,
            due_on=date(2026, 11, 20),
            met_on=None,
            taken=None,
            outcome=Outcome.RUNNING,
            exclusion="",
        )
        for rank in range(1, MANY + 1)
    ]
    bulk.insert(rows)
    stored = Deadline.objects.filter(ticket=ticket, purpose="complement", outcome="running", met_on=None)
    assert stored.filter(due_on=date(2026, 11, 20)).count() == MANY


def test_a_column_left_out_is_refused() -> None:
    columns = event_columns(1)
    del columns["hash"]
    with pytest.raises(KeyError, match="hash"):
        bulk.insert([bulk.new(Event, **columns, act_id=Event().act_id) for _ in range(MANY)])
