"""Tokens: made once, recognised by a digest, narrowed by their scope, dead with their owner."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import World
from tests.tracker.api.programs import Program, program_of, token_of
from tracker import tokens
from tracker.enums import TokenScope
from tracker.errors import InvalidCommand
from tracker.models import ApiToken, Event, User
from tracker.verification import verify_journal
from tracker.writers import Author


def make(user: User, **options: Any) -> tokens.NewToken:
    options = {"label": "Essai", "scope": TokenScope.READ, "expires_on": date(2026, 12, 31)} | options
    return tokens.create_token(user, author=Author(user=user), **options)


def status(program: Program) -> int:
    found: int = program.get("me/").status_code
    return found


def test_the_secret_is_kept_nowhere(world: World) -> None:
    new = token_of(world.user("agent"))
    assert new.secret.startswith("sillage_") and len(new.secret) > 50
    stored = str(list(ApiToken.objects.values())) + str(list(Event.objects.values()))
    assert new.secret not in stored and new.secret[-10:] not in stored
    assert new.secret.endswith(new.token.ending)


def test_two_tokens_are_never_alike(world: World) -> None:
    user = world.user("agent")
    assert len({token_of(user).secret for _ in range(10)}) == 10


def test_the_journal_tells_that_a_token_was_made_and_revoked(world: World) -> None:
    user = world.user("agent")
    token = make(user, label="Tableau de Mme Modèle").token
    tokens.revoke_token(token.pk, Author(user=user))
    tokens.revoke_token(token.pk, Author(user=user))
    events = Event.objects.filter(stream="apitoken", object_id=token.pk).order_by("number")
    assert [(event.kind, event.data) for event in events] == [
        ("token_created", {"scope": "read", "expires_on": "2026-12-31"}),
        ("token_revoked", {}),
    ]
    assert {event.prefecture_id for event in events} == {world.prefecture.pk}
    assert verify_journal().different == []


@pytest.mark.parametrize(
    ("options", "field", "sentence"),
    [
        ({"label": " \x00 "}, "label", "Dites à quoi ce jeton servira."),
        ({"label": "a" * 81}, "label", "L’usage dépasse 80 caractères (81)."),
        ({"expires_on": date(2026, 11, 20)}, "expires_on", "Choisissez un jour à venir."),
        ({"expires_on": date(2027, 11, 21)}, "expires_on", "Un jeton vaut un an au plus\xa0: le 20/11/2027."),
    ],
)
def test_what_is_refused(world: World, options: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(InvalidCommand) as refused:
        make(world.user("agent"), **options)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert not ApiToken.objects.exists()


def test_no_more_tokens_than_one_can_know(world: World) -> None:
    user = world.user("agent")
    for _ in range(tokens.MOST):
        last = make(user)
    with pytest.raises(InvalidCommand, match="déjà 20 jetons"):
        make(user)
    tokens.revoke_token(last.token.pk, Author(user=user))
    make(user)


def test_a_token_dies_by_revocation_at_once(world: World) -> None:
    user = world.user("agent")
    new = make(user)
    program = Program(new.secret)
    assert status(program) == 200
    tokens.revoke_token(new.token.pk, Author(user=user))
    assert status(program) == 401


def test_a_token_holds_through_its_last_day(world: World, frozen: Any) -> None:
    program = Program(make(world.user("agent"), expires_on=date(2026, 11, 22)).secret)
    frozen.shift(timedelta(days=2))
    assert status(program) == 200
    frozen.shift(timedelta(days=1))
    assert status(program) == 401


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"must_change_password": True}], ids=["inactive", "one-time password"]
)
def test_a_token_dies_with_its_owner_s_account(world: World, change: dict[str, bool]) -> None:
    program = program_of(world.user("agent"))
    User.objects.filter(pk=world.users["agent"].pk).update(**change)
    assert status(program) == 401


def test_a_demonstration_account_has_no_token_in_production(world: World, settings: Any) -> None:
    program = program_of(world.user("agent"))
    User.objects.filter(pk=world.users["agent"].pk).update(is_demonstration=True)
    assert status(program) == 200
    settings.SILLAGE_DEMONSTRATION_ALLOWED = False
    assert status(program) == 401


def test_a_token_follows_the_rights_of_its_owner(world: World) -> None:
    ticket, program = world.register(), program_of(world.user("agent"))
    assert program.get(f"tickets/{ticket.reference}/").status_code == 200
    world.users["agent"].memberships.update(office=world.offices["DOT"])
    assert program.get(f"tickets/{ticket.reference}/").status_code == 404


def test_the_day_of_the_last_use_is_noted_once(world: World, django_assert_num_queries: Any, frozen: Any) -> None:
    new = token_of(world.user("agent"))
    assert tokens.token_for(new.secret) is not None
    assert ApiToken.objects.get().last_used_on == date(2026, 11, 20)
    with django_assert_num_queries(1):
        tokens.token_for(new.secret)
    frozen.shift(timedelta(days=1))
    tokens.token_for(new.secret)
    assert ApiToken.objects.get().last_used_on == date(2026, 11, 21)


@pytest.mark.parametrize("secret", ["", "sillage_", "sillage_é", "autre", "sillage_\x00"])
def test_what_is_no_token_opens_nothing(world: World, secret: str) -> None:
    token_of(world.user("agent"))
    assert tokens.token_for(secret) is None
