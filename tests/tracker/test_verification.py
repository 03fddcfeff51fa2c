"""`verify_journal` and `check_deadlines` find what an intruder with the database in hand has done, and name it."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet

from tests.factories import World
from tracker import journal, triggers
from tracker.commands import Answer, Hold, Note, Take
from tracker.elimination import erase_texts
from tracker.models import Deadline, Event, EventText, PendingEvent, SealedHead, Ticket
from tracker.models.search import SearchDocument
from tracker.verification import check_deadlines, seal_heads, verify_journal

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 12, 1, tzinfo=UTC)


def problems(report: Any) -> set[tuple[str, str]]:
    return {(difference.reference, difference.problem) for difference in report.different}


def raw(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows without the refusals of the journal's own queryset: what somebody with SQL in hand can do."""
    return QuerySet(model=queryset.model, query=queryset.query, using=queryset.db)


def events_of(ticket: Ticket) -> QuerySet[Any]:
    return raw(Event.objects.filter(stream="ticket", object_id=ticket.pk))


def remove_events(events: QuerySet[Any]) -> None:
    PendingEvent.objects.filter(event__in=events).delete()
    EventText.objects.filter(event__in=events).delete()
    events.delete()


@pytest.fixture
def tickets(world: World, frozen: Any) -> list[Ticket]:
    """Five demandes with some life; then the clock moves past LATER, so that all of it can be sealed."""
    made = []
    for index in range(5):
        ticket = world.register(received_on=date(2026, 11, 9 + index % 4))
        world.act(ticket, Take(), by="agent")
        world.act(ticket, Note("Appelé la mairie d’Exemple."), by="agent")
        if index % 2:
            world.act(ticket, Answer(date(2026, 11, 19)), by="agent")
        made.append(Ticket.objects.get(pk=ticket.pk))
    frozen.move_to(LATER + timedelta(days=1))
    return made


def test_an_honest_journal_has_nothing_to_say(tickets: list[Ticket]) -> None:
    seal_heads(LATER)
    journal_report, deadline_report = verify_journal(), check_deadlines()
    assert (journal_report.different, deadline_report.different) == ([], [])
    assert journal_report.checked == Event.objects.count()
    assert deadline_report.checked == len(tickets)


def test_walks_in_chunks(tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.verification.report.CHUNK", 2)
    assert check_deadlines().checked == len(tickets)
    report = verify_journal()
    assert (report.checked, report.different) == (Event.objects.count(), [])


def test_cost_in_queries_grows_with_chunks_not_with_demandes(
    tickets: list[Ticket], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(8):
        check_deadlines()
    with django_assert_max_num_queries(18):  # two of them for the actions
        verify_journal()


# --- Events -------------------------------------------------------------------------------------------------------


def test_an_edited_event_is_named(tickets: list[Ticket]) -> None:
    event = events_of(tickets[2]).get(number=1)
    with triggers.lifted():
        events_of(tickets[2]).filter(number=1).update(data=event.data | {"received_on": "2026-11-18"})
    assert problems(verify_journal()) == {(tickets[2].reference, "edited")}


@pytest.mark.parametrize("column", ["kind", "actor_id", "via", "occurred_on", "recorded_at", "act_id"])
def test_every_column_of_an_event_is_covered(tickets: list[Ticket], world: World, column: str) -> None:
    other = {
        "kind": "closed",
        "actor_id": world.users["quality"].pk,
        "via": "task",
        "occurred_on": date(2026, 1, 1),
        "recorded_at": datetime(2026, 11, 1, tzinfo=UTC),
        "act_id": "00000000-0000-0000-0000-000000000001",
    }
    with triggers.lifted():
        events_of(tickets[0]).filter(number=2).update(**{column: other[column]})
    assert problems(verify_journal()) == {(tickets[0].reference, "edited")}


def test_an_event_rewritten_with_its_hash_breaks_the_next_link(tickets: list[Ticket]) -> None:
    event = events_of(tickets[1]).get(number=2)
    event.occurred_on = date(2026, 11, 2)
    with triggers.lifted():
        events_of(tickets[1]).filter(number=2).update(occurred_on=event.occurred_on, hash=journal.event_hash(event))
    assert problems(verify_journal()) == {(tickets[1].reference, "chain")}


def rewrite_chain(ticket: Ticket, **changes: Any) -> None:
    """The careful intruder: edits an event, then computes again every hash after it."""
    tail = ""
    for event in events_of(ticket).order_by("number"):
        if event.number == 2:
            for name, value in changes.items():
                setattr(event, name, value)
        event.previous_hash = tail
        tail = journal.event_hash(event)
        events_of(ticket).filter(number=event.number).update(**changes if event.number == 2 else {}, hash=tail)
        events_of(ticket).filter(number=event.number).update(previous_hash=event.previous_hash)


def test_a_whole_chain_rewritten_is_found_by_the_head(tickets: list[Ticket]) -> None:
    seal_heads(LATER)
    with triggers.lifted():
        rewrite_chain(tickets[1], occurred_on=date(2026, 11, 2))
    assert {problem for _, problem in problems(verify_journal())} == {"seal_changed"}


def test_an_event_taken_out_of_the_middle(tickets: list[Ticket]) -> None:
    with triggers.lifted():
        remove_events(events_of(tickets[0]).filter(number=2))
    assert problems(verify_journal()) == {(tickets[0].reference, "gap")}


def test_a_cut_tail(tickets: list[Ticket]) -> None:
    with triggers.lifted():
        remove_events(events_of(tickets[3]).filter(number__gte=4))
    assert problems(verify_journal()) == {(tickets[3].reference, "cut")}


def test_a_cut_tail_with_the_version_lowered_is_found_by_the_head(tickets: list[Ticket]) -> None:
    seal_heads(LATER)
    ticket = tickets[0]
    with triggers.lifted():
        remove_events(events_of(ticket).filter(number=ticket.version))
        Ticket.objects.filter(pk=ticket.pk).update(version=ticket.version - 1)
    report = verify_journal()
    assert [difference.problem for difference in report.different] == ["seal_cut"]
    assert "Scellé 44 " in str(report.different[0])
    assert "1 évènement(s)" in str(report.different[0])


# --- Demandes -----------------------------------------------------------------------------------------------------


def remove_ticket(ticket: Ticket) -> None:
    Deadline.objects.filter(ticket=ticket).delete()
    SearchDocument.objects.filter(ticket=ticket).delete()
    Ticket.objects.filter(pk=ticket.pk).delete()


@pytest.mark.parametrize("position", [2, 4])
def test_a_removed_ticket_is_named(tickets: list[Ticket], position: int) -> None:
    """In the middle, or the last one of the table."""
    remove_ticket(tickets[position])
    assert problems(verify_journal()) == {("", "ticket_removed"), (tickets[position].reference, "gap")}


def test_a_ticket_removed_with_its_events(tickets: list[Ticket]) -> None:
    with triggers.lifted():
        remove_events(events_of(tickets[2]))
        remove_ticket(tickets[2])
    assert problems(verify_journal()) == {(tickets[2].reference, "gap")}


def test_a_last_ticket_removed_with_its_events_is_still_counted(tickets: list[Ticket]) -> None:
    with triggers.lifted():
        remove_events(events_of(tickets[4]))
        remove_ticket(tickets[4])
    assert problems(verify_journal()) == {(tickets[4].reference, "gap")}


def test_a_ticket_without_events(tickets: list[Ticket]) -> None:
    with triggers.lifted():
        remove_events(events_of(tickets[1]))
    assert problems(verify_journal()) == {(tickets[1].reference, "no_events")}


def test_a_changed_version_or_reference(tickets: list[Ticket]) -> None:
    Ticket.objects.filter(pk=tickets[0].pk).update(version=3)
    Ticket.objects.filter(pk=tickets[1].pk).update(reference="44-2026-000099")
    assert problems(verify_journal()) == {(tickets[0].reference, "version"), ("44-2026-000099", "reference")}


# --- Texts --------------------------------------------------------------------------------------------------------


def test_an_edited_text(tickets: list[Ticket]) -> None:
    EventText.objects.filter(event__object_id=tickets[1].pk).update(text="Rien reçu.")
    assert problems(verify_journal()) == {(tickets[1].reference, "text_edited")}


def test_a_removed_text_and_an_added_one(tickets: list[Ticket]) -> None:
    EventText.objects.filter(event__object_id=tickets[1].pk).delete()
    EventText.objects.create(event=events_of(tickets[2]).get(number=1), name="note", salt="0", text="Inventé.")
    assert problems(verify_journal()) == {
        (tickets[1].reference, "text_removed"),
        (tickets[2].reference, "text_added"),
    }


def test_an_eliminated_text_leaves_the_chain_valid(tickets: list[Ticket], world: World) -> None:
    seal_heads(LATER)
    assert erase_texts(
        EventText.objects.filter(event__stream="ticket"), world.prefecture.tickets.all()[0].registered_at
    )
    assert not EventText.objects.exclude(text="", salt="").exists()
    assert verify_journal().different == []
    world.act(tickets[0], Note("Un autre appel."), by="agent")  # the chain goes on
    assert verify_journal().different == []


def test_a_text_said_eliminated_that_can_still_be_read(tickets: list[Ticket]) -> None:
    EventText.objects.filter(event__object_id=tickets[1].pk).update(erased_at=LATER)
    assert problems(verify_journal()) == {(tickets[1].reference, "text_kept")}


# --- Heads --------------------------------------------------------------------------------------------------------


def test_a_forged_head(tickets: list[Ticket]) -> None:
    head = seal_heads(LATER)[0]
    with triggers.lifted():
        remove_events(events_of(tickets[0]).filter(number=4))
        Ticket.objects.filter(pk=tickets[0].pk).update(version=3)
    digest = hashlib.sha256(b"").hexdigest()
    signature = hmac.new(b"not the key", digest.encode(), hashlib.sha256).hexdigest()
    SealedHead.objects.filter(pk=head.pk).update(events=head.events - 1, digest=digest, signature=signature)
    assert {problem for _, problem in problems(verify_journal())} == {"seal_forged"}


def test_heads_are_daily_chained_and_signed(world: World, frozen: Any) -> None:
    world.register()
    frozen.shift(timedelta(days=1))
    first = seal_heads()[0]
    assert first.sealed_until == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)  # an hour ago
    assert seal_heads() == []  # nothing new
    ticket = world.register()
    frozen.shift(timedelta(days=1))
    second = seal_heads()[0]
    assert (first.events, second.events) == (Event.objects.count() - 2, 2)
    assert verify_journal().different == []
    with triggers.lifted():
        rewrite_chain(ticket, occurred_on=date(2026, 11, 2))
    assert [d.reference for d in verify_journal().different] == ["Scellé 44 jusqu’au 2026-11-22T08:00:00.000000+00:00"]


def test_what_is_younger_than_an_hour_is_not_sealed(world: World) -> None:
    world.register()
    assert seal_heads()[0].events == 0


def test_an_hour_without_an_event_gets_no_head_of_its_own(world: World, frozen: Any) -> None:
    """Heads are made every hour: at night they would say nothing. The next one covers the silence too."""
    world.register()
    frozen.shift(timedelta(days=1))
    seal_heads()
    frozen.shift(timedelta(hours=5))
    assert seal_heads() == []
    ticket = world.register()
    frozen.shift(timedelta(hours=2))
    assert seal_heads()[0].events == 2
    with triggers.lifted():
        remove_events(events_of(ticket))
    Ticket.objects.filter(pk=ticket.pk).update(version=0)
    assert any(found.problem == "seal_cut" for found in verify_journal().different)


def test_the_future_is_not_sealed(world: World) -> None:
    with pytest.raises(ValueError, match="future"):
        seal_heads(LATER)


def test_an_exported_head_guards_against_the_removal_of_heads(
    tickets: list[Ticket], tmp_path: Path, frozen: Any
) -> None:
    path = tmp_path / "scelles.jsonl"
    frozen.shift(timedelta(days=1))
    call_command("seal_journal", export=path, stdout=StringIO())
    call_command("verify_journal", seals=path, stdout=StringIO())
    with triggers.lifted():
        remove_events(events_of(tickets[0]).filter(number=4))
    Ticket.objects.filter(pk=tickets[0].pk).update(version=3)
    SealedHead.objects.all().delete()
    call_command("verify_journal", stdout=StringIO())  # the base alone cannot tell
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_journal", seals=path, stdout=out)
    assert "ce scellé exporté n’est plus dans la base" in out.getvalue()


def test_a_seal_file_that_is_not_one_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "autre.txt"
    path.write_text("bonjour\n")
    with pytest.raises(CommandError, match=r"Ligne 1 de autre\.txt"):
        call_command("verify_journal", seals=path)


# --- Triggers -----------------------------------------------------------------------------------------------------


def test_a_missing_trigger_is_named(world: World) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER tracker_event_no_change ON tracker_event")
        else:
            cursor.execute("DROP TRIGGER tracker_event_no_delete")
    report = verify_journal()
    assert [difference.problem for difference in report.different] == ["trigger"]
    assert "tracker_event_no_" in report.different[0].detail


# --- Deadlines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("due_on", date(2026, 12, 24)),
        ("outcome", "in_time"),
        ("counted_on", date(2026, 1, 2)),
        ("taken", 1),
        ("days", 30),
        ("starts_on", date(2026, 11, 12)),
    ],
)
def test_an_edited_deadline_is_named(tickets: list[Ticket], column: str, value: Any) -> None:
    Deadline.objects.filter(ticket=tickets[0]).update(**{column: value})
    report = check_deadlines()
    assert problems(report) == {(tickets[0].reference, "changed")}
    assert column in report.different[0].detail


def test_a_removed_deadline_and_an_invented_one(tickets: list[Ticket]) -> None:
    Deadline.objects.filter(ticket=tickets[0]).delete()
    Deadline.objects.filter(ticket=tickets[2]).update(rank=2)
    assert problems(check_deadlines()) == {
        (tickets[0].reference, "missing"),
        (tickets[2].reference, "missing"),
        (tickets[2].reference, "unknown"),
    }


def test_an_edited_copy_on_the_ticket(tickets: list[Ticket]) -> None:
    Ticket.objects.filter(pk=tickets[0].pk).update(due_on=date(2027, 1, 1))
    assert problems(check_deadlines()) == {(tickets[0].reference, "due_on")}


def test_a_deadline_put_at_another_site(tickets: list[Ticket], world: World) -> None:
    Deadline.objects.filter(ticket=tickets[0]).update(site=world.branch)
    assert problems(check_deadlines()) == {(tickets[0].reference, "changed")}


def test_a_journal_that_cannot_be_replayed(tickets: list[Ticket]) -> None:
    with triggers.lifted():
        events_of(tickets[1]).filter(number=1).update(data={})
    assert problems(check_deadlines()) == {(tickets[1].reference, "unreadable")}


def test_an_act_caught_half_way_is_looked_at_again(tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading the journal and the rows, somebody answers: the second look, under lock, agrees."""
    from tracker.verification import deadlines
    from tracker.verification.report import Part, Report, walk

    looks = []

    def examine(part: Part, report: Report) -> None:
        looks.append(part)
        if len(looks) == 1:
            report.different.append(deadlines.differing(tickets[0], "changed", "à moitié écrit."))

    assert walk(examine).different == []
    assert looks[1] == [tickets[0].pk]


# --- Commands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check_deadlines", "verify_journal"])
def test_commands_agree_when_all_is_well(tickets: list[Ticket], command: str) -> None:
    out = StringIO()
    call_command(command, json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert said["checked"] >= len(tickets)
    assert said["different"] == []
    out = StringIO()
    call_command(command, stdout=out)
    assert "Tout concorde." in out.getvalue()


def test_commands_name_and_fail(world: World) -> None:
    ticket = world.register(Hold(date(2026, 11, 19), date(2026, 12, 1)))
    Deadline.objects.filter(ticket=ticket, purpose="reply").update(taken=9)
    out = StringIO()
    with pytest.raises(CommandError, match=r"1 différence") as failure:
        call_command("check_deadlines", json=True, stdout=out)
    assert failure.value.returncode == 1
    assert json.loads(out.getvalue())["different"][0]["reference"] == ticket.reference
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_deadlines", stdout=out)
    assert ticket.reference in out.getvalue()
