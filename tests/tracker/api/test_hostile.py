"""What no honest program sends, and what an honest one may: an answer of ours, never an error of the server."""

import json
from typing import Any

import pytest

from tests.factories import World
from tests.tracker.api.programs import ROOT, Program

NAMED_BY_CODE = ("kind", "channel", "nature", "office", "site", "theme", "mailbox")


@pytest.mark.parametrize("field", NAMED_BY_CODE)
@pytest.mark.parametrize("code", ["\0", "SEJ\0", "\0SEJ"])
def test_a_nul_in_a_code_is_an_unknown_code(agent: Program, body: dict[str, Any], field: str, code: str) -> None:
    response = agent.post("tickets/", body | {field: code})
    assert response.status_code == 400
    assert response.json() == {field: ["Ce choix n’existe pas dans votre préfecture."]}


def test_a_nul_in_the_code_of_an_act(world: World, agent: Program) -> None:
    assert agent.post(f"tickets/{world.register()}/assign/", {"office": "\0"}).status_code == 400


@pytest.mark.parametrize("half", [{"subject": "\ud800"}, {"\udfff": 1}, {"module": "\ud800"}, {"details": ["\udc00"]}])
def test_half_a_pair_is_no_json_in_utf_8(agent: Program, body: dict[str, Any], half: dict[str, Any]) -> None:
    response = agent.post("tickets/", body | half)
    assert response.status_code == 400
    assert response.json() == {"non_field_errors": ["Le corps de la requête n’est pas du JSON en UTF-8."]}


def test_a_whole_pair_is_a_sign(agent: Program, body: dict[str, Any]) -> None:
    content = json.dumps(body | {"subject": "Merci 🙂"})
    assert "\\ud83d" in content
    assert agent.post("tickets/", body | {"subject": "Merci 🙂"}).json()["subject"] == "Merci 🙂"


def test_head_is_get_without_its_body(world: World, agent: Program) -> None:
    world.register()
    for path in ("tickets/?state=open&page_size=1", "me/", "calendar/?site=PREF&year=2026"):
        headers = {"Authorization": f"Bearer {agent.secret}"}
        response = agent.client.head(ROOT + path, headers=headers)
        assert (response.status_code, response.content) == (200, b""), path
    refused = agent.client.head(f"{ROOT}tickets/?unknown=1", headers={"Authorization": f"Bearer {agent.secret}"})
    assert refused.status_code == 400
