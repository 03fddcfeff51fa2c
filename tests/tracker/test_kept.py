"""What processes keep in memory is never behind the database, whoever changed it and in whatever process."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.factories import World, make_world
from tracker import changes, kept, lists
from tracker.enums import Role
from tracker.models import (
    Channel,
    ClosedDay,
    DeadlineRule,
    Mailbox,
    Membership,
    Nature,
    Office,
    Prefecture,
    ReferenceChange,
    Site,
    Theme,
    TicketKind,
)
from tracker.rulebooks import current_calendar, rule_book

WRITTEN: dict[Any, tuple[str, Any]] = {
    Prefecture: ("name", "Autre"), Site: ("name", "Autre"), Office: ("name", "Autre"), Membership: ("role", "copil"),
    Channel: ("label", "Autre"), Nature: ("label", "Autre"), TicketKind: ("label", "Autre"), Theme: ("label", "Autre"),
    Mailbox: ("name", "Autre"), DeadlineRule: ("source", "Autre"), ClosedDay: ("name", "Autre"),
}  # fmt: skip


def elsewhere(sql: str, *values: Any) -> None:
    """A change that this process has no part in: nothing of its own code sees it pass."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_every_table_is_watched() -> None:
    assert {model._meta.db_table for model in WRITTEN} == set(changes.TABLES)
    assert ReferenceChange._meta.db_table == changes.TABLE


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_a_change_by_anybody_is_noted(world: World, model: Any) -> None:
    Theme.objects.create(prefecture=world.prefecture, code="t", label="Thème")
    Mailbox.objects.create(prefecture=world.prefecture, name="boite", address="boite@example.test")
    column, value = WRITTEN[model]
    for change in (
        lambda pk: elsewhere(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", value, pk),
        lambda pk: model.objects.filter(pk=pk).update(**{column: value}),
    ):
        before = changes.total()
        change(model.objects.order_by("-pk").values_list("pk", flat=True)[0])
        assert changes.total() != before


def test_rows_that_come_and_go_are_noted(world: World) -> None:
    totals = [changes.total()]
    theme = Theme.objects.create(prefecture=world.prefecture, code="a", label="A")
    totals.append(changes.total())
    Theme.objects.bulk_create([Theme(prefecture=world.prefecture, code=code, label=code) for code in "bc"])
    totals.append(changes.total())
    theme.delete()
    totals.append(changes.total())
    assert len(set(totals)) == len(totals)


def test_a_demande_changes_nothing_that_is_kept(world: World) -> None:
    before = changes.total()
    world.register()
    assert changes.total() == before


def test_a_label_changed_elsewhere_shows_on_the_next_page(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    assert "Courrier simple" not in client.get("/registre/").content.decode()
    elsewhere("UPDATE tracker_ticketkind SET label = %s WHERE code = %s", "Courrier simple", "correspondence")
    assert "Courrier simple" in client.get("/registre/").content.decode()


def test_a_role_taken_elsewhere_is_gone_on_the_next_page(world: World) -> None:
    client = Client()
    client.force_login(world.user("agent"))
    ticket = world.register(office="SEJ")
    assert client.get(f"/demandes/{ticket.reference}/").status_code == 200
    elsewhere("DELETE FROM tracker_membership WHERE user_id = %s", world.users["agent"].pk)
    assert client.get(f"/demandes/{ticket.reference}/").status_code == 404


def test_a_bureau_moved_elsewhere_moves_what_its_people_see(world: World) -> None:
    user = world.user("quality")
    assert not user.scope.sealed_ids & {world.offices["SEJ"].pk}
    elsewhere("UPDATE tracker_office SET is_sensitive = %s WHERE code = %s", True, "SEJ")
    assert world.offices["SEJ"].pk in world.user("quality").scope.sealed_ids


def test_a_day_closed_elsewhere_moves_the_next_deadline(world: World) -> None:
    before = current_calendar(world.site)
    day = before.add(world.register().received_on, 1)
    ClosedDay.objects.bulk_create(
        [ClosedDay(site=world.site, date=day, name="Pont", source="Arrêté", version=before.version + 1)]
    )
    assert not current_calendar(world.site).is_working(day)


def test_a_decision_looks_again(world: World) -> None:
    """Whatever the page has read, the act is decided by the rules of its own transaction."""
    with kept.looking_once():
        opened = rule_book(world.prefecture.pk)
        first = world.register()
        elsewhere("UPDATE tracker_deadlinerule SET days = days + 1 WHERE prefecture_id = %s", world.prefecture.pk)
        assert world.register().due_on != first.due_on
        # The page goes on with what the act has seen, never with less.
        assert rule_book(world.prefecture.pk) is not opened


def test_what_was_read_in_a_transaction_rolled_back_is_not_kept(world: World) -> None:
    def label() -> str:
        return next(row.label for row in lists.channels() if row.code == "email")

    assert label() == "Courriel"
    with transaction.atomic():
        elsewhere("UPDATE tracker_channel SET label = %s WHERE code = %s", "Mél", "email")
        assert label() == "Mél"
        transaction.set_rollback(True)
    assert label() == "Courriel"
    elsewhere("UPDATE tracker_channel SET label = %s WHERE code = %s", "Message", "email")
    assert label() == "Message"


def test_what_stands_is_read_once(world: World, django_assert_num_queries: Callable[..., Any]) -> None:
    def ask() -> None:
        assert world.users["agent"].pk
        lists.channels(), lists.offices(world.prefecture.pk), rule_book(world.prefecture.pk)
        current_calendar(world.site)

    ask()
    with django_assert_num_queries(1), kept.looking_once():
        ask()
        ask()


def test_put_together_the_numbers_say_the_same(world: World) -> None:
    before = changes.total()
    assert ReferenceChange.objects.count() > 1
    ReferenceChange.objects.gather()
    assert (changes.total(), ReferenceChange.objects.count()) == (before, 1)


def test_a_missing_trigger_is_said(world: World) -> None:
    assert changes.missing() == []
    on_postgresql = connection.vendor == "postgresql"
    name = "tracker_site_noted" if on_postgresql else "tracker_site_noted_update"
    with transaction.atomic():
        elsewhere(f"DROP TRIGGER {name}{' ON tracker_site' * on_postgresql}")
        assert changes.missing() == [name]
        transaction.set_rollback(True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_another_connection_s_change_counts_from_its_commit(frozen: Any) -> None:
    world = make_world()
    user = world.user("agent")
    assert user.scope.has(Role.AGENT)
    changed, looked = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with transaction.atomic():
                Membership.objects.filter(user=user).update(role=Role.COPIL)
                changed.set()
                looked.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert changed.wait(30)
    assert world.user("agent").scope.has(Role.AGENT)
    looked.set()
    thread.join(30)
    assert not world.user("agent").scope.has(Role.AGENT)
