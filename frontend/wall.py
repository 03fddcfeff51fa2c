"""The wall: the figures and the bureaux for whoever passes by. No demande, no sender, no agent, no reference on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from frontend.bureau import in_tree_order
from tracker import clock, kept, screens
from tracker.enums import Role
from tracker.following import EVERYTHING, Counts, Figure, count
from tracker.models import Office, Prefecture, Site, Ticket, User, WallScreen
from tracker.registry import Situations
from tracker.scopes import Scope, subtree

COOKIES: Final = {"sillage_mur": "/mur/", "sillage_mur_direct": "/direct/"}
"""A screen's pass, in the only two places that take it: the wall, and its live connection."""
LIVE_COOKIE: Final = "sillage_mur_direct"
PAGE_COOKIE: Final = "sillage_mur"
KEPT_FOR: Final = timedelta(days=400)
"""As long as browsers keep a cookie; each opening of the wall starts it again."""

SHOWN: Final = (Figure.OVERDUE, Figure.TODAY, Figure.NEXT_DAYS, Figure.UNASSIGNED)
BY_OFFICE: Final = (Figure.OVERDUE, Figure.TODAY, Figure.NEXT_DAYS)
LABELS: Final = {
    Figure.OVERDUE: "En retard",
    Figure.TODAY: "Aujourd’hui",
    Figure.NEXT_DAYS: "Sous 2 jours",
    Figure.UNASSIGNED: "Sans responsable",
}
MOST_ROWS: Final = 10
"""Bureaux in a column: beyond, they could not be read across a room."""
MOST_COLUMNS: Final = 3
THEMES: Final = {"clair": "light", "sombre": "dark"}


# --- Who looks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who follows, or a screen. `name`: what the wall is headed with."""

    scope: Scope
    name: str
    time_zone: str
    screen: WallScreen | None = None


def viewer_of_person(user: User, code: str) -> Viewer | None:
    """`code`: the bureau asked for, whose other ones are left aside. None for whom follows nothing."""
    grants = [grant for grant in user.scope.grants if grant.role in (Role.SUPERVISOR, Role.QUALITY)]
    if not grants:
        return None
    scope = Scope(tuple(grants), user.scope.sensitive_ids)
    mine = scope.offices(Role.SUPERVISOR, Role.QUALITY)
    office = next((each for each in kept.rows(Office) if each.code == code and each.pk in mine), None)
    prefecture = kept.by_key(Prefecture)[grants[0].prefecture_id]
    if office is None:
        return Viewer(scope, prefecture.name, user.time_zone)
    below = subtree(office.pk, [(each.pk, each.parent_id) for each in kept.rows(Office)])
    narrowed = (
        replace(grant, site_id=None, office_root=office.pk, office_ids=grant.office_ids & below) for grant in grants
    )
    return Viewer(Scope(tuple(narrowed), user.scope.sensitive_ids), office.name, user.time_zone)


def viewer_of_screen(screen: WallScreen) -> Viewer:
    prefecture = kept.by_key(Prefecture)[screen.prefecture_id]
    site = kept.by_key(Site).get(screen.site_id or 0)
    office = kept.by_key(Office).get(screen.office_id or 0)
    if office is not None:
        site = kept.by_key(Site)[office.site_id]
    shown = office or site or prefecture
    zone = site.time_zone if site else prefecture.time_zone
    return Viewer(screens.scope_of(screen), shown.name, zone, screen)


def screen_of(request: HttpRequest) -> WallScreen | None:
    return screens.screen_of_pass(request.COOKIES.get(PAGE_COOKIE, ""))


def let_in(response: HttpResponse, screen: WallScreen) -> None:
    """Have the screen's browser keep its pass."""
    for name, path in COOKIES.items():
        response.set_cookie(
            name,
            screens.pass_of(screen),
            max_age=KEPT_FOR,
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            # The address may be opened from a message or another page: its own redirection must find the pass.
            samesite="Lax",
        )


class ScreenVisitor:
    """A screen at the other end of a live connection (`notifications.visitors.Visitor`)."""

    user = None

    def __init__(self, screen: WallScreen) -> None:
        self._screen_id = screen.pk
        self._topic = f"prefecture:{kept.by_key(Prefecture)[screen.prefecture_id].code}"

    def allows(self, topic: str) -> bool:
        return topic == self._topic

    def still_there(self) -> bool:
        screen = WallScreen.objects.filter(pk=self._screen_id, revoked_at__isnull=True).first()
        if screen is None:
            return False
        # Where nothing changes for hours, this alone says that the screen is still lit.
        screens.note_seen(screen, clock.now())
        return True


def load_visitor(cookie: str) -> ScreenVisitor | None:
    screen = screens.screen_of_pass(cookie)
    return ScreenVisitor(screen) if screen else None


# --- What is shown ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    figure: Figure
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Bureaux that stand on the wall together, column after column."""

    columns: tuple[tuple[Line, ...], ...]

    @property
    def rows(self) -> int:
        return len(self.columns[0])


class Wall:
    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.situations = Situations.at(clock.now(), viewer.scope.prefecture_ids)

    @cached_property
    def counts(self) -> Counts:
        rows = Ticket.objects.visible_in(self.viewer.scope)
        return count(rows, self.situations, self.viewer.scope.sealed_ids)

    @property
    def topics(self) -> str:
        known = kept.by_key(Prefecture)
        return " ".join(sorted(f"prefecture:{known[pk].code}" for pk in self.viewer.scope.prefecture_ids))

    @property
    def figures(self) -> list[Cell]:
        return [Cell(figure, self.counts.of(figure, EVERYTHING), LABELS[figure]) for figure in SHOWN]

    @property
    def lines(self) -> list[Line]:
        """The bureaux in the organisation's order, without the directions that hold nothing themselves."""
        mine = frozenset().union(*(grant.office_ids for grant in self.viewer.scope.grants))
        offices = in_tree_order([each for each in kept.rows(Office) if each.pk in mine])
        parents = {each.parent_id for each in offices if each.is_active}
        return [
            Line(
                each.name, tuple(Cell(figure, self.counts.own(figure, each.pk), LABELS[figure]) for figure in BY_OFFICE)
            )
            for each in offices
            if any(self.counts.own(figure, each.pk) for figure in BY_OFFICE)
            or (each.is_active and each.pk not in parents)
        ]

    @property
    def pages(self) -> list[Page]:
        """As few pages as can be read, about as full as each other."""
        lines = self.lines
        number = -(-len(lines) // (MOST_ROWS * MOST_COLUMNS))
        size = -(-len(lines) // max(number, 1))
        return [page_of(lines[start : start + size]) for start in range(0, len(lines), size or 1)]


def page_of(lines: Sequence[Line]) -> Page:
    columns = -(-len(lines) // MOST_ROWS)
    rows = -(-len(lines) // columns)
    return Page(tuple(tuple(lines[start : start + rows]) for start in range(0, len(lines), rows)))
