"""Jetons d'accès: the secret once, one's own tokens alone, revoked after a question; and the documentation."""

import pytest
from django.test import Client

from tests.factories import World
from tests.tracker.api.programs import ROOT, token_of
from tracker.models import ApiToken

PAGE = "/compte/jetons/"


@pytest.fixture
def agent(world: World) -> Client:
    client = Client()
    client.force_login(world.user("agent"))
    return client


def made(client: Client, **typed: str) -> str:
    sent = {"label": "Tableau du cabinet", "scope": "read", "expires_on": "19/05/2027"} | typed
    return client.post(PAGE, sent).content.decode()


def test_the_secret_is_shown_once_and_works(agent: Client) -> None:
    page = made(agent)
    secret = page.partition('<code class="sillage-secret__text">')[2].partition("</code>")[0]
    assert Client().get(f"{ROOT}me/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    again = agent.get(PAGE)
    assert secret not in again.content.decode()
    assert "Tableau du cabinet" in again.content.decode()
    assert "no-store" in again["Cache-Control"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"label": ""}, "Dites à quoi ce jeton servira."),
        ({"expires_on": "20/11/2026"}, "Choisissez un jour à venir."),
        ({"expires_on": "21/11/2027"}, "Un jeton vaut un an au plus"),
        ({"scope": "all"}, "n’est pas un choix possible"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    agent: Client, typed: dict[str, str], sentence: str
) -> None:
    response = agent.post(PAGE, {"label": "Tableau", "scope": "write", "expires_on": "19/05/2027"} | typed)
    page = response.content.decode().replace("&#x27;", "’")
    assert response.status_code == 422
    assert sentence in page
    assert 'value="Tableau"' in page or "label" in typed
    assert not ApiToken.objects.exists()


def test_revoking_is_asked_then_done(agent: Client, world: World) -> None:
    token = token_of(world.user("agent")).token
    address = f"{PAGE}{token.pk}/revoquer/"
    assert "Révoquer ce jeton" in agent.get(address).content.decode()
    assert ApiToken.objects.get().revoked_at is None
    page = agent.post(address, follow=True).content.decode()
    assert "le programme qui s’en servait n’entre plus" in page
    assert ApiToken.objects.get().revoked_at is not None
    assert agent.post(address).status_code == 404


def test_a_colleague_s_tokens_do_not_exist(agent: Client, world: World) -> None:
    token = token_of(world.user("colleague")).token
    assert f"/{token.pk}/" not in agent.get(PAGE).content.decode()
    assert agent.post(f"{PAGE}{token.pk}/revoquer/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_documentation_names_every_address_and_its_fields(agent: Client) -> None:
    page = agent.get("/documentation-api/").content.decode()
    for words in ("/api/v1/tickets/{reference}/answer/", "Idempotency-Key", "promised_on"):
        assert words in page
    schema = agent.get(f"{ROOT}schema/").json()
    assert [path for path in schema["paths"] if path not in page] == []
