"""« Suivi en direct »: every number of the page is that of the list behind it, for everybody who follows."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from frontend import following, fragments
from frontend.pages.registry import filters_of
from tests.factories import World, make_world
from tracker import pending, reminding
from tracker.commands import Answer, AskRequester, Hold, MarkSignature
from tracker.enums import Role
from tracker.models import ClosedDay, Event, Membership, Office, Site, User
from tracker.writers import Author

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


# --- What it shows ------------------------------------------------------------------------------------------------


def test_bureaux_stand_in_the_organisation_s_order(world: World) -> None:
    page = opened(world)
    names = [world.offices[code].name for code in ("DCL", "DOT", "SEJ", "ASI", "SPB")]
    assert names_in_order(page) == names
    assert "Rien n’est en retard." in page


def test_nothing_is_a_dash_and_nothing_links_to_nothing(world: World) -> None:
    page = opened(world)
    assert numbers(page) == []
    assert figure(page, "En retard") == "–"


def test_a_late_demande_counts_in_its_bureau_and_kind(world: World) -> None:
    world.register(received_on=date(2026, 11, 2), channel="letter", office="DOT", by=None)
    page = opened(world)
    assert figure(page, "En retard") == "1"
    assert ("/registre/?office=DOT&kind=correspondence&channel=letter&situation=overdue&order=due", 1) in numbers(page)
    assert "Rien n’est en retard." not in page


def test_the_latest_first_do_not_move_until_asked(world: World) -> None:
    """The part that follows comes back in the order in which it stood, and says that it is another by now."""
    client = signed_in(world)
    world.register(received_on=date(2026, 11, 2))
    page = body(client.get(f"{URL}?ordre=retard"))
    assert names_in_order(page)[0] == world.offices["SEJ"].name
    region = re.search(r'hx-get="(/suivi/tableau/\?[^"]+)"', page)
    assert region
    for _ in range(2):
        world.register(received_on=date(2026, 11, 2), office="DOT", by=None)
    again = body(client.get(region[1]))
    assert names_in_order(again)[0] == world.offices["SEJ"].name
    assert "trier de nouveau" in again and "trier de nouveau" not in page
    sorted_again = re.search(r'hx-get="(/suivi/tableau/\?ordre=retard)"', again)
    assert sorted_again
    assert names_in_order(body(client.get(sorted_again[1])))[0] == world.offices["DOT"].name


def test_what_has_just_happened_is_told_without_what_it_says(world: World, people: World) -> None:
    ticket = world.register(Answer(date(2026, 11, 20)), subject="Objet secret", sender_name="Mme Secrète")
    hidden = world.register(office="ASI", by=None)
    page = opened(world)
    assert f'Bureau du séjour a répondu à <a href="/demandes/{ticket.reference}/">{ticket.reference}</a>' in page
    assert hidden.reference not in page.split("À l’instant")[1]
    assert "Objet secret" not in page and "Mme Secrète" not in page


def test_one_act_on_several_demandes_is_told_once(world: World) -> None:
    for _ in range(3):
        world.register(received_on=date(2026, 11, 2))
    reminding.remind_office(world.offices["SEJ"], Author(user=world.user("quality")))
    page = opened(world)
    assert "Bureau du séjour a reçu une relance pour 3 demandes" in page
    assert "Relancé ce matin par Q. Essai" in page


def test_nothing_of_another_prefecture(world: World) -> None:
    elsewhere = make_world("85", "85")
    ticket = elsewhere.register(received_on=date(2026, 11, 2))
    page = opened(world)
    assert ticket.reference not in page
    assert figure(page, "En retard") == "–"


def test_what_is_no_choice_is_not_asked(world: World) -> None:
    assert len(names_in_order(opened(world, query="?bureau=XXX&site=?&type=\0&urgence=later&ordre=x"))) == 5
    # A direction that holds nothing itself has no line among the latest.
    assert len(names_in_order(opened(world, query="?ordre=retard&rangs=,,XXX,SEJ,SEJ"))) == 4


# --- What it costs ------------------------------------------------------------------------------------------------


def queries(client: Client) -> int:
    client.get(URL)
    fragments.forget()
    with CaptureQueriesContext(connection) as captured:
        client.get(URL)
    return len(captured)


def test_as_many_queries_for_many_bureaux(world: World) -> None:
    client = signed_in(world)
    world.register(received_on=date(2026, 11, 2))
    one = queries(client)
    for number in range(25):
        office = Office.objects.create(
            prefecture=world.prefecture, site=world.site, code=f"N{number}", name=f"Bureau {number}", position=20
        )
        world.offices[office.code] = office
        world.register(received_on=date(2026, 11, 2), office=office.code, by=None)
    assert queries(client) == one


def test_it_is_made_once_for_all_who_see_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until something changes; and never for somebody who sees something else."""
    made: list[str] = []
    count = following.count

    def counting(*args: Any) -> Any:
        made.append("made")
        return count(*args)

    monkeypatch.setattr(following, "count", counting)
    second = User.objects.create_user("second@example.test", "x", first_name="Second", last_name="Essai")
    Membership.objects.create(user=second, prefecture=world.prefecture, role=Role.QUALITY)
    world.users["second"] = second
    for name in ("quality", "second", "quality"):
        signed_in(world, name).get("/suivi/tableau/")
    assert len(made) == 1
    signed_in(world, "supervisor").get("/suivi/tableau/")
    assert len(made) == 2
    world.register(received_on=date(2026, 11, 2))
    assert figure(body(signed_in(world).get("/suivi/tableau/")), "En retard") == "1"
    pending.drain_all()
    assert figure(body(signed_in(world).get("/suivi/tableau/")), "En retard") == "1"


# --- Reminding ----------------------------------------------------------------------------------------------------


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def test_what_a_reminder_will_do_is_said_then_done_once(world: World) -> None:
    client, address = signed_in(world), "/suivi/relancer/?bureau=SEJ"
    for received in (date(2026, 11, 2), date(2026, 11, 13)):
        world.register(received_on=received)
    asked = body(client.get(address))
    assert "2 demandes en retard ou à traiter aujourd’hui" in asked
    sent = {"seen": seen_in(asked), "note": "Merci"}
    assert client.post(address, sent).status_code == 302
    assert Event.objects.filter(stream="ticket", kind="reminded").count() == 2
    twice = client.post(address, sent)
    assert twice.status_code == 409
    assert "vient d’être relancé" in unescape(twice.content.decode())
    again = body(client.get(address))
    assert "Déjà relancé ce matin par Q. Essai" in again and "Relancer de nouveau" in again


def test_one_demande_is_reminded_from_the_oldest_promises(world: World) -> None:
    ticket = world.register(received_on=date(2026, 11, 2))
    client = signed_in(world)
    address = f"/suivi/relancer/?demande={ticket.reference}"
    assert address in opened(world)
    asked = body(client.get(address))
    assert client.post(address, {"seen": seen_in(asked)}).status_code == 302
    assert "Relance\xa0: Bureau du séjour" in body(client.get(f"/demandes/{ticket.reference}/"))


@pytest.mark.parametrize("query", ["", "?bureau=ASI", "?bureau=XXX", "?demande=44-2026-999999", "?demande=%00"])
def test_nobody_else_s_bureau_is_reminded(world: World, query: str) -> None:
    client = signed_in(world)
    assert client.get(f"/suivi/relancer/{query}").status_code == 404
    assert client.post(f"/suivi/relancer/{query}", {"seen": "0"}).status_code == 404


def test_a_sealed_demande_has_no_reminder(world: World) -> None:
    ticket = world.register(received_on=date(2026, 11, 2), office="ASI", by=None)
    page = opened(world)
    assert ticket.reference in page
    assert "/suivi/relancer/" not in page
    assert signed_in(world).get(f"/suivi/relancer/?demande={ticket.reference}").status_code == 404
