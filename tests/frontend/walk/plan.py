"""« Plan d'actions »."""

from collections.abc import Callable
from datetime import date
from typing import Any

from actions import writers
from actions.commands import Finish, Plan, Record, Start
from actions.models import Action, ActionSource
from tests.frontend.walk.stage import AGENT, COPIL, MAILROOM, QUALITY, SUPERVISOR, Page, Stage
from tracker.writers import Author

PLANNING = (QUALITY, COPIL, SUPERVISOR, AGENT, MAILROOM)


def add_action(stage: Stage, number: int) -> Action:
    """One more action of the agent's bureau, which the agent carries; some late, some done, in three modules."""
    world = stage.world
    codes = ("internal_audit", "agent", "satisfaction_survey")
    source = ActionSource.objects.get(prefecture=world.prefecture, code=codes[number % 3])
    titles = ("Afficher les horaires à l’entrée", "Diffuser une signature type", "Former les agents d’accueil")
    values = {
        "title": titles[number % 3],
        "module": (1, 2, 4)[number % 3],
        "office_id": world.offices["SEJ"].pk,
        "pilot_id": world.users[AGENT].pk,
        "due_on": date(2026, 11, 2 + number % 28),
    }
    life = ([], [Start()], [Finish(date(2026, 11, 3))])[number % 3]
    acts = [Record(source.pk, date(2026, 10, 1), values), Plan(), *life]
    return writers.record(world.prefecture, acts, Author(user=stage.user(QUALITY)))


def the_action(stage: Stage) -> dict[str, Any]:
    """An action that the agent carries, not yet begun."""
    if "action" not in stage.made:
        stage.made["action"] = add_action(stage, 0)
    return {"reference": stage.made["action"].reference}


def moving(slug: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: the_action(stage) | {"slug": slug}


SEEING = (QUALITY, COPIL, SUPERVISOR, AGENT)
PAGES: dict[str, Page] = {
    "plan": Page(PLANNING, rows=add_action, control="main form button, main a[href]"),
    "action": Page(SEEING, the_action, control="main a[href^='/plan/'], main form button"),
    "action-move": Page((QUALITY, AGENT), moving("fait"), control="main form button", is_form=True),
    "action-move:abandon": Page((QUALITY, COPIL), moving("abandonner"), control="main form textarea", is_form=True),
    "action-edit": Page((QUALITY,), the_action, control="main form button", is_form=True),
    "plan-add": Page((QUALITY,), method="post", status=422, to_look_at=False),
    "idea": Page(PLANNING, control="main form button", is_form=True),
}
