"""The list of demandes by program: the Registre's own filters and orders, page after page."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontend.filters import TicketFilter as PageFilter
from tests.factories import World
from tests.tracker.api.programs import Program
from tests.tracker.clocks import nov
from tracker.commands import Answer
from tracker.filters import TicketFilter
from tracker.registry import ORDERS


@pytest.fixture
def several(world: World) -> list[str]:
    days = [date(2026, 11, 2) + timedelta(days=number * 5 % 14) for number in range(11)]
    return [world.register(received_on=day, channel=("email", "phone")[day.day % 2]).reference for day in days]


def walked(agent: Program, **query: Any) -> tuple[list[str], list[str | None]]:
    """Every reference of a list, by following « next »; then the first page again, by « previous »."""
    found, page = [], agent.get("tickets/", **query).json()
    first = [row["reference"] for row in page["results"]]
    while True:
        found += [row["reference"] for row in page["results"]]
        if page["next"] is None:
            break
        page = agent.get(page["next"].partition("/api/v1/")[2]).json()
    while page["previous"] is not None:
        page = agent.get(page["previous"].partition("/api/v1/")[2]).json()
    assert [row["reference"] for row in page["results"]] == first
    return found, first


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("page_size", [1, 3, 11, 100])
def test_each_order_gives_every_demande_once(agent: Program, several: list[str], order: str, page_size: int) -> None:
    found, first = walked(agent, order=order, page_size=page_size)
    assert sorted(found) == sorted(several)
    assert len(first) == min(page_size, len(several))
    if order == "reference":
        assert found == sorted(several, reverse=True)


def test_the_filters_are_those_of_the_registre(world: World, agent: Program, several: list[str]) -> None:
    assert list(TicketFilter.base_filters) == list(PageFilter.base_filters)
    answered = world.register(Answer(nov(18)), subject="Passeport")
    for query, expected in (
        ({"state": "ended"}, [answered.reference]),
        ({"text": "passeports"}, [answered.reference]),
        ({"received_from": "2026-11-16", "channel": ["email", "letter"]}, [answered.reference]),
        ({"office": "DOT"}, None),
        ({"text": several[0]}, [several[0]]),
    ):
        response = agent.get("tickets/", **query)
        if expected is None:
            # A bureau whose demandes one does not see is not a choice.
            assert (response.status_code, list(response.json())) == (400, ["office"])
        else:
            assert [row["reference"] for row in response.json()["results"]] == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stat": "open"}, "stat"),
        ({"state": "lost"}, "state"),
        ({"kind": "x\x00"}, "kind"),
        ({"received_from": "hier"}, "received_from"),
        ({"order": "subject"}, "order"),
        ({"order": "relevance"}, "order"),
        ({"order": "relevance", "text": "\u200b"}, "order"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 101}, "page_size"),
        ({"cursor": "n’importe quoi"}, "cursor"),
        ({"imported": 2**70}, "imported"),
    ],
)
def test_what_is_not_understood_is_refused(agent: Program, query: dict[str, Any], field: str) -> None:
    response = agent.get("tickets/", **query)
    assert (response.status_code, list(response.json())) == (400, [field])


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_a_search_by_relevance_gives_the_best_match_first(world: World, agent: Program, page_size: int) -> None:
    texts = [("Le moulin", ""), ("Rien", "moulin"), ("Rien", "")]
    made = [world.register(sender_name=sender, subject=subject).reference for sender, subject in texts]
    found, _ = walked(agent, text="moulin", order="relevance", page_size=page_size)
    assert found == made[:2]
    found, _ = walked(agent, text="moulin", page_size=page_size)
    assert found == [made[1], made[0]]


def test_a_cursor_of_another_order_is_refused(agent: Program, several: list[str]) -> None:
    following = agent.get("tickets/", page_size=2).json()["next"].partition("cursor=")[2].partition("&")[0]
    assert agent.get("tickets/", cursor=following, order="due").status_code == 400


def test_a_page_costs_the_same_queries_whatever_it_shows(world: World, agent: Program) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert agent.get("tickets/").status_code == 200
        return len(found)

    world.register(assignee="colleague")
    agent.get("tickets/")
    one = queries()
    for _ in range(12):
        world.register(assignee="agent")
    assert queries() == one
