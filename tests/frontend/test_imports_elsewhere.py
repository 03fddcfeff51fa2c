"""A register dropped under the wrong kind: the page says so, and asks before it imports."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tests.frontend.test_imports import body, carried_out, latest, page, rehearsed
from tests.tracker.importing.conftest import REGISTERS
from tracker import jobs
from tracker.enums import JobState
from tracker.importing.asking import ASKS_CONFIRMATION
from tracker.importing.files import forget_old_files
from tracker.models import Job, Ticket

PATH = REGISTERS / "reclamations_suggestions.xlsx"
SAID = "49 des 49 lignes à prendre sont déjà là comme « Réclamations et suggestions », registre"


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user("quality"))
    return client


def confirm(client: Client, job: Job, **ticked: str) -> int:
    response = client.post(reverse("import-carry-out", args=[job.pk]), ticked)
    if response.status_code == 422:
        assert ASKS_CONFIRMATION in body(response)
        assert 'aria-invalid="true"' in body(response)
    jobs.run_pending_jobs()
    return int(response.status_code)


def test_the_wrong_kind_is_said_and_asks_for_a_tick(client: Client) -> None:
    first = rehearsed(client, PATH, "reclamation")
    assert "Importer quand même" not in page(client, first)
    carried_out(client, first)

    wrong = rehearsed(client, PATH, "courrier")
    shown = page(client, wrong)
    assert SAID in shown
    assert "Importer quand même" in shown
    assert confirm(client, wrong) == 422
    assert Ticket.objects.count() == 49
    assert confirm(client, wrong, confirmed="on") == 302
    assert latest().state == JobState.DONE
    assert Ticket.objects.count() == 98
    assert SAID in page(client, latest())


def test_of_two_rehearsed_before_either_was_imported_the_second_stops(client: Client) -> None:
    right, wrong = rehearsed(client, PATH, "reclamation"), rehearsed(client, PATH, "courrier")
    carried_out(client, right)
    assert "Importer quand même" not in page(client, wrong)
    stopped = carried_out(client, wrong)
    shown = page(client, stopped)
    assert (stopped.state, Ticket.objects.count()) == (JobState.FAILED, 49)
    assert SAID in shown
    assert "Reprendre l’import" not in shown


def test_other_settings_are_looked_at_again(client: Client) -> None:
    carried_out(client, rehearsed(client, PATH, "reclamation"))
    wrong = rehearsed(client, PATH, "courrier")
    client.post(reverse("import-settings", args=[wrong.pk]), {"kind": "reclamation", "undated": "open"})
    jobs.run_pending_jobs()
    shown = page(client, latest())
    assert SAID not in shown
    assert "toutes les lignes de ce fichier sont déjà dans Sillage" in shown


def test_the_rehearsal_shows_what_would_be_taken_and_then_forgets_it(client: Client) -> None:
    rehearsal = rehearsed(client, REGISTERS / "courriels_boite_prefecture.xlsx")
    shown = page(client, rehearsal)
    assert "Réponse : 719 sur 786 dans les délais" in shown
    assert "Arrivées du 3 janvier au 31 octobre 2022" in shown
    assert "Usager 0011" in shown
    assert "Répondu le" in shown
    done = carried_out(client, rehearsal)
    assert "719 sur 786 dans les délais" in page(client, done)
    rehearsal.refresh_from_db()
    assert (rehearsal.result["sample"], rehearsal.checkpoint) == ([], {})
    assert "Usager" not in page(client, done)


def test_of_a_rendez_vous_the_day_of_the_proposal_is_shown(client: Client) -> None:
    assert "Date proposée le" in page(client, rehearsed(client, REGISTERS / "rendez_vous_elus.xlsx", "rdv"))


def test_rows_of_a_rehearsal_that_nobody_confirms_are_forgotten_with_its_file(client: Client) -> None:
    rehearsal = rehearsed(client, REGISTERS / "courriels_boite_prefecture.xlsx")
    assert len(rehearsal.result["sample"]) == 5
    Job.objects.filter(pk=rehearsal.pk).update(ended_at=rehearsal.ended_at - timedelta(days=2))
    assert forget_old_files() == 1
    rehearsal.refresh_from_db()
    assert (rehearsal.result["sample"], rehearsal.checkpoint) == ([], {})
    assert "Usager" not in page(client, rehearsal)
