"""How many queries a request asks, once what changes rarely is in memory. A ceiling only goes down."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tracker import tokens
from tracker.commands import Take
from tracker.enums import TokenScope
from tracker.models import Channel, Nature
from tracker.writers import Author

READING: Final = {
    "/registre/": 9,
    "/registre/?state=open": 8,
    "/ma-file/": 6,
    "/demandes/{reference}/": 12,
    "/demandes/{reference}/repondre/": 8,
    "/enregistrer/correspondence/": 5,
}
REGISTER, ANSWER, REGISTER_BY_API = 16, 19, 15


def asked(ask: Callable[[], Any], status: int) -> list[str]:
    """The queries of the second of two requests, without the savepoints: a test is itself a transaction."""
    assert ask().status_code == status
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == status
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.fixture
def agent(world: World, client: Client) -> Client:
    client.force_login(world.user("agent"))
    return client


@pytest.mark.parametrize("address", READING)
def test_a_page_asks_no_more(world: World, agent: Client, address: str) -> None:
    ticket = world.register(Take())
    queries = asked(lambda: agent.get(address.format(reference=ticket.reference)), 200)
    assert len(queries) <= READING[address], queries


def typed(world: World) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()),
        "received_on": "20/11/2026",
        "channel": Channel.objects.get(code="email").pk,
        "nature": Nature.objects.get(code="general_information").pk,
        "module": 1,
        "office": world.offices["SEJ"].pk,
        "site": world.site.pk,
        "sender_name": "Mairie d’Orvault",
        "subject": "Subvention",
        "take": "on",
    }


def test_registering_asks_no_more(world: World, agent: Client) -> None:
    forms = [typed(world), typed(world)]
    queries = asked(lambda: agent.post("/enregistrer/correspondence/", forms.pop()), 302)
    assert len(queries) <= REGISTER, queries


def test_answering_asks_no_more(world: World, agent: Client) -> None:
    # Two more are waiting: the page says which comes next.
    opened = [world.register(Take()) for _ in range(4)]

    def answer() -> Any:
        ticket = opened.pop()
        sent = {"answered_on": "20/11/2026", "opened_version": ticket.version}
        return agent.post(f"/demandes/{ticket.reference}/repondre/", sent)

    queries = asked(answer, 302)
    assert len(queries) <= ANSWER, queries


def test_registering_by_the_api_asks_no_more(world: World, client: Client) -> None:
    user = world.user("agent")
    made = tokens.create_token(
        user, label="Essai", scope=TokenScope.WRITE, expires_on=date(2026, 12, 20), author=Author(user=user)
    )
    document = {
        "kind": "correspondence", "channel": "email", "nature": "general_information", "received_on": "2026-11-20",
        "sender_name": "Mairie", "subject": "Subvention", "office": "SEJ",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {made.secret}"}

    def register() -> Any:
        return client.post("/api/v1/tickets/", document, content_type="application/json", headers=headers)

    queries = asked(register, 201)
    assert len(queries) <= REGISTER_BY_API, queries
