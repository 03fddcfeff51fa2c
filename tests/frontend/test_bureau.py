"""Mon bureau: what nobody has, who has what, what presses while somebody is away; each number is its list's length."""

import random
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from frontend.absence_words import period
from frontend.bureau import AgentLine
from tests.factories import World, make_world
from tracker import absences
from tracker.absences import Terms
from tracker.commands import Answer, AskRequester, Assign, Hold, MarkSignature, Take
from tracker.enums import Role
from tracker.models import Absence, Membership, Ticket
from tracker.writers import Author

URL = "/mon-bureau/"
TODAY = date(2026, 11, 20)
HTMX = {"HX-Request": "true"}


def signed_in(world: World, name: str = "supervisor") -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def opened(world: World, name: str = "supervisor", query: str = "") -> HttpResponse:
    response = signed_in(world, name).get(URL + query)
    assert response.status_code == 200
    return response


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def free(response: HttpResponse) -> list[str]:
    return [row.line.reference for row in response.context["rows"]]


def urgent(response: HttpResponse) -> list[str]:
    return [row.line.reference for person in response.context["urgent"] for row in person.rows]


def line_of(response: HttpResponse, world: World, name: str) -> AgentLine:
    lines: list[AgentLine] = response.context["agents"]
    return next(each for each in lines if each.user == world.users[name])


def said(line: AgentLine) -> str:
    return ", ".join(part.words for part in line.parts)


def away(
    world: World, name: str = "colleague", last: date = date(2026, 11, 27), substitute: str | None = "agent"
) -> Absence:
    terms = Terms(date(2026, 11, 18), last, world.users[substitute] if substitute else None)
    return absences.record(world.prefecture, world.users[name], terms, Author())


def give(client: Client, to: str, *tickets: Ticket, query: str = "", htmx: bool = False, **changes: str) -> Any:
    """As the browser sends it: the button of a row for one, the bar below for several."""
    data: dict[str, Any] = {f"version-{each.reference}": str(each.version) for each in tickets}
    if len(tickets) == 1:
        data |= {"one": tickets[0].reference, f"to-{tickets[0].reference}": to}
    else:
        data |= {"chosen": [each.reference for each in tickets], "to": to}
    headers = HTMX if htmx else {}
    return client.post(f"{URL}affecter/{query}", data | changes, headers=headers, follow=not htmx)


# --- What nobody has ----------------------------------------------------------------------------------------------


def test_what_nobody_has_the_promise_that_breaks_soonest_first(world: World) -> None:
    later = world.register(received_on=date(2026, 11, 18))
    late = world.register(received_on=date(2026, 11, 4))
    returned = world.register(Take(), received_on=date(2026, 11, 16))
    world.act(returned, Assign(world.offices["SEJ"].pk, None), by="agent")
    world.register(assignee="agent")
    world.register(office="DOT")
    world.register(Answer(date(2026, 11, 18)))
    assert free(opened(world)) == [late.reference, returned.reference, later.reference]


def test_thirty_on_a_page_then_the_following_ones(world: World) -> None:
    given = [world.register(received_on=TODAY - timedelta(days=rank % 10)) for rank in range(35)]
    client = signed_in(world)
    first = client.get(URL)
    second = client.get(first.context["next_url"])
    assert (len(free(first)), len(free(second))) == (30, 5)
    assert {*free(first), *free(second)} == {each.reference for each in given}
    assert free(client.get(second.context["previous_url"])) == free(first)
    assert first.context["count"] == 35


def test_an_empty_bureau_teaches(world: World) -> None:
    words = body(opened(world))
    assert "Rien n’est à répartir." in words
    assert "Tout est réparti." in words


# --- Rights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "mailroom", "copil", "administrator"])
def test_who_shares_nothing_out_has_no_such_page(world: World, who: str) -> None:
    assert signed_in(world, who).get(URL).status_code == 404
    assert signed_in(world, who).post(f"{URL}affecter/").status_code == 404


@pytest.mark.parametrize(
    ("who", "codes"),
    [("supervisor", {"SEJ"}), ("director", {"DCL", "DOT"}), ("quality", {"DCL", "DOT", "SEJ", "SPB"}),
     ("branch_quality", {"SPB"})],
)  # fmt: skip
def test_each_sees_the_bureaux_it_shares_out(world: World, who: str, codes: set[str]) -> None:
    tickets = {code: world.register(office=code, by=None) for code in world.offices}
    make_world("85", "85").register()
    assert set(free(opened(world, who))) == {tickets[code].reference for code in codes}


def test_one_bureau_among_several(world: World) -> None:
    tickets = {code: world.register(office=code, by=None) for code in world.offices}
    page = opened(world, "quality", "?bureau=DCL")
    assert set(free(page)) == {tickets["DCL"].reference, tickets["DOT"].reference}
    assert {each.user for each in page.context["agents"]} == {world.users["director"], world.users["other_agent"]}
    assert [each.label for each in page.context["views"] if each.current] == [
        "Direction de la citoyenneté et de la légalité"
    ]
    # In the organisation's order, and a sensitive bureau does not exist here.
    assert [each.code for each in page.context["views"]] == ["", "DCL", "DOT", "SEJ", "SPB"]
    assert free(opened(world, "quality", "?bureau=ASI")) == free(opened(world, "quality"))
    # Who heads one bureau has nothing to choose, nor who heads a direction with one bureau below it.
    assert opened(world).context["views"] == []


def test_a_demande_of_another_bureau_cannot_be_given(world: World) -> None:
    ticket = world.register(office="DOT")
    response = give(signed_in(world), str(world.users["agent"].pk), ticket)
    assert f"{ticket.reference} n’a pas été affectée. La demande n’est plus à répartir dans votre bureau." in body(
        response
    )
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_nobody_of_another_bureau_is_offered(world: World) -> None:
    ticket = world.register()
    page = opened(world)
    [row] = page.context["rows"]
    assert {each.pk for each in row.candidates} == {
        world.users[name].pk for name in ("agent", "colleague", "supervisor")
    }
    response = give(signed_in(world), str(world.users["other_agent"].pk), ticket)
    assert "Choisissez à qui affecter." in body(response)


# --- Giving -------------------------------------------------------------------------------------------------------


def test_one_demande_is_given_and_taken_back(world: World) -> None:
    ticket = world.register()
    client = signed_in(world)
    response = give(client, str(world.users["agent"].pk), ticket)
    assert f"{ticket.reference} affectée à Agent Essai." in body(response)
    assert Ticket.objects.get(pk=ticket.pk).assignee == world.users["agent"]
    address = response.content.decode().split('action="/mon-bureau/annuler/')[1].split('"')[0]
    back = client.post(f"{URL}annuler/{unescape(address)}", follow=True)
    assert "Affectation annulée\xa0: 1 demande est revenue comme avant." in body(back)
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


@pytest.mark.parametrize("query", ["", "?acte=", "?acte=12", "?acte=99999999999999999", "?acte=abc", "?acte=²"])
def test_there_may_be_nothing_to_take_back(world: World, query: str) -> None:
    response = signed_in(world).post(f"{URL}annuler/{query}", follow=True)
    assert "Il n’y a rien à annuler." in body(response)


def test_several_at_once_a_stale_one_is_told_and_refuses_no_other(world: World) -> None:
    one, two, three = (world.register() for _ in range(3))
    world.act(two, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="supervisor")
    words = body(give(signed_in(world), str(world.users["agent"].pk), one, two, three))
    assert "2 demandes affectées à Agent Essai." in words
    assert f"{two.reference} n’a pas été affectée. La demande vient d’être confiée à Colleague Essai." in words
    assert Ticket.objects.filter(assignee=world.users["agent"]).count() == 2


def test_in_place_the_answer_is_the_page_as_it_is_now(world: World) -> None:
    one, two = world.register(received_on=date(2026, 11, 16)), world.register(received_on=date(2026, 11, 17))
    client = signed_in(world)
    response = give(client, str(world.users["agent"].pk), one, htmx=True)
    assert response.status_code == 200
    assert free(response) == [two.reference]
    assert 'hx-swap-oob="true"' in body(response) and "affectée à Agent Essai" in body(response)
    refused = give(client, "", two, htmx=True)
    assert (refused.status_code, free(refused)) == (422, [two.reference])
    assert "Choisissez à qui affecter." in body(refused)


def test_nothing_chosen_is_said(world: World) -> None:
    response = signed_in(world).post(f"{URL}affecter/", {"to": "1"}, follow=True)
    assert "Cochez au moins une demande à affecter." in body(response)


def test_a_row_sent_without_its_version_is_stale(world: World) -> None:
    ticket = world.register()
    give(signed_in(world), str(world.users["agent"].pk), ticket, **{f"version-{ticket.reference}": ""})
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_given_to_somebody_who_is_away_it_says_so_and_who_stands_in(world: World) -> None:
    away(world)
    ticket = world.register()
    [row] = opened(world).context["rows"]
    labels = {each.pk: each.label for each in row.candidates}
    assert labels[world.users["colleague"].pk] == "Colleague Essai (absence jusqu’au 27 novembre)"
    assert not any(each.selected for each in row.candidates)
    words = body(give(signed_in(world), str(world.users["colleague"].pk), ticket))
    assert (
        f"{ticket.reference} affectée à Colleague Essai. "
        "Absence jusqu’au vendredi 27 novembre, remplacement\xa0: Agent Essai."
    ) in words


# --- Who has what -------------------------------------------------------------------------------------------------


def test_people_in_alphabetical_order_with_what_they_have(world: World) -> None:
    for received_on in (date(2026, 11, 4), date(2026, 11, 10), date(2026, 11, 13), date(2026, 11, 17)):
        world.register(received_on=received_on, assignee="colleague")
    world.register(channel="letter", received_on=TODAY, assignee="colleague")
    page = opened(world)
    assert [each.user.full_name for each in page.context["agents"]] == [
        "Agent Essai", "Colleague Essai", "Supervisor Essai",
    ]  # fmt: skip
    assert said(line_of(page, world, "colleague")) == "2 en retard, 1 aujourd’hui, 1 cette semaine, 5 en tout"
    assert said(line_of(page, world, "agent")) == ""
    assert "Aucune demande" in body(page)


def test_who_still_has_a_demande_after_leaving_the_bureau_is_listed(world: World) -> None:
    world.register(assignee="colleague")
    Membership.objects.filter(user=world.users["colleague"]).delete()
    page = opened(world)
    assert said(line_of(page, world, "colleague")).endswith("1 en tout")
    url = line_of(page, world, "colleague").parts[-1].url
    assert len(signed_in(world).get(url).context["lines"]) == 1


def test_away_and_soon_away_are_said(world: World) -> None:
    away(world)
    absences.record(world.prefecture, world.users["agent"], Terms(date(2026, 12, 28), date(2027, 1, 4)), Author())
    page = opened(world)
    assert line_of(page, world, "colleague").away == (
        "Absence jusqu’au vendredi 27 novembre, remplacement\xa0: Agent Essai"
    )
    assert line_of(page, world, "agent").coming == "Absence du 28 décembre au 4 janvier 2027"
    assert line_of(page, world, "supervisor").away == ""


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 12, 7), date(2026, 12, 7), "le 7 décembre"),
        (date(2026, 12, 1), date(2026, 12, 18), "du 1er au 18 décembre"),
        (date(2026, 11, 30), date(2026, 12, 1), "du 30 novembre au 1er décembre"),
        (date(2026, 12, 28), date(2027, 1, 4), "du 28 décembre au 4 janvier 2027"),
        (date(2027, 1, 4), date(2027, 2, 5), "du 4 janvier au 5 février 2027"),
    ],
)
def test_a_period_in_words(first: date, last: date, words: str) -> None:
    assert period(first, last, TODAY) == words


# --- Urgent, somebody away ----------------------------------------------------------------------------------------


def test_what_presses_while_somebody_is_away_comes_up_by_itself(world: World) -> None:
    mine = {"assignee": "colleague"}
    late = world.register(received_on=date(2026, 11, 4), **mine)
    before_return = world.register(received_on=date(2026, 11, 20), **mine)  # due on Friday 27, the last day away
    after = world.register(channel="letter", received_on=date(2026, 11, 19), **mine)
    world.register(received_on=date(2026, 11, 4), assignee="agent")
    world.register(channel="phone", **mine)
    assert urgent(opened(world)) == []
    away(world)
    page = opened(world)
    assert urgent(page) == [late.reference, before_return.reference]
    assert after.reference not in urgent(page)
    [person] = page.context["urgent"]
    assert person.words == ("Colleague Essai\xa0: absence jusqu’au vendredi 27 novembre, remplacement\xa0: Agent Essai")
    assert {each.pk for row in person.rows for each in row.candidates if each.selected} == {world.users["agent"].pk}
    assert "2 demandes urgentes confiées à une personne absente" in body(page)


def test_the_next_two_working_days_press_whenever_the_return_is(world: World) -> None:
    away(world, last=TODAY)
    friday = world.register(received_on=date(2026, 11, 13), assignee="colleague")
    tuesday = world.register(received_on=date(2026, 11, 17), assignee="colleague")
    world.register(received_on=date(2026, 11, 18), assignee="colleague")
    assert urgent(opened(world)) == [friday.reference, tuesday.reference]


def test_an_absence_that_is_over_to_come_or_cancelled_brings_nothing_up(world: World, frozen: Any) -> None:
    world.register(received_on=date(2026, 11, 4), assignee="colleague")
    cancelled = away(world, last=date(2026, 11, 19) + timedelta(days=8))
    absences.cancel(cancelled.pk, Author(), opened_version=1)
    terms = Terms(date(2026, 11, 21), date(2026, 11, 21))
    absences.record(world.prefecture, world.users["colleague"], terms, Author())
    assert urgent(opened(world)) == []
    frozen.move_to("2026-11-20T23:30:00+00:00")  # half past midnight in Paris
    assert len(urgent(opened(world))) == 1
    frozen.move_to("2026-11-21T23:30:00+00:00")
    assert urgent(opened(world)) == []


# --- À la signature -----------------------------------------------------------------------------------------------


def test_what_waits_for_a_signature_the_longest_first(world: World) -> None:
    recent = world.register(Take(), MarkSignature(date(2026, 11, 19)), assignee="agent")
    oldest = world.register(MarkSignature(date(2026, 11, 17)), assignee="colleague")
    signed = world.register(Take(), MarkSignature(date(2026, 11, 17)), Answer(date(2026, 11, 18)), assignee="agent")
    client = signed_in(world)
    page = client.get(URL)
    assert page.context["signature_count"] == 2
    shown = client.get(page.context["signature_url"])
    assert [line.reference for line, _, _ in shown.context["rows"]] == [oldest.reference, recent.reference]
    assert signed.reference not in body(shown)
    part = line_of(page, world, "agent").signature
    assert part is not None and part.words == "1 à la signature, depuis le 19 novembre"
    assert [line.reference for line, _, _ in client.get(part.url).context["rows"]] == [recent.reference]
    assert client.get(f"{URL}signature/?agent={world.users['other_agent'].pk}").status_code == 404
    for wrong in ("abc", "0", "9" * 30):
        assert client.get(f"{URL}signature/?agent={wrong}").status_code == 404


# --- Each number is its list --------------------------------------------------------------------------------------


def scatter(world: World, seed: int) -> None:
    """Demandes of every sort in every bureau, some of them held by people who are away."""
    draw = random.Random(seed)
    Membership.objects.create(
        user=world.users["colleague"], prefecture=world.prefecture, office=world.offices["DOT"], role=Role.AGENT
    )
    holders: dict[str, list[str | None]] = {
        "SEJ": ["agent", "colleague", "supervisor", None], "DOT": ["other_agent", "colleague", "director", None],
        "DCL": ["director", None], "ASI": ["asylum_agent", None], "SPB": [None],
    }  # fmt: skip
    endings: list[list[Any]] = [
        [], [], [], [Take(), MarkSignature(date(2026, 11, 19))], [Take(), AskRequester(TODAY, "la pièce")],
        [Take(), Hold(TODAY, date(2026, 12, 10))], [Answer(TODAY)],
    ]  # fmt: skip
    for _ in range(40):
        office = draw.choice([*holders, "SEJ", "SEJ"])
        in_sej = office == "SEJ"
        world.register(
            *(draw.choice(endings) if in_sej else []),
            by="agent" if in_sej else None,
            office=office,
            assignee=draw.choice(holders[office]),
            channel=draw.choice(["email", "letter", "phone"]),
            received_on=TODAY - timedelta(days=draw.randrange(16)),
        )
    for name in draw.sample(["agent", "colleague", "other_agent", "director", "asylum_agent"], 3):
        away(world, name, TODAY + timedelta(days=draw.randrange(12)), None)


def numbers(page: HttpResponse) -> dict[str, int]:
    """Every number of the page that has a list, by its address."""
    parts = [*page.context["sentence"]]
    for line in page.context["agents"]:
        parts += [*line.parts, *([line.signature] if line.signature else [])]
    found = {part.url: int(part.words.split()[0]) for part in parts}
    found[page.context["count_url"]] = page.context["count"]
    found[page.context["urgent_url"]] = page.context["urgent_count"]
    return found


@pytest.mark.parametrize("who", ["supervisor", "director", "quality"])
def test_every_number_is_the_length_of_its_list(world: World, who: str) -> None:
    scatter(world, seed=len(who))
    client = signed_in(world, who)
    views = [view.url for view in client.get(URL).context["views"]]
    asked: dict[str, int] = {}
    for view in (URL, *views[1:3]):
        asked |= numbers(client.get(view))
    assert len(asked) > 6
    for address, number in asked.items():
        shown = client.get(address)
        assert shown.status_code == 200, address
        rows = shown.context["rows"] if "signature/" in address else shown.context["lines"]
        assert len(rows) == number, address
