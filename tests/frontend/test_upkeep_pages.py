"""« Envois » and « Travaux », as the administrator reads them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.celery import app
from frontend import upkeep_words
from tests.factories import World, make_world
from tests.notifications.test_delivery import put
from tracker import clock, jobs, tasks, upkeep
from tracker.enums import JobState, SendingOutcome
from tracker.models import Deadline, Job, Outbox


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user("administrator"))
    return client


def said(client: Client, name: str) -> str:
    """The text of the page, its spaces made one."""
    response = client.get(reverse(name))
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\xa0", " ").split())


def test_every_task_and_every_kind_of_work_has_its_words() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(upkeep_words.TASKS)
    assert set(jobs._runners) <= set(upkeep_words.JOBS)


def test_empty_outbox_says_what_will_stand_there(client: Client) -> None:
    assert "Rien n’attend, et rien n’est parti aujourd’hui." in said(client, "outbox")


def test_mail_server_that_is_down_is_said_first(world: World, client: Client) -> None:
    later = clock.now() + timedelta(minutes=1)
    for name in ("agent", "colleague"):
        put(
            world,
            name,
            outcome=SendingOutcome.UNREACHABLE,
            last_error="La messagerie est injoignable.",
            next_try_at=later,
        )
    shown = said(client, "outbox")
    assert "La messagerie est injoignable. 2 messages attendent. Prochain essai à 10:01." in shown
    assert "nouvel essai à 10:01" in shown
    assert "Tout réessayer maintenant" in shown


def test_message_given_up_names_the_person_and_never_the_address(world: World, client: Client) -> None:
    put(world, "agent", kind="digest", failed_at=clock.now(), outcome=SendingOutcome.REFUSED, last_error="Refusé.")
    shown = said(client, "outbox")
    assert "1 message n’est pas parti, et n’est plus réessayé." in shown
    assert "<strong>Récapitulatif du jour</strong> · Agent Essai, abandonné à 10:00" in shown
    assert world.users["agent"].email not in shown


def test_retrying_says_how_many(world: World, client: Client) -> None:
    [first, _] = put(world, "agent", "colleague", failed_at=clock.now(), outcome=SendingOutcome.REFUSED)
    answer = client.post(reverse("outbox-retry"), {"row": first.pk}, follow=True)
    assert "1 message est réessayé maintenant." in answer.content.decode()
    assert Outbox.objects.failed().count() == 1
    client.post(reverse("outbox-retry"))
    assert Outbox.objects.failed().count() == 0
    answer = client.post(reverse("outbox-retry"), {"row": "9" * 40}, follow=True)
    assert "Plus rien n’était à réessayer" in answer.content.decode()


def test_dead_clock_is_said_with_its_hour(world: World, client: Client, frozen: Any) -> None:
    for name in upkeep.WATCHED:
        upkeep.note(name, started_at=clock.now())
    assert "ne répond plus" not in said(client, "jobs")
    frozen.shift(600)
    assert "L’horloge ne répond plus depuis 10:00 : rien de ce qui est périodique ne part." in said(client, "jobs")
    frozen.shift(86400)
    client.force_login(world.user("administrator"))
    assert "L’horloge ne répond plus depuis le 20 nov. à 10:00" in said(client, "jobs")


def test_work_is_told_without_its_file(world: World, client: Client) -> None:
    job = jobs.create("import_register", {"name": "secret.xlsx"}, world.prefecture, world.user("quality"), None)
    shown = said(client, "jobs")
    assert "<strong>Import d’un registre</strong>, Quality Essai" in shown
    assert "secret.xlsx" not in shown
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, heartbeat_at=clock.now() - timedelta(minutes=3), done=40, total=90
    )
    shown = said(client, "jobs")
    assert "plus aucun signe de vie : il sera repris où il s’est arrêté" in shown
    assert "40 sur 90" in shown


def test_stopped_work_goes_on_and_waiting_work_is_withdrawn(world: World, client: Client) -> None:
    job = jobs.create("import_register", {}, world.prefecture, None, None, state=JobState.FAILED, ended_at=clock.now())
    answer = client.post(reverse("job-take-up", args=[job.pk]), follow=True)
    assert "ce travail reprend où il s’est arrêté" in answer.content.decode()
    answer = client.post(reverse("job-withdraw", args=[job.pk]), follow=True)
    assert "ce travail est retiré de la file" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    answer = client.post(reverse("job-withdraw", args=[job.pk]), follow=True)
    assert "ne peut plus en être retiré" in answer.content.decode()


def test_night_that_found_something_is_said_with_the_references(world: World, client: Client) -> None:
    ticket, other = world.register(), make_world("85", "85").register()
    Deadline.objects.filter(ticket__in=(ticket, other)).update(due_on=clock.now().date())
    tasks.verify()
    assert "La vérification de la nuit a trouvé 1 différence avec le journal." in said(client, "settings")
    shown = said(client, "jobs")
    assert f"<strong>{ticket.reference}</strong>" in shown
    assert other.reference not in shown


def test_night_that_did_not_come_is_said_on_arriving(world: World, client: Client, frozen: Any) -> None:
    tasks.verify()
    assert "vérification" not in said(client, "settings").split("Fonctionnement")[0]
    assert "rien ne diffère" in said(client, "jobs")
    frozen.shift(40 * 3600)
    client.force_login(world.user("administrator"))
    assert "La dernière vérification complète du journal manque" in said(client, "settings")


def test_administrator_arrives_to_what_is_wrong_and_nobody_else(world: World, client: Client) -> None:
    put(world, "agent", failed_at=clock.now(), outcome=SendingOutcome.REFUSED)
    sentence = "1 message n’est pas parti, et n’est plus réessayé."
    assert sentence in said(client, "settings")
    client.force_login(world.user("quality"))
    assert sentence not in said(client, "settings")


def test_where_all_is_well_nothing_is_said(world: World, client: Client) -> None:
    for name in upkeep.WATCHED:
        upkeep.note(name, started_at=clock.now())
    assert "fr-alert" not in said(client, "settings")


@pytest.mark.parametrize("name", ["outbox", "jobs"])
def test_lists_come_alone_for_the_browser_that_asks_again(client: Client, name: str) -> None:
    fragment = client.get(reverse(name), headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith(f'<div id="{name}" hx-get=')
    assert fragment.strip() in said_raw(client, name)


def said_raw(client: Client, name: str) -> str:
    return client.get(reverse(name)).content.decode()
