"""The pages of the models of reply and of the signatures: what they say, what they refuse, what they keep typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from correspondence import reply_models
from correspondence.models import ReplyModel
from correspondence.reply_models import Terms
from tests.factories import World
from tracker.models import Office, User
from tracker.writers import Author

TYPED = {"title": "Attente", "purpose": "holding", "body": "Réponse le [date promise].", "opened_version": "0"}


@pytest.fixture
def referent(world: World, client: Client) -> Client:
    client.force_login(world.user("quality"))
    return client


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", " ").replace("&nbsp;", " ")


def attente(world: World) -> ReplyModel:
    return ReplyModel.objects.get(prefecture=world.prefecture, code="attente")


def address(world: World) -> str:
    return reverse("reply-model-change", args=[attente(world).pk])


def test_the_list_says_for_what_each_is(referent: Client) -> None:
    page = text(referent.get("/reglages/modeles/"))
    assert "Réponse courte par courriel" in page
    assert "Courriers et courriels ; canal : Courriel, Formulaire en ligne." in " ".join(page.split())
    assert page.index("Réponse au fond") < page.index("Accusé de réception")


def test_a_referent_of_a_site_reads_them_and_changes_none(world: World, client: Client) -> None:
    client.force_login(world.user("branch_quality"))
    page = text(client.get("/reglages/modeles/"))
    assert "Le référent qualité de la préfecture tient ces modèles" in page
    assert "Modifier" not in page
    assert client.get(address(world)).status_code == 404
    assert client.post(reverse("reply-model-propose", args=[attente(world).pk])).status_code == 404


def test_change_then_history(world: World, referent: Client) -> None:
    former = attente(world).body
    response = referent.post(address(world), TYPED, follow=True)
    assert "Le modèle « Attente » est enregistré." in text(response)
    page = text(referent.get(address(world)))
    assert "Q. Essai" in page
    assert "Modifié : texte, titre." in page
    assert "Texte d’avant" in page
    assert former.splitlines()[-3].replace("\xa0", " ") in page


def test_add(world: World, referent: Client) -> None:
    kinds = [str(world.kind("complaint").pk)]
    referent.post("/reglages/modeles/ajouter/", TYPED | {"title": "Attente, réclamation", "kinds": kinds})
    model = ReplyModel.objects.get(code="attente-reclamation")
    assert [kind.code for kind in model.kinds.all()] == ["complaint"]


def test_an_unknown_field_is_refused_beside_the_text_and_nothing_typed_is_lost(world: World, referent: Client) -> None:
    response = referent.post(address(world), TYPED | {"body": "Bonjour [prenom]"})
    page = text(response)
    assert response.status_code == 422
    assert "[prenom] n’est pas un champ." in page
    assert 'id="id_body-desc-error"' in page
    assert "Bonjour [prenom]" in page
    assert attente(world).version == 0


def test_somebody_else_changed_it_meanwhile(world: World, referent: Client) -> None:
    other = Terms("holding", "Attente", "Le texte d’un collègue [date promise].")
    reply_models.change_model(attente(world).pk, other, Author(), opened_version=0)
    response = referent.post(address(world), TYPED)
    page = text(response)
    assert response.status_code == 409
    assert "Ce modèle a été modifié depuis l’ouverture de la page." in page
    assert "Le texte d’un collègue" in page
    assert "Réponse le [date promise]." in page
    assert "Enregistrer quand même" in page
    assert referent.post(address(world), TYPED | {"opened_version": "1"}).status_code == 302
    assert attente(world).body == TYPED["body"]


def test_withdraw_and_propose_again(world: World, referent: Client) -> None:
    url = reverse("reply-model-propose", args=[attente(world).pk])
    page = text(referent.post(url, {"proposed": "0", "opened_version": "0"}, follow=True))
    assert "n’est plus proposé aux agents." in page
    assert "Retirés" in page
    assert referent.post(url, {"proposed": "1", "opened_version": "0"}).status_code == 409
    assert "est proposé de nouveau aux agents." in text(
        referent.post(url, {"proposed": "1", "opened_version": "1"}, follow=True)
    )


def test_preview_on_an_example_and_on_a_demande(world: World, referent: Client) -> None:
    ticket = world.register(subject="Passeport perdu")
    typed = TYPED | {"body": "[objet] [référence] [à compléter : suite]", "preview": "1"}
    page = text(referent.post(address(world), typed))
    assert "Aperçu sur un exemple" in " ".join(page.split())
    assert "44-2026-000123 [à compléter : suite]" in page
    page = text(referent.post(address(world), typed | {"reference": ticket.reference}))
    assert f"Passeport perdu {ticket.reference} [à compléter : suite]" in page
    assert attente(world).version == 0, "nothing is saved"


def test_preview_shows_nothing_that_one_may_not_read(world: World, referent: Client) -> None:
    sealed = world.register(office="ASI", by="asylum_agent", subject="Secret")
    response = referent.post(address(world), TYPED | {"preview": "1", "reference": sealed.reference})
    assert response.status_code == 422
    assert "Aucune demande que vous pouvez lire ne porte cette référence." in text(response)
    assert "Secret" not in text(response)


# --- Signatures ---------------------------------------------------------------------------------------------------


def test_ones_own_signature(world: World, client: Client) -> None:
    client.force_login(world.user("agent"))
    page = text(client.get("/compte/signature/"))
    assert "Agent Essai<br>" in page
    assert "Les signatures de mes bureaux" not in page
    response = client.post("/compte/signature/", {"job_title": "Instructrice", "phone": "", "signs_anonymously": "on"})
    assert response["Location"] == "/compte/signature/"
    agent = world.user("agent")
    assert (agent.job_title, agent.signs_anonymously) == ("Instructrice", False)
    assert "Indiquez la qualité" in text(client.post("/compte/signature/", {"job_title": "", "phone": "1"}))


def test_the_way_back_is_a_page_that_one_may_open(world: World, client: Client) -> None:
    office = reverse("signature-office", args=[world.offices["SEJ"].pk])
    for who, above in (("supervisor", "/mon-bureau/"), ("quality", "/reglages/")):
        client.force_login(world.user(who))
        assert client.get(above).status_code == 200
        for address, back in (("/reglages/signatures/", above), (office, "/reglages/signatures/")):
            trail = text(client.get(address)).split('aria-label="Vous êtes dans"')[1].split("</nav>")[0]
            assert f'href="{back}"' in trail


def test_the_encadrant_keeps_the_bureau_and_its_people(world: World, client: Client) -> None:
    client.force_login(world.user("supervisor"))
    page = text(client.get("/reglages/signatures/"))
    assert "Bureau du séjour" in page
    assert "Adresse à compléter. Téléphone à compléter." in page
    assert "Bureau des dotations" not in page
    assert "Sites" not in page
    office = reverse("signature-office", args=[world.offices["SEJ"].pk])
    client.post(office, {"address": "2 rue du Modèle, 44000 Exemple", "signs_anonymously": "on"})
    assert Office.objects.get(code="SEJ").signs_anonymously
    person = reverse("signature-person", args=[world.users["colleague"].pk])
    client.post(person, {"job_title": "Instructrice", "signs_anonymously": "on", "agent_number": "12"})
    assert User.objects.get(pk=world.users["colleague"].pk).agent_number == "12"
    page = text(client.get("/reglages/signatures/"))
    assert "2 rue du Modèle, 44000 Exemple." in page
    assert "signe sans nom" in page
    assert "Instructrice, agent n° 12." in page


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("signature-office", "DOT"),
        ("signature-office", "ASI"),
        ("signature-person", "other_agent"),
        ("signature-person", "asylum_agent"),
        ("signature-site", ""),
    ],
)
def test_the_rest_does_not_exist_for_the_encadrant(world: World, client: Client, name: str, found: str) -> None:
    rows = {"signature-office": world.offices, "signature-person": world.users}.get(name, {"": world.site})
    client.force_login(world.user("supervisor"))
    assert client.get(reverse(name, args=[rows[found].pk])).status_code == 404


def test_a_wrong_address_is_refused_beside_its_field(world: World, referent: Client) -> None:
    url = reverse("signature-office", args=[world.offices["SEJ"].pk])
    response = referent.post(url, {"address": "2 rue du Modèle", "email": "nulle part"})
    assert response.status_code == 422
    assert 'id="id_email-desc-error"' in text(response)
    assert "2 rue du Modèle" in text(response)
    assert Office.objects.get(code="SEJ").address == ""
