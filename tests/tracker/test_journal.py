"""The journal: append-only for everybody, hashed the same everywhere, without a word of personal text."""

import json
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction

from tests.factories import World
from tests.tracker.clocks import nov
from tracker import journal, triggers, writers
from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    Command,
    Complete,
    Correct,
    Dismiss,
    Forward,
    Hold,
    MarkSignature,
    Note,
    Propose,
    Reopen,
    Take,
    Undo,
)
from tracker.enums import DismissalReason, Via
from tracker.errors import AppendOnly, StaleVersion
from tracker.models import Event, EventText, PendingEvent, Prefecture, Ticket
from tracker.writers import Author

pytestmark = pytest.mark.django_db


# --- Append-only --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tracker_event SET kind = 'closed'",
        "UPDATE tracker_event SET hash = '' WHERE number = 1",
        "DELETE FROM tracker_event",
    ],
)
def test_the_database_itself_refuses(world: World, statement: str) -> None:
    world.register()
    PendingEvent.objects.all().delete()
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.filter(kind="registered").count() == 1


@pytest.mark.postgresql
def test_postgresql_refuses_to_truncate_it(world: World) -> None:
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE tracker_event CASCADE")


def test_the_model_refuses(world: World) -> None:
    world.register()
    event = Event.objects.filter(stream="ticket").latest("number")
    event.kind = "closed"
    for refused in (
        event.save,
        event.delete,
        Event.objects.all().delete,
        lambda: Event.objects.filter(pk=event.pk).update(kind="closed"),
        lambda: Event.objects.bulk_update([event], ["kind"]),
        lambda: Event.objects.update_or_create(pk=event.pk, defaults={"kind": "closed"}),
    ):
        with pytest.raises(AppendOnly), transaction.atomic():
            refused()
    assert Event.objects.get(pk=event.pk).kind == "assigned"


def test_the_triggers_can_be_installed_again_and_come_back(world: World) -> None:
    triggers.install()
    triggers.install()
    assert triggers.missing() == []
    with triggers.lifted():
        assert triggers.missing() != []
        assert {error.id for error in run_checks(databases=["default"])} == {"tracker.E001"}
    assert triggers.missing() == []
    assert run_checks(databases=["default"]) == []


def test_a_failed_test_block_brings_them_back(world: World) -> None:
    with pytest.raises(RuntimeError), triggers.lifted():
        raise RuntimeError
    assert triggers.missing() == []


# --- Hashes -------------------------------------------------------------------------------------------------------

PINNED = "011a92e9296ce9b20c2bce62822158449b3bfe76f7c574211af392d087088ad7"


def pinned_event() -> Event:
    return Event(
        prefecture_id=44,
        stream="ticket",
        object_id=7,
        number=2,
        kind="held",
        actor_id=None,
        via=Via.IMPORT,
        act_id=uuid.UUID(int=1),
        occurred_on=date(2026, 11, 19),
        recorded_at=datetime(2026, 11, 20, 9, 0, 0, 1, tzinfo=UTC),
        data={"promised_on": "2026-11-27", "shifted": False, "é": ["œ", 1, None]},
        previous_hash="ab",
    )


def test_the_hash_never_changes() -> None:
    """Pinned: another value would make every journal in service look edited."""
    assert journal.event_hash(pinned_event()) == PINNED


def test_an_event_read_back_has_the_hash_it_was_written_with(world: World) -> None:
    """Whatever the engine does to time zones, key order, accents and numbers."""
    event = pinned_event()
    event.prefecture_id = world.prefecture.pk
    event.hash = journal.event_hash(event)
    event.save()
    stored = Event.objects.get(pk=event.pk)
    assert stored.data == event.data
    assert journal.event_hash(stored) == event.hash


def test_chains_are_numbered_and_linked(world: World) -> None:
    ticket = world.register(Answer(nov(19)))
    world.act(ticket, Note("Vu"), by="agent")
    events = list(Event.objects.filter(stream="ticket", object_id=ticket.pk).order_by("number"))
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert [event.previous_hash for event in events] == ["", *(event.hash for event in events[:-1])]
    assert len({event.act_id for event in events}) == 2


def test_settings_objects_have_their_chain_too(world: World) -> None:
    act = journal.Act(actor_id=None, via=Via.PAGE, now=datetime(2026, 11, 20, tzinfo=UTC))
    first = journal.record(world.site, journal.Entry("renamed", nov(20)), act, prefecture_id=world.prefecture.pk)
    assert (first.stream, first.number) == ("site", 2)  # « created » was the first
    assert PendingEvent.objects.filter(event=first, quiet=False).exists()


# --- Personal text ------------------------------------------------------------------------------------------------

MARK = "Zénobie"
PERSONAL: dict[str, tuple[dict[str, Any], list[Command]]] = {
    "registered": ({}, []),
    "corrected": ({}, [Correct(dict.fromkeys(Ticket.PERSONAL_FIELDS, f"{MARK} bis"))]),
    "undone": ({}, [Correct({"sender_name": f"{MARK} bis"}), Undo()]),
    "noted": ({}, [Note(f"{MARK} a rappelé")]),
    "asked": ({}, [AskRequester(nov(18), f"Le titre de {MARK}"), Complete(nov(19))]),
    "asked again": (
        {},
        [AskRequester(nov(18), MARK), Complete(nov(19)), AskRequester(nov(19), MARK, reason=f"{MARK} s’est trompée")],
    ),
    "forwarded": ({}, [Forward(f"Mairie, à l’attention de {MARK}", nov(19), nov(19))]),
    "forwarded again": ({}, [Forward(MARK, nov(19), nov(19)), Reopen(note=MARK), Forward("Mairie", nov(19), nov(19))]),
    "dismissed": ({}, [Dismiss(DismissalReason.DUPLICATE, nov(19), note=f"Déjà répondu à {MARK}")]),
    "held": ({}, [Hold(nov(18), nov(30)), MarkSignature(nov(19))]),
    "proposed": ({"kind": "meeting_request"}, [Propose(nov(18), nov(30), place=f"Chez {MARK}")]),
}


@pytest.mark.parametrize("name", PERSONAL)
def test_event_data_never_holds_personal_text(world: World, name: str) -> None:
    fields, acts = PERSONAL[name]
    ticket = world.register(
        sender_name=f"Mme {MARK}",
        sender_contact=f"{MARK}@exemple.test",
        subject=f"Le titre de {MARK}",
        body=f"Je m’appelle {MARK}.",
        evidence=f"12;{MARK};16/11/2026",
        **fields,
    )
    for act in acts:
        world.act(ticket, act, by="supervisor")
    for event in Event.objects.filter(stream="ticket"):
        said = json.dumps(event.data, ensure_ascii=False)
        assert MARK not in said
        hashes = event.data.get("texts", {})
        assert set(hashes) == set(EventText.objects.filter(event=event).values_list("name", flat=True))
    assert EventText.objects.filter(text__contains=MARK).exists()


def test_the_same_text_twice_has_two_hashes(world: World) -> None:
    ticket = world.register()
    for _ in range(2):
        world.act(ticket, Note("Vu"), by="agent")
    first, second = Event.objects.filter(kind="noted").values_list("data", flat=True)
    assert first["texts"]["note"] != second["texts"]["note"]


def test_quiet_events_say_so(world: World) -> None:
    ticket = world.register()
    writers.write_one(ticket.pk, [Note("Repris de l’ancien registre")], Author(quiet=True, via=Via.IMPORT))
    assert list(PendingEvent.objects.order_by("pk").values_list("quiet", flat=True))[-1] is True


# --- Stale forms --------------------------------------------------------------------------------------------------


def other(world: World, ticket: Ticket, act: Command) -> None:
    world.act(ticket, act, by="colleague")


@pytest.mark.parametrize("meanwhile", [Note("Vu"), MarkSignature(nov(19)), Correct({"body": "Texte complet"})])
def test_what_the_form_does_not_write_refuses_nobody(world: World, meanwhile: Command) -> None:
    ticket = world.register()
    other(world, ticket, meanwhile)
    assert world.act(ticket, Answer(nov(19)), by="agent", opened_version=ticket.version).state == "answered"


@pytest.mark.parametrize(
    ("mine", "theirs", "fields"),
    [
        (Answer(nov(19)), Hold(nov(19), nov(27)), ("state",)),
        (Correct({"subject": "A"}), Correct({"subject": "B"}), ("subject",)),
        (Correct({"sender_name": "A", "module": 4}), Correct({"module": 2}), ("module",)),
        (Take(), Take(), ("state",)),
    ],
)
def test_what_the_form_writes_and_somebody_changed_is_a_conflict(
    world: World, mine: Command, theirs: Command, fields: tuple[str, ...]
) -> None:
    ticket = world.register()
    other(world, ticket, theirs)
    with pytest.raises(StaleVersion) as conflict:
        world.act(ticket, mine, by="agent", opened_version=ticket.version)
    assert set(fields) <= set(conflict.value.fields)
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version + 1


@pytest.mark.parametrize(
    ("fields", "first", "mine", "theirs"),
    [
        ({}, Hold(nov(18), nov(25)), Hold(nov(19), nov(26)), Hold(nov(19), nov(27))),
        (
            {"kind": "meeting_request"},
            Propose(nov(18), nov(25)),
            Propose(nov(19), nov(26)),
            Propose(nov(19), nov(27)),
        ),
    ],
)
def test_two_promises_at_once_from_the_same_state_are_a_conflict(
    world: World, fields: dict[str, Any], first: Command, mine: Command, theirs: Command
) -> None:
    """The state does not change, what was promised does."""
    ticket = world.register(first, **fields)
    other(world, ticket, theirs)
    with pytest.raises(StaleVersion):
        world.act(ticket, mine, by="agent", opened_version=ticket.version)


def test_a_conflict_is_only_about_what_came_after_the_page(world: World) -> None:
    ticket = world.register()
    other(world, ticket, Hold(nov(18), nov(27)))
    seen = Ticket.objects.get(pk=ticket.pk).version
    assert world.act(ticket, Answer(nov(19)), by="agent", opened_version=seen).state == "answered"


def test_a_version_that_nobody_can_have_opened_is_a_conflict(world: World) -> None:
    """It would let its sender pass over what others have changed."""
    ticket = world.register()
    other(world, ticket, Take())
    with pytest.raises(StaleVersion):
        world.act(ticket, Answer(nov(19)), by="agent", opened_version=ticket.version + 2)


def test_undoing_cancels_what_it_spoke_of_and_not_a_note_added_since(world: World) -> None:
    ticket = world.register()
    taken = world.act(ticket, Take(), by="agent")
    noted = world.act(ticket, Note("Vu"), by="agent")
    with pytest.raises(StaleVersion):
        world.act(ticket, Undo(), by="agent", opened_version=taken.version)
    assert world.act(ticket, Undo(), by="agent", opened_version=noted.version).state == "in_progress"


def test_an_undone_change_is_a_change(world: World) -> None:
    ticket = world.register()
    other(world, ticket, Take())
    other(world, ticket, Undo())
    with pytest.raises(StaleVersion):
        world.act(ticket, Take(), by="agent", opened_version=ticket.version)


def test_a_hand_over_conflicts_with_another_only(world: World) -> None:
    ticket = world.register()
    other(world, ticket, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk))
    with pytest.raises(StaleVersion):
        world.act(
            ticket,
            Assign(world.offices["SEJ"].pk, world.users["agent"].pk),
            by="agent",
            opened_version=ticket.version,
        )
    assert world.act(ticket, Answer(nov(19)), by="agent", opened_version=ticket.version).state == "answered"


def test_a_journal_without_prefecture_is_possible(world: World) -> None:
    """Global objects have no préfecture; their chain verifies like another."""
    act = journal.Act(actor_id=None, via=Via.COMMAND, now=datetime(2026, 11, 20, tzinfo=UTC))
    event = journal.record(Prefecture.objects.get(), journal.Entry("noted", nov(20)), act, prefecture_id=None)
    assert journal.event_hash(Event.objects.get(pk=event.pk)) == event.hash
