"""P19: two people on one demande. What one types is not lost by what the other does, and nobody is in their own way.

The other half (a form gone stale: 409, both versions shown, the typed text kept) stands in `test_ticket_acts`, and the
order of lock and reading in `tests/tracker/test_concurrency`. There is no lock that a person could leave behind: rows
are locked for the time of a request, by the database, which frees them with the connection.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontend.models import FormDraft
from tests.factories import World
from tests.frontend.test_ticket_text import Desk
from tracker.commands import Assign, Note, Take
from tracker.enums import State
from tracker.models import Ticket


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.register(assignee="agent", channel="email")


def post(world: World, ticket: Ticket, act: str, name: str = "agent", **typed: Any) -> int:
    client = Client()
    client.force_login(world.user(name))
    return client.post(reverse("ticket-act", args=[ticket.reference, act]), typed).status_code


def test_p19_handing_a_demande_over_erases_no_text_in_preparation(world: World, ticket: Ticket) -> None:
    desk = Desk(world, ticket)
    desk.send("Madame, une heure de travail.")
    world.act(ticket, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="supervisor")
    world.act(ticket, Take(), Note("Je m’en charge"), by="colleague")
    assert FormDraft.objects.get(user=desk.user).data["text"] == "Madame, une heure de travail."
    assert desk.open("attente") == "Madame, une heure de travail."
    # Nor does the other one come upon it.
    assert "une heure de travail" not in Desk(world, ticket, "colleague").open("attente")


def test_p19_one_s_own_save_stands_in_nobody_s_way(world: World, ticket: Ticket) -> None:
    """Two tabs of one person: the note sent from the first refuses nothing to the second, opened before it."""
    opened = ticket.version
    assert post(world, ticket, "note", text="Appel de la mairie", opened_version=opened) == 302
    assert post(world, ticket, "take", opened_version=opened) == 302
    ticket.refresh_from_db()
    assert post(world, ticket, "answer", answered_on="20/11/2026", opened_version=ticket.version) == 302
    ticket.refresh_from_db()
    assert ticket.state == State.ANSWERED


def test_p19_an_act_prepared_before_another_s_never_takes_the_state_back(world: World, ticket: Ticket) -> None:
    """`take` of a page left open, sent after a colleague has answered: refused, and the answer stands."""
    opened = ticket.version
    assert post(world, ticket, "answer", "colleague", answered_on="20/11/2026", opened_version=opened) == 302
    assert post(world, ticket, "take", opened_version=opened) == 409
    ticket.refresh_from_db()
    assert ticket.state == State.ANSWERED
