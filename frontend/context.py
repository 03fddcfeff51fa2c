"""What the frame around every page needs: brand, navigation by role, what may be registered."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from actions.permissions import PROPOSING_ROLES
from frontend import page_help
from frontend.bell import standing_of
from tracker import kept, lists
from tracker.enums import Role
from tracker.models import Prefecture, User
from tracker.permissions import REGISTERING_ROLES, TREATING_ROLES
from tracker.teams import HOLDING_ROLES

READERS: Final = (Role.MAILROOM, Role.AGENT, Role.SUPERVISOR, Role.QUALITY)
EVERYBODY: Final = tuple(Role)

SETTINGS: Final = "Réglages"

# label, URL name, roles that have it, apart (settings and tools stand to the right)
PAGES: Final = (
    ("Arrivées", "arrivals", (Role.MAILROOM,), False),
    ("Ma file", "queue", (Role.AGENT, Role.SUPERVISOR, Role.QUALITY), False),
    ("Mon bureau", "bureau", (Role.SUPERVISOR, Role.QUALITY), False),
    ("Registre", "registry", READERS, False),
    ("Suivi en direct", "live", (Role.SUPERVISOR, Role.QUALITY), False),
    ("Plan d’actions", "plan", (Role.SUPERVISOR, Role.QUALITY, Role.COPIL), False),
    ("Calculer une échéance", "calculator", EVERYBODY, True),
    ("Imports", "imports", (Role.QUALITY,), True),
    (SETTINGS, "settings", (Role.QUALITY, Role.ADMINISTRATOR), True),
)

WHOLE_ONLY: Final = frozenset({"imports"})
"""Pages of those who hold their role over the whole préfecture."""

HTMX_CONFIG: Final = json.dumps(
    {
        # htmx would inject a style sheet and evaluate strings: the content security policy refuses both.
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        # Without « style »: the design system's script sets properties, which htmx would copy as an inline style.
        "attributesToSettle": ["class", "width", "height"],
        # What has come in obeys at once: a form sent in htmx's usual 20 ms would have gone as a whole page.
        "defaultSettleDelay": 0,
        # No copy of a page, with its personal data, in the browser's storage.
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        # A refused form (422) and a conflict (409) are pages to show, not failures.
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "409|422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a menu. `current` is the value of aria-current, empty elsewhere than on that page."""

    label: str
    url: str
    current: str = ""
    apart: bool = False


def settings_link() -> Link:
    """The way back from a page of settings."""
    return Link(SETTINGS, reverse("settings"))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Lazy where it asks the database: a fragment or an error page that shows no menu pays nothing."""
    return {
        "service_name": settings.SILLAGE_SERVICE_NAME,
        "brand": settings.SILLAGE_BRAND,
        "version": version(),
        "htmx_config": HTMX_CONFIG,
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "may_sign": SimpleLazyObject(lambda: may_sign(request)),
        "registrable": SimpleLazyObject(lambda: registrable(request)),
        "page_help": SimpleLazyObject(lambda: page_help.of_request(request)),
        "letters_act": SimpleLazyObject(lambda: standing_of(request).letters),
        "bell": SimpleLazyObject(lambda: standing_of(request)),
        "may_propose": SimpleLazyObject(lambda: may_propose(request)),
        "may_be_absent": SimpleLazyObject(lambda: may_be_absent(request)),
        "live_topics": SimpleLazyObject(lambda: live_topics(request)),
    }


@cache
def version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def navigation(request: HttpRequest) -> list[Link]:
    """The pages that the person's roles open; empty before signing in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.must_change_password:
        return []
    links = []
    for label, name, roles, apart in PAGES:
        if user.scope.has_whole(*roles) if name in WHOLE_ONLY else user.scope.has(*roles):
            url = reverse(name)
            here = "page" if request.path == url else "true" if request.path.startswith(url) else ""
            links.append(Link(label, url, here, apart))
    return links


def may_sign(request: HttpRequest) -> bool:
    """Whether the person writes letters, under which there is a signature."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and not user.must_change_password and user.scope.has(*TREATING_ROLES)


def may_propose(request: HttpRequest) -> bool:
    """Whether the person may propose an action, from any page."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and not user.must_change_password and user.scope.has(*PROPOSING_ROLES)


def may_be_absent(request: HttpRequest) -> bool:
    """Whether the person answers for demandes, which somebody else then has to look after."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and not user.must_change_password and user.scope.has(*HOLDING_ROLES)


def live_topics(request: HttpRequest) -> str:
    """What a list of demandes follows (`data-sillage-live`): the préfectures in which the person holds a role."""
    user = getattr(request, "user", None)
    codes = kept.by_key(Prefecture)
    return (
        " ".join(f"prefecture:{codes[pk].code}" for pk in sorted(user.scope.prefecture_ids))
        if isinstance(user, User)
        else ""
    )


def registrable(request: HttpRequest) -> list[Link]:
    """The kinds of demande that the person may register, in the préfecture's order."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.must_change_password or not user.scope.has(*REGISTERING_ROLES):
        return []
    prefectures = {grant.prefecture_id for grant in user.scope.grants if grant.role in REGISTERING_ROLES}
    return [Link(kind.label, reverse("register", args=[kind.code])) for kind in lists.kinds(prefectures)]
