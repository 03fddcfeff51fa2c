"""« Suivi en direct »: every number of the page is that of the list behind it, for everybody who follows."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from frontend import fragments
from frontend.pages.registry import filters_of
from tests.factories import World
from tracker.commands import Answer, AskRequester, Hold, MarkSignature
from tracker.enums import Role
from tracker.models import ClosedDay, Membership, Site, User

URL = "/suivi/"
FOLLOWING = ("quality", "branch_quality", "office_quality", "supervisor", "director", "both")


@pytest.fixture(autouse=True)
def fresh() -> None:
    fragments.forget()


def signed_in(world: World, name: str = "quality") -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def body(response: HttpResponse) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def opened(world: World, name: str = "quality", query: str = "") -> str:
    return body(signed_in(world, name).get(URL + query))


QUERIES = ("", "?type=complaint", "?bureau=DCL", "?bureau=none", "?site=SP1", "?urgence=overdue", "?ordre=retard")
NUMBERS = re.compile(r'<a [^>]*href="(/registre/\?[^"]+)"[^>]*>\s*(?:<span[^>]*>)?(\d+)')


def numbers(page: str) -> list[tuple[str, int]]:
    """The addresses of the page's counts, each with its number."""
    return [(address, int(number)) for address, number in NUMBERS.findall(page)]


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-sillage-figure="{name}"[^>]*>([^<]+)<', page)
    assert found, name
    return found[1]


def names_in_order(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]+>([^<]+)</a>', page)


@pytest.fixture
def people(world: World) -> World:
    """With a référent of one bureau, and somebody who is référent and works in the sensitive one."""
    for name, roles in {
        "office_quality": [(Role.QUALITY, "DCL")],
        "both": [(Role.QUALITY, None), (Role.AGENT, "ASI"), (Role.MAILROOM, None)],
    }.items():
        user = User.objects.create_user(f"{name}@example.test", "x", first_name=name, last_name="Essai")
        for role, office in roles:
            Membership.objects.create(
                user=user, prefecture=world.prefecture, office=world.offices[office] if office else None, role=role
            )
        world.users[name] = user
    return world


def fill(world: World, number: int, seed: int) -> None:
    """Demandes of every kind and channel, in every bureau and in none, at sites of two time zones."""
    drawn = random.Random(seed)
    today = date(2026, 11, 20)
    for _ in range(number):
        kind = drawn.choice(["correspondence"] * 4 + ["complaint", "meeting_request", "site_update"])
        office = drawn.choice([*world.offices, None])
        then = drawn.choice(
            [
                [], [], [], [MarkSignature(today)], [AskRequester(today, "la pièce")], [Answer(today)],
                [Hold(today, today + timedelta(days=drawn.randint(1, 12)))],
            ]
        )  # fmt: skip
        world.register(
            *(then if kind != "meeting_request" else ()),
            kind=kind,
            channel=drawn.choice(["letter", "email", "form", "counter"]),
            office=office,
            assignee="agent" if office == "SEJ" and drawn.random() < 0.5 else None,
            received_on=today - timedelta(days=drawn.randint(0, 25)),
            site=drawn.choice([world.site, world.branch]),
            by=None,
        )


def listed(user: User, address: str) -> int:
    """How many demandes the Registre finds at this address."""
    assert address.startswith("/registre/?")
    request = RequestFactory().get(address)
    request.user = user
    filters = filters_of(request)
    assert filters.is_valid(), address
    return filters.qs.count()


@pytest.mark.slow
@pytest.mark.parametrize("now", [datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 23, 30, tzinfo=UTC)])
def test_every_number_is_that_of_its_list(people: World, frozen: Any, now: datetime) -> None:
    """Whoever looks, whatever is chosen; at one instant that is two days in the two time zones of the préfecture."""
    world = people
    Site.objects.filter(pk=world.branch.pk).update(time_zone="America/Guadeloupe")
    ClosedDay.objects.create(site=world.branch, date=date(2026, 11, 24), name="Pont", source="essai")
    fill(world, 80, seed=1)
    frozen.move_to(now)
    looked_at = set()
    for name in FOLLOWING:
        client, user = signed_in(world, name), world.user(name)
        for query in QUERIES:
            for address, number in numbers(body(client.get(URL + query))):
                if (name, address, number) not in looked_at:
                    assert listed(user, address) == number, (name, query, address)
                    looked_at.add((name, address, number))
    assert len(looked_at) > 250


def test_a_number_leads_to_its_page_of_the_registre(people: World) -> None:
    fill(people, 30, seed=2)
    client = signed_in(people)
    for address, number in numbers(body(client.get(URL)))[:8]:
        shown = re.search(r'role="status">\s*(\d+) demande', body(client.get(address)))
        assert shown and int(shown[1]) == number, address


def test_a_list_is_exported_as_long_as_its_number(people: World) -> None:
    fill(people, 30, seed=3)
    client = signed_in(people)
    for address, number in numbers(body(client.get(URL)))[:8]:
        exported = client.get(address.replace("/registre/?", "/registre/export.csv?"))
        lines = b"".join(exported.streaming_content).decode("utf-8-sig").strip().splitlines()
        assert len(lines) == number + 1, address
