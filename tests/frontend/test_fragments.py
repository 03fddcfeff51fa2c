"""A piece of page is made once for each version, however many ask for it, and never older than what was done."""

import threading

import pytest

from frontend import fragments
from tests.factories import World, make_world
from tracker import pending


def test_made_once_for_a_version_and_again_for_the_next() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [fragments.once("a", 1, make), fragments.once("a", 1, make), fragments.once("b", 1, make)] == [1, 1, 2]
    assert fragments.once("a", 2, make) == 3


def test_those_who_ask_at_once_wait_for_one_making() -> None:
    made: list[int] = []
    started, go = threading.Event(), threading.Event()

    def make() -> str:
        made.append(1)
        started.set()
        go.wait(10)
        return "piece"

    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(fragments.once("a", 1, make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert started.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert (made, found) == ([1], ["piece"] * 8)


def test_a_making_that_fails_is_made_again_by_the_next() -> None:
    def fail() -> str:
        raise ValueError

    with pytest.raises(ValueError):
        fragments.once("a", 1, fail)
    assert fragments.once("a", 1, lambda: "piece") == "piece"


def test_what_was_asked_for_least_lately_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "LIMIT", 2)
    for key in ("a", "b", "a", "c"):
        fragments.once(key, 1, lambda: "first")
    assert [fragments.once(key, 1, lambda: "again") for key in ("a", "c", "b")] == ["first", "first", "again"]


def test_who_has_just_acted_sees_it_before_the_counter_moves(world: World) -> None:
    other = make_world("37", "37")
    pending.drain_all()
    here, there = [world.prefecture.pk], [other.prefecture.pk]
    versions, elsewhere = [fragments.version_of(here)], fragments.version_of(there)
    world.register()
    versions.append(fragments.version_of(here))
    pending.drain_all()
    versions.append(fragments.version_of(here))
    world.offices["SEJ"].name = "Bureau des titres"
    world.offices["SEJ"].save(update_fields=["name"])
    assert len({*versions, fragments.version_of(here)}) == 4
    assert fragments.version_of(there)[:2] == elsewhere[:2]
