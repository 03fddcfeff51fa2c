"""The ladder of a préfecture: as proposed, changed, in the journal."""

import pytest

from notifications import ladder
from tests.factories import World
from tracker.errors import InvalidCommand
from tracker.models import Event
from tracker.writers import Author


def test_a_prefecture_that_changed_nothing_has_what_is_proposed(world: World) -> None:
    steps = ladder.of(world.prefecture)
    assert (steps.agent_days, steps.supervisor_days, steps.quality_days) == (0, 2, 5)
    assert ladder.of_prefectures() == {}


def test_a_change_is_in_the_journal_and_the_same_again_is_not(world: World) -> None:
    author = Author(user=world.user("quality"))
    days = {"agent_days": 0, "supervisor_days": 3, "quality_days": None}
    assert ladder.change(world.prefecture, days, author)
    assert not ladder.change(world.prefecture, days, author)
    steps = ladder.of(world.prefecture)
    assert (steps.agent_days, steps.supervisor_days, steps.quality_days) == (0, 3, None)
    (event,) = Event.objects.filter(stream="escalation")
    assert event.data["before"] == {"supervisor_days": 2, "quality_days": 5}
    assert event.data["after"] == {"supervisor_days": 3, "quality_days": None}


@pytest.mark.parametrize(
    ("agent", "supervisor", "quality", "field"),
    [
        (3, 2, 5, "supervisor_days"),
        (0, 6, 5, "quality_days"),
        (6, None, 5, "quality_days"),
        (0, 2, 61, "quality_days"),
    ],
)
def test_a_step_never_comes_before_the_one_below(
    world: World, agent: int, supervisor: int | None, quality: int, field: str
) -> None:
    days = {"agent_days": agent, "supervisor_days": supervisor, "quality_days": quality}
    with pytest.raises(InvalidCommand) as refused:
        ladder.change(world.prefecture, days, Author(user=world.user("quality")))
    assert refused.value.field == field
