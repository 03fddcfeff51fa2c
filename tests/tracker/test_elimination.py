"""Eliminations: what is listed, what the visa allows, what goes and what stays."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import NOW
from tests.factories import World, make_world
from tests.tracker.clocks import nov
from tracker import elimination, jobs, search, writers
from tracker.commands import Answer, Assign, Close, Correct, Dismiss, Forward, Note, Reopen
from tracker.enums import DismissalReason
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.indicators import Perimeter, compute_figures
from tracker.models import (
    Correspondent,
    Elimination,
    EliminationLine,
    Event,
    EventText,
    ExternalIdentity,
    Ticket,
    TicketKind,
)
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

NAME = "Mme Personne"
YESTERDAY = nov(19)


def closed(world: World, **fields: Any) -> Ticket:
    ticket = world.register(Answer(nov(19)), sender_name=NAME, body="Un texte", **fields)
    world.act(ticket, Note(f"{NAME} a rappelé"), by="agent")
    return world.act(ticket, Close())


def listed(world: World, until: date = YESTERDAY, kind: TicketKind | None = None) -> Elimination:
    return elimination.propose(world.prefecture, until, kind, author(world))


def author(world: World) -> Author:
    return Author(user=world.user("quality"))


def erase(world: World, found: Elimination) -> Elimination:
    elimination.carry_out(found.pk, "AD44-2026-12", nov(20), author(world))
    assert jobs.run_pending_jobs() == 1
    return Elimination.objects.get(pk=found.pk)


def references(found: Elimination) -> set[int]:
    return set(found.lines.values_list("ticket_id", flat=True))


def test_what_has_ended_and_nothing_else(world: World) -> None:
    answered = world.register(Answer(nov(19)))
    ended = [
        closed(world),
        world.register(Forward("Mairie", nov(18), nov(18))),
        world.register(Dismiss(DismissalReason.UNWANTED, nov(19))),
    ]
    world.register(Dismiss(DismissalReason.UNWANTED, nov(20)))
    world.register()
    found = listed(world)
    assert references(found) == {ticket.pk for ticket in ended}
    assert answered.pk not in references(found)


def test_of_one_kind(world: World) -> None:
    closed(world)
    complaint = closed(world, kind="complaint", nature="complaint")
    kind = TicketKind.objects.get(prefecture=world.prefecture, code="complaint")
    assert references(listed(world, kind=kind)) == {complaint.pk}


def test_a_merged_demande_waits_for_the_one_that_took_it(world: World) -> None:
    source, target = world.register(), world.register()
    writers.merge(source.pk, target.pk, author(world))
    with pytest.raises(InvalidCommand, match="Aucune demande"):
        listed(world, nov(19))
    world.act(target, Answer(nov(19)), by="agent")
    world.act(target, Close())
    # The merge itself was today: it ends with it, the other was answered yesterday.
    assert references(listed(world, nov(19))) == {target.pk}


def test_answered_without_a_date_ends_with_its_last_event(world: World, frozen: Any) -> None:
    ticket = world.register(Answer(None))
    world.act(ticket, Close())
    with pytest.raises(InvalidCommand, match="Aucune demande"):
        listed(world, nov(19))
    frozen.shift(timedelta(days=3))
    assert references(listed(world, nov(20))) == {ticket.pk}


@pytest.mark.parametrize("day", [nov(20), nov(21)])
def test_the_day_is_past(world: World, day: date) -> None:
    with pytest.raises(InvalidCommand, match="passé"):
        listed(world, day)


def test_a_demande_stands_on_one_list_until_it_is_given_up(world: World) -> None:
    ticket = closed(world)
    first = listed(world)
    with pytest.raises(InvalidCommand):
        listed(world)
    elimination.abandon(first.pk, author(world))
    assert references(listed(world)) == {ticket.pk}
    with pytest.raises(TransitionRefused, match="abandonnée"):
        elimination.carry_out(first.pk, "AD44", nov(20), author(world))


@pytest.mark.parametrize(
    ("visa", "on", "field"), [("  ", nov(20), "visa"), ("AD44", nov(19), "visa_on"), ("AD44", nov(21), "visa_on")]
)
def test_nothing_without_the_visa(world: World, visa: str, on: date, field: str) -> None:
    closed(world)
    found = listed(world)
    with pytest.raises(InvalidCommand) as refused:
        elimination.carry_out(found.pk, visa, on, author(world))
    assert refused.value.field == field
    assert jobs.run_pending_jobs() == 0


def test_asked_for_once(world: World) -> None:
    closed(world)
    found = erase(world, listed(world))
    for again in (
        lambda: elimination.carry_out(found.pk, "AD44", nov(20), author(world)),
        lambda: elimination.abandon(found.pk, author(world)),
    ):
        with pytest.raises(TransitionRefused, match="déjà"):
            again()


def test_what_was_said_of_people_is_gone_and_what_was_counted_stays(world: World) -> None:
    ticket = closed(world, received_on=nov(16))
    world.register(sender_name="Mairie d’Exemple")
    assert set(Correspondent.objects.values_list("name", flat=True)) == {NAME, "Mairie d’Exemple"}
    ExternalIdentity.objects.create(
        ticket=ticket, prefecture=world.prefecture, kind=ticket.kind, register="r", sheet="s", year=2026, key="1",
        received_on=nov(16), sender_digest="d" * 64,
    )  # fmt: skip
    month = Perimeter(world.prefecture, date(2026, 11, 1), date(2026, 11, 20))
    figures = compute_figures(month, NOW)
    deadlines = list(ticket.deadlines.values())
    found = erase(world, listed(world))
    assert found.done_at is not None
    row = Ticket.objects.get(pk=ticket.pk)
    assert [getattr(row, name) for name in Ticket.PERSONAL_FIELDS] == ["", "", "", ""]
    assert (row.eliminated_on, row.state, row.reference) == (nov(20), "closed", ticket.reference)
    assert NAME not in str(list(EventText.objects.filter(event__object_id=ticket.pk).values_list("text", flat=True)))
    assert not search.containing(Ticket.objects.all(), "personne").exists()
    assert search.containing(Ticket.objects.all(), ticket.reference).exists()
    assert list(Correspondent.objects.values_list("name", flat=True)) == ["Mairie d’Exemple"]
    assert ExternalIdentity.objects.get().sender_digest == ""
    assert list(ticket.deadlines.values()) == deadlines
    assert compute_figures(month, NOW) == figures
    assert verify_journal().different == []
    assert check_deadlines().different == []


def test_an_erased_demande_does_not_change_any_more(world: World) -> None:
    ticket = closed(world)
    erase(world, listed(world))
    for act in (Reopen(), Note("Vu"), Correct({"subject": "x"}), Assign(world.offices["SEJ"].pk)):
        with pytest.raises(TransitionRefused, match="éliminés"):
            world.act(ticket, act, by="supervisor")


def test_one_reopened_in_between_is_kept_and_said(world: World) -> None:
    ticket, other = closed(world), closed(world)
    found = listed(world)
    world.act(ticket, Reopen(), by="agent")
    erase(world, found)
    assert dict(found.lines.values_list("ticket_id", "outcome")) == {ticket.pk: "kept", other.pk: "erased"}
    assert Ticket.objects.get(pk=ticket.pk).sender_name == NAME
    assert Event.objects.get(stream="elimination", kind="done").data == {"erased": 1, "kept": 1}


def test_goes_on_where_it_was_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "CHUNK", 2)
    for _ in range(5):
        closed(world)
    found = listed(world)
    job = elimination.carry_out(found.pk, "AD44", nov(20), author(world)).job
    whole, calls = elimination.erase_beside, []

    def breaks_once(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise jobs.JobStopped
        whole(*args)

    monkeypatch.setattr(elimination, "erase_beside", breaks_once)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)
    assert set(EliminationLine.objects.values_list("outcome", flat=True)) == {"erased"}
    assert Event.objects.filter(stream="ticket", kind="eliminated").count() == 5
    assert Event.objects.filter(stream="elimination", kind="done").count() == 1


def test_other_parts_erase_theirs_in_the_same_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = closed(world)
    erased: list[list[int]] = []
    monkeypatch.setattr(elimination, "_erasers", [lambda keys: erased.append(list(keys))])
    erase(world, listed(world))
    assert erased == [[ticket.pk]]


def test_the_other_prefecture_is_not_concerned(world: World) -> None:
    other = make_world(code="85", department="85")
    theirs = other.register(Answer(nov(19)))
    other.act(theirs, Close())
    mine = closed(world)
    assert references(listed(world)) == {mine.pk}
    with pytest.raises(InvalidCommand):
        listed(world, kind=theirs.kind)
