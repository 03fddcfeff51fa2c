"""The page of a demande: who sees what, what it says, at which cost."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from frontend.pages.tickets.offers import FORMS
from tests.factories import World, make_world
from tracker.commands import Answer, AskRequester, Confirm, Hold, MarkSignature, Note, Propose, Take
from tracker.models import EventText, Ticket


@pytest.fixture
def browse(world: World, client: Client):
    """Open a demande's page as one of the people of the world."""

    def get(ticket: Ticket, by: str = "agent"):
        client.force_login(world.user(by))
        return client.get(reverse("ticket", args=[ticket.reference]))

    return get


def text(response) -> str:
    """What the page itself says, without the frame and its help."""
    page = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return page.replace("\xa0", " ").replace("&nbsp;", " ")


def test_page_explains_the_deadline(world: World, browse) -> None:
    ticket = world.register(received_on=date(2026, 11, 10), sender_name="Mairie d’Orvault", subject="Subvention DETR")
    page = text(browse(ticket))
    assert "Subvention DETR" in page
    assert "Au plus tard mercredi 18 novembre" in page
    assert "En retard de 2 jours ouvrés" in page
    assert "férié : Armistice" in page
    assert "réponse en 5 jours ouvrés" in page
    assert "Loire-Atlantique" in page
    assert "Enregistrée, reçue le 10 novembre, par A. Essai" in page
    assert "Affectée : Bureau du séjour" in page


def test_another_bureau_and_copil_get_404(world: World, browse) -> None:
    ticket = world.register()
    for name in ("other_agent", "copil", "administrator", "asylum_agent"):
        assert browse(ticket, name).status_code == 404


def test_referent_of_a_sensitive_bureau_reads_dates_alone(world: World, browse) -> None:
    ticket = world.register(office="ASI", by="asylum_agent", sender_name="Mme Secrète", subject="Asile", body="Récit")
    response = browse(ticket, "quality")
    page = text(response)
    assert response.status_code == 200
    assert ticket.reference in page
    assert "Bureau de l’asile" in page
    for hidden in ("Secrète", "Récit", "Journal", "Que faire"):
        assert hidden not in page


@pytest.mark.parametrize("name", FORMS)
def test_no_act_leaks_what_is_sealed(world: World, client: Client, name: str) -> None:
    ticket = world.register(
        office="ASI", by="asylum_agent", sender_name="Mme Secrète", subject="Asile caché", body="Récit"
    )
    client.force_login(world.user("quality"))
    address = reverse("ticket-act", args=[ticket.reference, name])
    for response in (client.get(address), client.post(address), client.post(address, {"rehearse": "1"})):
        assert response.status_code == 409
        for hidden in ("Secrète", "caché", "Récit"):
            assert hidden not in response.content.decode()


def test_subject_and_text_are_escaped(world: World, browse) -> None:
    ticket = world.register(subject="<script>alert(1)</script>", body="<img src=x onerror=alert(2)>", sender_name="<b>")
    page = browse(ticket).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_actions_come_from_the_machine_and_the_role(world: World, browse) -> None:
    ticket = world.register()
    page = text(browse(ticket))
    for label in ("Enregistrer la réponse", "Réponse d’attente", "Demander une pièce", "Pas pour nous", "Transmettre"):
        assert label in page
    assert "Pièce reçue" not in page  # nothing is awaited
    assert ">Affecter<" not in page  # an agent does not send to another bureau
    assert ">Affecter<" in text(browse(ticket, "supervisor"))
    world.act(ticket, Take(), Answer(date(2026, 11, 19)), by="agent")
    page = text(browse(ticket))
    assert "Enregistrer la réponse" not in page
    assert "Rouvrir" in page


def test_meeting_shows_its_dates(world: World, browse) -> None:
    ticket = world.register(
        Propose(date(2026, 11, 18), date(2026, 11, 24), "Salle Vendée"), kind="meeting_request", module=4
    )
    page = text(browse(ticket))
    assert "mardi 24 novembre" in page
    assert "Salle Vendée" in page
    assert "Dans le délai : date proposée mercredi 18 novembre, en 2 jours ouvrés" in page
    assert "non requis entre la préfecture et une collectivité" in page


def test_details_of_the_kinds(world: World, browse) -> None:
    update = world.register(kind="site_update", details={"page": "/horaires"})
    assert "/horaires" in text(browse(update))
    complaint = world.register(kind="complaint", details={"about_id": world.offices["DOT"].pk})
    page = text(browse(complaint))
    assert "Service concerné" in page
    assert "Bureau des dotations" in page


def test_page_to_put_online_is_never_said_to_be_answered(world: World, browse, client: Any) -> None:
    running = world.register(kind="site_update", assignee="agent", details={"page": "/horaires"})
    page = text(browse(running))
    assert "Enregistrer la mise en ligne" in page
    assert "Enregistrer la réponse" not in page
    form = text(client.get(reverse("ticket-act", args=[running.reference, "answer"])))
    assert "Mise en ligne faite le" in form
    assert "Réponse partie" not in form
    assert "Mettre en ligne" in text(client.get(reverse("queue")))

    done = text(browse(world.act(running, Answer(date(2026, 11, 19), None), by="agent")))
    assert "Mise en ligne faite le 19 novembre" in done
    assert "Réponse partie" not in done


def test_erased_text_says_so(world: World, browse) -> None:
    ticket = world.register(Note("Parle de sa santé"))
    assert "Parle de sa santé" in text(browse(ticket))
    EventText.objects.update(text="", erased_at="2026-11-20T08:00:00Z")
    page = text(browse(ticket))
    assert "Parle de sa santé" not in page
    assert "texte éliminé" in page


def test_undo_is_offered_for_ten_minutes_to_its_author(world: World, browse, frozen) -> None:
    ticket = world.register()
    frozen.shift(60)
    world.act(ticket, Take(), by="agent")
    assert "Annuler ma dernière action" in text(browse(ticket))
    assert "Annuler ma dernière action" not in text(browse(ticket, "colleague"))
    frozen.shift(601)
    assert "Annuler ma dernière action" not in text(browse(ticket))


def test_queries_do_not_grow_with_the_journal(world: World, browse) -> None:
    ticket = world.register()
    browse(ticket)
    with CaptureQueriesContext(
        connection,
    ) as short:
        browse(ticket)
    for day in range(10):
        world.act(ticket, Note(f"Note {day}"), by="agent")
    world.act(ticket, MarkSignature(date(2026, 11, 18)), Hold(date(2026, 11, 18), date(2026, 11, 30)), by="agent")
    world.act(ticket, AskRequester(date(2026, 11, 19), "Le formulaire signé"), by="agent")
    with CaptureQueriesContext(connection) as long:
        browse(ticket)
    assert len(long) <= len(short)


def test_a_confirmed_date_is_cancelled_not_refused(world: World, client: Client) -> None:
    day = date(2026, 11, 19)
    ticket = world.register(Propose(day, date(2026, 11, 27)), kind="meeting_request", received_on=day)
    client.force_login(world.user("agent"))
    address = f"/demandes/{ticket.reference}/"
    assert f"{address}date-refusee/" in client.get(address).content.decode()
    world.act(ticket, Confirm(day), by="agent")
    shown = client.get(address).content.decode()
    assert f"{address}date-refusee/" not in shown
    assert f"{address}rendez-vous-annule/" in shown


def test_hours_are_those_of_the_site(db: None, frozen: object, client: Client) -> None:
    """Nine o’clock in UTC: one o’clock in the afternoon on La Réunion, whose agents never see the hour of Paris."""
    away = make_world(code="974", department="974")
    ticket = away.register()
    client.force_login(away.user("agent"))
    page = text(client.get(reverse("ticket", args=[ticket.reference])))
    assert "13:00" in page
    assert "10:00" not in page
