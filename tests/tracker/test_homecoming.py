"""A demande that opens again after its bureau has closed is never left where nobody works."""

from datetime import date
from typing import Any

import pytest

from tests.factories import World, make_world
from tests.tracker.threads import together
from tracker import clock, homecoming, organising, waking, writers
from tracker.commands import Answer, Assign, Close, Dismiss, Reopen, SendBack, Undo
from tracker.enums import DismissalReason, State
from tracker.errors import TransitionRefused
from tracker.models import Event, Membership, Office, Ticket
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author

TODAY = date(2026, 11, 20)
ROUNDS = 15


def close(world: World, code: str = "DOT") -> Office:
    Membership.objects.filter(office=world.offices[code]).delete()
    return organising.close_office(
        world.offices[code], clock.today("Europe/Paris"), Author(user=world.user("administrator"))
    )


def visible(ticket: Ticket, world: World, name: str) -> bool:
    return Ticket.objects.visible_to(world.user(name)).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize("reopen", [Reopen(), Reopen(message_on=TODAY)], ids=["mistake", "new message"])
def test_a_reopened_demande_of_a_closed_bureau_waits_in_the_mailroom(world: World, reopen: Reopen) -> None:
    ticket = world.register(Answer(date(2026, 11, 18)), Close(), office="DOT", by="other_agent")
    close(world)
    ticket = world.act(ticket, reopen, by="quality")
    assert (ticket.state, ticket.office_id, ticket.reopened_count) == (State.REGISTERED, None, 1)
    assert visible(ticket, world, "mailroom")
    told = Event.objects.filter(stream="ticket", object_id=ticket.pk).order_by("-number")[:2]
    assert [event.kind for event in told] == ["sent_back", "reopened"]
    assert told[0].data["office"] == world.offices["DOT"].pk
    assert told[0].texts.get(name="note").text == homecoming.CLOSED
    assert world.act(ticket, Assign(world.offices["SEJ"].pk), by="mailroom").state == State.ASSIGNED
    assert check_deadlines().different == verify_journal().different == []


def test_reopening_is_undone_whole(world: World) -> None:
    ticket = world.register(Answer(date(2026, 11, 18)), office="DOT", by="other_agent")
    close(world)
    world.act(ticket, Reopen(), by="quality")
    ticket = world.act(ticket, Undo(), by="quality")
    assert (ticket.state, ticket.office_id, ticket.sent_back_count) == (State.ANSWERED, world.offices["DOT"].pk, 0)


def test_a_demande_that_no_bureau_held_waits_in_the_mailroom_too(world: World) -> None:
    ticket = world.register(office=None, by="mailroom")
    world.act(ticket, Dismiss(DismissalReason.DUPLICATE, TODAY), by="quality")
    ticket = world.act(ticket, Reopen(), by="quality")
    assert ticket.state == State.REGISTERED
    assert visible(ticket, world, "mailroom")


def test_in_a_bureau_in_service_nothing_changes(world: World) -> None:
    ticket = world.register(Answer(date(2026, 11, 18)), office="DOT", by="other_agent")
    ticket = world.act(ticket, Reopen(), by="other_agent")
    assert (ticket.state, ticket.office_id) == (State.IN_PROGRESS, world.offices["DOT"].pk)


@pytest.mark.parametrize(
    "act",
    [Answer(TODAY), Dismiss(DismissalReason.DUPLICATE, TODAY), Assign(2), SendBack()],
    ids=["answered", "dismissed", "given", "sent back"],
)
def test_nothing_is_undone_into_a_closed_bureau(world: World, act: Any) -> None:
    ticket = world.register(office="DOT")
    act = Assign(world.offices["SEJ"].pk) if isinstance(act, Assign) else act
    before = world.act(ticket, act, by="director")
    close(world)
    with pytest.raises(TransitionRefused, match="est fermé"):
        world.act(ticket, Undo(), by="director")
    ticket.refresh_from_db()
    assert (ticket.version, ticket.state) == (before.version, before.state)


def test_a_merge_is_not_undone_into_a_closed_bureau(world: World) -> None:
    source, target = world.register(office="DOT"), world.register()
    quality = Author(user=world.user("quality"))
    writers.merge(source.pk, target.pk, quality)
    close(world)
    with pytest.raises(TransitionRefused, match="est fermé"):
        writers.write_one(source.pk, [Undo()], quality)
    source.refresh_from_db()
    assert source.state == State.MERGED


@pytest.mark.postgresql
def test_reopened_while_the_bureau_closes(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either it is reopened there and the bureau stays, or it waits in the mailroom."""
    monkeypatch.setattr(waking, "wake", lambda task: True)
    world = make_world()
    today, admin, quality = clock.today("Europe/Paris"), Author(user=world.user("administrator")), world.user("quality")
    assert quality.scope
    bureaux = [
        Office.objects.create(prefecture=world.prefecture, site=world.site, code=f"F{number}", name=f"Bureau {number}")
        for number in range(ROUNDS)
    ]
    world.offices |= {bureau.code: bureau for bureau in bureaux}
    tickets = [world.register(Answer(today), received_on=today, office=bureau.code, by=None) for bureau in bureaux]
    results = together(
        ROUNDS,
        lambda number: organising.close_office(bureaux[number], today, admin),
        lambda number: writers.write_one(tickets[number].pk, [Reopen()], Author(user=quality)),
    )
    assert all(isinstance(result[1], Ticket) for result in results)
    assert Ticket.objects.open().filter(office__is_active=False).count() == 0
    assert Ticket.objects.open().count() == ROUNDS
