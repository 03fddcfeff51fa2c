"""What names a row of another préfecture is refused by the service, whatever page or program sent it."""

from datetime import date

import pytest

from tests.factories import World, make_world
from tracker.commands import Answer, Assign, Correct, Take
from tracker.errors import InvalidCommand, NotAllowed
from tracker.models import Event, Mailbox, Ticket


@pytest.fixture
def elsewhere(world: World) -> World:
    return make_world("35", "35")


@pytest.mark.parametrize("field", ["theme_id", "mailbox_id"])
def test_registering_with_another_prefecture_s_row(world: World, elsewhere: World, field: str) -> None:
    mailbox = Mailbox.objects.create(prefecture=elsewhere.prefecture, name="Contact")
    foreign = {"theme_id": elsewhere.prefecture.themes.first().pk, "mailbox_id": mailbox.pk}
    with pytest.raises(InvalidCommand) as refusal:
        world.register(**{field: foreign[field]})
    assert refusal.value.field == field.removesuffix("_id")
    assert not Ticket.objects.exists()
    assert not Event.objects.filter(stream="ticket").exists()


def test_assigning_to_another_prefecture_s_bureau_or_agent(world: World, elsewhere: World) -> None:
    ticket = world.register()
    for act, field in (
        (Assign(elsewhere.offices["SEJ"].pk), "office"),
        (Assign(world.offices["SEJ"].pk, elsewhere.users["agent"].pk), "assignee"),
        (Assign(world.offices["SEJ"].pk, world.users["copil"].pk), "assignee"),
    ):
        with pytest.raises(InvalidCommand) as refusal:
            world.act(ticket, act, by="supervisor")
        assert refusal.value.field == field


def test_correcting_with_another_prefecture_s_theme(world: World, elsewhere: World) -> None:
    ticket = world.register()
    with pytest.raises(InvalidCommand):
        world.act(ticket, Correct({"theme_id": elsewhere.prefecture.themes.first().pk}), by="agent")


def test_correcting_with_another_prefecture_s_kind(world: World, elsewhere: World) -> None:
    ticket = world.register()
    with pytest.raises(InvalidCommand) as refusal:
        world.act(ticket, Correct({"kind": elsewhere.prefecture.kinds.get(code="complaint")}), by="agent")
    assert refusal.value.field == "kind"
    ticket.refresh_from_db()
    assert ticket.kind.prefecture == world.prefecture


@pytest.mark.parametrize("who", ["copil", "administrator"])
def test_some_roles_never_register(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        world.register(by=who)


def test_nobody_registers_in_another_prefecture(world: World, elsewhere: World) -> None:
    world.users["agent"] = elsewhere.users["agent"]
    with pytest.raises(NotAllowed):
        world.register(by="agent")


def test_after_the_fact_is_for_one_s_own_bureau(world: World) -> None:
    answered = Answer(date(2026, 11, 18))
    assert world.register(answered, office="SEJ", by="agent").answered_on == date(2026, 11, 18)
    assert world.register(Take(), office="SEJ", by="agent").assignee == world.users["agent"]
    assert world.register(office="DOT", by="agent").office == world.offices["DOT"]
    for act, office, who in ((answered, "DOT", "agent"), (answered, "SEJ", "mailroom"), (Take(), "DOT", "agent")):
        with pytest.raises(NotAllowed):
            world.register(act, office=office, by=who)
