"""One's own notifications, for programs."""

from datetime import date
from typing import Any

import pytest

from notifications.models import Notification
from tests.factories import World
from tests.tracker.api.programs import Program, program_of
from tracker import pending
from tracker.commands import Answer, Assign
from tracker.models import Ticket


def given(world: World, count: int = 1) -> list[Ticket]:
    tickets = [world.register(assignee="agent", by="supervisor", subject="Secret") for _ in range(count)]
    pending.drain_all()
    return tickets


def test_the_list_says_what_the_page_says(world: World, agent: Program) -> None:
    (ticket,) = given(world)
    (row,) = Notification.objects.all()
    found = agent.get("notifications/")
    assert found.json() == {
        "unread": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": row.pk,
                "kind": "assigned",
                "said": "Confiée à vous par S. Essai",
                "reference": ticket.reference,
                "due_on": None,
                "created_at": "2026-11-20T10:00:00+01:00",
                "read_at": None,
                "settled": False,
            }
        ],
    }
    assert "Secret" not in found.content.decode()


def test_what_was_answered_is_settled_and_what_left_is_gone(world: World, agent: Program) -> None:
    first, second = given(world, 2)
    world.act(first, Answer(date(2026, 11, 20)), by="colleague")
    world.act(second, Assign(world.offices["DOT"].pk), by="supervisor")
    found = agent.get("notifications/").json()
    assert [(row["reference"], row["settled"]) for row in found["results"]] == [(first.reference, True)]
    assert found["unread"] == 1


def test_some_are_marked_read_then_all(world: World, agent: Program) -> None:
    given(world, 3)
    keys = [row["id"] for row in agent.get("notifications/").json()["results"]]
    assert agent.post("notifications/read/", {"ids": keys[:1]}).json() == {"marked": 1, "unread": 2}
    assert agent.post("notifications/read/", {"ids": keys[:1]}).json() == {"marked": 0, "unread": 2}
    assert len(agent.get("notifications/", unread="true").json()["results"]) == 2
    assert agent.post("notifications/read/", {"until": keys[0]}).json() == {"marked": 2, "unread": 0}


def test_nobody_marks_another_s(world: World) -> None:
    given(world)
    (row,) = Notification.objects.all()
    other = program_of(world.user("colleague"))
    assert other.post("notifications/read/", {"ids": [row.pk], "until": row.pk}).json()["marked"] == 0
    assert other.get("notifications/").json()["results"] == []


def test_pages_follow_one_another(world: World, agent: Program) -> None:
    given(world, 5)
    first = agent.get("notifications/", page_size=3).json()
    second = agent.get(first["next"].partition("/api/v1/")[2]).json()
    keys = [row["id"] for row in first["results"] + second["results"]]
    assert keys == sorted(keys, reverse=True) and len(set(keys)) == 5
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [({"cursor": "x"}, "cursor"), ({"page_size": 0}, "page_size"), ({"unread": "?"}, "unread"), ({"lu": 1}, "lu")],
)
def test_a_list_asked_for_wrongly_is_refused(world: World, agent: Program, query: Any, field: str) -> None:
    response = agent.get("notifications/", **query)
    assert (response.status_code, list(response.json())) == (400, [field])


@pytest.mark.parametrize("body", [{"ids": ["x"]}, {"ids": [0]}, {"ids": [2**63]}, {"until": -1}, {"all": True}])
def test_a_mark_asked_for_wrongly_is_refused(world: World, agent: Program, body: Any) -> None:
    assert agent.post("notifications/read/", body).status_code == 400
