"""Reminding a bureau: what presses, once, by who may, and nobody's form is stale."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import World
from tracker import reminding, writers
from tracker.commands import Answer, Assign, Remind, Take, Undo
from tracker.errors import NotAllowed, StaleVersion, TransitionRefused
from tracker.models import Event, PendingEvent, Ticket
from tracker.verification.journal import verify_journal
from tracker.writers import Author

LATE, TODAY_, LATER = date(2026, 11, 2), date(2026, 11, 13), date(2026, 11, 19)
"""Arrivals by courriel: late, due on Friday the 20th, due later."""


def by(world: World, name: str, **given: Any) -> Author:
    return Author(user=world.user(name), **given)


def reminded(ticket: Ticket) -> list[Event]:
    return list(Event.objects.filter(stream="ticket", object_id=ticket.pk, kind="reminded"))


@pytest.fixture
def demandes(world: World) -> dict[str, Ticket]:
    return {
        "late": world.register(received_on=LATE),
        "today": world.register(received_on=TODAY_),
        "later": world.register(received_on=LATER),
        "answered": world.register(Answer(date(2026, 11, 18)), received_on=LATE),
        "elsewhere": world.register(received_on=LATE, office="DOT", by=None),
    }


def test_what_presses_is_told_once_in_one_act(world: World, demandes: dict[str, Ticket]) -> None:
    done = reminding.remind_office(world.offices["SEJ"], by(world, "quality"), note="Merci de commencer par là")
    assert done.number == 2
    events = reminded(demandes["late"]) + reminded(demandes["today"])
    assert [event.data["office"] for event in events] == [world.offices["SEJ"].pk] * 2
    assert {event.act_id for event in events} == {done.event.act_id if done.event else None}
    assert {event.actor for event in events} == {world.users["quality"]}
    assert [text.text for event in events for text in event.texts.all()] == ["Merci de commencer par là"] * 2
    assert not any(reminded(demandes[name]) for name in ("later", "answered", "elsewhere"))
    assert PendingEvent.objects.filter(event__in=events, quiet=False).count() == 2
    assert verify_journal().different == []


def test_both_ways_of_writing_say_the_same(world: World, demandes: dict[str, Ticket]) -> None:
    reminding.remind_office(world.offices["SEJ"], by(world, "quality"))
    reminding.remind_of(demandes["elsewhere"], by(world, "quality"))
    [many], [one] = reminded(demandes["late"]), reminded(demandes["elsewhere"])
    assert many.data.keys() == one.data.keys() == {"office"}
    assert many.occurred_on == one.occurred_on == date(2026, 11, 20)


@pytest.mark.parametrize("who", ["agent", "other_agent", "mailroom", "branch_quality", "director", "copil"])
def test_who_may_not(world: World, demandes: dict[str, Ticket], who: str) -> None:
    with pytest.raises((NotAllowed, TransitionRefused)):
        reminding.remind_office(world.offices["SEJ"], by(world, who))
    assert not Event.objects.filter(kind="reminded").exists()


def test_a_sensitive_bureau_is_not_reminded_by_a_referent(world: World) -> None:
    ticket = world.register(received_on=LATE, office="ASI", by=None)
    for remind in (
        lambda: reminding.remind_office(world.offices["ASI"], by(world, "quality")),
        lambda: reminding.remind_of(ticket, by(world, "quality")),
    ):
        with pytest.raises(NotAllowed):
            remind()
    assert not reminded(ticket)


def test_the_encadrant_reminds_their_own(world: World, demandes: dict[str, Ticket]) -> None:
    assert reminding.remind_office(world.offices["SEJ"], by(world, "supervisor")).number == 2


def test_a_second_person_is_told_of_the_first(world: World, demandes: dict[str, Ticket]) -> None:
    office = world.offices["SEJ"]
    first = reminding.remind_office(office, by(world, "quality"), seen=0)
    with pytest.raises(StaleVersion):
        reminding.remind_office(office, by(world, "supervisor"), seen=0)
    assert first.event is not None
    assert reminding.remind_office(office, by(world, "supervisor"), seen=first.event.pk).number == 2
    ticket = demandes["elsewhere"]
    reminding.remind_of(ticket, by(world, "quality"), seen=0)
    with pytest.raises(StaleVersion):
        reminding.remind_of(ticket, by(world, "quality"), seen=0)


def test_nobody_s_form_is_stale(world: World, demandes: dict[str, Ticket]) -> None:
    ticket = demandes["late"]
    reminding.remind_office(world.offices["SEJ"], by(world, "quality"))
    answered = world.act(ticket, Answer(date(2026, 11, 20)), by="agent", opened_version=ticket.version)
    assert answered.state == "answered"


def test_it_is_not_undone(world: World, demandes: dict[str, Ticket]) -> None:
    reminding.remind_office(world.offices["SEJ"], by(world, "quality"))
    with pytest.raises(TransitionRefused, match="prévenu"):
        world.act(demandes["late"], Undo(), by="quality")


def test_what_moved_meanwhile_is_refused(world: World, demandes: dict[str, Ticket]) -> None:
    ticket = demandes["late"]
    with pytest.raises(TransitionRefused, match="changé de bureau"):
        world.act(ticket, Remind(world.offices["DOT"].pk), by="quality")
    world.act(ticket, Answer(date(2026, 11, 20)), by="agent")
    with pytest.raises(TransitionRefused, match="terminée"):
        world.act(ticket, Remind(world.offices["SEJ"].pk), by="quality")


def test_nothing_left_is_said(world: World) -> None:
    with pytest.raises(TransitionRefused, match="Plus rien"):
        reminding.remind_office(world.offices["SEJ"], by(world, "quality"))


def test_the_last_reminder_of_each_bureau(world: World, frozen: Any, demandes: dict[str, Ticket]) -> None:
    office, other = world.offices["SEJ"], world.offices["DOT"]
    reminding.remind_office(office, by(world, "quality"))
    frozen.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC))
    last = reminding.remind_office(office, by(world, "supervisor"))
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    found = reminding.last_reminders([office.pk, other.pk], {world.prefecture.pk}, now)
    assert found == {office.pk: last.event}
    long_after = datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert reminding.last_reminders([office.pk], {world.prefecture.pk}, long_after) == {}


def test_it_does_not_cost_more_queries_for_more_demandes(world: World) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            reminding.remind_office(world.offices["SEJ"], by(world, "quality"))
        return len([query for query in captured if not query["sql"].startswith("UPDATE")])

    world.register(received_on=LATE)
    asked()  # what is kept in memory is kept by now
    one = asked()
    for _ in range(19):
        world.register(Take(), received_on=LATE)
    assert asked() == one


def test_a_demande_that_no_bureau_holds_has_nobody_to_remind(world: World) -> None:
    ticket = world.register(office=None, by=None, received_on=LATE)
    with pytest.raises(NotAllowed):
        reminding.remind_of(ticket, by(world, "quality"))
    writers.write_one(ticket.pk, [Assign(world.offices["SEJ"].pk)], by(world, "quality"))
    held = Ticket.objects.select_related("office").get(pk=ticket.pk)
    assert reminding.remind_of(held, by(world, "quality")).number == 1
