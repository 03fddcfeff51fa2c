"""Everybody before every address: what one may not see does not exist."""

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.frontend.walk import TABLE, url_names
from tests.frontend.walk.stage import EVERYBODY, OUTSIDER, Page, Stage, make_stage
from tracker.models import User

# Who may open what is decided in Python, from rows read alike: one engine says it for both.
pytestmark = pytest.mark.one_engine

ANONYMOUS_GET, ANONYMOUS_POST = "anonymous", "anonymous, posting"


@pytest.fixture
def stage(db: None, frozen: object) -> Stage:
    return make_stage()


def asked(address: str, page: Page, user: User | None, method: str = "") -> HttpResponseBase:
    client = Client()
    if user is not None:
        client.force_login(user)
    response = getattr(client, method or page.method)(address, page.data if user else None)
    if response.streaming:
        response.getvalue()  # an export holds its file open until it is sent
    return response


def answer(response: HttpResponseBase) -> int | str:
    """The status, or the page that a redirection to a door leads to."""
    target = response.headers.get("Location", "").partition("?")[0]
    return target if target in (reverse("sign-in"), reverse("password-change")) else response.status_code


def test_every_address_is_in_the_table() -> None:
    names = set(url_names())
    assert None not in names, "an address without a name escapes the walk"
    assert names == {name.partition(":")[0] for name in TABLE}


@pytest.mark.parametrize("name", TABLE)
def test_who_opens_what(stage: Stage, name: str) -> None:
    """Each role its pages and no other; nothing of another préfecture; nobody without signing in; nothing but the
    new password for whoever was given one to use once."""
    page = TABLE[name]
    address = page.url(name, stage)
    found, expected = {}, {}
    if page.takes_arguments and page.names_something:
        found[OUTSIDER], expected[OUTSIDER] = answer(asked(address, page, stage.user(OUTSIDER))), 404
    for role in EVERYBODY:
        found[role] = asked(address, page, stage.user(role)).status_code
        expected[role] = page.status if role in page.roles else 404
    assert found == expected
    for who, method in ((ANONYMOUS_GET, "get"), (ANONYMOUS_POST, "post")):
        sent = answer(asked(address, page, None, method)) == reverse("sign-in")
        assert sent is not page.public, who


@pytest.mark.parametrize("name", [name for name, page in TABLE.items() if not (page.public or page.before_password)])
def test_a_one_time_password_opens_nothing_else(stage: Stage, name: str) -> None:
    page = TABLE[name]
    user = stage.user(page.roles[0])
    user.must_change_password = True
    user.save()
    assert answer(asked(page.url(name, stage), page, user, "get")) == reverse("password-change")
