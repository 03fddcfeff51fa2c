"""One action: what each person may do to it from its page, and an idea proposed from any other."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from actions.commands import Decline, Edit, Finish, Link, Plan, Start
from actions.enums import CauseKind
from actions.models import Action
from tests.factories import World, make_world
from tests.plans import Desk
from tracker.models import Event


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def client_of(desk: Desk, by: str) -> Client:
    client = Client()
    client.force_login(desk.world.user(by))
    return client


def page(desk: Desk, by: str, action: Action) -> str:
    response = client_of(desk, by).get(reverse("action", args=[action.reference]))
    assert response.status_code == 200
    return response.content.decode()


def offered(desk: Desk, by: str, action: Action) -> list[str]:
    text = page(desk, by, action)
    found = (
        "inscrire",
        "commencer",
        "fait",
        "verifier",
        "remettre",
        "reprendre",
        "reexaminer",
        "ecarter",
        "abandonner",
    )
    return [slug for slug in found if f'href="/plan/{action.reference}/{slug}/"' in text]


# --- « Déplacer vers… » -------------------------------------------------------------------------------------------


def test_moves_are_those_of_the_state_and_of_the_person(desk: Desk) -> None:
    agent = desk.world.users["agent"].pk
    planned = desk.planned(pilot_id=agent)
    idea = desk.propose(by="agent")
    assert offered(desk, "quality", planned) == ["commencer", "fait", "abandonner"]
    assert offered(desk, "agent", planned) == ["commencer", "fait"]
    assert offered(desk, "copil", planned) == ["abandonner"]
    assert offered(desk, "quality", idea) == ["inscrire", "ecarter"]
    assert offered(desk, "copil", idea) == ["ecarter"], "whoever gives it its module lets it in"
    assert offered(desk, "agent", idea) == []
    done = desk.planned(Finish(date(2026, 11, 2)), pilot_id=agent)
    assert offered(desk, "quality", done) == ["verifier", "reprendre"]


def post(desk: Desk, by: str, action: Action, slug: str, **data: str):
    return client_of(desk, by).post(reverse("action-move", args=[action.reference, slug]), data)


def test_an_idea_becomes_an_action_that_is_done_and_verified(desk: Desk) -> None:
    action = desk.propose(by="agent")
    for slug, data in (
        ("inscrire", {"part": "module-1"}),
        ("commencer", {}),
        ("fait", {"done_on": "19/11"}),
        ("verifier", {"verified_on": "20/11/2026"}),
    ):
        response = post(desk, "quality", action, slug, opened_version=str(action.version), **data)
        assert (response.status_code, response["Location"]) == (302, f"/plan/{action.reference}/")
        action.refresh_from_db()
    assert (action.state, action.module, action.done_on, action.verified_on) == (
        "verified", 1, date(2026, 11, 19), date(2026, 11, 20),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "data", "said"),
    [
        ("fait", {"done_on": "21/11/2026"}, "est dans le futur"),
        ("fait", {"done_on": ""}, "Indiquez le jour où l’action a été réalisée."),
        ("fait", {"done_on": "1/9/2026"}, "précède l’ouverture de l’action"),
        ("abandonner", {"reason": ""}, "Dites pourquoi, en une phrase."),
        ("abandonner", {"reason": " \x00 "}, "Dites pourquoi"),
    ],
)
def test_a_refused_move_says_why_beside_its_field(desk: Desk, slug: str, data: dict[str, str], said: str) -> None:
    action = desk.planned()
    response = post(desk, "quality", action, slug, **data)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Action.objects.get(pk=action.pk).version == action.version


def test_an_idea_without_module_is_asked_for_it(desk: Desk) -> None:
    action = desk.propose(by="agent")
    assert post(desk, "quality", action, "inscrire", part="").status_code == 422
    assert post(desk, "quality", action, "inscrire", part="module-12").status_code == 422
    assert post(desk, "quality", desk.propose(module=2), "inscrire").status_code == 302


def test_two_people_on_one_action(desk: Desk) -> None:
    action = desk.planned()
    desk.act(action, Start())
    stale = post(desk, "quality", action, "abandonner", reason="Fermé.", opened_version=str(action.version))
    assert stale.status_code == 409
    assert "L’action a changé" in stale.content.decode()
    gone = post(desk, "quality", action, "commencer")
    assert gone.status_code == 409
    assert "«\xa0En cours\xa0»" in gone.content.decode()


@pytest.mark.parametrize(("by", "slug"), [("agent", "verifier"), ("copil", "fait"), ("quality", "inventer")])
def test_what_is_not_offered_does_not_exist(desk: Desk, by: str, slug: str) -> None:
    action = desk.planned(pilot_id=desk.world.users["agent"].pk)
    assert post(desk, by, action, slug).status_code == 404


# --- The page -----------------------------------------------------------------------------------------------------


def test_a_pilot_notes_how_far_it_is(desk: Desk) -> None:
    action = desk.planned(pilot_id=desk.world.users["agent"].pk)
    client, url = client_of(desk, "agent"), reverse("action", args=[action.reference])
    sent = {"progress_note": "Devis reçu.", "opened_version": str(action.version)}
    assert client.post(url, sent).status_code == 302
    assert Action.objects.get(pk=action.pk).progress_note == "Devis reçu."
    again = client.post(url, {**sent, "progress_note": "Commande passée."})
    assert again.status_code == 409
    assert "Commande passée." in again.content.decode(), "what was typed is given back"
    assert client_of(desk, "copil").post(url, sent).status_code == 404


def test_a_linked_demande_is_a_reference_to_who_may_not_open_it(desk: Desk) -> None:
    ticket = desk.world.register(kind="complaint", nature="complaint", subject="Attente trop longue")
    action = desk.act(desk.planned(), Link(CauseKind.TICKET, ticket.pk))
    assert f'href="/demandes/{ticket.reference}/"' in page(desk, "quality", action)
    seen = page(desk, "copil", action)
    assert ticket.reference in seen and f"/demandes/{ticket.reference}" not in seen
    assert "Attente trop longue" not in seen


def test_the_journal_is_for_who_carries_and_who_keeps(desk: Desk) -> None:
    action = desk.act(desk.planned(), Edit({"due_on": date(2026, 12, 1), "title": "Afficher partout"}))
    assert "Modifiée\xa0: intitulé, échéance" in page(desk, "quality", action)
    assert "Journal" not in page(desk, "copil", action)


def test_an_author_reads_what_became_of_the_idea(desk: Desk) -> None:
    action = desk.propose(by="agent")
    desk.act(action, Decline("Le parking ferme en juin."))
    text = page(desk, "agent", action)
    assert "Non retenue" in text and "Le parking ferme en juin." in text


@pytest.mark.parametrize("by", ["colleague", "mailroom", "administrator", "director"])
def test_what_one_may_not_see_does_not_exist(desk: Desk, by: str) -> None:
    action = desk.propose(by="agent")
    client = client_of(desk, by)
    for url in (reverse("action", args=[action.reference]), reverse("action-move", args=[action.reference, "fait"])):
        assert client.get(url).status_code == 404


def test_an_action_of_another_prefecture_does_not_exist(desk: Desk) -> None:
    other = Desk(make_world("85", "85")).planned()
    assert client_of(desk, "quality").get(reverse("action", args=[other.reference])).status_code == 404
    assert client_of(desk, "quality").get("/plan/%00/").status_code == 404


# --- « Remonter une idée » ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["agent", "mailroom", "supervisor", "quality", "copil"])
def test_an_idea_in_one_sentence(desk: Desk, by: str) -> None:
    response = client_of(desk, by).post(reverse("idea"), {"title": "Afficher les horaires"})
    action = Action.objects.select_related("source").get()
    assert response["Location"] == f"/plan/{action.reference}/"
    assert (action.state, action.source.code, action.proposed_by) == ("proposed", "agent", desk.world.users[by])
    assert action.opened_on == date(2026, 11, 20)
    assert Event.objects.get(stream="action").via == "page"
    assert action.reference in client_of(desk, by).get("/plan/").content.decode()


def test_an_idea_is_refused_with_all_that_was_typed(desk: Desk) -> None:
    client = client_of(desk, "agent")
    for sent in (
        {"title": "", "description": "On attend dehors"},
        {"title": "x" * 501, "description": "On attend dehors"},
    ):
        response = client.post(reverse("idea"), sent)
        assert response.status_code == 422
        assert "On attend dehors" in response.content.decode()
    assert not Action.objects.exists()


def test_the_way_to_propose_is_on_every_page(desk: Desk) -> None:
    assert 'href="/plan/idee/"' in client_of(desk, "agent").get("/ma-file/").content.decode()
    assert 'href="/plan/idee/"' not in client_of(desk, "administrator").get("/aide/").content.decode()
    assert client_of(desk, "administrator").get("/plan/idee/").status_code == 404


def test_the_plan_of_the_office_is_read_by_its_head(desk: Desk) -> None:
    action = desk.propose(Plan(), module=1, office_id=desk.world.offices["SEJ"].pk)
    assert offered(desk, "supervisor", action) == []
