"""One table of searches, the same results on both engines."""

import pytest
from django.db import connection

from tests.factories import World
from tracker import search
from tracker.models import SearchDocument, Ticket

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
def test_words_find_the_demandes_that_hold_them_all(corpus: dict[str, Ticket], typed: str, expected: set[str]) -> None:
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
    from datetime import date

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
    assert search.words_of([text]) == words


def test_the_index_of_the_engine_is_used(corpus: dict[str, Ticket]) -> None:
    """Not a scan of every text: the plan names the full-text index."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of five rows the planner would read all: it is asked what it can do, not what it would.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = SearchDocument.objects.filter(words__matches=search.terms("subvention")).explain()
    assert ("tracker_search_words" if connection.vendor == "postgresql" else "VIRTUAL TABLE INDEX") in plan
