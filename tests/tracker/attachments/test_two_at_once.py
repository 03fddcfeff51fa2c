"""Two people attach at the same instant: each limit holds, nothing is attached twice, no file is left behind."""

from pathlib import Path
from typing import Any

import pytest

from tests.factories import World, make_world
from tests.tracker.attachments.samples import PDF, png, upload
from tests.tracker.test_concurrency import author, clean, together
from tracker import attachments
from tracker.models import Attachment

ROUNDS = 5


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    return make_world()


def test_the_same_file_is_attached_once(world: World, tmp_path: Path) -> None:
    tickets = [world.register() for _ in range(ROUNDS)]
    people = [author(world, name) for name in ("agent", "colleague")]

    def attach(number: int, place: int) -> int:
        return len(attachments.attach(tickets[number].pk, [upload("a.pdf", PDF)], people[place]).added)

    results = together(ROUNDS, lambda number: attach(number, 0), lambda number: attach(number, 1))
    assert [sorted(pair) for pair in results] == [[0, 1]] * ROUNDS
    stored = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert stored == {key.hex for key in Attachment.objects.values_list("key", flat=True)}
    assert clean()


def test_the_last_place_is_taken_once(world: World, settings: Any) -> None:
    settings.ATTACHMENTS_MAX_COUNT = 1
    tickets = [world.register() for _ in range(ROUNDS)]
    people = [author(world, name) for name in ("agent", "colleague")]

    def attach(number: int, place: int) -> int:
        return len(attachments.attach(tickets[number].pk, [upload("a.png", png(place + 1))], people[place]).added)

    results = together(ROUNDS, lambda number: attach(number, 0), lambda number: attach(number, 1))
    assert [sum(pair) for pair in results] == [1] * ROUNDS
    assert clean()
