"""Every role before every address: what one may not see does not exist."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.frontend.walk import EVERYBODY, OUTSIDER, TABLE, Stage, make_stage, url_names


@pytest.fixture
def stage(db: None, frozen: object) -> Stage:
    return make_stage()


def test_every_address_is_in_the_table() -> None:
    names = set(url_names())
    assert None not in names, "an address without a name escapes the walk"
    assert names == {name.partition(":")[0] for name in TABLE}


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_each_role_opens_its_pages_and_no_other(stage: Stage, name: str) -> None:
    page = TABLE[name]
    address = page.url(name, stage)
    found, expected = {}, {}
    for role in EVERYBODY:
        client = Client()
        client.force_login(stage.user(role))
        response = getattr(client, page.method)(address, page.data)
        if response.streaming:
            response.getvalue()  # an export holds its file open until it is sent
        found[role] = response.status_code
        expected[role] = page.status if role in page.roles else 404
    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [name for name, page in TABLE.items() if page.takes_arguments and page.names_something]
)
def test_what_belongs_to_another_prefecture_does_not_exist(stage: Stage, name: str) -> None:
    client = Client()
    client.force_login(stage.user(OUTSIDER))
    page = TABLE[name]
    assert getattr(client, page.method)(page.url(name, stage), page.data).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_an_anonymous_visitor_is_sent_to_sign_in(stage: Stage, name: str) -> None:
    page = TABLE[name]
    for method in ("get", "post"):
        response = getattr(Client(), method)(page.url(name, stage))
        sent = response.status_code == 302 and response["Location"].startswith(reverse("sign-in"))
        assert sent is not page.public


CLOSED_BEFORE_PASSWORD = [name for name, page in TABLE.items() if not (page.public or page.before_password)]


@pytest.mark.parametrize("name", CLOSED_BEFORE_PASSWORD)
def test_a_one_time_password_opens_nothing_else(stage: Stage, name: str) -> None:
    page = TABLE[name]
    user = stage.user(page.roles[0])
    user.must_change_password = True
    user.save()
    client = Client()
    client.force_login(user)
    response = client.get(page.url(name, stage))
    assert (response.status_code, response.headers.get("Location")) == (302, reverse("password-change"))
