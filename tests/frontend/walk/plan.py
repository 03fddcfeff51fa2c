"""« Plan d'actions »."""

from datetime import date

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


PAGES: dict[str, Page] = {
    "plan": Page(PLANNING, rows=add_action, control="main form button, main a[href]"),
}
