"""Programs that call the API with the token of a person."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import World
from tests.tracker.api.programs import Program, program_of


@pytest.fixture(autouse=True)
def forget_calls() -> None:
    """The counts of the throttles stand in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def agent(world: World) -> Program:
    return program_of(world.user("agent"))


@pytest.fixture
def anybody() -> Client:
    return Client()


@pytest.fixture
def body(world: World) -> dict[str, Any]:
    """A demande that the agent may register in their own bureau."""
    return {
        "kind": "correspondence",
        "channel": "email",
        "nature": "general_information",
        "received_on": "2026-11-16",
        "sender_name": "Mairie d’Exemple",
        "subject": "Demande de renseignements",
        "office": "SEJ",
    }
