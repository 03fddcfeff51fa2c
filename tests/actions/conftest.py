"""One line to put an action in the plan of the small préfecture."""

from datetime import date
from typing import Any

import pytest

from actions import writers
from actions.commands import Command, Plan, Record
from actions.models import Action, ActionSource
from tests.factories import World
from tracker.writers import Author

OPENED = date(2026, 10, 1)


class Desk:
    """Acts on the plan by the people of the world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def source(self, code: str = "agent") -> ActionSource:
        return ActionSource.objects.get(prefecture=self.world.prefecture, code=code)

    def author(self, by: str | None) -> Author:
        return Author(user=self.world.user(by) if by else None)

    def propose(
        self, *then: Command, by: str | None = "quality", source: str = "agent", opened_on: date = OPENED, **values: Any
    ) -> Action:
        values = {"title": "Afficher les horaires à l’entrée"} | values
        first = Record(self.source(source).pk, opened_on, values)
        return writers.record(self.world.prefecture, [first, *then], self.author(by))

    def planned(self, *then: Command, by: str | None = "quality", **values: Any) -> Action:
        part = {} if "strand" in values else {"module": 1}
        return self.propose(Plan(), *then, by=by, **part | values)

    def act(self, action: Action, *acts: Command, by: str | None = "quality", **options: Any) -> Action:
        return writers.write_one(action.pk, acts, self.author(by), **options)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
