"""« Retirer cet import » : what the page says before, meanwhile and after."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.frontend.test_imports import HTMX, body, carried_out, page, rehearsed
from tests.tracker.importing.conftest import REGISTERS
from tracker import jobs, writers
from tracker.commands import Note
from tracker.enums import State
from tracker.models import ExternalIdentity, Job, Ticket
from tracker.writers import Author

PATH = REGISTERS / "rendez_vous_elus.xlsx"


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user("quality"))
    return client


@pytest.fixture
def imported(client: Client) -> Job:
    return carried_out(client, rehearsed(client, PATH, "rdv"))


def address(job: Job) -> str:
    return reverse("import-withdraw", args=[job.pk])


def test_from_the_report_to_the_preview_to_the_withdrawal(client: Client, world: World, imported: Job) -> None:
    url = address(imported)
    assert url in page(client, imported)
    touched = Ticket.objects.earliest("pk")
    writers.write_one(touched.pk, [Note("Rappelé")], Author(user=world.user("quality")))
    shown = body(client.get(url))
    assert "11 demandes seront écartées, 1 restera." in shown
    assert f"{touched.reference}</a>, modifiée depuis par {world.user('quality').full_name}" in shown
    assert not Ticket.objects.filter(state=State.DISMISSED).exists()

    assert client.post(url).status_code == 302
    assert 'hx-trigger="every 1s"' in body(client.get(url, headers=HTMX))
    jobs.run_pending_jobs()
    shown = body(client.get(url, headers=HTMX))
    assert "11 demandes écartées, 1 reste." in shown
    assert touched.reference in shown
    assert "hx-trigger" not in shown
    assert "<!DOCTYPE" not in shown

    # The import's own page and the list of imports say it too.
    for told in (page(client, imported), body(client.get(reverse("imports")))):
        assert "Import retiré" in told
    assert client.post(url).status_code == 302
    assert Job.objects.filter(kind="withdraw_import").count() == 1
    again = carried_out(client, rehearsed(client, PATH, "rdv"))
    assert again.result["taken"] == 11
    assert ExternalIdentity.objects.standing().count() == 12


def test_what_cannot_be_withdrawn_has_no_such_page(client: Client, imported: Job) -> None:
    rehearsal = rehearsed(client, PATH, "rdv")
    assert client.get(address(rehearsal)).status_code == 404
    assert address(rehearsal) not in page(client, rehearsal)
    assert client.post(address(rehearsal)).status_code == 404


def test_when_everything_was_touched_nothing_is_offered(client: Client, world: World, imported: Job) -> None:
    for ticket in Ticket.objects.all():
        writers.write_one(ticket.pk, [Note("Vu")], Author(user=world.user("quality")))
    shown = body(client.get(address(imported)))
    assert "0 demande sera écartée, 12 resteront." in shown
    assert "Retirer cet import</button>" not in shown
    refused = client.post(address(imported))
    assert refused.status_code == 409
    assert "ont été modifiées depuis" in body(refused)
