"""Who sees what, and does what: the table of roles, and lists that agree with it for every demande."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import World, make_world
from tests.tracker.clocks import nov
from tracker.commands import Answer, Assign, Command, Dismiss, Hold, SendBack, Take
from tracker.enums import DismissalReason, Role
from tracker.errors import NotAllowed
from tracker.models import Membership, Office, Ticket, User
from tracker.permissions import ALL, DISPATCHING, HANDLING, SUPERVISING, abilities, may_register

pytestmark = pytest.mark.django_db

LOCATE = frozenset({"locate"})
NOTHING: frozenset[str] = frozenset()
AGENT, LEAD, MAIL = HANDLING | LOCATE, SUPERVISING | LOCATE, DISPATCHING | LOCATE

# Where a demande may stand. The sub-préfecture's own bureau is SPB; DOT is below DCL; ASI is sensitive.
PLACES: dict[str, Callable[[World], Ticket]] = {
    "mine": lambda world: world.register(office="SEJ"),
    "other": lambda world: world.register(office="DOT"),
    "above": lambda world: world.register(office="DCL"),
    "sensitive": lambda world: world.register(office="ASI"),
    "branch": lambda world: world.register(office="SPB", site=world.branch),
    "unassigned": lambda world: world.register(office=None),
    "branch unassigned": lambda world: world.register(office=None, site=world.branch),
    "by mailroom, unassigned": lambda world: world.register(office=None, by="mailroom", by_mailroom=True),
    "by mailroom": lambda world: world.register(office="SEJ", by="mailroom", by_mailroom=True),
    "taken": lambda world: world.act(world.register(office="SEJ", by="mailroom", by_mailroom=True), Take(), by="agent"),
    "sent back": lambda world: world.act(
        world.act(world.register(office="SEJ", by="mailroom", by_mailroom=True), Take(), by="agent"),
        SendBack(),
        by="agent",
    ),
    "answered": lambda world: world.register(Answer(nov(19)), office="SEJ"),
    "to asylum by mailroom": lambda world: world.register(office="ASI", by="mailroom", by_mailroom=True),
    "other préfecture": lambda _world: make_world("13", "13").register(office="SEJ"),
}

# role: what it may do at each place; nothing where the place is not named.
TABLE: dict[str, dict[str, frozenset[str]]] = {
    "agent": {"mine": AGENT, "by mailroom": AGENT, "taken": AGENT, "answered": AGENT},
    "other_agent": {"other": AGENT},
    "asylum_agent": {"sensitive": AGENT, "to asylum by mailroom": AGENT},
    "supervisor": {"mine": LEAD, "by mailroom": LEAD, "taken": LEAD, "answered": LEAD},
    "director": {"other": LEAD, "above": LEAD},
    "quality": {
        "mine": LEAD,
        "other": LEAD,
        "above": LEAD,
        "sensitive": LOCATE,
        "to asylum by mailroom": LOCATE,
        "branch": LEAD,
        "unassigned": LEAD,
        "branch unassigned": LEAD,
        "by mailroom": LEAD,
        "by mailroom, unassigned": LEAD,
        "taken": LEAD,
        "sent back": LEAD,
        "answered": LEAD,
    },
    "branch_quality": {"branch": LEAD, "branch unassigned": LEAD},
    "mailroom": {
        "by mailroom": MAIL,
        "by mailroom, unassigned": MAIL,
        "sent back": MAIL,
        "to asylum by mailroom": MAIL,
    },
    "copil": {},
    "administrator": {},
}


@pytest.mark.parametrize("place", PLACES)
def test_each_role_at_each_place(world: World, place: str) -> None:
    ticket = PLACES[place](world)
    found = {role: abilities(world.user(role), ticket) for role in TABLE}
    assert found == {role: TABLE[role].get(place, NOTHING) for role in TABLE}


@pytest.mark.parametrize("place", PLACES)
def test_lists_agree_with_abilities(world: World, place: str) -> None:
    """A demande is in a list if and only if one may do something to it; its text is read if and only if « read » is."""
    ticket = PLACES[place](world)
    for role in TABLE:
        user = world.user(role)
        may = abilities(user, ticket)
        assert Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists() == bool(may), role
        assert Ticket.objects.readable_by(user).filter(pk=ticket.pk).exists() == ("read" in may), role
        if may:
            assert user.scope.reads_text(ticket.office_id) == ("read" in may), role


COMBINATIONS = [
    (Role.AGENT, None, "ASI", Role.QUALITY, None, None),
    (Role.MAILROOM, None, None, Role.QUALITY, None, None),
    (Role.MAILROOM, "SP1", None, Role.AGENT, None, "DOT"),
    (Role.QUALITY, "SP1", None, Role.SUPERVISOR, None, "SEJ"),
    (Role.QUALITY, None, "DCL", Role.COPIL, None, None),
    (Role.QUALITY, None, "ASI", Role.AGENT, None, "SEJ"),
    (Role.AGENT, "SP1", None, Role.MAILROOM, "PREF", None),
]


@pytest.mark.parametrize("roles", COMBINATIONS)
def test_two_roles_add_up_and_lists_still_agree(world: World, roles: tuple[Any, ...]) -> None:
    user = User.objects.create_user("deux@44.example.test", first_name="Deux", last_name="Rôles")
    sites = {"PREF": world.site, "SP1": world.branch, None: None}
    for role, site, office in (roles[:3], roles[3:]):
        Membership.objects.create(
            user=user,
            prefecture=world.prefecture,
            role=role,
            site=sites[site],
            office=world.offices[office] if office else None,
        )
    tickets = [make(world) for make in PLACES.values()]
    visible = set(Ticket.objects.visible_to(user).values_list("pk", flat=True))
    readable = set(Ticket.objects.readable_by(user).values_list("pk", flat=True))
    assert visible == {ticket.pk for ticket in tickets if abilities(user, ticket)}
    assert readable == {ticket.pk for ticket in tickets if "read" in abilities(user, ticket)}


def test_one_who_also_works_in_a_sensitive_bureau_reads_there(world: World) -> None:
    quality = world.user("quality")
    Membership.objects.create(user=quality, prefecture=world.prefecture, office=world.offices["ASI"], role=Role.AGENT)
    assert "read" in abilities(world.user("quality"), world.register(office="ASI"))


def test_an_office_below_a_sensitive_one_is_not_sensitive_by_itself(world: World) -> None:
    below = Office.objects.create(
        prefecture=world.prefecture, site=world.site, parent=world.offices["ASI"], code="AS2", name="Guichet"
    )
    world.offices["AS2"] = below
    ticket = world.register(office="AS2")
    assert "read" in abilities(world.user("asylum_agent"), ticket)
    assert "read" in abilities(world.user("quality"), ticket)


@pytest.mark.parametrize("roles", ["agent", "quality", "mailroom"])
def test_the_cost_of_a_list_does_not_grow(
    world: World, roles: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    for count in (1, 10):
        for _ in range(count):
            world.register(office=None, by="mailroom", by_mailroom=True)
        user = world.user(roles)
        list(Ticket.objects.visible_to(user).for_lists()[:50])  # the lists are in memory by then
        with django_assert_num_queries(2):  # whether they hold, the list
            list(Ticket.objects.visible_to(user).for_lists()[:50])


# --- Acts ---------------------------------------------------------------------------------------------------------

ACTS: dict[str, Command] = {
    "take": Take(),
    "hold": Hold(nov(19), nov(27)),
    "answer": Answer(nov(19)),
    "dismiss": Dismiss(DismissalReason.DUPLICATE, nov(19)),
    "send_back": SendBack(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "who", ["other_agent", "director", "branch_quality", "copil", "administrator", "mailroom", "asylum_agent"]
)
def test_the_service_itself_refuses_who_may_not(world: World, who: str, act: str) -> None:
    ticket = world.register()
    with pytest.raises(NotAllowed):
        world.act(ticket, ACTS[act], by=who)
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


@pytest.mark.parametrize("act", ACTS)
def test_a_referent_acts_as_encadrant_but_not_in_a_sensitive_bureau(world: World, act: str) -> None:
    assert world.act(world.register(), ACTS[act], by="quality").version == 3
    with pytest.raises(NotAllowed):
        world.act(world.register(office="ASI"), ACTS[act], by="quality")


def test_an_agent_hands_over_inside_its_bureau_the_encadrant_beyond(world: World) -> None:
    ticket = world.register()
    colleague = world.users["colleague"].pk
    assert world.act(ticket, Assign(world.offices["SEJ"].pk, colleague), by="agent").assignee_id == colleague
    elsewhere = Assign(world.offices["DOT"].pk)
    with pytest.raises(NotAllowed):
        world.act(ticket, elsewhere, by="agent")
    assert world.act(ticket, elsewhere, by="supervisor").office_id == world.offices["DOT"].pk


def test_the_mailroom_dispatches_and_takes_back_what_nobody_took(world: World) -> None:
    ticket = world.register(office=None, by="mailroom", by_mailroom=True)
    world.act(ticket, Assign(world.offices["DOT"].pk), by="mailroom")
    moved = world.act(ticket, Assign(world.offices["SEJ"].pk), by="mailroom")
    assert moved.office_id == world.offices["SEJ"].pk
    world.act(ticket, Take(), by="agent")
    with pytest.raises(NotAllowed):
        world.act(ticket, Assign(world.offices["DOT"].pk), by="mailroom")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("mailroom", True),
        ("agent", True),
        ("supervisor", True),
        ("quality", True),
        ("branch_quality", True),
        ("copil", False),
        ("administrator", False),
    ],
)
def test_who_registers(world: World, who: str, expected: bool) -> None:
    assert may_register(world.user(who), world.prefecture.pk) is expected
    if expected:
        assert world.register(office="DOT", by=who).office_id == world.offices["DOT"].pk
    else:
        with pytest.raises(NotAllowed):
            world.register(by=who)


def test_nobody_registers_in_another_prefecture(world: World) -> None:
    other = make_world("13", "13")
    other.users["agent"] = world.users["agent"]
    with pytest.raises(NotAllowed):
        other.register(by="agent")


def test_the_system_may_do_everything_that_the_machine_allows() -> None:
    assert ALL >= HANDLING | SUPERVISING | DISPATCHING
