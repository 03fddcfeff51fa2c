"""The small préfecture that the walks stand on, and what a row of their table says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from tests.factories import World, make_world
from tracker.models import Ticket, User

MAILROOM, AGENT, SUPERVISOR, QUALITY = "mailroom", "agent", "supervisor", "quality"
COPIL, ADMINISTRATOR = "copil", "administrator"
SHARING = (SUPERVISOR, QUALITY)
HANDLING = (AGENT, SUPERVISOR, QUALITY)
READING = (AGENT, SUPERVISOR, QUALITY, MAILROOM)
EVERYBODY = (AGENT, SUPERVISOR, QUALITY, MAILROOM, COPIL, ADMINISTRATOR)
REGISTERING = (AGENT, SUPERVISOR, QUALITY, MAILROOM)
OUTSIDER = "outsider"
"""An agent of another préfecture."""


@dataclass
class Stage:
    """A small préfecture with a demande in the agent's bureau, and a second préfecture beside it."""

    world: World
    elsewhere: World
    ticket: Ticket
    made: dict[str, Any] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return self.elsewhere.user(AGENT) if name == OUTSIDER else self.world.user(name)


def make_stage() -> Stage:
    world = make_world()
    elsewhere = make_world(code="85", department="85")
    return Stage(world, elsewhere, world.register(subject="Renouvellement d’un titre de séjour"))


def no_arguments(stage: Stage) -> dict[str, Any]:
    return {}


def add_ticket(stage: Stage, number: int) -> Ticket:
    """One more row for the lists; some late, some not, some on hold."""
    received_on = date(2026, 11, 2) + timedelta(days=number % 18)
    names = ("Mairie d’Exemple", "M. Exemple", "Association des riverains", "Mme Modèle")
    subjects = ("Renouvellement d’un titre de séjour", "Subvention : pièces complémentaires", "Permis de conduire")
    return stage.world.register(
        received_on=received_on,
        channel=("letter", "email", "form")[number % 3],
        sender_name=names[number % 4],
        subject=subjects[number % 3],
    )


def the_ticket(stage: Stage) -> dict[str, Any]:
    return {"reference": stage.ticket.reference}


@dataclass(frozen=True)
class Page:
    """`roles`: who may open it, the first being whose screen is photographed. `status`: what they get. Anybody
    else gets 404, and an anonymous visitor the sign-in page, unless `public`.
    `rows`: for a list, adds one row to it; the page must then ask as many queries for 50 rows as for 1.
    `control`: the selector of the control that the page is for; Tab must reach it."""

    roles: tuple[str, ...] = EVERYBODY
    arguments: Callable[[Stage], dict[str, Any]] = no_arguments
    query: str = ""
    # How the rights walk asks for it: « post » (with `data`) where nothing answers to a GET.
    method: str = "get"
    data: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    public: bool = False
    rows: Callable[[Stage, int], Any] | None = None
    control: str = "main a[href], main button"
    is_form: bool = False
    # For redirections, files and POST-only addresses there is nothing to look at.
    to_look_at: bool = True
    # Open to a person who has yet to replace a one-time password.
    before_password: bool = False
    # Whether the arguments name something of one préfecture, which another's people may not know.
    names_something: bool = True

    @property
    def takes_arguments(self) -> bool:
        return self.arguments is not no_arguments

    def url(self, name: str, stage: Stage) -> str:
        return reverse(name.partition(":")[0], kwargs=self.arguments(stage)) + self.query
