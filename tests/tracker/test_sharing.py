"""Sharing out: one by one or all at once, each refusal told, and taken back as the journal allows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import World, make_world
from tests.tracker.test_concurrency import clean, together
from tracker import sharing
from tracker.commands import Answer, AskRequester, Assign, Take
from tracker.enums import State
from tracker.models import Event, PendingEvent, Ticket
from tracker.sharing import Shared
from tracker.writers import Author

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STALE = "La demande a changé depuis l’ouverture de cette page."


def as_supervisor(world: World, **options: Any) -> Author:
    return Author(user=world.user("supervisor"), **options)


def shared(world: World, *tickets: Ticket, to: str = "agent", **options: Any) -> Shared:
    chosen = [(ticket, ticket.version) for ticket in tickets]
    return sharing.share_out(chosen, world.user(to), as_supervisor(world, **options))


def refusals(done: Shared) -> dict[str, str]:
    return {each.reference: each.message for each in done.refused}


def holder(ticket: Ticket) -> Any:
    return Ticket.objects.get(pk=ticket.pk).assignee


# --- One by one ---------------------------------------------------------------------------------------------------


def test_each_is_given_inside_its_bureau_and_keeps_its_state(world: World) -> None:
    free, waiting = world.register(), world.register(Take(), AskRequester(date(2026, 11, 17), "la pièce"))
    world.act(waiting, Assign(world.offices["SEJ"].pk, None), by="agent")
    waiting.refresh_from_db()
    done = shared(world, free, waiting)
    assert {each.pk for each in done.written} == {free.pk, waiting.pk}
    assert [Ticket.objects.get(pk=each.pk).state for each in (free, waiting)] == [
        State.ASSIGNED, State.AWAITING_REQUESTER,
    ]  # fmt: skip
    assert {holder(each) for each in (free, waiting)} == {world.users["agent"]}
    given = Event.objects.filter(kind="handed_over", recorded_at=done.at, actor=world.users["supervisor"])
    assert given.count() == 2


def test_what_changed_meanwhile_is_refused_row_by_row(world: World) -> None:
    given, moved, free = world.register(), world.register(), world.register()
    world.act(given, Assign(world.offices["SEJ"].pk, world.users["colleague"].pk), by="supervisor")
    world.act(moved, Assign(world.offices["DOT"].pk), by="supervisor")
    done = shared(world, given, moved, free)
    assert [each.pk for each in done.written] == [free.pk]
    assert refusals(done) == {
        given.reference: "La demande vient d’être confiée à Colleague Essai.",
        moved.reference: STALE,
    }
    assert holder(given) == world.users["colleague"]


def test_who_does_not_treat_demandes_of_the_bureau_is_refused(world: World) -> None:
    ticket = world.register()
    done = shared(world, ticket, to="other_agent")
    assert refusals(done) == {ticket.reference: "Other Essai ne traite pas les demandes de ce bureau."}
    assert holder(ticket) is None


def test_an_encadrant_of_another_bureau_gives_nothing(world: World) -> None:
    ticket = world.register()
    author = Author(user=world.user("director"))
    done = sharing.share_out([(ticket, ticket.version)], world.user("agent"), author)
    assert list(refusals(done)) == [ticket.reference]
    assert holder(ticket) is None


# --- All those of somebody ----------------------------------------------------------------------------------------


def test_all_those_of_a_person_in_one_step(world: World) -> None:
    theirs = [world.register(assignee="colleague") for _ in range(3)]
    ended = world.register(Answer(date(2026, 11, 18)), assignee="colleague")
    mine = world.register(assignee="agent")
    ids = [each.pk for each in (*theirs, ended, mine)]

    def hand_over() -> Shared:
        return sharing.hand_over(ids, world.user("colleague"), world.user("agent"), as_supervisor(world))

    done = hand_over()
    assert [each.pk for each in done.written] == [each.pk for each in theirs]
    assert refusals(done) == {
        ended.reference: "La demande est terminée.",
        mine.reference: "Colleague Essai n’en est plus responsable.",
    }
    assert {holder(each) for each in theirs} == {world.users["agent"]}
    events = Event.objects.filter(kind="handed_over", recorded_at=done.at)
    assert {each.data["assignee"] for each in events} == {world.users["agent"].pk}
    assert PendingEvent.objects.filter(event__in=events).count() == 3
    # Once more, by a double click: nothing is left to give, nothing is written.
    assert hand_over().written == []
    assert Event.objects.filter(kind="handed_over").count() == 3
    assert clean()


def test_only_what_the_substitute_treats_is_handed_over(world: World) -> None:
    here, there = world.register(assignee="agent"), world.register(office="DOT", assignee="other_agent")
    world.act(there, Assign(world.offices["DOT"].pk, world.users["agent"].pk))
    done = sharing.hand_over([here.pk, there.pk], world.user("agent"), world.user("colleague"), Author())
    assert [each.pk for each in done.written] == [here.pk]
    assert refusals(done) == {there.reference: "Colleague Essai ne traite pas les demandes de ce bureau."}


def test_an_encadrant_hands_over_nothing_of_another_bureau(world: World) -> None:
    ticket = world.register(assignee="agent")
    author = Author(user=world.user("director"))
    done = sharing.hand_over([ticket.pk], world.user("agent"), world.user("colleague"), author)
    assert refusals(done) == {ticket.reference: "Votre rôle ne permet pas cette action."}
    assert holder(ticket) == world.users["agent"]


def test_as_many_queries_for_forty_as_for_two(world: World) -> None:
    counts = []
    for number in (2, 40):
        author = as_supervisor(world)
        assert author.user is not None and author.user.scope  # in memory by then
        ids = [world.register(assignee="colleague").pk for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            sharing.hand_over(ids, world.user("colleague"), world.user("agent"), author)
        # Each row is saved by itself; all the rest is done in bulk.
        counts.append(len(queries) - number)
    assert counts[0] == counts[1]


# --- Taking back --------------------------------------------------------------------------------------------------


def test_what_was_given_in_one_act_is_taken_back(world: World) -> None:
    tickets = [world.register() for _ in range(3)]
    done = shared(world, *tickets)
    world.act(tickets[0], Take(), by="agent")
    back = sharing.take_back(done.at, as_supervisor(world))
    assert [each.pk for each in back.written] == [each.pk for each in tickets[1:]]
    assert [each.reference for each in back.refused] == [tickets[0].reference]
    assert [holder(each) for each in tickets] == [world.users["agent"], None, None]
    assert clean()


def test_a_hand_over_is_taken_back(world: World) -> None:
    ticket = world.register(assignee="colleague")
    done = sharing.hand_over([ticket.pk], world.user("colleague"), world.user("agent"), as_supervisor(world))
    sharing.take_back(done.at, as_supervisor(world))
    assert holder(ticket) == world.users["colleague"]


def test_nobody_takes_back_what_another_gave_nor_after_ten_minutes(world: World) -> None:
    ticket = world.register()
    done = shared(world, ticket, now=NOW)
    assert sharing.take_back(done.at, Author(user=world.user("director"))).written == []
    late = as_supervisor(world, now=NOW + timedelta(minutes=11))
    back = sharing.take_back(done.at, late)
    assert (back.written, len(back.refused)) == ([], 1)
    assert holder(ticket) == world.users["agent"]


# --- At the same instant ------------------------------------------------------------------------------------------


def test_of_two_encadrants_who_give_the_same_demande_one_is_told(transactional_db: None, frozen: Any) -> None:
    world = make_world()
    rounds = 20
    tickets = [world.register(now=NOW) for _ in range(rounds)]

    def giving(by: str, to: str) -> Any:
        author, person = Author(user=world.user(by)), world.user(to)
        assert author.user is not None and author.user.scope
        return lambda number: sharing.share_out([(tickets[number], tickets[number].version)], person, author)

    results = together(rounds, giving("supervisor", "agent"), giving("quality", "colleague"))
    for number, pair in enumerate(results):
        assert sorted(len(each.written) for each in pair) == [0, 1]
        loser = next(each for each in pair if each.refused)
        winner = holder(tickets[number])
        assert refusals(loser) == {tickets[number].reference: f"La demande vient d’être confiée à {winner.full_name}."}
    assert clean()


def test_two_who_hand_over_to_two_people_share_nothing_twice(transactional_db: None, frozen: Any) -> None:
    world = make_world()
    ids = [world.register(now=NOW, assignee="agent").pk for _ in range(30)]

    def handing(by: str, to: str) -> Any:
        author, person = Author(user=world.user(by)), world.user(to)
        assert author.user is not None and author.user.scope
        return lambda _number: sharing.hand_over(ids, world.user("agent"), person, author)

    [pair] = together(1, handing("supervisor", "colleague"), handing("quality", "supervisor"))
    assert sorted((len(each.written), len(each.refused)) for each in pair) == [(0, 30), (30, 0)]
    assert clean()
