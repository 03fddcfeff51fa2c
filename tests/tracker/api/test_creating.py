"""Registering a demande by program, once."""

from datetime import timedelta
from typing import Any

import pytest

from complaints.models import Complaint
from correspondence.models import MeetingRequest, SiteUpdate
from tests.factories import World
from tests.tracker.api.programs import Program, program_of
from tracker import idempotency
from tracker.models import Correspondent, Event, IdempotencyKey, Ticket

NO_SUCH = "Ce choix n’existe pas dans votre préfecture."


def test_what_is_sent_is_registered_and_explained(agent: Program, body: dict[str, Any]) -> None:
    response = agent.post("tickets/", body | {"take": True})
    assert response.status_code == 201
    shown = response.json()
    ticket = Ticket.objects.get()
    assert response["Location"] == f"/api/v1/tickets/{ticket.reference}/"
    assert (shown["reference"], shown["state"], shown["version"]) == (ticket.reference, "in_progress", 3)
    assert (shown["kind"], shown["channel"], shown["office"], shown["site"]) == (
        "correspondence",
        "email",
        "SEJ",
        "PREF",
    )
    assert shown["assignee"]["name"] == "Agent Essai"
    assert set(Event.objects.filter(stream="ticket").values_list("via", flat=True)) == {"api"}
    [deadline] = shown["deadlines"]
    assert (deadline["purpose"], deadline["starts_on"], deadline["due_on"]) == ("reply", "2026-11-16", shown["due_on"])
    assert [day["reason"] for day in deadline["skipped"]] == ["samedi", "dimanche"]
    assert deadline["rule"]["days"] == deadline["days"] == 5
    assert "answer" in shown["actions"] and "reopen" not in shown["actions"]
    assert Correspondent.objects.get().name == "Mairie d’Exemple"


def test_the_mailroom_registers_without_a_bureau(world: World, body: dict[str, Any]) -> None:
    response = program_of(world.user("mailroom")).post("tickets/", body | {"office": None})
    assert response.status_code == 201
    assert (response.json()["state"], Ticket.objects.get().by_mailroom) == ("registered", True)


def test_after_the_fact_in_one_act(agent: Program, body: dict[str, Any]) -> None:
    sent = body | {"answer": {"answered_on": "2026-11-18", "channel": "letter"}}
    shown = agent.post("tickets/", sent).json()
    assert (shown["state"], shown["answered_on"], shown["reply_channel"]) == ("answered", "2026-11-18", "letter")
    assert shown["deadlines"][0]["outcome"] == "in_time"


def test_each_kind_keeps_its_own_details(agent: Program, body: dict[str, Any]) -> None:
    complaint = agent.post("tickets/", body | {"kind": "complaint", "details": {"about": "DOT"}})
    assert complaint.json()["details"] == {"about": "DOT"}
    assert Complaint.objects.get().about.code == "DOT"
    page = agent.post("tickets/", body | {"kind": "site_update", "details": {"page": "/demarches/"}})
    assert page.json()["details"] == {"page": "/demarches/"}
    assert SiteUpdate.objects.get().page == "/demarches/"
    dates = {"proposed_on": "2026-11-17", "meeting_on": "2026-11-19", "place": "Salon bleu"}
    sent = body | {"kind": "meeting_request", "propose": dates, "hold_meeting": {"met_on": "2026-11-19"}}
    meeting = agent.post("tickets/", sent).json()
    assert meeting["details"] == {**dates, "met_on": "2026-11-19"}
    assert (meeting["state"], meeting["module"], MeetingRequest.objects.count()) == ("met", 4, 1)


def test_a_demande_for_another_bureau_leaves_its_author_a_receipt(agent: Program, body: dict[str, Any]) -> None:
    shown = agent.post("tickets/", body | {"office": "DOT"}).json()
    assert {name: value for name, value in shown.items() if value is not None} == {
        "reference": Ticket.objects.get().reference,
        "sealed": True,
        "received_on": "2026-11-16",
    }


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"subject": ""}, "subject", "Ce champ ne peut être vide."),
        ({"received_on": "2026-11-23"}, "received_on", None),
        ({"received_on": "hier"}, "received_on", None),
        ({"office": None}, "office", "Choisissez le bureau qui répondra."),
        ({"office": "SPX"}, "office", NO_SUCH),
        ({"office": "DOT", "take": True}, "take", "Cette demande n’est pas pour votre bureau."),
        ({"site": "SP1"}, "site", "Vous n’enregistrez pas ce qui arrive à ce site."),
        ({"kind": ["correspondence"]}, "kind", NO_SUCH),
        ({"sender": "Mairie"}, "sender", "Ce champ n’existe pas."),
        ({"subject": "a" * 501}, "subject", "L’objet dépasse 500 caractères (501)."),
        ({"answer": {"answered_on": "hier"}}, "answer.answered_on", None),
        ({"details": {"page": "/"}}, "details.page", "Ce type de demande n’a pas ce champ."),
        ({"kind": "complaint", "details": {"about": "SPX"}}, "details.about", NO_SUCH),
        ({"propose": {"proposed_on": "2026-11-17", "meeting_on": "2026-11-19"}}, "propose", None),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field(
    agent: Program, body: dict[str, Any], changed: dict[str, Any], field: str, sentence: str | None
) -> None:
    response = agent.post("tickets/", body | changed)
    assert response.status_code == 400
    found = response.json()
    assert list(found) == [field]
    assert found[field] == ([sentence] if sentence else [found[field][0]])
    assert not Ticket.objects.exists()


# --- Under a key --------------------------------------------------------------------------------------------------


def test_the_same_key_creates_once(agent: Program, body: dict[str, Any]) -> None:
    first = agent.post("tickets/", body, Idempotency_Key="a")
    again = agent.post("tickets/", dict(reversed(body.items())), Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert agent.post("tickets/", body, Idempotency_Key="b").status_code == 201
    assert Ticket.objects.count() == 2


def test_the_same_key_with_something_else_is_refused(agent: Program, body: dict[str, Any]) -> None:
    agent.post("tickets/", body, Idempotency_Key="a")
    response = agent.post("tickets/", body | {"subject": "Autre"}, Idempotency_Key="a")
    assert response.status_code == 409
    assert response.json()["code"] == "idempotency_key_reused"
    assert "déjà servi" in response.json()["detail"]


def test_a_key_is_one_person_s(world: World, agent: Program, body: dict[str, Any]) -> None:
    agent.post("tickets/", body, Idempotency_Key="a")
    assert program_of(world.user("colleague")).post("tickets/", body, Idempotency_Key="a").status_code == 201


def test_what_is_refused_leaves_the_key_free(agent: Program, body: dict[str, Any]) -> None:
    assert agent.post("tickets/", body | {"received_on": "2026-11-23"}, Idempotency_Key="a").status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert agent.post("tickets/", body, Idempotency_Key="a").status_code == 201


def test_a_key_protects_for_a_day(agent: Program, body: dict[str, Any], frozen: Any) -> None:
    agent.post("tickets/", body, Idempotency_Key="a")
    frozen.shift(timedelta(hours=23))
    assert idempotency.forget_old_keys() == 0
    assert agent.post("tickets/", body, Idempotency_Key="a").status_code == 200
    frozen.shift(timedelta(hours=2))
    assert agent.post("tickets/", body, Idempotency_Key="a").status_code == 201
    frozen.shift(timedelta(hours=25))
    assert idempotency.forget_old_keys() == 1


@pytest.mark.parametrize("key", ["", "é", "a b", "a" * 101])
def test_a_key_that_is_none_is_refused(agent: Program, body: dict[str, Any], key: str) -> None:
    response = agent.post("tickets/", body, Idempotency_Key=key)
    assert (response.status_code, list(response.json())) == (400, ["Idempotency-Key"])


def test_the_row_of_a_key_holds_no_text(agent: Program, body: dict[str, Any]) -> None:
    agent.post("tickets/", body, Idempotency_Key="a")
    [row] = IdempotencyKey.objects.values()
    assert "Exemple" not in str(row)
