"""One table of searches, the same results on both engines."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import World
from tracker import paging, search
from tracker.models import SearchDocument, Ticket
from tracker.models.search import hits
from tracker.querysets import TicketQuerySet
from tracker.words import words_of

TEXTS = {
    "detr": {"sender_name": "Mairie d’Orvault", "subject": "Subvention DETR : pièces complémentaires"},
    "titre": {"sender_name": "M. Le Goff", "subject": "Titre de séjour, demande de renouvellement"},
    "presse": {"sender_name": "Ouest-Éclair", "subject": "Journal et journaux locaux : l’œuvre du préfet"},
    "foreign": {"sender_name": "Łukasz Ørsted", "subject": "Привет 🙂 Straße", "sender_contact": "lukasz@exemple.test"},
    "long": {"sender_name": "Association", "subject": "Pièce 1e5 n° 0042", "body": "mot " * 3000 + "dernier"},
}

SEARCHES = [
    # what is typed, which of TEXTS are found
    ("subvention", {"detr"}),
    ("SUBVENTIONS", {"detr"}),
    ("complementaire", {"detr"}),
    ("pièce", {"detr", "long"}),
    ("orvault detr", {"detr"}),
    ("detr orv", {"detr"}),
    ("orv detr", set()),
    ("d'Orvault", {"detr"}),
    ("renouv", {"titre"}),
    ("demandes", {"titre"}),
    ("le goff", {"titre"}),
    ("journal", {"presse"}),
    ("journaux", {"presse"}),
    ("oeuvres", {"presse"}),
    ("ouest eclair", {"presse"}),
    ("strasse", {"foreign"}),
    ("ПРИВЕТ", {"foreign"}),
    ("orsted", {"foreign"}),
    ("lukasz@exemple.test", {"foreign"}),
    ("1e5", {"long"}),
    ("42", {"long"}),
    ("0042", {"long"}),
    ("dernier", {"long"}),
    ("absent", set()),
    ("🙂", set()),
    ("!!! '' \" : & | * ( ) <->", set()),
    ("NEAR(subvention detr) OR titre", set()),
    ("subvention' | 'titre", set()),
]


@pytest.fixture
def corpus(world: World) -> dict[str, Ticket]:
    tickets = {name: world.register(**fields) for name, fields in TEXTS.items()}
    search.index_tickets(tickets.values())
    return tickets


@pytest.mark.parametrize(("typed", "expected"), SEARCHES)
def test_words_find_the_demandes_that_hold_them_all(
    corpus: dict[str, Ticket], both_ways: None, typed: str, expected: set[str]
) -> None:
    found = set(search.containing(Ticket.objects.all(), typed).values_list("pk", flat=True))
    assert {name for name, ticket in corpus.items() if ticket.pk in found} == expected


def test_indexing_again_replaces_the_words(corpus: dict[str, Ticket]) -> None:
    ticket = corpus["detr"]
    Ticket.objects.filter(pk=ticket.pk).update(subject="Élections municipales", sender_name="")
    search.index_tickets([Ticket.objects.get(pk=ticket.pk)])
    assert not search.containing(Ticket.objects.all(), "subvention").exists()
    assert search.containing(Ticket.objects.all(), "élection municipale").get() == ticket


def test_deleting_the_words_forgets_them(corpus: dict[str, Ticket]) -> None:
    SearchDocument.objects.filter(ticket=corpus["detr"]).delete()
    assert not search.containing(Ticket.objects.all(), "subvention").exists()


def test_a_text_found_is_one_that_may_be_read(world: World) -> None:
    ticket = world.register(office="ASI", by="asylum_agent", subject="Recours confidentiel")
    search.index_tickets([ticket])
    found = {
        name
        for name in world.users
        if search.containing(Ticket.objects.readable_by(world.user(name)), "confidentiel").exists()
    }
    assert found == {"asylum_agent"}


def test_an_old_number_finds_the_demande(world: World) -> None:
    ticket = world.register()
    search.index_tickets([ticket], {ticket.pk: "A-2019/0077"})
    assert search.containing(Ticket.objects.all(), "0077").get() == ticket


def test_a_huge_document_is_cut_and_still_indexed(world: World) -> None:
    ticket = world.register(body=" ".join(f"{number}{'𐐨' * 70}" for number in range(6_000)))
    search.index_tickets([ticket])
    assert len(SearchDocument.objects.get(ticket=ticket).words.split()) == search.MOST_WORDS


# --- The order ----------------------------------------------------------------------------------------------------

RANKED = {
    # name: what it holds, and its arrival; « moulin » or « 77 » stand in each
    "number": {"old": "A-2019/0077", "received_on": date(2026, 11, 2)},
    "sender": {"sender_name": "Les amis du Moulin, 77 route du lac", "received_on": date(2026, 11, 3)},
    "contact": {"sender_contact": "moulin@exemple.test, bureau 77", "received_on": date(2026, 11, 4)},
    "subject": {"subject": "Moulins à vent du lac, parcelle 77", "received_on": date(2026, 11, 5)},
    "recent": {"subject": "Le moulin et la parcelle 77", "received_on": date(2026, 11, 6)},
    "unfinished": {"subject": "Moulinet 7701", "received_on": date(2026, 11, 9)},
    "both": {"sender_name": "Mairie du lac", "subject": "Passerelle", "received_on": date(2026, 11, 10)},
    "text": {"body": "… près du moulin, au 77, vers la passerelle du lac.", "received_on": date(2026, 11, 16)},
    "none": {"subject": "Autre chose", "received_on": date(2026, 11, 16)},
}

ORDERED = [
    # what is typed, what is found, in order: class of match, then the latest arrival
    ("moulin", ["sender", "unfinished", "recent", "subject", "text", "contact"]),
    ("MOULINS", ["sender", "recent", "subject", "text", "contact"]),
    ("77", ["number", "sender", "unfinished", "recent", "subject", "text", "contact"]),
    ("moulin@exemple.test", ["contact"]),
    ("0077", ["number"]),
    ("a-2019 0077", ["number"]),
    ("moulin lac", ["sender", "subject", "text"]),
    ("lac passerelle", ["both", "text"]),
    ("passerelle mairie", ["both"]),
    ("lac", ["both", "sender", "subject", "text"]),
    ("absent", []),
    ("!!!", []),
]


@pytest.fixture
def ranks(world: World) -> dict[int, str]:
    fields = {name: {"sender_name": "Anonyme", "subject": "Sans objet"} | given for name, given in RANKED.items()}
    old = {name: given.pop("old", "") for name, given in fields.items()}
    tickets = {name: world.register(**given) for name, given in fields.items()}
    search.index_tickets(tickets.values(), {tickets[name].pk: number for name, number in old.items() if number})
    return {ticket.pk: name for name, ticket in tickets.items()}


@pytest.fixture(params=[search.FEW, 0], ids=["named", "walked"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is few is named demande by demande, the rest is read by the list: the same rows in the same order."""
    monkeypatch.setattr(search, "FEW", request.param)


def parts(text: str) -> Sequence[TicketQuerySet]:
    return search.best_first(Ticket.objects.all(), text)


@pytest.mark.parametrize(("typed", "expected"), ORDERED)
def test_the_best_match_first_then_the_latest(
    ranks: dict[int, str], both_ways: None, typed: str, expected: list[str]
) -> None:
    found = paging.page(parts(typed), search.RELEVANCE).rows
    assert [ranks[ticket.pk] for ticket in found] == expected


@pytest.mark.parametrize("typed", [typed for typed, _ in ORDERED])
def test_a_rank_loses_no_demande_and_shows_none_twice(ranks: dict[int, str], both_ways: None, typed: str) -> None:
    every = [ticket.pk for part in search.ranked(Ticket.objects.all(), typed) for ticket in part]
    assert sorted(every) == sorted(ranks)
    assert {ticket.pk for part in parts(typed) for ticket in part} == set(
        search.containing(Ticket.objects.all(), typed).values_list("pk", flat=True)
    )


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 20])
def test_pages_of_a_search_follow_one_another_both_ways(ranks: dict[int, str], both_ways: None, size: int) -> None:
    expected = dict(ORDERED)["77"]
    pages = [paging.page(parts("77"), search.RELEVANCE, "", size)]
    while pages[-1].next:
        pages.append(paging.page(parts("77"), search.RELEVANCE, pages[-1].next, size))
    assert [ranks[ticket.pk] for page in pages for ticket in page.rows] == expected
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = paging.page(parts("77"), search.RELEVANCE, back.previous, size)
        assert back.rows == page.rows
    assert back.previous == ""


def test_a_demande_that_changes_rank_between_two_pages_hides_no_other(world: World, ranks: dict[int, str]) -> None:
    first = paging.page(parts("77"), search.RELEVANCE, "", 3)
    moved = next(pk for pk, name in ranks.items() if name == "text")
    Ticket.objects.filter(pk=moved).update(sender_name="77")
    search.index_tickets([Ticket.objects.get(pk=moved)])
    rest = paging.page(parts("77"), search.RELEVANCE, first.next, 20)
    assert [ranks[ticket.pk] for ticket in rest.rows] == ["recent", "subject", "contact"]


@pytest.mark.parametrize("part", [-1, 4, "1", None, 1.5])
def test_a_cursor_of_no_part_begins_at_the_beginning(ranks: dict[int, str], part: Any) -> None:
    cursor = paging.Cursor("relevance", ("2026-11-05", 3), part=part).encode()
    assert paging.decode(cursor, search.RELEVANCE, Ticket) is None


@pytest.mark.parametrize(
    ("shown", "typed", "expected"),
    [
        ("Mairie d’Orvault", "orvault", "Mairie d’[Orvault]"),
        ("Subventions DETR : pièces", "piece subvention", "[Subventions] DETR : [pièces]"),
        ("L’Œuvre des journaux", "oeuvres journal", "L’[Œuvre] des [journaux]"),
        ("44-2026-000042", "42", "44-2026-[000042]"),
        ("Renouvellement", "renouv", "[Renouvellement]"),
        ("renouv renouvellement", "renouv titre", "[renouv] renouvellement"),
        ("e\u0301te\u0301 🙂", "ete", "[e\u0301te\u0301] 🙂"),
        ("Straße", "strasse", "[Straße]"),
        ("rien", "", "rien"),
        ("", "mot", ""),
    ],
)
def test_the_words_found_are_marked_where_they_stand(shown: str, typed: str, expected: str) -> None:
    assert "".join(f"[{piece}]" if hit else piece for piece, hit in search.marked(shown, typed)) == expected


@given(st.text(max_size=80), st.text(max_size=20))
def test_marking_loses_no_letter(shown: str, typed: str) -> None:
    assert "".join(piece for piece, _ in search.marked(shown, typed)) == shown


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("44-2026-000001", (2026, 1)),
        ("44-2026-1", (2026, 1)),
        ("2025-1", (2025, 1)),
        ("1", (2026, 1)),
        (" 000002 ", (2026, 2)),
        ("13-2026-000001", None),
        ("2024-1", None),
        ("99", None),
        ("subvention 1", None),
        ("", None),
    ],
)
def test_a_reference_in_full_or_its_number_names_one_demande(
    world: World, typed: str, expected: tuple[int, int] | None
) -> None:
    world.register(received_on=date(2025, 12, 1))
    world.register()
    world.register()
    found = search.by_reference(Ticket.objects.all(), typed, 2026)
    assert (found and (found.year, found.number)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Les journaux d’Orvault", ["les", "journal", "orvault"]),
        ("bureaux, pays, prix, cas", ["bureau", "pay", "pri", "cas"]),
        ("Été ÉTÉ été", ["ete"]),
        ("n° 0042", ["0042", "42"]),
        ("snake_case a b 7", ["snake", "case", "7"]),
    ],
)
def test_words_are_lower_case_without_accents_and_singular(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_the_index_of_the_engine_is_used(corpus: dict[str, Ticket]) -> None:
    """Not a scan of every text: the plan names the full-text index."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of five rows the planner would read all: it is asked what it can do, not what it would.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = Ticket.objects.filter(pk__found=search.looked_for("subvention")).explain()
    assert ("tracker_search_words" if connection.vendor == "postgresql" else "VIRTUAL TABLE INDEX") in plan


@pytest.mark.postgresql
def test_a_row_read_past_is_matched_on_what_the_database_keeps(corpus: dict[str, Ticket]) -> None:
    """The vector is stored: computed for each row, it costs more than all the rest of a long list."""
    for lookup in ("pk__found", "pk__holds"):
        plan = Ticket.objects.filter(**{lookup: search.looked_for("subvention")}).explain(verbose=True)
        assert "words_vector @@" in plan
        assert "string_to_array" not in plan


@pytest.mark.postgresql
def test_what_surely_very_many_hold_is_not_counted(world: World, django_assert_num_queries: Callable[..., Any]) -> None:
    for number in range(30):
        world.register(subject=f"Demande {number}", body="commun")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracker_searchdocument")
    common, unheard = search.looked_for("commun"), search.looked_for("inconnu")
    assert common is not None and unheard is not None
    with django_assert_num_queries(1):  # the planner is asked, no demande is read
        assert hits(common, 10) is None
    # Twice as many as that: what is near the limit is looked at.
    assert len(hits(common, 30) or ()) == 30
    assert hits(common, 29) is None
    assert hits(unheard, 10) == []
