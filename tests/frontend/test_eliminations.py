"""Éliminations: from the list to the certificate, by the référent of the whole préfecture."""

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.tracker.test_elimination import NAME, closed
from tracker import jobs
from tracker.commands import Reopen
from tracker.models import Elimination, Ticket

LIST = "/reglages/eliminations/"


def text(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").replace("&nbsp;", " ").split())


@pytest.fixture
def person(world: World, client: Client) -> Client:
    client.force_login(world.user("quality"))
    return client


def drawn(person: Client) -> str:
    response = person.post(LIST, {"ended_by": "19/11/2026"})
    assert response.status_code == 302
    return response["Location"]


def test_from_the_list_to_the_certificate(world: World, person: Client) -> None:
    ticket, kept = closed(world), closed(world)
    address = drawn(person)
    page = text(person.get(address))
    assert "En attente du visa" in page
    assert "Éliminer 2 demandes" in page
    assert NAME not in page
    world.act(kept, Reopen(), by="agent")
    assert person.post(address, {"visa": "AD44-2026-12", "visa_on": "20/11/2026"}).status_code == 302
    assert "Élimination en cours" in text(person.get(address))
    jobs.run_pending_jobs()
    page = text(person.get(address))
    assert "Certificat d’élimination n°" in page
    assert "1 demande éliminée</strong> le 20 novembre 2026 ; 1 demande conservée, rouverte depuis la liste." in page
    assert "AD44-2026-12, du 20 novembre 2026" in page
    client = Client()
    client.force_login(world.user("agent"))
    demande = text(client.get(reverse("ticket", args=[ticket.reference])))
    assert "ont été éliminés le 20 novembre" in demande
    assert NAME not in demande
    assert "Rouvrir" not in demande
    assert client.get(reverse("ticket-act", args=[ticket.reference, "note"])).status_code == 409


def test_the_workbook_says_nothing_of_people(world: World, person: Client) -> None:
    ticket = closed(world)
    response = person.get(f"{drawn(person)}liste.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(response.getvalue())).active.values)
    assert rows[1][0] == ticket.reference
    assert rows[1][3].date() == date(2026, 11, 19) or rows[1][3].date() == ticket.received_on
    assert NAME not in str(rows)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Indiquez un jour passé"),
        ({"ended_by": "20/11/2026"}, "Choisissez un jour passé."),
        ({"ended_by": "01/01/2020"}, "Aucune demande terminée à cette date"),
        ({"ended_by": "19/11/2026", "kind": "999999"}, "19/11/2026"),
    ],
)
def test_a_list_refused_keeps_what_was_typed(world: World, person: Client, typed: dict[str, str], said: str) -> None:
    closed(world)
    response = person.post(LIST, typed)
    assert response.status_code == 422
    assert said in text(response)
    assert not Elimination.objects.exists()


def test_a_visa_refused(world: World, person: Client) -> None:
    ticket = closed(world)
    address = drawn(person)
    response = person.post(address, {"visa": "AD44", "visa_on": "21/11/2026"})
    assert response.status_code == 422
    assert "entre le jour de la liste et aujourd’hui" in text(response)
    assert 'value="AD44"' in response.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).sender_name == NAME


def test_abandoned_then_neither_erased_nor_abandoned_again(world: World, person: Client) -> None:
    closed(world)
    address = drawn(person)
    assert person.post(f"{address}abandonner/").status_code == 302
    assert person.post(f"{address}abandonner/").status_code == 409
    assert person.post(address, {"visa": "AD44", "visa_on": "20/11/2026"}).status_code == 409
    assert "rien n’a été éliminé" in text(person.get(address))
