"""The directory of senders: however a name is written, and only to whom it may be told."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import World, make_world
from tracker import elimination, jobs, senders
from tracker.commands import Answer, Close, Correct
from tracker.importing.importer import Importer
from tracker.importing.options import ImportOptions, resolve
from tracker.models import Correspondent, Ticket
from tracker.senders import Sender
from tracker.writers import Author


def names(world: World, typed: str, by: str = "agent") -> list[str]:
    return [found.name for found in senders.completing(world.prefecture, world.user(by), typed)]


# --- However it is written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["rezé", "REZE", "mairie rez", "Mairie de R", "reze mairie", "mairies de rezé", "Mairie de Rezé"]
)
def test_accents_capitals_order_and_plural_do_not_matter(world: World, typed: str) -> None:
    world.register(sender_name="Mairie de Rezé")
    world.register(sender_name="Préfecture de région")
    assert names(world, typed) == ["Mairie de Rezé"]


@pytest.mark.parametrize("typed", ["", "r", "  ", "%", "_", "é", "' |", "rezz", "mairie nantes", "\x00"])
def test_what_holds_no_such_word_completes_nothing(world: World, typed: str) -> None:
    world.register(sender_name="Mairie de Rezé")
    assert names(world, typed) == []


def test_names_that_begin_so_come_first_and_eight_at_most(world: World) -> None:
    for name in ("Association Nantes", "Zoo de Nantes", "Nantes Métropole"):
        world.register(sender_name=name)
    assert names(world, "nant") == ["Nantes Métropole", "Association Nantes", "Zoo de Nantes"]
    for number in range(12):
        world.register(sender_name=f"Nantes quartier {number:02d}")
    assert len(names(world, "nantes")) == 8


def test_two_writings_are_one_sender_and_two_names_are_not(world: World) -> None:
    same = [world.register(sender_name=name) for name in ("Mairie d’Orvault", "MAIRIE D'ORVAULT", "mairie d’orvault")]
    world.register(sender_name="Mairie d’Orvault-Nord")
    world.register(sender_name="Mairie R. d’Orvault")  # an initial tells two persons apart
    world.register(sender_name="🦊")
    found = senders.of_sender(Ticket.objects.all(), world.prefecture, "Mairie d'Orvault")
    assert set(found) == set(same)
    assert senders.of_sender(Ticket.objects.all(), world.prefecture, "🦊").count() == 1
    assert not senders.of_sender(Ticket.objects.all(), world.prefecture, "🐸").exists()
    assert not senders.of_sender(Ticket.objects.all(), world.prefecture, "").exists()


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Mairie de Rezé", "Mairie Rezé"),
        ("Mairie Rezé", "Mairie de Rezé"),
        ("Mairie d’Orvault", "MAIRIE ORVAULT"),
        ("Mairie de L'Île-aux-Moines", "mairie Île aux Moines"),
        ("Association des amis de la Loire", "association amis Loire"),
        ("Les Amis du Marais", "Amis Marais"),
    ],
)
def test_a_particle_left_out_still_proposes(world: World, written: str, typed: str) -> None:
    ticket = world.register(sender_name=written)
    world.register(sender_name="Mairie de Sautron")
    assert names(world, typed) == [written]
    assert list(senders.of_sender(Ticket.objects.all(), world.prefecture, typed, alike=True)) == [ticket]
    # Shown as near, never taken for the same.
    assert not senders.of_sender(Ticket.objects.all(), world.prefecture, typed).exists()


def test_an_initial_is_no_particle_and_particles_alone_are_a_name(world: World) -> None:
    assert senders.bare_key_of("M. D. Martin") != senders.bare_key_of("M. L. Martin")
    assert senders.bare_key_of("Le De") == "de le"
    ticket = world.register(sender_name="Le De")
    world.register(sender_name="🦊")
    assert names(world, "le de") == ["Le De"]
    assert list(senders.of_sender(Ticket.objects.all(), world.prefecture, "le de", alike=True)) == [ticket]


# --- Who is told --------------------------------------------------------------------------------------------------


def test_a_name_is_told_to_whom_may_read_a_demande_that_bears_it(world: World) -> None:
    world.register(sender_name="Mme Discrète", office="ASI", by="asylum_agent")
    world.register(sender_name="Mairie de Vertou", office="DOT", by="director")
    seen = {
        person: names(world, "mme d", person) + names(world, "vertou", person)
        for person in ("agent", "other_agent", "asylum_agent", "director", "quality", "mailroom", "copil")
    }
    assert seen == {
        "agent": [],
        "other_agent": ["Mairie de Vertou"],
        "asylum_agent": ["Mme Discrète"],
        "director": ["Mairie de Vertou"],
        "quality": ["Mairie de Vertou"],
        "mailroom": [],
        "copil": [],
    }


def test_another_prefecture_is_told_nothing(world: World) -> None:
    world.register(sender_name="Mairie de Rezé")
    elsewhere = make_world("49", "49")
    assert names(elsewhere, "reze", "quality") == []
    assert senders.completing(world.prefecture, elsewhere.user("quality"), "reze") == []


def test_the_address_is_that_of_a_demande_that_may_be_read(world: World) -> None:
    """The same name in two bureaux: what a person wrote to one is not for the other."""
    world.register(sender_name="M. Jean Martin", sender_contact="jean@exemple.test", received_on=date(2026, 11, 9))
    world.register(sender_name="M. Jean Martin", received_on=date(2026, 11, 10))
    hidden = {"sender_name": "M. Jean Martin", "sender_contact": "chez Mme X, foyer", "received_on": date(2026, 11, 16)}
    world.register(office="ASI", by="asylum_agent", **hidden)
    assert senders.completing(world.prefecture, world.user("agent"), "martin") == [
        Sender("M. Jean Martin", "jean@exemple.test")
    ]
    assert senders.completing(world.prefecture, world.user("asylum_agent"), "martin") == [
        Sender("M. Jean Martin", "chez Mme X, foyer")
    ]
    assert not Correspondent.objects.exclude(contact="").exists()


def test_names_hidden_from_a_person_leave_the_others_their_place(world: World) -> None:
    """However many senders of other bureaux come before in the alphabet."""
    for number in range(60):
        world.register(sender_name=f"Mairie {number:02d}", office="ASI", by="asylum_agent")
    world.register(sender_name="Mairie de Zuydcoote")
    assert names(world, "mairie") == ["Mairie de Zuydcoote"]


# --- Kept by every writer -----------------------------------------------------------------------------------------


def test_an_import_a_correction_and_an_elimination_keep_the_directory(world: World, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["N°", "Reçu le", "Expéditeur", "Objet"], [1, date(2026, 3, 2), "Mairie d’Écully", "Moulin"]):
        book.active.append(row)
    book.save(tmp_path / "registre.xlsx")
    target = resolve(world.prefecture, ImportOptions("courriel", office="SEJ"), "registre.xlsx")
    assert Importer(tmp_path / "registre.xlsx", "registre.xlsx", target, user=None).run().taken == 1
    assert names(world, "ecully") == ["Mairie d’Écully"]
    ticket = Ticket.objects.get()
    world.act(ticket, Correct({"sender_name": "Mairie d’Angé"}))
    assert (names(world, "ecully"), names(world, "ange")) == ([], ["Mairie d’Angé"])
    if ticket.is_open:
        world.act(ticket, Answer(date(2026, 3, 9)), Close())
    author = Author(user=world.user("quality"))
    listed = elimination.propose(world.prefecture, date(2026, 11, 19), None, author)
    elimination.carry_out(listed.pk, "Visa 12", date(2026, 11, 20), author)
    assert jobs.run_pending_jobs() == 1
    assert Ticket.objects.get().sender_name == ""
    assert names(world, "ange") == []
    assert not Correspondent.objects.exists()


def test_the_migration_gives_the_directory_the_names_that_it_lacks(world: World) -> None:
    world.register(sender_name="Mairie de Rezé")
    world.register(sender_name="Mairie d’Écully")
    Correspondent.objects.filter(name="Mairie d’Écully").delete()
    Correspondent.objects.update(words="", contact="chez moi")
    migration = import_module("tracker.migrations.0018_sender_words")
    here = SimpleNamespace(connection=connection)
    migration.fill(apps, here)
    migration.fill(apps, here)
    Correspondent.objects.update(bare_words="")
    import_module("tracker.migrations.0021_sender_bare_words").fill(apps, here)
    rows = Correspondent.objects.order_by("name").values_list("name", "words", "contact")
    assert list(rows) == [("Mairie de Rezé", "de mairie reze", ""), ("Mairie d’Écully", "d ecully mairie", "")]
    assert set(Correspondent.objects.values_list("bare_words", flat=True)) == {"mairie reze", "ecully mairie"}


# --- Its cost -----------------------------------------------------------------------------------------------------


def queries_of(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_completing_costs_two_queries_whatever_the_history(world: World) -> None:
    user = world.user("agent")
    assert user.scope
    for number in range(2):
        world.register(sender_name=f"Mairie {number}")
    few = queries_of(lambda: senders.completing(world.prefecture, user, "mairie"))
    for number in range(20):
        world.register(sender_name=f"Mairie {number}", sender_contact="mairie@exemple.test")
    assert queries_of(lambda: senders.completing(world.prefecture, user, "mairie")) == few == 2


@pytest.mark.postgresql
def test_postgresql_reads_the_directory_by_its_indexes(world: World) -> None:
    names = [f"Mairie de la commune {number}" for number in range(3_000)]
    Correspondent.objects.bulk_create(
        [
            Correspondent(
                prefecture=world.prefecture, name=name, words=senders.key_of(name), bare_words=senders.bare_key_of(name)
            )
            for name in names
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracker_correspondent")
        # So few rows are as quickly read one by one; what is asked is whether the index answers the expression.
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as captured:
            list(Correspondent.objects.filter(words__hold=senders.wanted_in("commune 123")))
            list(senders.of_sender(Ticket.objects.all(), world.prefecture, names[0]))
            list(senders.of_sender(Ticket.objects.all(), world.prefecture, names[0], alike=True))
        wanted = [query["sql"] for query in captured if 'FROM "tracker_correspondent"' in query["sql"]]
        plans = []
        for query in wanted:
            cursor.execute(f"EXPLAIN {query}")
            plans.append(" ".join(line for (line,) in cursor.fetchall()))
    indexes = ("correspondent_words_gin", "using correspondent_words ", "using correspondent_bare_words ")
    assert [index in plan for index, plan in zip(indexes, plans, strict=True)] == [True] * 3, plans
