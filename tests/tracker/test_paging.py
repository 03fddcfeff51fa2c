"""Pages by key: every row once, whatever arrives meanwhile."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tracker import paging
from tracker.models import Ticket
from tracker.paging import Cursor, Key, Order
from tracker.registry import ORDERS


@pytest.fixture
def tickets(world: World) -> list[Ticket]:
    """Twenty-three demandes with equal dates, some without a deadline."""
    chance = random.Random(7)
    return [
        world.register(
            received_on=date(2026, 11, 2) + timedelta(days=chance.randrange(4)),
            channel=chance.choice(["email", "letter", "phone"]),
        )
        for _ in range(23)
    ]


def walk(order: Order, size: int = 5) -> list[list[int]]:
    pages, cursor = [], ""
    while True:
        page = paging.page(Ticket.objects.all(), order, cursor, size)
        pages.append([row.pk for row in page.rows])
        if not page.next:
            return pages
        cursor = page.next


def straight(order: Order) -> list[int]:
    return list(Ticket.objects.order_by(*order.columns()).values_list("pk", flat=True))


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.code)
def test_pages_give_every_row_once_in_the_declared_order(tickets: list[Ticket], order: Order) -> None:
    pages = walk(order)
    assert [pk for page in pages for pk in page] == straight(order)
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.code)
def test_previous_goes_back_over_the_same_pages(tickets: list[Ticket], order: Order) -> None:
    first = paging.page(Ticket.objects.all(), order, "", 5)
    second = paging.page(Ticket.objects.all(), order, first.next, 5)
    third = paging.page(Ticket.objects.all(), order, second.next, 5)
    back = paging.page(Ticket.objects.all(), order, third.previous, 5)
    assert back.rows == second.rows
    again = paging.page(Ticket.objects.all(), order, back.previous, 5)
    assert again.rows == first.rows
    assert (first.previous, again.previous) == ("", "")


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.code)
def test_a_row_that_arrives_between_two_pages_repeats_and_hides_none(
    world: World, tickets: list[Ticket], order: Order
) -> None:
    before = straight(order)
    seen, cursor = [], ""
    while True:
        page = paging.page(Ticket.objects.all(), order, cursor, 5)
        seen += [row.pk for row in page.rows]
        for received_on in (date(2026, 11, 1), date(2026, 11, 5), date(2026, 11, 20)):
            world.register(received_on=received_on)
        if not page.next or len(seen) > 60:
            break
        cursor = page.next
    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in set(before)] == before


def test_nulls_stand_last(tickets: list[Ticket]) -> None:
    dues = [due for pks in walk(ORDERS["due"]) for due in Ticket.objects.in_bulk(pks) and pks]
    values = [Ticket.objects.get(pk=pk).due_on for pk in dues]
    dated = [value for value in values if value]
    assert 0 < len(dated) < len(values)
    assert values == sorted(dated) + [None] * (len(values) - len(dated))


def test_one_query_a_page_and_no_offset(tickets: list[Ticket]) -> None:
    order = ORDERS["received"]
    cursor = paging.page(Ticket.objects.all(), order, "", 5).next
    with CaptureQueriesContext(
        connection,
    ) as queries:
        paging.page(Ticket.objects.all(), order, cursor, 5)
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"].upper()


def test_a_page_that_has_emptied_gives_the_first_one(tickets: list[Ticket]) -> None:
    order = ORDERS["reference"]
    beyond = Cursor("reference", (2010, 1, 1)).encode()
    assert paging.page(Ticket.objects.all(), order, beyond, 5).rows == list(
        Ticket.objects.order_by(*order.columns())[:5]
    )


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "AAAA",
        "é",
        "bnVsbA",
        Cursor("due", (None, 3)).encode(),
        Cursor("received", ("2026-13-45", 3)).encode(),
        Cursor("received", ("2026-11-02", "DROP")).encode(),
        Cursor("received", ("2026-11-02", 10**30)).encode(),
        Cursor("received", (None, 3)).encode(),
        Cursor("received", ("2026-11-02",)).encode(),
    ],
)
def test_a_cursor_that_is_not_ours_begins_at_the_beginning(text: str) -> None:
    assert paging.decode(text, ORDERS["received"], Ticket) is None


def test_the_total_is_exact_up_to_a_limit(tickets: list[Ticket]) -> None:
    rows = Ticket.objects.all()
    assert paging.total(rows, 23) == paging.Total(23, True)
    assert paging.total(rows, 22) == paging.Total(22, False)


def test_the_last_key_of_an_order_is_unique() -> None:
    for order in ORDERS.values():
        assert order.keys[-1] == Key("id", descending=order.keys[-1].descending)
