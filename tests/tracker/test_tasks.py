"""The one table of what runs by the clock names tasks that exist, and they run."""

import logging
from typing import Any

import pytest

from config.celery import app
from tests.factories import World
from tracker import tasks, triggers
from tracker.models import Event, EventText, PendingEvent, SealedHead, Ticket


def test_every_task_of_the_table_exists() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named <= set(app.tasks)
    assert {
        f"tracker.tasks.{name}" for name in ("run_jobs", "drain_pending", "close_answered", "seal_journal", "verify")
    } <= named


def test_sweeps_expire_before_the_next_one() -> None:
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], float):
            assert entry["options"]["expires"] <= entry["schedule"]


def test_night_tasks_run_on_a_sound_database(world: World, frozen: Any, caplog: pytest.LogCaptureFixture) -> None:
    world.register()
    frozen.shift(2 * 3600)
    with caplog.at_level(logging.INFO, logger="tracker"):
        tasks.close_answered()
        tasks.seal_journal()
        tasks.verify()
    assert SealedHead.objects.filter(prefecture=world.prefecture).exists()
    assert "nothing differs" in caplog.text


def test_night_finds_what_was_touched_without_quoting_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ticket = world.register(sender_name="Mme Personne", subject="Affaire privée")
    PendingEvent.objects.all().delete()
    EventText.objects.all().delete()
    with triggers.lifted():
        Event.objects.filter(stream="ticket")._raw_delete("default")
    tasks.verify()
    assert f"ticket {ticket.reference}: " in caplog.text
    assert Ticket.objects.filter(pk=ticket.pk).exists()
    assert "Personne" not in caplog.text
    assert "privée" not in caplog.text
