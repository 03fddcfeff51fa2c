"""A page that is open while others work: what it asks again, and what it says of them."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import World, make_world
from tracker import pending
from tracker.commands import Assign, Note, Take
from tracker.models import Ticket


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def text(client: Client, url: str, **query: Any) -> str:
    response = client.get(url, query)
    assert response.status_code == 200, url
    return response.content.decode()


# --- Without a live connection ------------------------------------------------------------------------------------


def state(client: Client, *topics: str) -> dict[str, str]:
    response = client.get("/direct/etat/", {"sujet": topics})
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    found: dict[str, str] = response.json()["values"]
    return found


def test_the_values_asked_for_move_and_what_one_may_not_see_is_left_out(world: World) -> None:
    make_world("37", "37")
    seen, unseen = world.register(office="SEJ"), world.register(office="DOT")
    pending.drain_all()
    client = signed_in(world, "agent")
    names = ["prefecture:44", f"ticket:{seen.reference}"]
    asked = [*names, "prefecture:37", f"ticket:{unseen.reference}", "ticket:44-2026-999999", "inbox:1", "", "é\0"]
    before = state(client, *asked)
    assert sorted(before) == sorted(names)
    assert state(client, *asked) == before
    world.act(seen, Take(), by="agent")
    pending.drain_all()
    after = state(client, *asked)
    assert all(after[name] != before[name] for name in names)


def test_whoever_is_not_known_is_told_so_without_a_door(world: World) -> None:
    assert Client().get("/direct/etat/?sujet=prefecture:44").status_code == 401


# --- The lists ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "url", "parts"),
    [
        ("agent", "/ma-file/", ["queue-sentence", "queue-groups"]),
        ("supervisor", "/ma-file/?view=team", ["queue-sentence", "queue-groups"]),
        ("supervisor", "/mon-bureau/", ["bureau-sentence", "bureau-share", "bureau-people"]),
        ("mailroom", "/arrivees/", ["arrivals-section"]),
    ],
)
def test_what_is_asked_again_is_what_the_page_shows(world: World, name: str, url: str, parts: list[str]) -> None:
    world.register(office="SEJ", assignee=None)
    world.register(office=None, by="mailroom", by_mailroom=True)
    client = signed_in(world, name)
    page = text(client, url)
    again = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'data-sillage-live="prefecture:44"' in page
    assert "<html" not in again
    for part in parts:
        assert f'id="{part}"' in page
        assert f'id="{part}"' in again


def test_the_registre_says_how_many_of_its_demandes_have_changed(world: World, frozen: Any) -> None:
    mine, other = world.register(office="SEJ", assignee="agent"), world.register(office="SEJ")
    unseen = world.register(office="DOT")
    client = signed_in(world, "agent")
    query = f"?assignee={world.users['agent'].pk}"
    page = client.get(f"/registre/{query}")
    url = page.context["changes_url"]
    assert text(client, url).strip() == ""
    frozen.shift(60)
    world.act(other, Note("Rappelé"), by="colleague")
    world.act(unseen, Take(), by="other_agent")
    assert text(client, url).strip() == "", "not in this list"
    world.act(mine, Note("Rappelé"), by="colleague")
    assert "1 demande a changé depuis l’ouverture" in text(client, url)
    frozen.shift(60)
    world.act(mine, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="supervisor")
    said = text(client, url)
    assert "1 demande a changé" in said, "it has left the list, and the page still shows it"
    assert f'href="/registre/{query}"' in said


@pytest.mark.parametrize("since", ["", "hier", "2026-11-20", "2026-13-40T00:00:00+00:00", "2020-01-01T00:00:00+00:00"])
def test_a_moment_that_is_none_says_nothing(world: World, since: str) -> None:
    world.register(office="SEJ")
    assert text(signed_in(world, "agent"), "/registre/changements/", depuis=since).strip() == ""


# --- One demande --------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.register(office="SEJ", assignee="agent")


def test_every_part_asked_again_stands_on_the_page(world: World, ticket: Ticket) -> None:
    client = signed_in(world, "agent")
    page, again = text(client, f"/demandes/{ticket.reference}/"), text(client, f"/demandes/{ticket.reference}/direct/")
    assert again.count("data-sillage-part") == page.count("data-sillage-part") == 9
    assert "data-sillage-panel" in page
    assert "data-sillage-panel" not in again, "the form that is open is never part of what comes in"


def test_what_happened_since_a_form_was_opened_is_said_beside_it(world: World, ticket: Ticket) -> None:
    client = signed_in(world, "agent")
    url = f"/demandes/{ticket.reference}/direct/"
    world.act(ticket, Note("Rappelé"), by="colleague")
    assert "depuis que ce formulaire est ouvert" not in text(client, url)
    said = text(client, url, opened_version=ticket.version)
    assert "depuis que ce formulaire est ouvert" in said
    assert "10:00" in said
    assert "C. Essai" in said
    assert "depuis que ce formulaire est ouvert" not in text(client, url, opened_version=ticket.version + 1)
    for odd in ("x", "-1", "9" * 30):
        assert client.get(url, {"opened_version": odd}).status_code == 200


def test_a_demande_that_has_left_what_one_sees_is_no_more(world: World, ticket: Ticket) -> None:
    client = signed_in(world, "agent")
    world.act(ticket, Assign(world.offices["DOT"].pk), by="supervisor")
    assert client.get(f"/demandes/{ticket.reference}/direct/").status_code == 404
    assert client.get(f"/demandes/{ticket.reference}/presence/").status_code == 404


def test_the_words_of_presence_name_only_those_who_may_read_the_demande(world: World, ticket: Ticket) -> None:
    client = signed_in(world, "agent")
    url = f"/demandes/{ticket.reference}/presence/"
    keys = {name: world.users[name].pk for name in world.users}
    assert text(client, url) == ""
    assert text(client, url, lit=keys["colleague"]) == "C. Essai lit cette demande."
    assert text(client, url, ecrit=keys["supervisor"]) == "S. Essai remplit un formulaire sur cette demande."
    both = text(client, url, ecrit=keys["supervisor"], lit=[keys["colleague"], keys["quality"]])
    assert both == "S. Essai remplit un formulaire sur cette demande. C. Essai et Q. Essai la lisent."
    strangers = [keys["other_agent"], keys["copil"], keys["administrator"], make_world("37", "37").users["agent"].pk]
    assert text(client, url, lit=[*strangers, "x", "9" * 30]) == ""


def test_whom_a_demande_is_sealed_for_is_neither_shown_nor_told(world: World) -> None:
    ticket = world.register(office="ASI", by="asylum_agent")
    url = f"/demandes/{ticket.reference}/presence/"
    assert signed_in(world, "quality").get(url).status_code == 404
    assert signed_in(world, "quality").get(f"/demandes/{ticket.reference}/direct/").status_code == 404
    assert text(signed_in(world, "asylum_agent"), url, lit=world.users["quality"].pk) == ""
    page = text(signed_in(world, "quality"), f"/demandes/{ticket.reference}/")
    assert "data-sillage-presence" not in page
