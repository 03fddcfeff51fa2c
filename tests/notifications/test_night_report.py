"""What the night finds reaches the administrators of the préfecture concerned, by references alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from notifications import composing, night_report
from tests.factories import World, make_world
from tracker import clock, tasks
from tracker.models import Deadline, Outbox, Verification
from tracker.verification import nightly


def touch(world: World) -> str:
    """A deadline that is no longer what the journal says; the reference of its demande."""
    ticket = world.register(sender_name="Mme Personne", subject="Affaire privée")
    Deadline.objects.filter(ticket=ticket).update(due_on=clock.now().date())
    return ticket.reference


def test_sound_night_writes_to_nobody(world: World) -> None:
    world.register()
    tasks.verify()
    night = Verification.objects.get()
    assert (night.differences, night.ended_at, night.tickets_checked) == (0, clock.now(), 1)
    assert night.events_checked > 1
    assert not Outbox.objects.exists()


def test_difference_is_told_to_its_administrators_alone(world: World) -> None:
    elsewhere = make_world("85", "85")
    reference = touch(world)
    tasks.verify()
    [row] = Outbox.objects.all()
    assert (row.user, row.prefecture, row.channel) == (world.users["administrator"], world.prefecture, "email")
    message = composing.compose(row)
    assert message is not None
    assert f"- {reference}\n" in message.body
    assert "https://sillage.example.test/reglages/travaux/" in message.body
    assert "Personne" not in message.body
    assert "privée" not in message.body
    assert elsewhere.prefecture.code not in message.body.replace(reference, "")


def test_night_verified_twice_is_one_message(world: World, frozen: Any) -> None:
    """As two clocks make it; and one each night, as long as it lasts."""
    touch(world)
    tasks.verify()
    tasks.verify()
    assert Outbox.objects.count() == 1
    frozen.shift(timedelta(days=1))
    tasks.verify()
    assert Outbox.objects.count() == 2


def test_missed_night_is_told_by_the_next(world: World, frozen: Any) -> None:
    tasks.verify()
    frozen.shift(timedelta(days=1))
    tasks.verify()
    assert not Outbox.objects.exists()
    frozen.shift(timedelta(days=2))
    tasks.verify()
    [row] = Outbox.objects.all()
    message = composing.compose(row)
    assert message is not None
    assert "n’a pas eu lieu" in message.subject
    assert "rien ne diffère" in message.body


def test_night_that_broke_off_is_told_by_the_next(world: World, frozen: Any) -> None:
    Verification.objects.create(started_at=clock.now() - timedelta(days=1))
    tasks.verify()
    assert Outbox.objects.count() == 1


def test_report_that_fails_leaves_the_night_unended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_night: Verification, _before: Verification | None) -> None:
        raise DatabaseError

    monkeypatch.setattr(nightly, "_reporters", [fail])
    with pytest.raises(DatabaseError):
        tasks.verify()
    assert Verification.objects.get().ended_at is None


def test_closed_account_is_told_nothing(world: World) -> None:
    touch(world)
    tasks.verify()
    world.users["administrator"].is_active = False
    world.users["administrator"].save()
    assert composing.compose(Outbox.objects.get()) is None


def test_many_differences_are_counted(world: World) -> None:
    for _ in range(night_report.NAMED + 3):
        touch(world)
    tasks.verify()
    message = composing.compose(Outbox.objects.get())
    assert message is not None
    assert "- et 3 de plus" in message.body
    assert message.body.count("\n- ") == night_report.NAMED + 1
