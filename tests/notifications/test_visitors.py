"""Who stands at the other end of a live connection, and for how long."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from notifications import visitors
from notifications.visitors import Visitor, register_visitor, visitors_of
from tests.factories import World
from tracker.models import Membership


def cookies_of(world: World, name: str = "agent") -> dict[str, str]:
    client = Client()
    client.force_login(world.user(name))
    return {key: morsel.value for key, morsel in client.cookies.items()}


def only(world: World, name: str = "agent") -> Visitor:
    [visitor] = visitors_of(cookies_of(world, name))
    return visitor


def test_a_session_names_its_person(world: World) -> None:
    visitor = only(world)
    assert visitor.user == world.user("agent")
    assert visitor.allows("prefecture:44")
    assert visitor.still_there()


@pytest.mark.parametrize("value", ["", "nothing", "x" * 5000, "é\0"])
def test_a_cookie_that_opens_nothing_is_nobody(world: World, value: str) -> None:
    assert visitors_of({settings.SESSION_COOKIE_NAME: value}) == []


def test_no_cookie_is_nobody(world: World) -> None:
    assert visitors_of({}) == []


def test_signing_out_closing_the_account_and_a_password_to_choose_end_it(world: World) -> None:
    cookies = cookies_of(world)
    [visitor] = visitors_of(cookies)
    user = world.user("agent")
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert not visitor.still_there()
    user.is_active, user.must_change_password = True, True
    user.save(update_fields=["is_active", "must_change_password"])
    assert not visitor.still_there()
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    assert visitor.still_there()
    user.set_password("un-tout-autre-mot-de-passe")
    user.save(update_fields=["password"])
    assert not visitor.still_there()


def test_a_role_withdrawn_is_known_once_asked_again(world: World) -> None:
    visitor = only(world)
    Membership.objects.filter(user=world.users["agent"]).delete()
    assert visitor.still_there()
    assert not visitor.allows("prefecture:44")


class Screen:
    user = None

    def allows(self, topic: str) -> bool:
        return topic == "prefecture:44"

    def still_there(self) -> bool:
        return True


def test_another_cookie_may_open_it_beside_the_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "_loaders", dict(visitors._loaders))
    register_visitor("screen", lambda value: Screen() if value == "known" else None)
    assert [found.user for found in visitors_of({"screen": "known"})] == [None]
    assert visitors_of({"screen": "unknown"}) == []
    both = visitors_of({**cookies_of(world), "screen": "known"})
    assert {found.user for found in both} == {get_user_model().objects.get(pk=world.users["agent"].pk), None}
