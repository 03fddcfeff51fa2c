"""« Suivi en direct »: the figures, the reminder."""

from datetime import date
from typing import Any

from tests.frontend.walk.stage import QUALITY, SUPERVISOR, Page, Stage
from tracker.models import Office

FOLLOWING = (QUALITY, SUPERVISOR)


def add_late_office(stage: Stage, number: int) -> None:
    """One more bureau with a late demande, below that of the agent."""
    world, code = stage.world, f"B{number}"
    world.offices[code] = Office.objects.create(
        prefecture=world.prefecture,
        site=world.site,
        parent=world.offices["SEJ"],
        code=code,
        name=f"Pôle numéro {number}",
        position=10 + number,
    )
    world.register(office=code, by=None, received_on=date(2026, 11, 2), channel=("letter", "email")[number % 2])


def something_late(stage: Stage) -> dict[str, Any]:
    stage.world.register(received_on=date(2026, 11, 2))
    return {}


PAGES: dict[str, Page] = {
    "live": Page(FOLLOWING, rows=add_late_office, control="main a[href^='/registre/']"),
    "live-region": Page(FOLLOWING, to_look_at=False),
    "live-remind": Page(
        FOLLOWING,
        something_late,
        "?bureau=SEJ",
        control="main form button[type=submit]",
        is_form=True,
    ),
}
