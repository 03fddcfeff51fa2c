"""People who act on the plan of the small préfecture, and a plan with a bit of everything."""

import itertools
from datetime import date
from typing import Any

from actions import writers
from actions.commands import Abandon, Command, Decline, Finish, Plan, Record, Start, Verify
from actions.enums import Strand
from actions.models import Action, ActionSource
from tests.factories import World, make_world
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


TODAY = date(2026, 11, 20)
LIVES: tuple[tuple[Command, ...], ...] = (
    (), (Start(),), (Finish(TODAY),), (Finish(TODAY), Verify(TODAY)), (Start(), Finish(TODAY)), (Abandon("Fermé."),),
)  # fmt: skip
PARTS: tuple[dict[str, Any], ...] = ({"module": 1}, {"module": 4}, {"strand": Strand.STEERING}, {"module": 2})
SOURCES = ("internal_audit", "external_audit", "agent", "satisfaction_survey")


def fill(desk: Desk) -> list[Action]:
    """Each life in each part, sources and bureaux in turn; two ideas outside the plan, and another préfecture's."""
    offices = itertools.cycle([desk.world.offices["SEJ"].pk, None, desk.world.offices["DOT"].pk])
    sources = itertools.cycle(SOURCES)
    for life, part in itertools.product(LIVES, PARTS):
        desk.planned(*life, source=next(sources), office_id=next(offices), **part)
    desk.propose(by="agent")
    desk.propose(Decline("Hors sujet."), module=1)
    Desk(make_world("85", "85")).planned()
    return list(Action.objects.filter(prefecture=desk.world.prefecture).select_related("source", "office"))
