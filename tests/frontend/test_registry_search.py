"""What a search of the Registre shows first, how it says so, and which words it marks."""

from datetime import date

import pytest

from tests.factories import World
from tests.frontend.test_registry import URL, body, found, listed, signed_in
from tracker import search


@pytest.fixture
def mills(world: World) -> list[str]:
    """The best match is the oldest."""
    texts = [("Moulin & fils <b>", "Autre chose"), ("Anonyme", "Le moulin"), ("Anonyme", "<i>Moulins</i> à vent")]
    days = [date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)]
    tickets = [
        world.register(received_on=day, sender_name=sender, subject=subject)
        for day, (sender, subject) in zip(days, texts, strict=True)
    ]
    search.index_tickets(tickets)
    return [tickets[0].reference, tickets[2].reference, tickets[1].reference]


def test_a_search_shows_the_best_match_first_and_says_so(world: World, mills: list[str]) -> None:
    response = signed_in(world, "agent").get(f"{URL}?text=moulin")
    assert listed(response) == mills
    assert "Demandes, triées par pertinence" in body(response)
    assert '<strong aria-current="true">pertinence</strong>' in body(response)


def test_another_order_is_one_click_away_and_relevance_needs_words(world: World, mills: list[str]) -> None:
    by_date = [mills[1], mills[2], mills[0]]
    client = signed_in(world, "agent")
    assert listed(client.get(f"{URL}?text=moulin&order=received")) == by_date
    response = client.get(f"{URL}?order=relevance")
    assert listed(response) == by_date
    assert "pertinence" not in body(response)


def test_choosing_columns_in_a_search_keeps_the_order_of_the_lists(world: World, mills: list[str]) -> None:
    client = signed_in(world, "agent")
    client.post("/registre/affichage/", {"order": "reference"})
    shown = client.post("/registre/affichage/?text=moulin", {"order": "relevance", "columns": ["sender"]}, follow=True)
    assert listed(shown) == mills
    assert client.get(URL).context["order"].code == "reference"
    assert client.get(URL).context["columns"] == ("sender",)


def test_the_file_of_a_search_has_its_order(world: World, mills: list[str]) -> None:
    response = signed_in(world, "agent").get(f"{URL}export.csv?text=moulin&columns=sender")
    rows = b"".join(response.streaming_content).decode().splitlines()[1:]
    assert [row.partition(";")[0].strip('"') for row in rows] == mills


def test_the_words_found_are_marked_and_nothing_that_was_typed_is_markup(world: World, mills: list[str]) -> None:
    client = signed_in(world, "agent")
    page = client.get(f"{URL}?text=moulin+%3Cscript%3E").content.decode()
    assert "<script>" not in page.partition("<main")[2].partition("</main")[0]
    page = client.get(f"{URL}?text=moulin").content.decode()
    assert "<mark>Moulin</mark> &amp; fils &lt;b&gt;</td>" in page
    assert "&lt;i&gt;<mark>Moulins</mark>&lt;/i&gt; à vent</td>" in page
    assert "<mark>" not in client.get(URL).content.decode()


def test_a_search_is_narrowed_by_the_other_filters(world: World, mills: list[str]) -> None:
    assert found(world, "text=moulin&received_from=2026-11-03", "agent") == mills[1:]
    assert found(world, "text=moulin&office=SEJ&state=open", "agent") == mills
    assert found(world, "text=moulin&channel=letter", "agent") == []
