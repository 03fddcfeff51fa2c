"""The table of every page, and the walks' stage. A URL name that is absent from `TABLE` fails the suite: whoever adds a
page says here who may open it, on what, and which control matters; rights, axe, CSP, keyboard, widths, JavaScript off,
query counts and screenshots then follow by themselves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import World, make_world
from tracker.models import Ticket, User

MAILROOM, AGENT, SUPERVISOR, QUALITY = "mailroom", "agent", "supervisor", "quality"
COPIL, ADMINISTRATOR = "copil", "administrator"
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


@dataclass(frozen=True)
class Page:
    """`roles`: who may open it, the first being whose screen is photographed. `status`: what they get by GET. Anybody
    else gets 404, and an anonymous visitor the sign-in page, unless `public`.
    `rows`: for a list, adds one row to it; the page must then ask as many queries for 50 rows as for 1.
    `control`: the selector of the control that the page is for; Tab must reach it."""

    roles: tuple[str, ...] = EVERYBODY
    arguments: Callable[[Stage], dict[str, Any]] = no_arguments
    query: str = ""
    status: int = 200
    public: bool = False
    rows: Callable[[Stage, int], Any] | None = None
    control: str = "main a[href], main button"
    is_form: bool = False
    # For redirections, files and POST-only addresses there is nothing to look at.
    to_look_at: bool = True
    # Open to a person who has yet to replace a one-time password.
    before_password: bool = False

    def url(self, name: str, stage: Stage) -> str:
        return reverse(name, kwargs=self.arguments(stage)) + self.query


TABLE: dict[str, Page] = {
    "home": Page(status=302, to_look_at=False),
    "sign-in": Page(public=True, status=302, control="main input[name=username]", is_form=True),
    "sign-out": Page(status=405, to_look_at=False, before_password=True),
    "password-change": Page(before_password=True, control="main input[name=old_password]", is_form=True),
    "calculator": Page(control="main input[name=received_on]", is_form=True),
    "help": Page(public=True, control="main a[href]"),
    "accessibility": Page(public=True, control="main a[href]"),
    "health": Page(public=True, to_look_at=False),
}

TO_LOOK_AT = tuple(name for name, page in TABLE.items() if page.to_look_at)
FORMS = tuple(name for name, page in TABLE.items() if page.is_form)
LISTS = tuple(name for name, page in TABLE.items() if page.rows)
PUBLIC = tuple(name for name, page in TABLE.items() if page.public)


def url_names(patterns: list[Any] | None = None) -> Iterator[str | None]:
    """The name of every address of the product, None for one without a name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from url_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name
