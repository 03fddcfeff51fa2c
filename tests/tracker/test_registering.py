"""A set of demandes registered in one act: the same as one by one, and whole or not at all."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import World, make_world
from tests.tracker.threads import together
from tracker import writers
from tracker.commands import Answer, Assign, Command, Register, Take
from tracker.enums import Role, State
from tracker.errors import InvalidCommand, NotAllowed
from tracker.models import (
    Channel,
    Deadline,
    Event,
    Membership,
    Nature,
    PendingEvent,
    ReferenceCounter,
    Ticket,
)
from tracker.registering import MOST, SetRefused, register_many
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author


def row(world: World, *then: Command, office: str | None = "SEJ", **fields: Any) -> list[Command]:
    fields = {"received_on": date(2026, 11, 16), "sender_name": "Mairie", "subject": "École"} | fields
    first = Register(
        kind=world.kind("correspondence"),
        channel_id=Channel.objects.get(code="email").pk,
        nature_id=Nature.objects.get(code="general_information").pk,
        site_id=fields.pop("site", world.site).pk,
        **fields,
    )
    return [first, *([Assign(world.offices[office].pk)] if office else []), *then]


def register(world: World, *rows: list[Command], by: str = "agent") -> list[Ticket]:
    user = world.user(by)
    return register_many(world.prefecture, rows, user, Author(user=user))


def sound() -> bool:
    return verify_journal().different == [] and check_deadlines().different == []


def test_a_set_is_what_its_rows_give_one_by_one(world: World) -> None:
    rows = [
        row(world, Take(), subject="Prise en charge"),
        row(world, Answer(date(2026, 11, 18)), subject="Déjà répondue"),
        row(world, Answer(None), subject="Répondue sans date"),
        row(world, office="DOT", received_on=date(2025, 12, 30), subject="De l’an dernier, pour un autre bureau"),
    ]
    user = world.user("agent")
    alone = [writers.register(world.prefecture, acts, Author(user=user)) for acts in rows]
    together_ = register(world, *rows)
    assert [ticket.reference for ticket in together_] == [
        "44-2026-000004", "44-2026-000005", "44-2026-000006", "44-2025-000002",
    ]  # fmt: skip
    for one, other in zip(alone, together_, strict=True):
        assert told(one) == told(other)
        assert promised(one) == promised(other)
        one.refresh_from_db()
        other.refresh_from_db()
        for name in ("state", "office", "assignee", "due_on", "due_purpose", "answered_on", "version", "registered_by"):
            assert getattr(one, name) == getattr(other, name), name
    assert PendingEvent.objects.filter(event__stream="ticket").count() == Event.objects.filter(stream="ticket").count()
    assert sound()


def told(ticket: Ticket) -> list[tuple[Any, ...]]:
    events = Event.objects.filter(stream="ticket", object_id=ticket.pk).order_by("number")
    return list(events.values_list("number", "kind", "occurred_on", "data", "actor", "via"))


def promised(ticket: Ticket) -> list[tuple[Any, ...]]:
    rows = Deadline.objects.filter(ticket=ticket).order_by("purpose", "rank")
    return list(rows.values_list("purpose", "due_on", "met_on", "taken", "outcome", "rule"))


def test_a_set_is_one_act(world: World) -> None:
    register(world, row(world), row(world, Answer(date(2026, 11, 18))))
    assert Event.objects.filter(stream="ticket").values("act_id").distinct().count() == 1


def test_one_refused_row_refuses_all_and_each_is_named(world: World) -> None:
    late, long = date(2026, 11, 23), "x" * 501
    with pytest.raises(SetRefused) as refused:
        register(world, row(world), row(world, received_on=late), row(world), row(world, subject=long))
    found = {rank: (why.field, why.message) for rank, why in refused.value.refusals.items()}
    assert found.keys() == {1, 3}
    assert found[1][0] == "received_on"
    assert found[3] == ("subject", "L’objet dépasse 500 caractères (501).")
    assert not Ticket.objects.exists()
    assert not Event.objects.filter(stream="ticket").exists()
    assert not ReferenceCounter.objects.exists()
    assert register(world, row(world))[0].reference == "44-2026-000001"


def test_the_rights_are_those_of_one_registration(world: World) -> None:
    for role in ("copil", "administrator"):
        with pytest.raises(NotAllowed):
            register(world, row(world), by=role)
    with pytest.raises(SetRefused) as refused:  # another bureau's reply is not the agent's to record
        register(world, row(world), row(world, Answer(date(2026, 11, 18)), office="DOT"))
    assert isinstance(refused.value.refusals[1], NotAllowed)
    with pytest.raises(SetRefused):
        register(world, row(world, Answer(date(2026, 11, 18))), by="mailroom")
    assert not Ticket.objects.exists()


def test_what_is_another_prefecture_s_does_not_exist(world: World) -> None:
    other = make_world(code="85", department="85")
    theirs = [row(world)[0], Assign(other.offices["SEJ"].pk)]
    with pytest.raises(InvalidCommand, match="n’existe pas dans votre préfecture"):
        register(world, row(world), theirs)
    with pytest.raises(InvalidCommand, match="n’existe pas dans votre préfecture"):
        register(world, row(world), row(world, site=other.site))
    Membership.objects.create(user=other.users["copil"], prefecture=world.prefecture, role=Role.COPIL)
    with pytest.raises(NotAllowed):
        register_many(world.prefecture, [row(world)], other.user("copil"), Author())
    assert not Ticket.objects.exists()


def test_a_set_has_an_end(world: World) -> None:
    with pytest.raises(ValueError, match="200"):
        register(world, *[row(world)] * (MOST + 1))


def test_as_many_queries_for_fifty_rows_as_for_two(world: World) -> None:
    register(world, row(world))
    counts = []
    for number in (2, 50):
        rows = [row(world, Answer(date(2026, 11, 18)), subject=f"Objet {rank}") for rank in range(number)]
        with CaptureQueriesContext(connection) as captured:
            register(world, *rows)
        counts.append(len(captured))
    # Fifty rows and more of one table are copied, each table asking for its keys: two or three more statements in all.
    assert counts[1] <= counts[0] + 8, counts


@pytest.mark.postgresql
def test_two_people_at_once_leave_no_gap_and_share_no_number(transactional_db: None) -> None:
    world = make_world()
    rows = [row(world, subject=f"Objet {rank}", received_on=date(2020, 3, 2)) for rank in range(10)]
    users = {name: world.user(name) for name in ("agent", "colleague")}
    assert all(user.scope for user in users.values())
    results = together(
        5,
        *(
            lambda _, user=user: register_many(world.prefecture, rows, user, Author(user=user))
            for user in users.values()
        ),
    )
    sets = [found for pair in results for found in pair]
    assert not [found for found in sets if isinstance(found, Exception)]
    numbers = [[ticket.number for ticket in found] for found in sets]
    assert sorted(number for found in numbers for number in found) == list(range(1, 101))
    assert all(found == list(range(found[0], found[0] + 10)) for found in numbers)
    assert Ticket.objects.filter(state=State.ASSIGNED).count() == 100
    assert sound()
