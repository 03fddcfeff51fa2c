"""Every role before every action of the API: what one may not see does not exist."""

from typing import Any

import pytest
from django.test import Client

from tests.frontend.walk.stage import EVERYBODY, OUTSIDER, Stage, make_stage
from tests.tracker.api.programs import ROOT, program_of
from tests.tracker.api.walk import CONFLICTING, TABLE, Action, actions, body_of
from tracker.enums import TokenScope
from tracker.models import Event, Ticket, User

# Who may open what is decided in Python, from rows read alike: one engine says it for both.
pytestmark = pytest.mark.one_engine


@pytest.fixture
def stage(db: None, frozen: object) -> Stage:
    return make_stage()


def call(user: User, name: str, stage: Stage, scope: TokenScope = TokenScope.WRITE, address: str = "") -> Any:
    action = TABLE[name]
    program = program_of(user, scope)
    path = (address or action.address(name, stage)).removeprefix(ROOT)
    if action.files:
        return program.upload(path, *action.files)
    return program.download(path)[0] if name.endswith(":get") else program.post(path, body_of(action, stage))


def test_every_action_is_in_the_table() -> None:
    assert set(actions()) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_each_role_has_its_actions_and_no_other(stage: Stage, name: str) -> None:
    action = TABLE[name]
    found, expected = {}, {}
    for role in EVERYBODY:
        found[role] = call(stage.user(role), name, stage).status_code
        expected[role] = (
            action.status
            if role in action.roles
            else 403
            if role in action.forbidden
            else 409
            if role in CONFLICTING.get(name, ())
            else 404
        )
    assert found == expected


@pytest.mark.parametrize("name", [name for name, action in TABLE.items() if action.ready])
def test_what_belongs_to_another_prefecture_does_not_exist(stage: Stage, name: str) -> None:
    assert call(stage.user(OUTSIDER), name, stage).status_code == 404


@pytest.mark.parametrize("name", TABLE)
def test_nobody_comes_in_without_a_token(stage: Stage, name: str) -> None:
    address = TABLE[name].address(name, stage)
    events = Event.objects.count()
    for headers in ({}, {"Authorization": "Bearer sillage_inconnu"}, {"Authorization": "Basic YTpi"}):
        response = getattr(Client(), name.partition(":")[2])(address, headers=headers)
        assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="Sillage"')
    assert Event.objects.count() == events


@pytest.mark.parametrize("name", TABLE)
def test_a_token_for_reading_writes_nothing(stage: Stage, name: str) -> None:
    action: Action = TABLE[name]
    address = action.address(name, stage)
    user = stage.user(action.roles[0])
    program_of(user)
    events = Event.objects.exclude(stream="apitoken").count()
    response = call(user, name, stage, TokenScope.READ, address)
    assert response.status_code == (action.status if action.reads else 403)
    assert Event.objects.exclude(stream="apitoken").count() == events


POSTS = [name for name in TABLE if name.endswith(":post")]

# --- Sensitive bureaux --------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(stage: Stage) -> Ticket:
    return stage.world.register(office="ASI", by="asylum_agent", subject="Secret")


def test_a_sealed_demande_shows_its_reference_bureau_and_dates(stage: Stage, sealed: Ticket) -> None:
    program = program_of(stage.user("quality"))
    shown = program.get(f"tickets/{sealed.reference}/").json()
    known = {name: value for name, value in shown.items() if value is not None}
    assert known == {
        "reference": sealed.reference,
        "sealed": True,
        "office": "ASI",
        "received_on": "2026-11-16",
        "due_on": "2026-11-23",
    }
    [row] = [row for row in program.get("tickets/").json()["results"] if row["reference"] == sealed.reference]
    assert {name: value for name, value in row.items() if value is not None} == known
    asylum = program_of(stage.world.user("asylum_agent"))
    assert asylum.get(f"tickets/{sealed.reference}/").json()["subject"] == "Secret"


def test_a_filter_on_content_leaves_sealed_demandes_out(stage: Stage, sealed: Ticket) -> None:
    program = program_of(stage.user("quality"))
    for query in ({"text": "secret"}, {"kind": "correspondence"}, {"state": "assigned"}):
        rows = program.get("tickets/", **query).json()["results"]
        assert sealed.reference not in [row["reference"] for row in rows]


@pytest.mark.parametrize(
    "name", sorted(set(POSTS) - {"tickets:post", "withdraw_attachment:post", "mark_notifications_read:post"})
)
def test_nothing_is_done_to_a_sealed_demande(stage: Stage, sealed: Ticket, name: str) -> None:
    """Whatever is sent: a version, or a word about what was sent, would tell something."""
    address = f"{ROOT}tickets/{sealed.reference}/{name.removesuffix(':post')}/"
    program = program_of(stage.user("quality"))
    for body in ({}, {"version": 1}, body_of(TABLE[name], stage)):
        assert program.post(address.removeprefix(ROOT), body).status_code == 403


@pytest.mark.parametrize("name", ["journal", "colleagues", "attachments"])
def test_nothing_more_is_told_of_a_sealed_demande(stage: Stage, sealed: Ticket, name: str) -> None:
    assert program_of(stage.user("quality")).get(f"tickets/{sealed.reference}/{name}/").status_code == 403


def test_what_is_merged_must_be_readable(stage: Stage, sealed: Ticket) -> None:
    """A reference that the person may not read is answered like one that does not exist."""
    program = program_of(stage.user("quality"))
    answers = [
        program.post(f"tickets/{stage.ticket.reference}/merge/", {"into": reference}).json()
        for reference in (sealed.reference, "44-2026-999999")
    ]
    assert answers[0] == answers[1]
    assert list(answers[0]) == ["into"]
