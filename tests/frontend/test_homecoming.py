"""A demande reopened after its bureau has closed: what the person reads, and where the mailroom finds it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontend.ticket_words import TO_DISPATCH
from tests.factories import World
from tests.tracker.test_homecoming import close
from tracker.commands import Answer, Assign
from tracker.models import Ticket


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def text(response: Any) -> str:
    return response.content.decode().replace("&nbsp;", "\xa0")


@pytest.fixture
def ended(world: World) -> Ticket:
    ticket = world.register(Answer(date(2026, 11, 18)), office="DOT", by="other_agent")
    close(world)
    return ticket


def test_it_says_where_the_demande_waits(world: World, ended: Ticket) -> None:
    quality = signed_in(world, "quality")
    address = reverse("ticket-act", args=[ended.reference, "reopen"])
    done = quality.post(address, {"opened_version": ended.version, "cause": "mistake"}, follow=True)
    assert f"Demande rouverte. {TO_DISPATCH}" in text(done)
    assert "par Bureau des dotations" in text(done)  # the journal
    waiting = text(signed_in(world, "mailroom").get(reverse("arrivals")))
    assert ended.reference in waiting
    assert "Rouverte, et ce bureau est fermé." in waiting


def test_an_undo_that_leads_there_is_refused_with_what_to_do(world: World) -> None:
    ticket = world.register(office="DOT", by="other_agent")
    moved = world.act(ticket, Assign(world.offices["SEJ"].pk), by="director")
    close(world)
    client = signed_in(world, "director")
    response = client.post(reverse("ticket-act", args=[ticket.reference, "undo"]), {"opened_version": moved.version})
    assert response.status_code == 409
    assert "Affectez la demande à un autre bureau" in text(response)
