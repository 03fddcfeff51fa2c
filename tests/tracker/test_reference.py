"""References: per préfecture and arrival year, in the order of registration, without gap, given once and for all."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from tests.factories import World, make_world
from tests.tracker.clocks import nov
from tracker.commands import Correct, Register
from tracker.errors import InvalidCommand
from tracker.models import Channel, Nature, ReferenceCounter, Ticket
from tracker.rulebooks import rule_book
from tracker.verification import verify_journal
from tracker.writers import Author, Draft, write_many

pytestmark = pytest.mark.django_db


def drafts(world: World, arrivals: list[date], **fields: Any) -> list[Draft]:
    author = Author(quiet=True)
    made = []
    for received_on in arrivals:
        first = Register(
            kind=world.kind("correspondence"),
            channel_id=Channel.objects.get(code="email").pk,
            nature_id=Nature.objects.get(code="general_information").pk,
            received_on=received_on,
            site_id=world.site.pk,
            **fields,
        )
        made.append(Draft(Ticket(prefecture=world.prefecture, site=world.site), [(author, [first])]))
    return made


def references() -> list[str]:
    return list(Ticket.objects.order_by("pk").values_list("reference", flat=True))


def test_one_series_per_arrival_year(world: World) -> None:
    for received_on in (nov(16), date(2025, 12, 30), nov(2), date(2025, 1, 2)):
        world.register(received_on=received_on)
    assert references() == ["44-2026-000001", "44-2025-000001", "44-2026-000002", "44-2025-000002"]


def test_one_series_per_prefecture(world: World) -> None:
    other = make_world("13", "13")
    world.register()
    other.register()
    world.register()
    assert references() == ["44-2026-000001", "13-2026-000001", "44-2026-000002"]


def test_a_refusal_leaves_no_gap(world: World) -> None:
    world.register()
    with pytest.raises(InvalidCommand):
        world.register(received_on=nov(21))
    with pytest.raises(RuntimeError), transaction.atomic():
        world.register()
        raise RuntimeError  # the page's process dies after the service
    world.register()
    assert references() == ["44-2026-000001", "44-2026-000002"]
    assert verify_journal().different == []


def test_a_corrected_arrival_keeps_it(world: World) -> None:
    ticket = world.register()
    corrected = world.act(ticket, Correct({"received_on": date(2025, 12, 30)}), by="agent")
    assert (corrected.reference, corrected.year) == ("44-2026-000001", 2026)
    assert verify_journal().different == []


def test_a_chunk_takes_one_block_per_year_in_order(world: World) -> None:
    world.register()
    batch = drafts(world, [nov(2), date(2025, 12, 30), nov(3), nov(4)])
    book = rule_book(world.prefecture.pk)
    with transaction.atomic():
        write_many(batch, book)
    assert references()[1:] == ["44-2026-000002", "44-2025-000001", "44-2026-000003", "44-2026-000004"]
    world.register()
    assert references()[-1] == "44-2026-000005"
    assert dict(ReferenceCounter.objects.values_list("year", "last")) == {2025: 1, 2026: 5}


def test_a_refused_row_of_a_chunk_takes_no_number(world: World) -> None:
    batch = drafts(world, [nov(2), nov(21), nov(3)])
    with transaction.atomic():
        write_many(batch, rule_book(world.prefecture.pk), refuse=True)
    assert references() == ["44-2026-000001", "44-2026-000002"]
    assert [bool(draft.refusal) for draft in batch] == [False, True, False]
    assert verify_journal().different == []
