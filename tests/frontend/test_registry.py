"""Registre: what each role sees, found by filters that stand in the address."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import World, make_world
from tracker import search
from tracker.commands import Answer, AskRequester, Hold, Take
from tracker.models import Ticket

URL = "/registre/"


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.user(name))
    return client


def listed(response: HttpResponse) -> list[str]:
    assert response.status_code == 200, response.status_code
    return [line.reference for line in response.context["lines"]]


def found(world: World, query: str, by: str = "supervisor") -> list[str]:
    return listed(signed_in(world, by).get(f"{URL}?{query}"))


def body(response: HttpResponse) -> str:
    return unescape(response.content.decode())


# --- Rights -------------------------------------------------------------------------------------------------------


@pytest.fixture
def scattered(world: World) -> dict[str, Ticket]:
    """One demande in each bureau, one that waits for a bureau, one of another préfecture."""
    tickets = {code: world.register(office=code, by=None, subject=f"Objet {code}") for code in world.offices}
    tickets["nowhere"] = world.register(office=None, by="mailroom", subject="Objet nowhere", by_mailroom=True)
    tickets["branch"] = world.register(office=None, by=None, subject="Objet branch", site=world.branch)
    tickets["elsewhere"] = make_world("13", "13").register(subject="Objet elsewhere")
    search.index_tickets(tickets.values())
    return tickets


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("agent", {"SEJ"}),
        ("other_agent", {"DOT"}),
        ("asylum_agent", {"ASI"}),
        ("supervisor", {"SEJ"}),
        ("director", {"DCL", "DOT"}),
        ("quality", {"DCL", "DOT", "SEJ", "ASI", "SPB", "nowhere", "branch"}),
        ("branch_quality", {"SPB", "branch"}),
        ("mailroom", {"nowhere"}),
    ],
)
def test_each_role_sees_its_part(world: World, scattered: dict[str, Ticket], who: str, names: set[str]) -> None:
    assert set(found(world, "", who)) == {scattered[name].reference for name in names}


@pytest.mark.parametrize("who", ["copil", "administrator"])
@pytest.mark.parametrize("address", [URL, f"{URL}filtres/", f"{URL}export.xlsx", f"{URL}export.csv"])
def test_the_copil_and_the_administrator_have_no_registre(world: World, who: str, address: str) -> None:
    assert signed_in(world, who).get(address).status_code == 404


def test_a_visitor_signs_in_first(world: World) -> None:
    assert Client().get(URL).status_code == 302


def test_a_sensitive_bureau_shows_reference_bureau_and_dates_alone(world: World, scattered: dict[str, Ticket]) -> None:
    response = signed_in(world, "quality").get(URL)
    line = next(line for line in response.context["lines"] if line.reference == scattered["ASI"].reference)
    assert (line.sender, line.subject, line.origin, line.state) == ("Contenu réservé", "Contenu réservé", "", "")
    assert line.office == "Bureau de l’asile"
    assert "Objet ASI" not in body(response)


@pytest.mark.parametrize(
    "query",
    ["text=objet", "channel=email", "kind=correspondence", "nature=general_information", "module=1", "state=assigned"],
)
def test_what_is_sealed_is_not_found_by_its_content(world: World, scattered: dict[str, Ticket], query: str) -> None:
    references = found(world, query, "quality")
    assert scattered["SEJ"].reference in references or query == "state=assigned"
    assert scattered["ASI"].reference not in references


@pytest.mark.parametrize(
    "query", ["office=ASI", "situation=next_week", "state=open", "received_from=2026-11-01", "site=PREF"]
)
def test_what_is_sealed_is_found_by_bureau_site_and_dates(
    world: World, scattered: dict[str, Ticket], query: str
) -> None:
    assert scattered["ASI"].reference in found(world, query, "quality")


def test_the_bureaux_to_choose_from_are_those_one_sees(world: World) -> None:
    page = body(signed_in(world, "director").get(f"{URL}filtres/"))
    assert "Bureau des dotations" in page
    assert "Bureau de l’asile" not in page


# --- Filters ------------------------------------------------------------------------------------------------------


@pytest.fixture
def varied(world: World) -> dict[str, Ticket]:
    """Demandes of the bureau du séjour on Friday 20 November 2026, one a situation."""
    theme = world.prefecture.themes.get(code="etrangers")
    tickets = {
        # A courriel has 5 working days, a courrier 10. 11 November is closed.
        "late": world.register(received_on=date(2026, 11, 10)),
        "today": world.register(received_on=date(2026, 11, 13), assignee="agent"),
        "tuesday": world.register(received_on=date(2026, 11, 17), sender_name="Mairie d’Orvault"),
        "friday": world.register(received_on=date(2026, 11, 20), theme_id=theme.pk, module=3),
        "later": world.register(channel="letter", received_on=date(2026, 11, 19), nature="individual_request"),
        "none": world.register(channel="phone", received_on=date(2026, 11, 18), assignee="colleague"),
        "awaiting": world.register(
            Take(), AskRequester(date(2026, 11, 17), "la pièce"), received_on=date(2026, 11, 16)
        ),
        "held": world.register(Take(), Hold(date(2026, 11, 19), date(2026, 12, 10)), received_on=date(2026, 11, 16)),
        "in_time": world.register(Answer(date(2026, 10, 6)), received_on=date(2026, 10, 5)),
        "answered_late": world.register(Answer(date(2026, 10, 30)), received_on=date(2026, 10, 5)),
        "complaint": world.register(kind="complaint", nature="complaint", received_on=date(2026, 11, 20)),
    }
    search.index_tickets(tickets.values())
    return tickets


OPEN = {"late", "today", "tuesday", "friday", "later", "none", "awaiting", "held", "complaint"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("situation=overdue", {"late"}),
        ("situation=today", {"today"}),
        ("situation=next_days", {"tuesday"}),
        ("situation=next_week", {"tuesday", "friday", "complaint"}),
        ("situation=later", {"later", "held"}),
        ("situation=no_deadline", {"none"}),
        ("situation=answered_late", {"answered_late"}),
        ("situation=overdue&situation=today", {"late", "today"}),
        ("situation=unassigned", OPEN - {"today", "none", "awaiting", "held"}),
        ("state=open", OPEN),
        ("state=ended", {"in_time", "answered_late"}),
        ("state=awaiting_requester", {"awaiting"}),
        ("state=ended&state=on_hold", {"in_time", "answered_late", "held"}),
        ("kind=complaint", {"complaint"}),
        ("channel=letter", {"later"}),
        ("channel=letter&channel=phone", {"later", "none"}),
        ("nature=individual_request", {"later"}),
        ("module=3", {"friday"}),
        ("theme=etrangers", {"friday"}),
        ("received_from=2026-11-20", {"friday", "complaint"}),
        ("received_to=2026-10-05", {"in_time", "answered_late"}),
        ("received_from=19/11/2026&received_to=19/11/2026", {"later"}),
        ("text=orvault", {"tuesday"}),
        ("text=orvault&situation=overdue", set()),
        ("office=SEJ&situation=today", {"today"}),
        ("site=SP1", set()),
        ("", OPEN | {"in_time", "answered_late"}),
    ],
)
def test_filters_add_up_and_their_values_are_alternatives(
    world: World, varied: dict[str, Ticket], query: str, names: set[str]
) -> None:
    assert set(found(world, query)) == {varied[name].reference for name in names}


def test_agent_filters(world: World, varied: dict[str, Ticket]) -> None:
    assert set(found(world, "agent=me", "agent")) == {varied[name].reference for name in ("held", "awaiting", "today")}
    assert varied["none"].reference not in found(world, "agent=queue", "agent")
    assert set(found(world, "agent=team", "supervisor")) == {varied[name].reference for name in OPEN}
    assert found(world, "agent=team", "agent") == []


def test_a_bureau_lists_those_below_it(world: World, scattered: dict[str, Ticket]) -> None:
    assert set(found(world, "office=DCL", "quality")) == {scattered["DCL"].reference, scattered["DOT"].reference}


def test_a_mailbox_by_name(world: World) -> None:
    box = world.prefecture.mailboxes.create(name="Contact", address="contact@44.example.test")
    ticket = world.register(mailbox_id=box.pk)
    world.register()
    assert found(world, "mailbox=Contact") == [ticket.reference]


def test_filters_read_as_a_sentence_each_with_its_way_out(world: World, varied: dict[str, Ticket]) -> None:
    query = "channel=email&office=SEJ&received_from=2026-10-01&situation=overdue&order=due"
    response = signed_in(world, "supervisor").get(f"{URL}?{query}")
    assert [tag.label for tag in response.context["tags"]] == [
        "courriels", "bureau du séjour", "en retard", "reçues depuis le 1er octobre",
    ]  # fmt: skip
    left = response.context["tags"][2].url
    assert "situation" not in left and "channel=email" in left and "order=due" in left
    assert [tag.label for tag in signed_in(world, "supervisor").get(left).context["tags"]] == [
        "courriels", "bureau du séjour", "reçues depuis le 1er octobre",
    ]  # fmt: skip


def test_fields_left_empty_are_not_kept_in_the_address(world: World) -> None:
    response = signed_in(world, "supervisor").get(f"{URL}?kind=&text=&channel=email&received_from=&order=due")
    assert response["Location"] == f"{URL}?channel=email&order=due"


def test_taking_one_value_off_leaves_the_other(world: World, varied: dict[str, Ticket]) -> None:
    response = signed_in(world, "supervisor").get(f"{URL}?channel=email&channel=letter")
    assert response.context["tags"][0].url == f"{URL}?channel=letter"


@pytest.mark.parametrize(
    "query", ["channel=pigeon", "situation=soon", "received_from=hier", "module=12", "office=DOT", "agent=colleague"]
)
def test_a_filter_that_is_not_known_is_said_and_lists_nothing(world: World, query: str) -> None:
    world.register()
    for address in (f"{URL}?{query}", f"{URL}export.csv?{query}", f"{URL}export.xlsx?{query}"):
        response = signed_in(world, "supervisor").get(address)
        assert response.status_code == 422
        assert "n’est pas reconnu" in body(response)


@pytest.mark.parametrize("text", ["%00", "%F0%9F%98%80", "x" * 3000, "%27%22%3C%3E", "NEAR%28"])
def test_a_strange_text_finds_nothing_and_breaks_nothing(world: World, text: str) -> None:
    search.index_tickets([world.register()])
    assert signed_in(world, "supervisor").get(f"{URL}?text={text}").status_code == 200


def test_a_reference_or_its_number_goes_straight_to_the_demande(world: World) -> None:
    ticket = world.register()
    client = signed_in(world, "supervisor")
    for typed in (ticket.reference, ticket.reference.lower(), str(ticket.number), f"2026-{ticket.number}"):
        response = client.get(URL, {"text": typed})
        assert response.status_code == 302
        assert response["Location"] == f"/demandes/{ticket.reference}/"


def test_a_reference_that_one_may_not_see_is_no_trace(world: World) -> None:
    ticket = world.register(office="DOT")
    response = signed_in(world, "agent").get(URL, {"text": ticket.reference})
    assert listed(response) == []


# --- The list -----------------------------------------------------------------------------------------------------


def test_deadlines_are_said_in_words(world: World, varied: dict[str, Ticket]) -> None:
    lines = {line.reference: line.due for line in signed_in(world, "supervisor").get(URL).context["lines"]}
    assert {name: lines[ticket.reference] for name, ticket in varied.items()} == {
        "late": "en retard de 2 jours ouvrés",
        "today": "aujourd’hui",
        "tuesday": "dans 2 jours ouvrés",
        "friday": "dans 5 jours ouvrés",
        "later": "au plus tard jeudi 3 décembre",
        "none": "sans délai défini",
        "awaiting": "délai suspendu",
        "held": "au plus tard jeudi 10 décembre",
        "in_time": "dans le délai",
        "answered_late": "hors délai",
        "complaint": "dans 5 jours ouvrés",
    }


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("received", ["later", "awaiting", "late"]),
        ("due", ["late", "later", "awaiting"]),
        ("reference", ["awaiting", "later", "late"]),
        ("unknown", ["later", "awaiting", "late"]),
    ],
)
def test_the_three_orders(world: World, varied: dict[str, Ticket], order: str, names: list[str]) -> None:
    references = found(world, f"order={order}")
    kept = [varied[name].reference for name in names]
    assert [reference for reference in references if reference in kept] == kept


def many(world: World, count: int, **fields: Any) -> None:
    for _ in range(count):
        world.register(**fields)


def test_fifty_a_page_with_the_exact_total(world: World) -> None:
    many(world, 53)
    client = signed_in(world, "supervisor")
    first = client.get(URL)
    assert len(listed(first)) == 50
    assert first.context["summary"] == "53 demandes"
    second = client.get(first.context["next_url"])
    assert len(listed(second)) == 3
    assert not set(listed(first)) & set(listed(second))
    assert listed(client.get(second.context["previous_url"])) == listed(first)
    assert not second.context["next_url"]


def test_beyond_ten_thousand_the_total_says_so() -> None:
    from frontend.listing import total_words
    from tracker.paging import Total

    assert total_words(Total(10_000, exact=True)) == "10\u202f000 demandes"
    assert total_words(Total(10_000, exact=False)) == "plus de 10 000 demandes".replace("10 000", "10\u202f000")


@pytest.mark.parametrize("query", ["", "?text=renseignements&situation=next_week&channel=email&office=SEJ"])
def test_as_many_queries_for_one_row_as_for_fifty(world: World, query: str) -> None:
    counts = []
    signed_in(world, "supervisor").get(URL)  # the calendars are in memory from here on
    for more in (1, 49):
        many(world, more)
        search.index_tickets(Ticket.objects.all())
        client = signed_in(world, "supervisor")
        with CaptureQueriesContext(connection) as queries:
            response = client.get(URL + query)
        counts.append((len(listed(response)), len(queries)))
    assert [rows for rows, _ in counts] == [1, 50]
    assert counts[0][1] == counts[1][1]


def test_an_empty_registre_teaches(world: World) -> None:
    assert "Le registre est vide." in body(signed_in(world, "supervisor").get(URL))
    assert "Aucune demande ne répond à ces filtres." in body(signed_in(world, "supervisor").get(f"{URL}?state=ended"))


def test_the_filters_open_in_place_or_as_a_page(world: World) -> None:
    client = signed_in(world, "supervisor")
    page = body(client.get(f"{URL}filtres/?channel=email"))
    part = body(client.get(f"{URL}filtres/?channel=email", headers={"HX-Request": "true"}))
    assert "<html" in page and "<html" not in part
    assert 'value="email"' in part and "checked" in part


@pytest.mark.parametrize("switch", [date(2026, 10, 25), date(2026, 3, 29)])
def test_the_days_around_a_change_of_hour_are_each_in_their_list(world: World, switch: date) -> None:
    from datetime import timedelta

    days = [switch + timedelta(days=shift) for shift in (-1, 0, 1)]
    tickets = {day: world.register(received_on=day) for day in days}
    for day in days:
        assert found(world, f"received_from={day}&received_to={day}") == [tickets[day].reference]


def test_today_is_that_of_the_site(world: World, frozen: Any) -> None:
    """At 23:30 in Paris on the due date it is not late; half an hour later, in Paris, it is."""
    ticket = world.register(received_on=date(2026, 11, 13))
    frozen.move_to("2026-11-20T22:30:00+00:00")
    assert found(world, "situation=today") == [ticket.reference]
    frozen.move_to("2026-11-20T23:00:00+00:00")
    assert found(world, "situation=overdue") == [ticket.reference]


def test_a_site_of_another_zone_has_its_own_today(world: World, frozen: Any) -> None:
    world.branch.time_zone = "Indian/Reunion"
    world.branch.save()
    here = world.register(received_on=date(2026, 11, 13))
    there = world.register(received_on=date(2026, 11, 13), site=world.branch)
    frozen.move_to("2026-11-20T21:00:00+00:00")
    assert found(world, "situation=today") == [here.reference]
    assert found(world, "situation=overdue") == [there.reference]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("?text=introuvable", "Rien ne contient « introuvable »."),
        ("?text=introuvable&state=assigned", "Rien ne contient « introuvable » parmi ces filtres."),
        ("?state=merged", "Aucune demande ne répond à ces filtres."),
    ],
)
def test_an_empty_list_says_why_it_is_empty(world: World, query: str, title: str) -> None:
    world.register()
    client = Client()
    client.force_login(world.user("agent"))
    page = unescape(client.get(f"/registre/{query}").content.decode()).replace("\xa0", " ")
    assert title in page
    assert ("cherchez un seul mot" in page) == ("text=" in query)
