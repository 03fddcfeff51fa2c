"""Every page before what no honest person sends, in every field it has and every word it reads from its address: an
answer of ours, never an error of the server."""

import re
from html import unescape
from types import ModuleType

import pytest
from django.db import transaction
from django.test import Client

from tests.frontend.walk import account, demandes, desk, following, helping, imports, reference, registry, settings
from tests.frontend.walk.stage import Page, Stage, make_stage

AREAS = {
    module.__name__.rsplit(".", 1)[1]: module
    for module in (account, demandes, desk, following, helping, imports, reference, registry, settings)
}
HOSTILE = {"a NUL": "\0", "a number beyond any key": "9" * 30}
IN_ADDRESSES = (
    *("page", "site", "annee", "q", "text", "office", "state", "agent", "suivante", "version", "columns", "order"),
    *("cursor", "theme", "sous", "pour", "kind", "received_from", "received_until", "situation", "assignee"),
    *("channel", "nature", "module", "mailbox", "demande", "next", "bureau", "type", "urgence", "ordre", "rangs"),
)


@pytest.fixture
def stage(db: None, frozen: object) -> Stage:
    return make_stage()


def names_on(page: Page, client: Client, address: str) -> set[str]:
    """The fields that the page shows."""
    response = client.get(address)
    content = b"" if response.streaming else response.content
    if response.streaming:
        response.getvalue()
    return {unescape(name) for name in re.findall(r'name="([^"]+)"', content.decode())} - {"csrfmiddlewaretoken"}


def status(client: Client, method: str, address: str, data: dict[str, str]) -> int:
    """What is written meanwhile is taken back: the next attempt finds the same stage."""
    with transaction.atomic():
        response = getattr(client, method)(address, data)
        if response.streaming:
            response.getvalue()
        transaction.set_rollback(True)
    return int(response.status_code)


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("area", AREAS)
def test_no_page_breaks(stage: Stage, area: str, what: str) -> None:
    module: ModuleType = AREAS[area]
    found = {}
    for name, page in module.PAGES.items():
        client, address = Client(raise_request_exception=False), page.url(name, stage)
        client.force_login(stage.user(page.roles[0]))
        fields = dict.fromkeys(names_on(page, client, address), HOSTILE[what])
        asked = fields | dict.fromkeys(IN_ADDRESSES, HOSTILE[what])
        # An address is never that long: the server in front refuses it.
        found[name, "get"] = status(client, "get", address.partition("?")[0], {k: v[:60] for k, v in asked.items()})
        found[name, "post"] = status(client, "post", address, fields)
    assert {key: code for key, code in found.items() if code >= 500} == {}
