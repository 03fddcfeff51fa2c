"""« Aller à… »: nothing offered that would be refused, nothing found that may not be seen, in few queries."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from frontend.pages.tickets import offers as offering
from tests.factories import PEOPLE, World, make_world
from tests.frontend.walk import TABLE
from tests.frontend.walk.stage import EVERYBODY, make_stage
from tracker.commands import Answer, Take
from tracker.models import Membership, Ticket, User
from tracker.permissions import abilities

PERSONS = [name for name, *_ in PEOPLE]
OPTION = re.compile(r'role="option".*?href="([^"]+)"><span>(.*?)</span> <span[^>]*>(.*?)</span>', re.DOTALL)

# Pages that nobody goes to by name: what leads there says on what.
NOT_A_DESTINATION = {
    "palette",  # itself
    "sign-in",
    "registry-filters", "registry:selection",  # from the Registre
    "live-remind",  # from « Suivi en direct »
    "rule-add", "reply-model-add", "kind-add", "theme-add", "mailbox-add", "site-add", "office-add", "person-add",
    "passwords",  # for those chosen among the accounts
}  # fmt: skip


def ask(user: User, text: str = "", demande: str = "") -> list[tuple[str, str, str]]:
    """(address, label, note) of each option of the window."""
    client = Client()
    client.force_login(user)
    response = client.get(reverse("palette"), {"q": text, "demande": demande}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return OPTION.findall(response.content.decode())


def addresses(found: list[tuple[str, str, str]]) -> list[str]:
    return [url for url, _, _ in found]


@pytest.mark.parametrize("name", PERSONS)
def test_every_page_offered_opens(world: World, name: str) -> None:
    client = Client()
    client.force_login(world.user(name))
    found = addresses(ask(world.user(name)))
    assert len(found) > 5
    assert {url: client.get(url).status_code for url in found} == dict.fromkeys(found, 200)


def test_every_page_that_needs_no_name_is_offered(db: None, frozen: Any) -> None:
    stage = make_stage()
    for role in EVERYBODY:
        found = addresses(ask(stage.user(role)))
        missing = [
            name
            for name, page in TABLE.items()
            if role in page.roles and page.to_look_at and not page.takes_arguments and name not in NOT_A_DESTINATION
            and page.url(name, stage).partition("?")[0] not in found
        ]  # fmt: skip
        assert missing == [], role


@pytest.mark.parametrize("who", ["supervisor", "quality", "administrator"])
def test_no_page_is_offered_twice(world: World, who: str) -> None:
    offered = addresses(ask(world.user(who)))
    assert offered
    assert len(offered) == len(set(offered))
    assert ("/reglages/signatures/" in offered) is (who != "administrator")


def test_a_person_without_a_role_still_finds_the_help(world: World) -> None:
    user = User.objects.create_user("sans-role@example.test")
    assert reverse("help") in addresses(ask(user))
    assert reverse("registry") not in addresses(ask(user))


def test_a_page_is_found_by_the_beginnings_of_its_words(world: World) -> None:
    assert [label for _, label, _ in ask(world.user("quality"), "BOI fonc")][:1] == ["Boîtes fonctionnelles"]
    assert addresses(ask(world.user("agent"), "fonctionnelles"))[:-1] == []


# --- acts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["agent", "supervisor", "quality", "colleague"])
def test_the_acts_are_those_of_the_page(world: World, name: str) -> None:
    answered = world.register(Answer(date(2026, 11, 18)))
    for ticket in (world.register(), world.register(Take()), answered, world.register(kind="meeting_request")):
        user = world.user(name)
        page = [offer.url for offer in offering.offers(ticket, abilities(user, ticket))]
        found = addresses(ask(user, demande=ticket.reference))
        assert found[: len(page)] == page
        assert page


@pytest.mark.parametrize("name", ["other_agent", "copil", "administrator", "mailroom", "branch_quality"])
def test_no_act_on_what_one_may_not_see(world: World, name: str) -> None:
    ticket = world.register()
    found = ask(world.user(name), demande=ticket.reference)
    assert addresses(found) == addresses(ask(world.user(name)))
    assert addresses(ask(world.user(name), demande="44-2026-999999")) == addresses(found)


def test_no_act_on_what_is_sealed(world: World) -> None:
    ticket = world.register(office="ASI", by="asylum_agent")
    assert not [url for url in addresses(ask(world.user("quality"), demande=ticket.reference)) if "/demandes/" in url]


# --- demandes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["44-2026-000001", "2026-1", "1", "000001", " 44-2026-000001 "])
def test_a_reference_or_its_last_digits_name_the_demande(world: World, text: str) -> None:
    ticket = world.register(subject="Titre de séjour")
    assert ticket.reference == "44-2026-000001"
    first = ask(world.user("agent"), text)[0]
    assert first[0] == reverse("ticket", args=[ticket.reference])
    assert first[1] == "44-2026-000001 · Titre de séjour"


def test_words_find_the_latest_demandes_and_lead_to_the_others(world: World) -> None:
    for number in range(8):
        world.register(subject=f"Permis de conduire {number}")
    found = addresses(ask(world.user("agent"), "permis cond"))
    assert len(found) == 7
    assert found[-1] == "/registre/?text=permis+cond"
    assert all("/demandes/" in url for url in found[:-1])


def hidden(world: World) -> list[tuple[str, Ticket]]:
    """(who, a demande that this person may not read)."""
    other = make_world(code="85", department="85")
    words = {"subject": "Permis de conduire", "sender_name": "Mme Zanzibar"}
    return [
        ("other_agent", world.register(**words)),
        ("branch_quality", world.register(**words)),
        ("mailroom", world.register(**words)),
        ("copil", world.register(**words)),
        ("administrator", world.register(**words)),
        ("agent", other.register(**words)),
        ("quality", other.register(**words)),
        ("quality", world.register(office="ASI", by="asylum_agent", **words)),
    ]


def test_nothing_is_found_that_may_not_be_seen(world: World) -> None:
    for name, ticket in hidden(world):
        for text in ("Zanzibar", "permis", ticket.reference, str(ticket.number)):
            found = ask(world.user(name), text)
            told = [option for option in found if "/demandes/" in option[0]]
            told = [option for option in told if ticket.reference in option[0]]
            if name == "quality" and ticket.office_id == world.offices["ASI"].pk and text not in ("Zanzibar", "permis"):
                # Located, not read.
                assert [(option[1], option[2]) for option in told] == [(ticket.reference, "Contenu réservé")]
            else:
                assert told == [], (name, text)


def test_no_search_without_a_register_to_read(world: World) -> None:
    world.register()
    for name in ("copil", "administrator"):
        assert not [url for url in addresses(ask(world.user(name), "Mairie")) if "registre" in url or "demandes" in url]


def test_the_page_without_javascript_opens_what_is_named_and_lists_the_rest(world: World) -> None:
    ticket = world.register(subject="Titre <b>de</b> séjour")
    client = Client()
    client.force_login(world.user("agent"))
    assert client.get(reverse("palette"), {"q": "1"})["Location"] == reverse("ticket", args=[ticket.reference])
    page = client.get(reverse("palette"), {"q": "titre"}).content.decode()
    assert "Titre &lt;b&gt;de&lt;/b&gt; séjour" in page and 'role="option"' not in page
    assert client.get(reverse("palette"), {"q": "\x00" + "x" * 500}).status_code == 200


def test_one_cheap_request(world: World) -> None:
    """As many queries for fifty demandes that answer as for one, and few."""

    def cost(**asked: str) -> int:
        client = Client()
        client.force_login(world.user("agent"))
        client.get(reverse("palette"), asked, headers={"HX-Request": "true"})
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("palette"), asked, headers={"HX-Request": "true"})
        return len(captured)

    ticket = world.register(subject="Permis de conduire")
    here = {"demande": ticket.reference}
    asked = [{}, {"q": "permis"}, {"q": "1"}, here, here | {"q": "permis"}]
    at_one = [cost(**each) for each in asked]
    for _ in range(50):
        world.register(subject="Permis de conduire")
    assert [cost(**each) for each in asked] == at_one
    assert at_one[0] <= 6
    assert max(at_one) <= 16


def test_of_two_demandes_with_one_number_none_is_opened_unseen(world: World) -> None:
    """A person of two préfectures: both are listed, the full reference opens one."""
    other = make_world(code="85", department="85")
    mine, theirs = world.register(subject="Permis"), other.register(subject="Permis")
    Membership.objects.create(
        user=world.users["agent"], prefecture=other.prefecture, office=other.offices["SEJ"], role="agent"
    )
    assert mine.number == theirs.number
    client = Client()
    client.force_login(world.user("agent"))
    assert client.get(reverse("palette"), {"q": str(mine.number)}).status_code == 200
    found = addresses(ask(world.user("agent"), str(mine.number)))
    assert {reverse("ticket", args=[each.reference]) for each in (mine, theirs)} <= set(found)
    for each in (mine, theirs):
        response = client.get(reverse("palette"), {"q": each.reference})
        assert response["Location"] == reverse("ticket", args=[each.reference])
