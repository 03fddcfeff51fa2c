"""Who sees what of the plan, and who does what to it."""

import pytest

from actions.commands import Decline, Plan
from actions.models import Action
from actions.permissions import ALL, BY_ROLE, DECIDING, KEEPING, PILOTING, abilities, may_propose
from tests.factories import PEOPLE, make_world
from tests.plans import Desk

READ = frozenset({"read"})
NOTHING: frozenset[str] = frozenset()

# person: what they may do to an action of (SEJ, DOT, SPB, no bureau at the branch, no bureau nor site)
TABLE = {
    "mailroom": (NOTHING,) * 5,
    "agent": (NOTHING,) * 5,
    "supervisor": (READ, NOTHING, NOTHING, NOTHING, NOTHING),
    "director": (NOTHING, READ, NOTHING, NOTHING, NOTHING),
    "quality": (KEEPING,) * 5,
    "branch_quality": (NOTHING, NOTHING, KEEPING, KEEPING, NOTHING),
    "copil": (DECIDING,) * 5,
    "administrator": (NOTHING,) * 5,
}


@pytest.fixture
def placed(desk: Desk) -> list[Action]:
    offices, branch = desk.world.offices, desk.world.branch
    return [
        *(desk.planned(office_id=offices[code].pk) for code in ("SEJ", "DOT", "SPB")),
        desk.planned(site_id=branch.pk),
        desk.planned(),
    ]


@pytest.mark.parametrize("name", TABLE)
def test_rights_by_role_and_place(desk: Desk, placed: list[Action], name: str) -> None:
    user = desk.world.user(name)
    assert tuple(abilities(user, action) for action in placed) == TABLE[name]


@pytest.mark.parametrize("name", [person for person, *_ in PEOPLE])
def test_what_is_listed_is_what_may_be_read(desk: Desk, placed: list[Action], name: str) -> None:
    """The queryset and the rule on one action are one rule in two forms."""
    for who in ("agent", "colleague", "asylum_agent"):
        placed.append(desk.propose(by=who))
        placed.append(desk.planned(pilot_id=desk.world.users[who].pk))
    user = desk.world.user(name)
    listed = set(Action.objects.visible_to(user).values_list("pk", flat=True))
    assert listed == {action.pk for action in placed if "read" in abilities(user, action)}


def test_an_agent_sees_what_became_of_the_idea_and_no_other(desk: Desk) -> None:
    mine = desk.propose(by="agent")
    desk.propose(by="colleague")
    desk.act(mine, Decline("Déjà prévu."))
    agent = desk.world.user("agent")
    [seen] = Action.objects.visible_to(agent)
    assert (seen.pk, abilities(agent, seen)) == (mine.pk, READ)


def test_a_pilot_updates_what_they_carry(desk: Desk) -> None:
    action = desk.planned(pilot_id=desk.world.users["agent"].pk)
    assert abilities(desk.world.user("agent"), action) == PILOTING


def test_another_prefecture_sees_nothing(desk: Desk, placed: list[Action]) -> None:
    other = make_world("85", "85")
    for name in TABLE:
        user = other.user(name)
        assert not Action.objects.visible_to(user).exists()
        assert not any(abilities(user, action) for action in placed)
        assert not may_propose(user, desk.world.prefecture.pk)


def test_the_steering_committee_decides(desk: Desk) -> None:
    idea = desk.propose(by="agent", module=1)
    assert desk.act(idea, Plan(), by="copil").state == "planned"


def test_abilities_of_an_import_are_all_there_are() -> None:
    assert all(given <= ALL for given in (*BY_ROLE.values(), PILOTING))


def test_every_role_but_the_administrator_may_propose(desk: Desk) -> None:
    proposing = {name for name, *_ in PEOPLE if may_propose(desk.world.user(name), desk.world.prefecture.pk)}
    assert {name for name, *_ in PEOPLE} - proposing == {"administrator"}
