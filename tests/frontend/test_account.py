"""Signing in, the lock-out, choosing a password, the home of each role."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, World
from tests.frontend.walk.stage import EVERYBODY

SIGN_IN = "/connexion/"
NEW_PASSWORD = "une phrase assez longue pour entrer"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(SIGN_IN, {"username": email, "password": password, **extra})


@pytest.fixture
def agent_email(world: World) -> str:
    return world.users["agent"].email


def test_a_right_password_opens_the_page_asked_for(agent_email: str) -> None:
    asked = Client().get("/compte/mot-de-passe/")
    assert asked["Location"] == f"{SIGN_IN}?next=/compte/mot-de-passe/"
    client = Client()
    response = sign_in(client, agent_email.upper(), next="/compte/mot-de-passe/")
    assert response["Location"] == "/compte/mot-de-passe/"
    assert client.get("/compte/mot-de-passe/").status_code == 200


def test_it_never_leads_to_another_site(agent_email: str) -> None:
    assert sign_in(Client(), agent_email, next="https://exemple.invalid/")["Location"] == "/"


@pytest.mark.parametrize("case", ["wrong password", "unknown", "closed"])
def test_one_sentence_for_every_refusal(world: World, agent_email: str, case: str) -> None:
    user = world.users["agent"]
    if case == "closed":
        user.is_active = False
        user.save()
    email = "personne@44.example.test" if case == "unknown" else agent_email
    response = sign_in(Client(), email, PASSWORD if case == "closed" else "autre")
    assert response.status_code == 422
    page = response.content.decode()
    assert "L’adresse ou le mot de passe ne convient pas." in page
    assert f'value="{email}"' in page, "the address typed is kept"


def test_the_page_opens_blank_whoever_was_refused_before(agent_email: str) -> None:
    opened = Client().get(SIGN_IN).content.decode()
    assert opened.count('name="username"') == opened.count('name="password"') == 1
    assert opened.count('name="csrfmiddlewaretoken"') == 1
    assert agent_email in sign_in(Client(), agent_email, "autre").content.decode()
    again = Client().get(SIGN_IN).content.decode()
    assert agent_email not in again
    assert "ne convient pas" not in again


def test_five_wrong_passwords_close_the_account_to_this_address_for_a_quarter_of_an_hour(
    agent_email: str, frozen: Any
) -> None:
    statuses = [sign_in(Client(), agent_email.upper() if n % 2 else agent_email, "faux").status_code for n in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    closed = sign_in(Client(), agent_email)
    assert closed.status_code == 429
    # 10:00 in Paris and a quarter of an hour.
    assert "à partir de 10\xa0h\xa015" in closed.content.decode()
    elsewhere = Client().post(SIGN_IN, {"username": agent_email, "password": PASSWORD}, REMOTE_ADDR="127.0.0.2")
    assert elsewhere.status_code == 302, "a colleague's desk is another address"
    frozen.shift(timedelta(minutes=16))
    assert sign_in(Client(), agent_email).status_code == 302


def test_a_fragment_asked_for_after_the_sessions_end_signs_the_whole_page_in(world: World) -> None:
    response = Client().get(
        f"{SIGN_IN}?next=/fragment/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/ma-file/?groupe=retard"},
    )
    assert response["HX-Redirect"] == f"{SIGN_IN}?next=%2Fma-file%2F%3Fgroupe%3Dretard"


def test_a_person_signed_in_does_not_sign_in_twice(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    assert client.get(SIGN_IN)["Location"] == "/"


def test_sign_out_is_a_post(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    assert client.get("/deconnexion/").status_code == 405
    assert client.post("/deconnexion/")["Location"] == SIGN_IN
    assert client.get("/").status_code == 302
    assert client.get("/")["Location"].startswith(SIGN_IN)


def change(client: Client, old: str, new: str, again: str) -> Any:
    data = {"old_password": old, "new_password1": new, "new_password2": again}
    return client.post("/compte/mot-de-passe/", data)


def test_a_one_time_password_is_replaced_before_anything_else(world: World) -> None:
    user = world.user("agent")
    user.must_change_password = True
    user.save()
    client = Client()
    assert sign_in(client, user.email)["Location"] == "/"
    assert client.get("/")["Location"] == "/compte/mot-de-passe/"
    page = client.get("/compte/mot-de-passe/").content.decode()
    assert "Choisissez votre mot de passe" in page
    assert 'id="navigation"' not in page
    assert change(client, PASSWORD, NEW_PASSWORD, NEW_PASSWORD)["Location"] == "/"
    assert not world.user("agent").must_change_password
    assert client.get("/compte/mot-de-passe/").status_code == 200, "still signed in"
    assert sign_in(Client(), user.email, NEW_PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("autre", NEW_PASSWORD, NEW_PASSWORD, "old_password"),
        (PASSWORD, NEW_PASSWORD, "autre phrase assez longue", "new_password2"),
        (PASSWORD, "court", "court", "new_password2"),
        (PASSWORD, "123456789012345", "123456789012345", "new_password2"),
        (PASSWORD, "", "", "new_password1"),
    ],
)
def test_a_refused_password_changes_nothing(world: World, old: str, new: str, again: str, field: str) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    response = change(client, old, new, again)
    assert response.status_code == 422
    assert f'id="id_{field}-desc-error"' in response.content.decode()
    assert world.user("agent").check_password(PASSWORD)


def test_changing_the_password_ends_the_other_sessions(world: World) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(world.user("agent"))
    change(here, PASSWORD, NEW_PASSWORD, NEW_PASSWORD)
    assert here.get("/compte/mot-de-passe/").status_code == 200
    assert elsewhere.get("/compte/mot-de-passe/").status_code == 302


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_role_has_its_home(world: World, role: str) -> None:
    homes = {"mailroom": "arrivals", "agent": "queue", "supervisor": "bureau", "quality": "live"}
    homes |= {"administrator": "settings", "copil": "plan"}
    client = Client()
    client.force_login(world.user(role))
    assert client.get("/")["Location"] == reverse(homes.get(role, "help"))
