"""Acting on a demande by program: the same machine, the same refusals as the pages."""

from typing import Any

import pytest

from tests.factories import World
from tests.tracker.api.programs import Program, program_of
from tests.tracker.clocks import nov
from tracker import commands
from tracker.api.acts import ACTS, WITHOUT_ADDRESS
from tracker.commands import Answer, Correct, Hold, Note, Propose
from tracker.decisions import HANDLERS
from tracker.models import Event, Ticket


def test_every_command_has_its_address_or_says_why_not() -> None:
    served = {act.command for act in ACTS}
    declared = {
        each
        for each in vars(commands).values()
        if isinstance(each, type) and issubclass(each, commands.Command) and each is not commands.Command
    }
    assert served | set(WITHOUT_ADDRESS) == declared == set(HANDLERS)
    assert not served & set(WITHOUT_ADDRESS)


def test_every_transition_of_the_machines_has_its_address() -> None:
    transitions = {each.name for each in Ticket().get_all_state_transitions()}
    assert transitions <= {act.name for act in ACTS}
    assert {act.name for act in ACTS} - transitions == {"note", "remind", "mark_signature", "correct"}


def test_an_act_changes_the_demande_and_is_told_as_by_the_api(world: World, agent: Program) -> None:
    ticket = world.register()
    shown = agent.post(f"tickets/{ticket.reference}/answer/", {"answered_on": "2026-11-18", "channel": "email"}).json()
    assert (shown["state"], shown["answered_on"], shown["version"]) == ("answered", "2026-11-18", 3)
    assert shown["deadlines"][0]["outcome"] == "in_time"
    assert {"close", "reopen", "undo"} <= set(shown["actions"])
    last = Event.objects.filter(stream="ticket", object_id=ticket.pk).latest("number")
    assert (last.kind, last.via, last.actor_id) == ("answered", "api", world.users["agent"].pk)


def test_an_answer_without_a_date_is_late(world: World, agent: Program) -> None:
    shown = agent.post(f"tickets/{world.register().reference}/answer/", {"answered_on": None}).json()
    assert (shown["undated"], shown["deadlines"][0]["outcome"]) == (True, "late")


def test_what_the_state_does_not_allow_is_a_conflict(world: World, agent: Program) -> None:
    response = agent.post(f"tickets/{world.register().reference}/complete/", {"completed_on": "2026-11-18"})
    assert response.status_code == 409
    assert response.json() == {
        "detail": "Cette action n’est pas possible\xa0: la demande est «\xa0Affectée\xa0».",
        "code": "transition_refused",
        "version": None,
        "changed_fields": [],
    }


def test_a_stale_version_says_what_changed(world: World, agent: Program) -> None:
    ticket = world.register()
    world.act(ticket, Hold(nov(18), nov(30)), by="colleague")
    response = agent.post(f"tickets/{ticket.reference}/answer/", {"answered_on": "2026-11-19", "version": 2})
    assert response.status_code == 409
    found = response.json()
    assert (found["code"], found["version"], found["changed_fields"]) == ("stale_version", 3, ["state"])
    assert (
        agent.post(f"tickets/{ticket.reference}/answer/", {"answered_on": "2026-11-19", "version": 3}).status_code
        == 200
    )


def test_a_note_of_somebody_else_refuses_nobody(world: World, agent: Program) -> None:
    ticket = world.register()
    world.act(ticket, Note("Vu."), by="colleague")
    response = agent.post(f"tickets/{ticket.reference}/answer/", {"answered_on": "2026-11-19", "version": 2})
    assert response.status_code == 200


def test_without_a_version_the_program_acts_on_what_it_finds(world: World, agent: Program) -> None:
    ticket = world.register()
    world.act(ticket, Correct({"subject": "Autre"}), by="colleague")
    shown = agent.post(f"tickets/{ticket.reference}/correct/", {"subject": "Le mien"}).json()
    assert shown["subject"] == "Le mien"


def test_a_correction_writes_what_is_sent_and_nothing_else(world: World, agent: Program) -> None:
    ticket = world.register(subject="Premier", body="Corps")
    sent = {"channel": "letter", "received_on": "2026-11-17", "theme": None}
    shown = agent.post(f"tickets/{ticket.reference}/correct/", sent).json()
    assert (shown["channel"], shown["received_on"], shown["body"]) == ("letter", "2026-11-17", "Corps")
    refused = agent.post(f"tickets/{ticket.reference}/correct/", {})
    assert (refused.status_code, refused.json()) == (400, {"non_field_errors": ["Rien n’a changé."]})


def test_to_a_colleague_of_the_bureau_and_to_nobody_else(world: World, agent: Program) -> None:
    ticket = world.register()
    people = agent.get(f"tickets/{ticket.reference}/colleagues/").json()["results"]
    assert [person["name"] for person in people] == ["Agent Essai", "Colleague Essai", "Supervisor Essai"]
    sent = {"office": "SEJ", "assignee": people[1]["id"]}
    assert agent.post(f"tickets/{ticket.reference}/assign/", sent).json()["assignee"] == people[1]
    stranger = {"office": "SEJ", "assignee": world.users["other_agent"].pk}
    response = agent.post(f"tickets/{ticket.reference}/assign/", stranger)
    assert (response.status_code, response.json()) == (
        400,
        {"assignee": ["Cette personne ne travaille pas dans ce bureau."]},
    )


def test_what_leaves_one_s_sight_leaves_a_receipt(world: World, agent: Program) -> None:
    ticket = world.register()
    shown = agent.post(f"tickets/{ticket.reference}/send_back/").json()
    assert {name for name, value in shown.items() if value is not None} == {"reference", "sealed", "received_on"}
    assert agent.get(f"tickets/{ticket.reference}/").status_code == 404
    assert agent.post(f"tickets/{ticket.reference}/undo/").json()["state"] == "assigned"


def test_two_demandes_become_one(world: World, agent: Program) -> None:
    kept, source = world.register(), world.register(received_on=nov(12))
    response = agent.post(f"tickets/{source.reference}/merge/", {"into": kept.reference, "version": source.version})
    assert (response.status_code, response.json()["state"]) == (200, "merged")
    assert agent.get(f"tickets/{kept.reference}/").json()["received_on"] == "2026-11-12"


def test_a_rendez_vous_from_proposal_to_meeting(world: World, agent: Program) -> None:
    path = f"tickets/{world.register(Propose(nov(17), nov(18)), kind='meeting_request').reference}/"
    assert agent.post(f"{path}decline/", {"on": "2026-11-18", "note": "Pas libre"}).json()["state"] == "in_progress"
    sent = {"proposed_on": "2026-11-18", "meeting_on": "2026-11-20", "place": "Salon bleu"}
    assert agent.post(f"{path}propose/", sent).json()["details"]["place"] == "Salon bleu"
    assert agent.post(f"{path}confirm/", {"confirmed_on": "2026-11-19"}).json()["state"] == "confirmed"
    shown = agent.post(f"{path}hold_meeting/", {"met_on": "2026-11-20"}).json()
    assert (shown["state"], shown["details"]["met_on"]) == ("met", "2026-11-20")


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("answer", {}, "answered_on"),
        ("answer", {"answered_on": "2026-11-10"}, "answered_on"),
        ("answer", {"answered_on": "2026-11-18", "channel": 3}, "channel"),
        ("hold", {"sent_on": "2026-11-18", "promised_one": "2026-12-01"}, "promised_one"),
        ("forward", {"to": "a" * 201, "forwarded_on": "2026-11-18", "told_on": "2026-11-18"}, "to"),
        ("dismiss", {"reason": "lost", "on": "2026-11-18"}, "reason"),
        ("dismiss", {"reason": "missing_pieces", "on": "2026-11-18"}, "reason"),
        ("note", {"text": "\x00"}, "text"),
        ("note", {"text": "Vu", "version": "deux"}, "version"),
        ("correct", {"module": 99}, "module"),
        ("take", [], "non_field_errors"),
    ],
)
def test_what_does_not_fit_names_the_field(world: World, agent: Program, act: str, body: Any, field: str) -> None:
    response = agent.post(f"tickets/{world.register().reference}/{act}/", body)
    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert Ticket.objects.get().version == 2


# --- Journal ------------------------------------------------------------------------------------------------------


def test_the_journal_tells_what_the_page_tells(world: World, agent: Program) -> None:
    ticket = world.register()
    world.act(ticket, Note("Vu avec la mairie."), Correct({"subject": "Autre"}), by="colleague")
    world.act(ticket, Answer(nov(18)), by="agent")
    lines = agent.get(f"tickets/{ticket.reference}/journal/").json()["results"]
    assert [line["kind"] for line in lines] == ["registered", "assigned", "noted", "corrected", "answered"]
    assert lines[2]["texts"] == {"note": "Vu avec la mairie."}
    assert (lines[3]["actor"], lines[3]["changed_fields"]) == ("C. Essai", ["subject"])
    assert lines[3]["texts"] == {"was_subject": "Demande de renseignements"}
    assert lines[2]["act"] == lines[3]["act"] != lines[4]["act"]


def test_the_journal_names_no_demande_that_the_reader_does_not_see(world: World) -> None:
    source = world.register(office="DOT", by="other_agent")
    kept = world.register(office="DOT", by="other_agent")
    mover = program_of(world.user("quality"))
    assert mover.post(f"tickets/{source.reference}/merge/", {"into": kept.reference}).status_code == 200
    assert mover.post(f"tickets/{kept.reference}/assign/", {"office": "SEJ"}).status_code == 200
    shown = program_of(world.user("agent")).get(f"tickets/{kept.reference}/journal/")
    assert source.reference not in shown.content.decode()
    assert str(source.pk) not in [str(value) for line in shown.json()["results"] for value in line["texts"].values()]
