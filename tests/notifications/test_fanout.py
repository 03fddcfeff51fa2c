"""Who is told of an event, once, and who never is."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import choosing, fanout
from notifications.enums import Way
from notifications.kinds import is_settled
from notifications.messages import ALERT
from notifications.models import Notification
from tests.factories import World
from tracker import absences, pending, sharing, writers
from tracker.absences import Terms
from tracker.commands import Answer, AskRequester, Assign, Complete, Remind, Reopen, SendBack, Take, Undo
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.models import Event, Membership, Outbox, PendingEvent, User
from tracker.permissions import abilities

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def nothing_waits(world: World) -> None:
    pending.drain_all()


def told(kind: str = "") -> list[tuple[str, str]]:
    """(kind, login) of every notification, in the order of the people."""
    rows = Notification.objects.select_related("user").order_by("user__email", "pk")
    return [(row.kind, row.user.email.split("@")[0]) for row in rows if kind in ("", row.kind)]


def drained() -> list[tuple[str, str]]:
    pending.drain_all()
    return told()


# --- Each kind ----------------------------------------------------------------------------------------------------


def test_who_is_given_a_demande_is_told(world: World) -> None:
    world.register(assignee="agent", by="mailroom", by_mailroom=True)
    assert drained() == [("assigned", "agent")]
    (row,) = Notification.objects.all()
    assert (row.actor, row.way, row.read_at) == (world.users["mailroom"], Way.MAIL, None)


def test_a_bureau_without_a_person_is_told_nothing(world: World) -> None:
    world.register(by="mailroom", by_mailroom=True)
    assert drained() == []


def test_nobody_is_told_of_their_own_act(world: World) -> None:
    world.register(assignee="agent", by="agent")
    ticket = world.register(by="colleague")
    world.act(ticket, Take(), by="colleague")
    assert drained() == []


def test_only_the_one_who_has_it_in_the_end_is_told(world: World) -> None:
    ticket = world.register(by="supervisor", assignee="agent")
    world.act(ticket, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="supervisor")
    assert drained() == [("assigned", "colleague")]


def test_registered_and_answered_in_one_act_is_news_to_nobody(world: World) -> None:
    world.register(Answer(TODAY), by="supervisor", assignee="agent")
    assert drained() == []


def test_reopened_is_told_to_who_has_it(world: World) -> None:
    ticket = world.register(Answer(TODAY), by="supervisor", assignee="agent")
    pending.drain_all()
    world.act(ticket, Reopen(message_on=TODAY), by="colleague")
    assert drained() == [("reopened", "agent")]


def test_without_an_agent_the_encadrants_of_the_bureau_are_told(world: World) -> None:
    ticket = world.register(Answer(TODAY), by="colleague")
    world.act(ticket, Reopen(), by="colleague")
    assert drained() == [("reopened", "supervisor")]


def test_a_piece_that_arrives_is_told_to_who_has_it(world: World) -> None:
    ticket = world.register(AskRequester(TODAY, "La pièce d’identité"), by="agent", assignee="agent")
    world.act(ticket, Complete(TODAY), by="colleague")
    assert drained() == [("completed", "agent")]


def test_not_for_us_goes_back_to_the_mailroom(world: World) -> None:
    ticket = world.register(by="mailroom", by_mailroom=True)
    world.act(ticket, SendBack(), by="agent")
    assert drained() == [("sent_back", "mailroom")]
    assert not Outbox.objects.exists()


def test_a_reminder_reaches_the_agent_and_the_encadrant(world: World) -> None:
    ticket = world.register(by="agent", assignee="agent")
    world.act(ticket, Remind(ticket.office_id), by="quality")
    assert drained() == [("reminded", "agent"), ("reminded", "supervisor")]
    # Nobody refuses a reminder: it may only come by another way.
    with pytest.raises(InvalidCommand, match="pas proposé"):
        choosing.choose(world.user("agent"), {"reminded": Way.NONE}, 8)


def test_encadrants_are_those_of_the_nearest_bureau_above(world: World) -> None:
    ticket = world.register(Answer(TODAY), office="DOT", by="other_agent")
    world.act(ticket, Reopen(), by="other_agent")
    assert drained() == [("reopened", "director")]


# --- Never outside ------------------------------------------------------------------------------------------------


def test_a_sensitive_bureau_is_told_to_its_own_people_alone(world: World) -> None:
    world.users["chief"] = person(world, "chief", Role.SUPERVISOR, "ASI")
    ticket = world.register(office="ASI", assignee="asylum_agent", by="mailroom", by_mailroom=True)
    world.act(ticket, Remind(ticket.office_id), by="chief")
    world.act(ticket, Answer(TODAY), by="asylum_agent")
    world.act(ticket, Reopen(), by="chief")
    everybody = {name for _, name in drained()}
    assert everybody == {"asylum_agent"}


def test_whoever_is_told_may_see_it(world: World) -> None:
    """Each act of each kind, in each bureau: a row never names a demande to who may not know of it."""
    for office, assignee in (("SEJ", "agent"), ("DOT", "other_agent"), ("ASI", "asylum_agent"), ("SPB", None)):
        ticket = world.register(office=office, assignee=assignee, by="mailroom", by_mailroom=True)
        world.act(ticket, Remind(ticket.office_id), by=None if office == "ASI" else "quality")
        world.act(ticket, Answer(TODAY))
        world.act(ticket, Reopen(message_on=TODAY))
    sent_back = world.register(office="DOT", by="mailroom", by_mailroom=True)
    world.act(sent_back, SendBack(), by="other_agent")
    pending.drain_all()
    rows = list(Notification.objects.select_related("user", "ticket"))
    assert len(rows) > 5
    for row in rows:
        user = User.objects.get(pk=row.user_id)
        assert abilities(user, row.ticket)
        assert row.kind in [kind.code for kind in choosing.kinds_of(user)], "who is told is offered the choice"


def test_who_has_lost_the_right_sees_nothing(world: World) -> None:
    ticket = world.register(assignee="agent", by="supervisor")
    pending.drain_all()
    agent = world.user("agent")
    assert Notification.objects.of(agent).count() == 1
    world.act(ticket, Assign(world.offices["DOT"].pk), by="supervisor")
    assert Notification.objects.of(agent).count() == 0


def test_a_closed_account_is_told_nothing_and_its_encadrant_is(world: World) -> None:
    ticket = world.register(Answer(TODAY), by="agent", assignee="agent")
    User.objects.filter(pk=world.users["agent"].pk).update(is_active=False)
    world.act(ticket, Reopen(message_on=TODAY), by="colleague")
    assert drained() == [("reopened", "supervisor")]


def test_who_chose_not_to_be_told_is_not(world: World) -> None:
    choosing.choose(world.user("agent"), {"assigned": Way.NONE}, 8)
    world.register(assignee="agent", by="supervisor")
    assert drained() == []


def test_quiet_events_tell_nobody(world: World) -> None:
    ticket = world.register(by="supervisor")
    act = [Assign(world.offices["SEJ"].pk, world.users["agent"].pk)]
    writers.write_one(ticket.pk, act, writers.Author(quiet=True))
    assert drained() == []


# --- Absence ------------------------------------------------------------------------------------------------------


def away(world: World, name: str, substitute: str | None, until: date = date(2026, 11, 27)) -> None:
    terms = Terms(TODAY, until, world.users[substitute] if substitute else None)
    absences.record(world.prefecture, world.users[name], terms, writers.Author(user=world.user("supervisor")))


def test_the_substitute_is_told_and_the_absent_agent_finds_it_on_returning(world: World) -> None:
    away(world, "agent", "colleague")
    world.register(assignee="agent", by="mailroom", by_mailroom=True)
    pending.drain_all()
    rows = {row.user_id: row for row in Notification.objects.all()}
    substitute, absent = rows[world.users["colleague"].pk], rows[world.users["agent"].pk]
    assert len(rows) == 2
    assert (substitute.way, substitute.instead_of) == (Way.MAIL, world.users["agent"])
    assert absent.way == Way.DIGEST
    assert list(Outbox.objects.values_list("user", flat=True)) == [world.users["colleague"].pk]


def test_without_a_substitute_the_encadrant_is_told(world: World) -> None:
    away(world, "agent", None)
    world.register(assignee="agent", by="mailroom", by_mailroom=True)
    assert drained() == [("assigned", "agent"), ("assigned", "supervisor")]


def test_a_substitute_who_is_away_too_is_not_told(world: World) -> None:
    away(world, "agent", "colleague")
    away(world, "colleague", None)
    world.register(assignee="agent", by="mailroom", by_mailroom=True)
    assert drained() == [("assigned", "agent"), ("assigned", "supervisor")]


def test_a_substitute_who_did_it_is_not_told(world: World) -> None:
    away(world, "agent", "colleague")
    world.register(assignee="agent", by="colleague")
    assert drained() == [("assigned", "agent")]


def test_who_will_be_away_when_it_arrives_counts_as_away(world: World, frozen: Any) -> None:
    terms = Terms(date(2026, 11, 23), date(2026, 11, 27), world.users["colleague"])
    absences.record(world.prefecture, world.users["agent"], terms, writers.Author(user=world.user("supervisor")))
    frozen.move_to(datetime(2026, 11, 20, 19, 0, tzinfo=UTC))  # Friday evening: it leaves on Monday
    world.register(assignee="agent", by="mailroom", by_mailroom=True)
    assert drained() == [("assigned", "agent"), ("assigned", "colleague")]


# --- Once, together, at little cost -------------------------------------------------------------------------------


def test_events_followed_twice_are_told_once(world: World) -> None:
    world.register(assignee="agent", by="supervisor")
    waiting = [PendingEvent(event_id=pk) for pk in PendingEvent.objects.values_list("pk", flat=True)]
    pending.drain_all()
    PendingEvent.objects.bulk_create(waiting)
    assert drained() == [("assigned", "agent")]
    assert Outbox.objects.count() == 1


def test_what_is_handed_over_together_is_one_message(world: World) -> None:
    tickets = [world.register(by="agent", assignee="agent") for _ in range(12)]
    pending.drain_all()
    author = writers.Author(user=world.user("supervisor"))
    sharing.hand_over([each.pk for each in tickets], world.users["agent"], world.users["colleague"], author)
    assert drained() == [("assigned", "colleague")] * 12
    (message,) = Outbox.objects.all()
    assert (message.kind, message.channel, message.user) == (ALERT, "email", world.users["colleague"])
    assert Notification.objects.filter(message=message).count() == 12


def test_what_happens_within_two_minutes_is_one_message(world: World, frozen: Any) -> None:
    for minute, second in ((0, 1), (1, 50)):
        frozen.move_to(datetime(2026, 11, 20, 9, minute, second, tzinfo=UTC))
        world.register(assignee="agent", by="supervisor")
        pending.drain_all()
    (message,) = Outbox.objects.all()
    assert message.next_try_at == datetime(2026, 11, 20, 9, 4, tzinfo=UTC)
    frozen.move_to(datetime(2026, 11, 20, 9, 3, tzinfo=UTC))
    world.register(assignee="agent", by="supervisor")
    pending.drain_all()
    assert Outbox.objects.count() == 2


def test_a_message_that_is_leaving_carries_nothing_more(world: World) -> None:
    world.register(assignee="agent", by="supervisor")
    pending.drain_all()
    Outbox.objects.update(attempts=1)
    world.register(assignee="agent", by="supervisor")
    pending.drain_all()
    assert list(Notification.objects.order_by("pk").values_list("message__attempts", flat=True)) == [1, None]


@pytest.mark.parametrize("count", [1, 60])
def test_a_batch_costs_as_many_queries_whatever_its_size(world: World, count: int) -> None:
    for number in range(count):
        # Everybody new, so that nothing is asked for person by person.
        world.users[f"new{number}"] = person(world, f"new{number}", Role.AGENT, "SEJ")
        world.register(assignee=f"new{number}", by="supervisor")
    events: Sequence[Event] = list(Event.objects.filter(pending__isnull=False))
    with CaptureQueriesContext(connection) as first:
        fanout.follow(events)
    assert Notification.objects.count() == count
    assert len(first) <= 16, [query["sql"][:80] for query in first]


def test_undone_before_it_leaves_is_settled(world: World) -> None:
    ticket = world.register(by="supervisor")
    world.act(ticket, Assign(world.offices["SEJ"].pk, world.users["agent"].pk), by="supervisor")
    pending.drain_all()
    world.act(ticket, Undo(), by="supervisor")
    (row,) = Notification.objects.select_related("ticket")
    assert is_settled(row, row.ticket)


def person(world: World, name: str, role: Role, office: str) -> User:
    user = User.objects.create_user(f"{name}@44.example.test", first_name=name.title(), last_name="Essai")
    Membership.objects.create(user=user, prefecture=world.prefecture, office=world.offices[office], role=role)
    return user
