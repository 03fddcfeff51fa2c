"""Fifty creations at once under one key: one demande. And without the row that they wait for, several."""

import threading
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from tests.factories import World, make_world
from tests.tracker.api.programs import Program, program_of
from tracker import clock, idempotency
from tracker.models import Event, IdempotencyKey, Ticket, User
from tracker.verification import verify_journal

AT_ONCE = 50


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def create_at_once(world: World) -> list[Any]:
    secret = program_of(world.user("agent")).secret
    body = {
        "kind": "correspondence",
        "channel": "email",
        "nature": "general_information",
        "received_on": clock.today("Europe/Paris").isoformat(),
        "sender_name": "Mairie d’Exemple",
        "subject": "Demande de renseignements",
        "office": "SEJ",
    }
    barrier = threading.Barrier(AT_ONCE, timeout=60)
    answers: list[Any] = []

    def create() -> None:
        try:
            program = Program(secret, Client(raise_request_exception=False))
            barrier.wait()
            answers.append(program.post("tickets/", body, Idempotency_Key="demande-1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(answers) == AT_ONCE
    return answers


@pytest.mark.postgresql
def test_fifty_creations_at_once_make_one_demande(world: World) -> None:
    answers = create_at_once(world)
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    ticket = Ticket.objects.get()
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert answers[0].json()["reference"] == ticket.reference
    assert IdempotencyKey.objects.count() == 1
    assert Event.objects.filter(stream="ticket").count() == 2
    assert verify_journal().different == []


@dataclass
class Hurried:
    """A key written once the demande is there, by somebody who thinks that nobody else has the same."""

    user: User
    key: str
    digest: str
    ticket: Ticket | None = None
    ticket_id: None = None

    def save(self, **_options: Any) -> None:
        row = IdempotencyKey(
            user=self.user, key=self.key, digest=self.digest, ticket=self.ticket, created_at=clock.now()
        )
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)


def without_waiting(user: User, key: str, digest: str) -> Any:
    """`idempotency.claim` as somebody in a hurry would have written it: look first, write last."""
    return IdempotencyKey.objects.filter(user=user, key=key).first() or Hurried(user, key, digest)


@pytest.mark.postgresql
def test_without_the_row_that_they_wait_for_there_are_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "claim", without_waiting)
    create_at_once(world)
    assert Ticket.objects.count() > 1
