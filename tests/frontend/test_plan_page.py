"""« Plan d'actions »: each number on the page opens a list of as many lines."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from actions.commands import Abandon, Decline, Finish
from actions.enums import Strand
from tests.factories import World, make_world
from tests.plans import Desk, fill

FIGURE = re.compile(r'<a (?:class="[^"]+" )?href="(/plan/[^"]*)">(\d+)[^<]*</a>')
COUNT = re.compile(r"<strong>(\d+) actions?</strong>")
LINE = re.compile(r'<span class="sillage-plan__reference">(\d\d-A-\d{4}-\d{4})')


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def filled(desk: Desk) -> None:
    fill(desk)


def opened(desk: Desk, by: str, address: str = "/plan/") -> str:
    client = Client()
    client.force_login(desk.world.user(by))
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def numbers(page: str) -> Iterator[tuple[str, int]]:
    for url, number in FIGURE.findall(page):
        yield unescape(url), int(number)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("by", ["quality", "copil", "supervisor"])
def test_each_number_opens_as_many_lines(desk: Desk, by: str) -> None:
    page = opened(desk, by)
    found = list(numbers(page))
    assert len(found) >= 12
    for url, number in found:
        behind = opened(desk, by, url)
        assert int(COUNT.findall(behind)[0]) == number == len(LINE.findall(behind)), url


@pytest.mark.usefixtures("filled")
def test_the_summary_is_a_sentence_with_its_figure(desk: Desk) -> None:
    page = opened(desk, "copil")
    assert "12 actions sur 20 sont faites\xa0: 60\xa0%." in page
    assert "1 proposée" in page and "1 non retenue" in page and "4 abandonnées" in page


def test_an_empty_plan_says_what_will_stand_there(desk: Desk) -> None:
    assert "Le plan est vide." in opened(desk, "quality")
    assert "Vous ne portez aucune action." in opened(desk, "agent")


def test_a_person_without_a_plan_sees_their_own_and_no_rate(desk: Desk) -> None:
    mine = desk.planned(Finish(date(2026, 11, 20)), pilot_id=desk.world.users["agent"].pk)
    idea = desk.propose(Decline("Déjà prévu au 2e trimestre."), by="quality")
    own = desk.propose(by="agent")
    desk.act(own, Decline("Le guichet ferme en juin."))
    page = opened(desk, "agent")
    assert set(LINE.findall(page)) == {mine.reference, own.reference}
    assert "Le guichet ferme en juin." in page
    assert idea.reference not in page
    assert "%" not in page.partition("<main")[2].partition("</main>")[0]


def test_filters_read_as_words_and_come_off(desk: Desk) -> None:
    desk.planned(strand=Strand.STEERING, source="internal_audit")
    page = opened(desk, "quality", "/plan/?part=steering&source=internal_audit&due=retard")
    assert "source\xa0: Audit interne" in page and "en retard" in page
    assert 'href="/plan/?part=steering&amp;due=retard"' in page
    assert "Aucune action ne répond à ces filtres." in page


def test_empty_fields_leave_the_address(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.world.user("quality"))
    assert client.get("/plan/?part=&source=agent").headers["Location"] == "/plan/?source=agent"


@pytest.mark.parametrize(
    "query", ["part=module-99", "progress=%00", "page=zzz", "page=999", "office=%00", "source=%00"]
)
def test_an_address_that_means_nothing_is_no_error(desk: Desk, query: str) -> None:
    desk.planned()
    opened(desk, "quality", f"/plan/?{query}")


def test_late_actions_say_it_and_done_ones_never(desk: Desk) -> None:
    desk.planned(due_on=date(2026, 11, 4))
    desk.planned(Finish(date(2026, 11, 10)), due_on=date(2026, 11, 4), title="Faite après")
    desk.planned(Abandon("Fermé."), due_on=date(2026, 11, 4), title="Laissée")
    page = opened(desk, "quality")
    assert page.count("En retard, prévue le 4 novembre") == 1
    assert "Faite le 10 novembre" in page


def test_the_plan_of_another_prefecture_stays_there(desk: Desk) -> None:
    other = Desk(make_world("85", "85"))
    other.planned(title="Plan de la Vendée")
    assert "Vendée" not in opened(desk, "quality")


def test_the_administrator_has_no_plan(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.world.user("administrator"))
    assert client.get(reverse("plan")).status_code == 404
