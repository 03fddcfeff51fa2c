"""Ma file: whose demandes, in which group, sorted by the promise that breaks soonest; every count equals its list."""

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tracker.commands import Answer, AskRequester, Confirm, Hold, Propose, Take
from tracker.models import Ticket

URL = "/ma-file/"


def signed_in(world: World, name: str = "agent") -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def open_queue(world: World, name: str = "agent", query: str = "") -> HttpResponse:
    response = signed_in(world, name).get(URL + query)
    assert response.status_code == 200
    return response


def grouped(response: HttpResponse) -> dict[str, list[str]]:
    return {group.code.value: [entry.line.reference for entry in group.entries] for group in response.context["groups"]}


def entries(response: HttpResponse) -> dict[str, Any]:
    return {entry.line.reference: entry for group in response.context["groups"] for entry in group.entries}


@pytest.fixture
def file(world: World) -> dict[str, Ticket]:
    """Friday 20 November 2026: demandes of the agent in every group."""
    mine = {"assignee": "agent"}
    piece = AskRequester(date(2026, 11, 17), "la pièce")
    return {
        "late": world.register(received_on=date(2026, 11, 10), **mine),
        "later_still": world.register(received_on=date(2026, 11, 3), **mine),
        "today": world.register(received_on=date(2026, 11, 13), **mine),
        "week": world.register(received_on=date(2026, 11, 17), **mine),
        "week_end": world.register(received_on=date(2026, 11, 20), **mine),
        "beyond": world.register(channel="letter", received_on=date(2026, 11, 19), **mine),
        "awaiting": world.register(Take(), piece, received_on=date(2026, 11, 16), **mine),
        "held": world.register(
            Take(), Hold(date(2026, 11, 19), date(2026, 12, 10)), received_on=date(2026, 11, 16), **mine
        ),
        "held_soon": world.register(
            Take(), Hold(date(2026, 11, 19), date(2026, 11, 24)), received_on=date(2026, 11, 16), **mine
        ),
        "none": world.register(channel="phone", received_on=date(2026, 11, 18), **mine),
        "meeting": world.register(kind="meeting_request", received_on=date(2026, 11, 18), **mine),
    }


def test_groups_sorted_by_the_promise_that_breaks_soonest(world: World, file: dict[str, Ticket]) -> None:
    assert grouped(open_queue(world)) == {
        code: [file[name].reference for name in names]
        for code, names in {
            "overdue": ["later_still", "late"],
            "today": ["today"],
            "next_week": ["week", "held_soon", "meeting", "week_end"],
            "later": ["beyond"],
            "awaiting": ["awaiting"],
            "on_hold": ["held"],
            "no_deadline": ["none"],
        }.items()
    }


def test_the_sentence_says_the_day_and_what_presses(world: World, file: dict[str, Ticket]) -> None:
    parts = open_queue(world).context["sentence"]
    assert "".join(part.words for part in parts) == (
        "Vendredi 20 novembre. 2 demandes en retard, 1 à traiter aujourd’hui, 4 d’ici vendredi 27 novembre."
    )


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ([date(2026, 11, 13)], "Vendredi 20 novembre. 1 demande à traiter aujourd’hui."),
        (
            [date(2026, 11, 10), date(2026, 11, 20)],
            "Vendredi 20 novembre. 1 demande en retard, 1 d’ici vendredi 27 novembre.",
        ),
        ([], "Vendredi 20 novembre. Rien à traiter d’ici vendredi 27 novembre."),
    ],
)
def test_the_sentence_leaves_out_what_is_not(world: World, received: list[date], expected: str) -> None:
    for day in received:
        world.register(received_on=day)
    assert "".join(part.words for part in open_queue(world).context["sentence"]) == expected


def test_a_horizon_beyond_a_week_is_said_by_its_date(world: World, frozen: Any) -> None:
    frozen.move_to("2026-12-24T09:00:00+00:00")
    words = "".join(part.words for part in open_queue(world).context["sentence"])
    assert words == "Jeudi 24 décembre. Rien à traiter d’ici lundi 4 janvier 2027."


@pytest.mark.parametrize(("who", "query"), [("agent", ""), ("supervisor", ""), ("supervisor", "?view=team")])
def test_every_count_equals_the_list_behind_it(world: World, file: dict[str, Ticket], who: str, query: str) -> None:
    world.register(received_on=date(2026, 11, 4), assignee="colleague")
    world.register(received_on=date(2026, 11, 4))
    world.register(office="DOT", received_on=date(2026, 11, 4))
    world.register(Answer(date(2026, 11, 20)), received_on=date(2026, 11, 4), assignee="agent")
    client = signed_in(world, who)
    response = client.get(URL + query)
    groups = response.context["groups"]
    assert groups
    for group in groups:
        listed = [line.reference for line in client.get(group.url).context["lines"]]
        assert listed == [entry.line.reference for entry in group.entries]
        assert group.size == len(listed)
    linked = {part.url: part.words for part in response.context["sentence"] if part.url}
    for url, words in linked.items():
        assert len(client.get(url).context["lines"]) == int(words.split()[0])


def test_mine_and_those_of_my_bureau_that_nobody_has(world: World) -> None:
    mine = world.register(assignee="agent")
    free = world.register()
    world.register(assignee="colleague")
    world.register(office="DOT")
    world.register(office=None, by="mailroom", by_mailroom=True)
    world.register(Answer(date(2026, 11, 18)), assignee="agent")
    found = entries(open_queue(world))
    assert {reference: entry.free for reference, entry in found.items()} == {
        mine.reference: False,
        free.reference: True,
    }
    assert "à prendre" in unescape(open_queue(world).content.decode())


def test_an_encadrant_widens_to_the_bureau(world: World) -> None:
    theirs = world.register(assignee="colleague")
    assert theirs.reference not in entries(open_queue(world, "supervisor"))
    assert entries(open_queue(world, "supervisor", "?view=team"))[theirs.reference].holder == "C. Essai"
    assert theirs.reference not in entries(open_queue(world, "agent", "?view=team"))


@pytest.mark.parametrize("who", ["copil", "administrator", "mailroom"])
def test_who_answers_nothing_has_no_file(world: World, who: str) -> None:
    assert signed_in(world, who).get(URL).status_code == 404


def test_the_row_offers_what_the_state_calls_for(world: World, file: dict[str, Ticket]) -> None:
    free = world.register()
    proposal = Propose(date(2026, 11, 19), date(2026, 11, 25))
    proposed = world.register(Take(), proposal, kind="meeting_request", assignee="agent")
    confirmed = world.register(Take(), proposal, Confirm(date(2026, 11, 20)), kind="meeting_request", assignee="agent")
    found = entries(open_queue(world))
    labels = {
        name: found[ticket.reference].act.label
        for name, ticket in {**file, "free": free, "proposed": proposed, "confirmed": confirmed}.items()
    }
    assert labels == {
        "late": "Répondre", "later_still": "Répondre", "today": "Répondre", "week": "Répondre", "week_end": "Répondre",
        "beyond": "Répondre", "held": "Répondre", "held_soon": "Répondre", "none": "Répondre",
        "awaiting": "Pièce reçue", "meeting": "Proposer une date", "free": "Prendre en charge",
        "proposed": "Confirmer la date", "confirmed": "Rendez-vous tenu",
    }  # fmt: skip
    client = signed_in(world)
    for entry in found.values():
        for address in filter(None, (entry.act.url, entry.reply_url, entry.hand_over_url)):
            assert client.get(address).status_code == 200


def test_a_big_group_shows_its_first_fifty_and_links_to_all(world: World) -> None:
    for _ in range(53):
        world.register(received_on=date(2026, 11, 10))
    client = signed_in(world)
    group = client.get(URL).context["groups"][0]
    assert (group.size, len(group.entries), group.summary) == (53, 50, "Les 50 premières sur 53.")
    page = client.get(group.url)
    assert page.context["summary"] == "53 demandes"
    assert [line.reference for line in page.context["lines"]] == [entry.line.reference for entry in group.entries]


def test_as_many_queries_for_one_row_as_for_fifty(world: World) -> None:
    counts = []
    open_queue(world)  # the calendars are in memory from here on
    for more in (1, 49):
        for rank in range(more):
            world.register(received_on=date(2026, 11, 20) - timedelta(days=rank % 19), assignee="agent")
        client = signed_in(world)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(URL)
        counts.append((len(entries(response)), len(queries)))
    assert [rows for rows, _ in counts] == [1, 50]
    assert counts[0][1] == counts[1][1]


def test_an_empty_file_teaches(world: World) -> None:
    assert "Rien n’est à traiter." in unescape(open_queue(world).content.decode())


@pytest.mark.parametrize(
    ("now", "due", "group"),
    [
        # The clocks go back on Sunday 25 October 2026; they went forward on Sunday 29 March.
        ("2026-10-25T22:30:00+00:00", date(2026, 10, 26), "next_week"),
        ("2026-10-25T23:30:00+00:00", date(2026, 10, 26), "today"),
        ("2026-10-26T23:30:00+00:00", date(2026, 10, 26), "overdue"),
        ("2026-03-29T21:30:00+00:00", date(2026, 3, 30), "next_week"),
        ("2026-03-29T22:30:00+00:00", date(2026, 3, 30), "today"),
        ("2026-03-30T22:30:00+00:00", date(2026, 3, 30), "overdue"),
    ],
)
def test_days_begin_at_midnight_in_paris_around_a_change_of_hour(
    world: World, frozen: Any, now: str, due: date, group: str
) -> None:
    frozen.move_to(now)
    # Five working days before, without a holiday between: the same day of the week before.
    ticket = world.register(received_on=due - timedelta(days=7), assignee="agent")
    assert ticket.due_on == due
    found = {reference: code for code, references in grouped(open_queue(world)).items() for reference in references}
    assert found[ticket.reference] == group
