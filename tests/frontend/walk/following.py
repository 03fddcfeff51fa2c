"""« Suivi en direct »: the figures, the reminder."""

from datetime import date
from typing import Any

from tests.frontend.walk.stage import EVERYBODY, QUALITY, SUPERVISOR, Page, Stage
from tracker import screens
from tracker.models import Office
from tracker.screens import NewScreen
from tracker.writers import Author

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


def add_screen(stage: Stage, number: int) -> NewScreen:
    world = stage.world
    return screens.create_screen(
        world.prefecture,
        name=f"Couloir numéro {number}, à côté de l’accueil",
        site=world.branch if number % 3 == 1 else None,
        office=world.offices["SEJ"] if number % 3 == 2 else None,
        author=Author(user=world.user(QUALITY)),
    )


def a_screen(stage: Stage) -> NewScreen:
    if "screen" not in stage.made:
        stage.made["screen"] = add_screen(stage, 0)
    screen: NewScreen = stage.made["screen"]
    return screen


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
    "wall": Page(FOLLOWING, rows=add_late_office, control="body > a"),
    "wall-region": Page(FOLLOWING, to_look_at=False),
    "wall-open": Page(
        EVERYBODY,
        lambda stage: {"secret": a_screen(stage).secret},
        status=302,
        public=True,
        to_look_at=False,
        names_something=False,
    ),
    "screens": Page((QUALITY,), rows=add_screen, control="main input[name=name]", is_form=True),
    "screen-withdraw": Page(
        (QUALITY,), lambda stage: {"screen_id": a_screen(stage).screen.pk}, control="main form button[type=submit]"
    ),
}
