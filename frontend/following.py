"""« Suivi en direct »: the figures of a référent's or an encadrant's bureaux, each with the list behind it.

Nothing here depends on who looks beyond what they may see: two people of the same scope are shown the same piece.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import quote_plus

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from frontend.bureau import in_tree_order
from frontend.filters import TicketFilter
from frontend.http import PageRequest
from frontend.listing import Line, Part, lines
from frontend.live_words import CELLS, column_label, happening_words, moment_words, reminder_words
from frontend.wording import count_of
from tracker import clock, kept
from tracker.filters import NO_OFFICE, Facets
from tracker.following import (
    FILTERS,
    URGENCIES,
    Column,
    Counts,
    Figure,
    Place,
    count,
    latest_happenings,
    oldest_promises,
)
from tracker.models import Event, Office, Prefecture
from tracker.registry import Situations
from tracker.reminding import last_reminders, last_reminders_of_tickets
from tracker.scopes import Scope

PROMISES_SHOWN: Final = 8
HAPPENINGS_SHOWN: Final = 8
LATE_FIRST: Final = "retard"
CELL_FIGURES: Final = (Figure.OVERDUE, Figure.TODAY)
"""What a cell tells, unless the page is asked for one urgency."""
SIDE_FIGURES: Final = (Figure.NEXT_DAYS, Figure.NEXT_WEEK, Figure.UNASSIGNED, Figure.AWAITING, Figure.PROMISED)
"""What the right of the table tells of a bureau, all kinds together."""
SIDE_HEADINGS: Final = ("Sous 2 jours", "Sous 5 jours", "Sans responsable", "En attente", "Réponses promises")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for, codes that the person may choose alone. `ranks`: the bureaux in the order in which the
    page shows them already, where it follows how late they are."""

    office: str = ""
    site: str = ""
    kind: str = ""
    urgency: str = ""
    late_first: bool = False
    ranks: tuple[str, ...] = ()

    @property
    def address(self) -> dict[str, str]:
        asked = {
            "bureau": self.office,
            "site": self.site,
            "type": self.kind,
            "urgence": self.urgency,
            "ordre": LATE_FIRST if self.late_first else "",
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def filters(self) -> dict[str, str]:
        """The same of the Registre."""
        asked = {"office": self.office, "site": self.site, "kind": self.kind}
        return {name: value for name, value in asked.items() if value}

    @property
    def figure(self) -> Figure | None:
        return Figure(self.urgency) if self.urgency else None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.office or self.site or self.kind or self.urgency)


def choice_of(query: QueryDict, facets: Facets) -> Choice:
    """What is no choice of this person's is not asked."""

    def chosen(name: str, known: Iterable[str]) -> str:
        value = query.get(name, "")
        return value if value in known else ""

    late_first = query.get("ordre") == LATE_FIRST
    ranks = [code for code in query.get("rangs", "").split(",") if code in facets.office] if late_first else []
    return Choice(
        office=chosen("bureau", facets.office),
        site=chosen("site", facets.site),
        kind=chosen("type", facets.kind),
        urgency=chosen("urgence", [figure.value for figure in URGENCIES]),
        late_first=late_first,
        ranks=tuple(dict.fromkeys(ranks)),
    )


@dataclass(frozen=True, slots=True)
class Number:
    """A count that lists what it counts. `name` is that by which it is announced when it changes."""

    figure: Figure
    number: int
    url: str
    name: str = ""

    @property
    def words(self) -> str:
        """« 6 en retard », in a cell."""
        return f"{self.number} {CELLS.get(self.figure, '')}".strip()


@dataclass(frozen=True, slots=True)
class Cell:
    """`key` tells the cell from all the others of the page, from one showing of it to the next."""

    key: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One bureau; a direction (`is_group`) counts what is below it too. `sealed`: of which no kind may be told."""

    code: str
    name: str
    url: str
    depth: int
    is_group: bool
    sealed: bool
    cells: tuple[Cell, ...]
    sides: tuple[Cell, ...]
    reminded: str = ""
    remind_url: str = ""

    headings: tuple[str, ...] = ()

    @property
    def kinds(self) -> Cell:
        """The one cell of a sealed bureau."""
        return self.cells[0]

    @property
    def cells_named(self) -> Iterable[tuple[Cell, str]]:
        return zip(self.cells, self.headings, strict=True)

    @property
    def sides_named(self) -> Iterable[tuple[Cell, str]]:
        return zip(self.sides, SIDE_HEADINGS, strict=True)


@dataclass(frozen=True, slots=True)
class Promise:
    line: Line
    reminded: str = ""
    remind_url: str = ""


@dataclass(frozen=True, slots=True)
class Recent:
    """« 10:42 Bureau du séjour a répondu à 44-2026-000391 »; several demandes have a number and no address."""

    at: str
    before: str
    what: Part
    after: str


class Board:
    """The page for one scope and one choice, at one instant."""

    def __init__(self, request: PageRequest, choice: Choice, facets: Facets) -> None:
        self.choice, self.facets = choice, facets
        self.scope: Scope = request.user.scope
        self.user = request.user
        self.situations = Situations.at(clock.now(), self.scope.prefecture_ids)
        asked = QueryDict(mutable=True)
        asked.update(choice.filters)
        self.rows = TicketFilter(asked, request=request, situations=self.situations, facets=facets).qs
        if self.situations.first is None:
            raise TypeError("what is followed stands on a site")
        self.day = self.situations.first
        self.today = self.day.today

    @cached_property
    def counts(self) -> Counts:
        return count(self.rows, self.situations, self.scope.sealed_ids)

    @cached_property
    def columns(self) -> list[Column]:
        return [each for each in self.counts.columns() if self.choice.kind in ("", each.kind)]

    @cached_property
    def headings(self) -> tuple[str, ...]:
        return tuple(column_label(column) for column in self.columns)

    @property
    def side_headings(self) -> tuple[str, ...]:
        return SIDE_HEADINGS

    # --- Addresses ------------------------------------------------------------------------------------------------

    def url(self, name: str = "live", **changed: Any) -> str:
        address = replace(self.choice, **changed).address
        return f"{reverse(name)}?{urlencode(address)}" if address else reverse(name)

    @property
    def here(self) -> str:
        return self.url()

    @property
    def sorted_url(self) -> str:
        """The part that follows, its bureaux sorted again."""
        return self.url("live-region")

    @property
    def in_order_url(self) -> str:
        return self.url(late_first=False)

    @property
    def late_first_url(self) -> str:
        return self.url(late_first=True)

    @property
    def region_url(self) -> str:
        """Where the page fetches itself again, its bureaux in the order in which they stand."""
        address = self.choice.address
        if self.choice.late_first:
            address["rangs"] = ",".join(row.code for row in self.table)
        return f"{reverse('live-region')}?{urlencode(address)}" if address else reverse("live-region")

    @property
    def topics(self) -> str:
        known = kept.by_key(Prefecture)
        return " ".join(sorted(f"prefecture:{known[pk].code}" for pk in self.scope.prefecture_ids))

    def list_url(self, figure: Figure, office: str = "", column: Column | None = None) -> str:
        """The Registre on the demandes that a figure counts, the most pressing first."""
        place = asking(office=office or self.choice.office, site=self.choice.site)
        what = asking_column(column) if column else asking(kind=self.choice.kind)
        return f"{registry_path()}?{place}{what}{asking_figure(figure)}order=due"

    # --- Figures --------------------------------------------------------------------------------------------------

    def head(self) -> list[Number]:
        return [Number(figure, self.counts.of(figure), self.list_url(figure), str(figure.label)) for figure in FILTERS]

    def cell(
        self, figures: Sequence[Figure], place: Place, office: str, column: Column | None = None, key: str = ""
    ) -> Cell:
        found = ((figure, self.counts.of(figure, place, column)) for figure in figures)
        numbers = (Number(figure, number, self.list_url(figure, office, column)) for figure, number in found if number)
        return Cell(f"{office}-{key}", tuple(numbers))

    @property
    def cell_figures(self) -> tuple[Figure, ...]:
        return (self.choice.figure,) if self.choice.figure else CELL_FIGURES

    # --- The table ------------------------------------------------------------------------------------------------

    @cached_property
    def offices(self) -> list[Office]:
        """The bureaux of the person's part of the tree in the organisation's order, a direction before its bureaux;
        one that has closed, as long as it still holds something."""
        mine = frozenset().union(*(grant.office_ids for grant in self.scope.grants))
        if self.choice.office:
            mine &= frozenset(self.facets.office[self.choice.office][0])
        found = [each for each in kept.rows(Office) if each.pk in mine]
        shown = [each for each in found if each.is_active or self.presses(each.pk, tuple(FILTERS))]
        if self.choice.figure:
            shown = [each for each in shown if self.presses(each.pk, (self.choice.figure,))]
        if self.choice.site:
            shown = [each for each in shown if self.of_the_site(each)]
        return in_tree_order(shown)

    def of_the_site(self, office: Office) -> bool:
        """Arrived at the site chosen, or held by a bureau that stands there."""
        return office.pk in self.site_offices or self.presses(office.pk, tuple(FILTERS))

    @cached_property
    def site_offices(self) -> frozenset[int]:
        site_ids = self.facets.site[self.choice.site][0] if self.choice.site else []
        return frozenset(each.pk for each in kept.rows(Office) if each.site_id in site_ids)

    def presses(self, place: Place, figures: Iterable[Figure]) -> bool:
        return any(self.counts.of(figure, place) for figure in figures)

    @cached_property
    def depths(self) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for each in self.offices:
            found[each.pk] = found[each.parent_id] + 1 if each.parent_id in found else 0
        return found

    @cached_property
    def groups(self) -> frozenset[int]:
        """The bureaux that have others below them, of those that are shown."""
        shown = {each.pk for each in self.offices}
        return frozenset(each.parent_id for each in self.offices if each.parent_id in shown)

    @cached_property
    def table(self) -> list[Row]:
        if not self.choice.late_first:
            return [self.row(each, self.depths[each.pk]) for each in self.offices]
        rows = {each.code: self.row(each, 0) for each in self.late_first}
        known = [code for code in self.choice.ranks if code in rows]
        ordered = [*known, *(code for code in rows if code not in known)] if known else list(rows)
        return [rows[code] for code in ordered]

    @cached_property
    def late_first(self) -> list[Office]:
        """The bureaux without their directions, those that have most demandes past their deadline first."""
        single = [each for each in self.offices if each.pk not in self.groups or self.holds_itself(each)]
        return sorted(
            single,
            key=lambda each: [-self.counts.own(figure, each.pk) for figure in (Figure.OVERDUE, Figure.TODAY)],
        )

    def holds_itself(self, office: Office) -> bool:
        return any(self.counts.own(figure, office.pk) for figure in FILTERS)

    @property
    def displaced(self) -> int:
        """How many bureaux no longer stand where their lateness puts them."""
        if not self.choice.late_first:
            return 0
        return sum(row.code != office.code for row, office in zip(self.table, self.late_first, strict=True))

    @property
    def displaced_words(self) -> str:
        return count_of(self.displaced, "changement")

    def row(self, office: Office, depth: int) -> Row:
        sealed = office.pk in self.scope.sealed_ids
        event = self.reminders.get(office.pk)
        return Row(
            code=office.code,
            name=office.name,
            url=self.url(office=office.code, ranks=()),
            depth=depth,
            is_group=office.pk in self.groups,
            sealed=sealed,
            cells=self.cells(office.pk, office.code, sealed=sealed),
            sides=self.sides(office.pk, office.code),
            reminded=reminder_words(event, self.day.time_zone, self.today) if event else "",
            remind_url=self.remind_url(office) if office.pk in self.scope.led_ids else "",
            headings=self.headings,
        )

    def cells(self, place: Place, code: str, *, sealed: bool = False) -> tuple[Cell, ...]:
        if sealed:
            return (self.cell(self.cell_figures, place, code, key="sealed"),)
        return tuple(
            self.cell(self.cell_figures, place, code, column, f"{column.kind}-{'-'.join(column.channels)}")
            for column in self.columns
        )

    def sides(self, place: Place, code: str) -> tuple[Cell, ...]:
        return tuple(self.cell((figure,), place, code, key=figure.value) for figure in SIDE_FIGURES)

    @property
    def unheld(self) -> Row | None:
        """What no bureau holds, where there is any that the person may see."""
        narrowed = self.choice.office not in ("", NO_OFFICE) or not self.scope.sees_unheld
        figures = (self.choice.figure,) if self.choice.figure else tuple(FILTERS)
        if narrowed or not self.presses(None, figures):
            return None
        return Row(
            code=NO_OFFICE,
            name="Sans bureau",
            url=self.url(office=NO_OFFICE, ranks=()),
            depth=0,
            is_group=False,
            sealed=False,
            cells=self.cells(None, NO_OFFICE),
            sides=self.sides(None, NO_OFFICE),
            headings=self.headings,
        )

    # --- Reminders ------------------------------------------------------------------------------------------------

    @cached_property
    def reminders(self) -> Mapping[int, Event]:
        return last_reminders([each.pk for each in self.offices], self.scope.prefecture_ids, clock.now())

    def remind_url(self, office: Office) -> str:
        """Empty where nothing that the bureau holds itself presses."""
        presses = any(self.counts.own(figure, office.pk) for figure in (Figure.OVERDUE, Figure.TODAY))
        return f"{reverse('live-remind')}?{urlencode({'bureau': office.code})}" if presses else ""

    # --- Beside the table -----------------------------------------------------------------------------------------

    @cached_property
    def promises(self) -> list[Promise]:
        tickets = oldest_promises(self.rows, self.choice.figure, self.situations, PROMISES_SHOWN)
        reminders = last_reminders_of_tickets([ticket.pk for ticket in tickets])
        found = []
        for ticket, line in zip(tickets, lines(tickets, self.user, self.situations), strict=True):
            event = reminders.get(ticket.pk)
            may = ticket.office_id in self.scope.led_ids and (line.late or line.today)
            found.append(
                Promise(
                    line,
                    reminder_words(event, self.day.time_zone, self.today) if event else "",
                    f"{reverse('live-remind')}?{urlencode({'demande': ticket.reference})}" if may else "",
                )
            )
        return found

    @property
    def promises_url(self) -> str:
        return self.list_url(self.choice.figure or Figure.OVERDUE)

    @cached_property
    def recent(self) -> list[Recent]:
        seen = self.rows.exclude(office_id__in=self.scope.sealed_ids) if self.scope.sealed_ids else self.rows
        found = []
        for each in latest_happenings(seen, self.scope.prefecture_ids, HAPPENINGS_SHOWN):
            before, after = happening_words(each)
            number, reference = len(each.references), each.references[0]
            what = Part(reference, reverse("ticket", args=[reference]))
            if number > 1:
                what = Part(count_of(number, "demande"))
            found.append(Recent(moment_words(each.at, self.day.time_zone, self.today), before, what, after))
        return found

    @property
    def nothing_late(self) -> bool:
        return not self.counts.of(Figure.OVERDUE)


# --- Addresses, of which a page has a hundred ---------------------------------------------------------------------


def asking(**values: str) -> str:
    return "".join(f"{name}={quote_plus(value)}&" for name, value in values.items() if value)


@cache
def asking_figure(figure: Figure) -> str:
    name, value = FILTERS[figure]
    return asking(**{name: value})


@cache
def asking_column(column: Column) -> str:
    return asking(kind=column.kind) + "".join(asking(channel=code) for code in column.channels)


@cache
def registry_path() -> str:
    return reverse("registry")


URGENCY_CHOICES: Final = [(figure.value, figure.label) for figure in URGENCIES]
