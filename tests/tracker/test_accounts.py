"""Accounts and roles: who may be added, what ends, who is never left out."""

from datetime import date, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories import PASSWORD, World, make_world
from tests.tracker.threads import together
from tracker import accounts, membership
from tracker.accounts import NOT_FROM_HERE, NOT_TO_THIS_ACCOUNT, Identity
from tracker.enums import Role
from tracker.errors import InvalidCommand, StaleVersion
from tracker.membership import LAST_ADMINISTRATOR, ONESELF, RoleTerms
from tracker.models import Event, Membership, User
from tracker.verification import verify_journal
from tracker.writers import Author

NEW = Identity("Alix.Modele@Example.test", "Alix", "Modèle", "Rédactrice")


def by(world: World, name: str = "administrator") -> Author:
    return Author(user=world.user(name))


def second_administrator(world: World) -> User:
    user = world.users["copil"]
    Membership.objects.create(user=user, prefecture=world.prefecture, role=Role.ADMINISTRATOR)
    return world.user("copil")


def refusal_of(act: object, *args: object) -> InvalidCommand:
    with pytest.raises(InvalidCommand) as refusal:
        act(*args)  # type: ignore[operator]
    return refusal.value


# --- Adding -------------------------------------------------------------------------------------------------------


def test_a_new_account_waits_for_its_password(world: World) -> None:
    user = accounts.add_account(world.prefecture, NEW, RoleTerms(Role.AGENT, office=world.offices["SEJ"]), by(world))
    assert (user.email, user.full_name, user.has_usable_password()) == (
        "alix.modele@example.test",
        "Alix Modèle",
        False,
    )
    assert list(accounts.without_password(accounts.accounts_of(world.prefecture))) == [user]
    events = Event.objects.filter(stream="user", object_id=user.pk).order_by("number")
    assert [event.kind for event in events] == ["created", "role_given"]
    assert "modele" not in str([event.data for event in events]).lower()
    assert events[1].data["office"] == world.offices["SEJ"].pk


@pytest.mark.parametrize(
    ("identity", "field"),
    [
        (Identity("", "A", "B"), "email"),
        (Identity("pas une adresse", "A", "B"), "email"),
        (Identity("a@example.test", " ", "B"), "first_name"),
        (Identity("a@example.test", "A", ""), "last_name"),
        (Identity("a@example.test", "A", "B", "x" * 121), "job_title"),
    ],
)
def test_an_identity_that_does_not_hold_is_refused(world: World, identity: Identity, field: str) -> None:
    refusal = refusal_of(accounts.add_account, world.prefecture, identity, RoleTerms(Role.COPIL), by(world))
    assert refusal.field == field
    assert not User.objects.filter(email="a@example.test").exists()


def test_an_address_known_here_names_its_owner(world: World) -> None:
    same = Identity(world.users["agent"].email.upper(), "X", "Y")
    refusal = refusal_of(accounts.add_account, world.prefecture, same, RoleTerms(Role.COPIL), by(world))
    assert (refusal.field, "Agent Essai" in refusal.message) == ("email", True)


def test_an_address_of_another_prefecture_tells_nothing(world: World) -> None:
    elsewhere = make_world("35", "35")
    foreign = elsewhere.users["agent"]
    orphan = User.objects.create_user("seul@example.test", first_name="Sans", last_name="Rôle")
    for email in (foreign.email, orphan.email):
        refusal = refusal_of(
            accounts.add_account, world.prefecture, Identity(email, "X", "Y"), RoleTerms(Role.COPIL), by(world)
        )
        assert (refusal.field, refusal.message) == ("email", NOT_FROM_HERE)
        assert foreign.last_name not in refusal.message
    changed = Identity(foreign.email, "X", "Y")
    refusal = refusal_of(accounts.change_account, world.user("agent"), world.prefecture, changed, by(world))
    assert refusal.message == NOT_TO_THIS_ACCOUNT


# --- Roles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "site", "office", "holds"),
    [
        (Role.MAILROOM, None, None, True),
        (Role.MAILROOM, "site", None, True),
        (Role.MAILROOM, None, "SEJ", False),
        (Role.AGENT, None, "DOT", True),
        (Role.SUPERVISOR, "site", None, True),
        (Role.QUALITY, None, "DCL", True),
        (Role.COPIL, "site", None, False),
        (Role.COPIL, None, "SEJ", False),
        (Role.ADMINISTRATOR, None, None, True),
        (Role.ADMINISTRATOR, "site", None, False),
        ("prefet", None, None, False),
    ],
)
def test_a_role_is_held_where_it_means_something(
    world: World, role: str, site: str | None, office: str | None, holds: bool
) -> None:
    terms = RoleTerms(role, world.site if site else None, world.offices[office] if office else None)
    if holds:
        held = membership.give_role(world.user("colleague"), world.prefecture, terms, by(world))
        assert refusal_of(membership.give_role, world.user("colleague"), world.prefecture, terms, by(world))
        assert held.role == role
    else:
        refusal_of(membership.give_role, world.user("colleague"), world.prefecture, terms, by(world))
        assert world.users["colleague"].memberships.count() == 1


def test_a_role_over_another_prefecture_s_bureau_does_not_exist(world: World) -> None:
    elsewhere = make_world("35", "35")
    for terms in (RoleTerms(Role.AGENT, office=elsewhere.offices["SEJ"]), RoleTerms(Role.AGENT, elsewhere.site)):
        refusal = refusal_of(membership.give_role, world.user("colleague"), world.prefecture, terms, by(world))
        assert (refusal.field, refusal.message) == ("place", "Ce choix n’existe pas dans votre préfecture.")


def test_a_role_ends_and_its_story_stays(world: World) -> None:
    user = world.user("colleague")
    only = user.memberships.get()
    assert "désactivez" in refusal_of(membership.end_role, only, by(world)).message
    held = membership.give_role(user, world.prefecture, RoleTerms(Role.MAILROOM), by(world))
    membership.end_role(only, by(world))
    assert list(world.user("colleague").scope.roles()) == [Role.MAILROOM]
    with pytest.raises(StaleVersion):
        membership.end_role(only, by(world))
    events = Event.objects.filter(stream="user", object_id=user.pk).order_by("number")
    assert [(event.kind, event.data["membership"]) for event in events] == [
        ("role_given", held.pk),
        ("role_ended", only.pk),
    ]
    assert verify_journal().different == []


def test_nobody_takes_his_own_administration_nor_the_last_one(world: World) -> None:
    mine = world.users["administrator"].memberships.get()
    membership.give_role(world.user("administrator"), world.prefecture, RoleTerms(Role.COPIL), by(world))
    assert refusal_of(membership.end_role, mine, by(world)).message == ONESELF
    assert refusal_of(membership.end_role, mine, Author()).message == LAST_ADMINISTRATOR
    second_administrator(world)
    assert refusal_of(membership.end_role, mine, by(world)).message == ONESELF
    membership.end_role(mine, by(world, "copil"))
    assert [user.pk for user in membership.administrators(world.prefecture)] == [world.users["copil"].pk]


def test_an_administrator_whose_account_is_closed_does_not_count(world: World) -> None:
    second_administrator(world)
    accounts.deactivate(world.user("copil"), world.prefecture, by(world))
    mine = world.users["administrator"].memberships.get()
    membership.give_role(world.user("administrator"), world.prefecture, RoleTerms(Role.COPIL), by(world))
    assert refusal_of(membership.end_role, mine, Author()).message == LAST_ADMINISTRATOR


@pytest.mark.postgresql
def test_two_administrators_who_remove_each_other_leave_one(transactional_db: None) -> None:
    world = make_world()
    other = second_administrator(world)
    one = world.user("administrator")
    assert one.scope and other.scope
    [results] = together(
        1,
        lambda _number: accounts.deactivate(other, world.prefecture, Author(user=one)),
        lambda _number: accounts.deactivate(one, world.prefecture, Author(user=other)),
    )
    assert sorted(type(result).__name__ for result in results) == ["InvalidCommand", "NoneType"]
    assert membership.administrators(world.prefecture).count() == 1


# --- Signing in ---------------------------------------------------------------------------------------------------


def test_closing_an_account_ends_its_sessions_for_good(world: World) -> None:
    user, client = world.user("agent"), Client()
    client.force_login(user)
    assert client.get("/ma-file/").status_code == 200
    accounts.deactivate(user, world.prefecture, by(world))
    assert client.get("/ma-file/").status_code == 302
    assert Session.objects.exists()
    accounts.reactivate(world.user("agent"), world.prefecture, by(world))
    assert client.get("/ma-file/").status_code == 302
    assert not world.user("agent").check_password(PASSWORD)
    assert world.user("agent").memberships.exists()
    assert [event.kind for event in Event.objects.filter(stream="user").order_by("pk")] == [
        "deactivated",
        "reactivated",
    ]


def test_nobody_closes_his_own_account(world: World) -> None:
    refusal = refusal_of(accounts.deactivate, world.user("administrator"), world.prefecture, by(world))
    assert "votre propre compte" in refusal.message
    assert world.user("administrator").is_active


def test_a_one_time_password_opens_and_is_kept_as_a_hash_alone(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    [handed] = accounts.issue_passwords([world.user("agent")], world.prefecture, by(world))
    user = world.user("agent")
    assert user.check_password(handed.password)
    assert user.must_change_password
    assert client.get("/ma-file/").status_code == 302, "the sessions that were open have ended"
    event = Event.objects.get(stream="user", kind="password_issued")
    assert handed.password not in f"{event.data} {list(event.texts.values())} {user.password}"


def test_passwords_are_issued_to_all_or_to_none(world: World) -> None:
    accounts.deactivate(world.user("agent"), world.prefecture, by(world))
    people = [world.user("colleague"), world.user("agent")]
    refusal_of(accounts.issue_passwords, people, world.prefecture, by(world))
    assert world.user("colleague").check_password(PASSWORD)
    own = refusal_of(accounts.issue_passwords, [world.user("administrator")], world.prefecture, by(world))
    assert "votre menu" in own.message


def test_a_lock_out_ends_by_itself(world: World, frozen: Any) -> None:
    user, client = world.user("agent"), Client()
    for _ in range(5):
        client.post("/connexion/", {"username": user.email, "password": "faux"})
    frozen.shift(timedelta(minutes=14))
    assert accounts.is_locked_out(user)
    frozen.shift(timedelta(minutes=2))
    assert not accounts.is_locked_out(user)


def test_wrong_passwords_are_forgotten(world: World) -> None:
    user, client = world.user("agent"), Client()
    for _ in range(5):
        client.post("/connexion/", {"username": user.email, "password": "faux"})
    assert accounts.is_locked_out(user)
    assert client.post("/connexion/", {"username": user.email, "password": PASSWORD}).status_code == 429
    accounts.unlock(user, world.prefecture, by(world))
    assert not accounts.is_locked_out(user)
    assert not AccessAttempt.objects.exists()
    assert client.post("/connexion/", {"username": user.email, "password": PASSWORD}).status_code == 302


# --- An account of two préfectures --------------------------------------------------------------------------------


def test_the_account_of_two_prefectures_is_nobody_s_alone(world: World) -> None:
    """Else a password reset here would open the other one."""
    elsewhere = make_world("35", "35")
    shared = world.user("agent")
    Membership.objects.create(user=shared, prefecture=elsewhere.prefecture, role=Role.QUALITY)
    assert not accounts.is_administered(shared, world.user("administrator"))
    assert shared not in accounts.administered(User.objects.all(), world.user("administrator"))
    for act in (accounts.deactivate, accounts.unlock, accounts.reactivate):
        assert "ailleurs" in refusal_of(act, shared, world.prefecture, by(world)).message
    assert "ailleurs" in refusal_of(accounts.issue_passwords, [shared], world.prefecture, by(world)).message
    renamed = Identity(shared.email, "Autre", "Nom")
    assert "ailleurs" in refusal_of(accounts.change_account, shared, world.prefecture, renamed, by(world)).message
    membership.give_role(shared, world.prefecture, RoleTerms(Role.MAILROOM), by(world))
    assert world.user("agent").check_password(PASSWORD)


def test_an_account_is_renamed(world: World) -> None:
    user = world.user("agent")
    renamed = Identity("NOUVELLE@example.test", "Agent", "Nouveau-Nom")
    assert accounts.change_account(user, world.prefecture, renamed, by(world))
    assert not accounts.change_account(user, world.prefecture, renamed, by(world))
    assert world.user("agent").email == "nouvelle@example.test"
    event = Event.objects.get(stream="user", kind="changed")
    assert event.data == {"fields": ["email", "last_name"], "texts": event.data["texts"]}
    assert event.occurred_on == date(2026, 11, 20)


def test_each_word_of_a_search_narrows_it(world: World) -> None:
    found = accounts.accounts_of(world.prefecture)
    assert accounts.found_by(found, "ESSAI").count() == found.count()
    assert [user.pk for user in accounts.found_by(found, "copil essai")] == [world.users["copil"].pk]
    assert not accounts.found_by(found, "copil agent").exists()
