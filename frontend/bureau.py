"""Mon bureau: what nobody has yet, who has what, who is away, what waits for a signature.

Every number is that of a list, and both ask the same `Situations`. People stand in alphabetical order: a bureau is
shared out here, nobody is ranked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.http import urlencode

from frontend.absence_words import away_words, coming_words, name_words
from frontend.listing import Line, Part, lines
from frontend.wording import count_of, plain_date, small
from tracker import clock
from tracker.models import Absence, Office, Ticket, User
from tracker.paging import Key, Order
from tracker.querysets import TicketQuerySet
from tracker.registry import Situation, Situations
from tracker.scopes import subtree
from tracker.teams import Teams

SIGNATURE_ORDER: Final = Order("signature", "mise à la signature", (Key("signature_since"), Key("id")))
"""The answer that has waited longest for its signature first."""


@dataclass(frozen=True, slots=True)
class View:
    """One bureau among those of the page, or all of them; `url` shows it alone."""

    code: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One person: away or not, what this person has by urgency. `absence`: under way, or else the next one."""

    user: User
    away: str
    coming: str
    parts: list[Part]
    signature: Part | None
    absence: Absence | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to whom a demande may be given."""

    pk: int
    label: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One demande to give to somebody."""

    line: Line
    version: int
    candidates: list[Candidate]


@dataclass(slots=True)
class Waiting:
    """The urgent demandes of one person who is away, with the way to hand over everything in one step."""

    words: str
    url: str
    rows: list[Row] = field(default_factory=list)


class Bureau:
    """The bureaux that a person shares out, or the one chosen among them."""

    def __init__(self, user: User, code: str = "") -> None:
        self.user = user
        self.situations = Situations.at(clock.now(), user.scope.prefecture_ids)
        rows = list(Office.objects.filter(prefecture_id__in=user.scope.prefecture_ids).select_related("prefecture"))
        parents = [(each.pk, each.parent_id) for each in rows]
        led = user.scope.led_ids
        self.offices = in_tree_order([each for each in rows if each.pk in led])
        chosen = [each.pk for each in self.offices if each.code == code]
        self.code = code if chosen else ""
        below = frozenset().union(*(subtree(pk, parents) for pk in chosen))
        self.office_ids = below & led if chosen else led
        # A direction that holds all of them is « Tous les bureaux ».
        self.parts = [each for each in self.offices if not led <= subtree(each.pk, parents)]
        if self.situations.first is None:
            raise TypeError("a bureau stands on a site")
        self.today = self.situations.first.today

    @property
    def one_office(self) -> bool:
        """Whether the bureau of a demande goes without saying."""
        return len(self.office_ids) == 1

    @cached_property
    def teams(self) -> Teams:
        return Teams(self.user.scope.prefecture_ids)

    @cached_property
    def absences(self) -> dict[int, Absence]:
        """The absence of each person, under way or else the next one."""
        rows = Absence.objects.not_over(self.today).filter(prefecture_id__in=self.user.scope.prefecture_ids)
        found: dict[int, Absence] = {}
        for absence in rows.select_related("substitute").order_by("starts_on", "pk"):
            found.setdefault(absence.user_id, absence)
        return found

    @property
    def tickets(self) -> TicketQuerySet:
        """The open demandes that these bureaux hold."""
        return Ticket.objects.readable_by(self.user).open().filter(office_id__in=self.office_ids)

    def away(self, user_id: int | None) -> Absence | None:
        """The absence of the person that is under way."""
        found = self.absences.get(user_id or 0)
        return found if found is not None and found.starts_on <= self.today else None

    # --- Addresses ------------------------------------------------------------------------------------------------

    def url(self, name: str = "bureau", args: Sequence[Any] = (), **query: str) -> str:
        asked = {"bureau": self.code, **query}
        kept = urlencode({key: value for key, value in asked.items() if value})
        return f"{reverse(name, args=args)}{'?' if kept else ''}{kept}"

    def list_url(self, **filters: str) -> str:
        """The Registre on the demandes of these bureaux, the most pressing first."""
        asked = {"agent": "team", "office": self.code, **filters, "order": "due"}
        return f"{reverse('registry')}?{urlencode({key: value for key, value in asked.items() if value})}"

    def views(self) -> list[View]:
        """The choice of a bureau; nothing to choose where there is only one."""
        if len(self.parts) < 2:
            return []
        here = reverse("bureau")
        every = View("", "Tous les bureaux", here, not self.code)
        return [
            every,
            *(
                View(each.code, each.name, f"{here}?{urlencode({'bureau': each.code})}", each.code == self.code)
                for each in self.parts
            ),
        ]

    # --- Counts ---------------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """How many demandes are in each situation that the page tells: one query."""
        told = (Situation.UNASSIGNED, Situation.AGENT_ABSENT, Situation.AT_SIGNATURE)
        return self.tickets.aggregate(**{each: Count("pk", filter=self.situations.filter(each)) for each in told})

    def loads(self) -> Mapping[int, Mapping[str, Any]]:
        """What each person has, by urgency: one query."""
        urgencies = (Situation.OVERDUE, Situation.TODAY, Situation.NEXT_WEEK, Situation.AT_SIGNATURE)
        rows = self.tickets.filter(assignee__isnull=False).order_by().values("assignee")
        rows = rows.annotate(
            **{each: Count("pk", filter=self.situations.filter(each)) for each in urgencies},
            total=Count("pk"),
            since=Min("signature_since"),
        )
        return {row["assignee"]: row for row in rows}

    # --- People ---------------------------------------------------------------------------------------------------

    def agent_lines(self) -> list[AgentLine]:
        """Those who work in these bureaux and those who still have a demande there, in alphabetical order."""
        loads = self.loads()
        people = {each.pk: each for each in self.teams.based_in(self.office_ids)}
        people |= User.objects.in_bulk([pk for pk in loads if pk not in people])
        ordered = sorted(people.values(), key=lambda each: (each.last_name, each.first_name, each.pk))
        return [self.agent_line(each, loads.get(each.pk, {})) for each in ordered]

    def agent_line(self, user: User, load: Mapping[str, Any]) -> AgentLine:
        absence, away = self.absences.get(user.pk), self.away(user.pk)
        wanted = (
            (Situation.OVERDUE, "en retard"),
            (Situation.TODAY, "aujourd’hui"),
            (Situation.NEXT_WEEK, "cette semaine"),
        )
        mine = {"assignee": str(user.pk)}
        parts = [
            Part(f"{load[code]} {words}", self.list_url(**mine, situation=code))
            for code, words in wanted
            if load.get(code)
        ]
        if load:
            parts.append(Part(f"{load['total']} en tout", self.list_url(**mine)))
        return AgentLine(
            user=user,
            away=away_words(away, self.today) if away else "",
            coming=coming_words(absence, self.today) if absence and not away else "",
            parts=parts,
            signature=self.signature_part(user, load),
            absence=absence,
            holds=bool(load),
        )

    def signature_part(self, user: User, load: Mapping[str, Any]) -> Part | None:
        number = load.get(Situation.AT_SIGNATURE)
        if not number:
            return None
        since = plain_date(load["since"], self.today)
        return Part(f"{number} à la signature, depuis le {since}", self.url("bureau-signature", agent=str(user.pk)))

    def candidates(self, office_ids: Iterable[int], holder_id: int | None = None) -> list[Candidate]:
        """To whom a demande of these bureaux may be given; proposed: who stands in for the one that is away."""
        away = self.away(holder_id)
        proposed = away.substitute_id if away else None
        people = [each for each in self.teams.holders(office_ids) if each.pk != holder_id]
        return [Candidate(each.pk, self.label(each), each.pk == proposed) for each in people]

    def label(self, user: User) -> str:
        return name_words(user, self.away(user.pk), self.today)

    # --- Rows -----------------------------------------------------------------------------------------------------

    def rows(self, tickets: Sequence[Ticket]) -> list[Row]:
        """Demandes with the choice of who takes each; `tickets` loaded with kind, channel and office."""
        choices: dict[tuple[int | None, int | None], list[Candidate]] = {}
        found = []
        for ticket, line in zip(tickets, lines(tickets, self.user, self.situations), strict=True):
            key = ticket.office_id, ticket.assignee_id
            if key not in choices:
                choices[key] = self.candidates((ticket.office_id,) if ticket.office_id else (), ticket.assignee_id)
            found.append(Row(line, ticket.version, choices[key]))
        return found

    def waiting(self, tickets: Sequence[Ticket]) -> list[Waiting]:
        """The same, by person who has them and is away; who has the most pressing one comes first."""
        found: dict[int, Waiting] = {}
        for ticket, row in zip(tickets, self.rows(tickets), strict=True):
            if ticket.assignee is None:
                continue
            if ticket.assignee.pk not in found:
                away = self.away(ticket.assignee.pk)
                words = f"\xa0: {small(away_words(away, self.today))}" if away else ""
                url = self.url("bureau-hand-over", [ticket.assignee.pk])
                found[ticket.assignee.pk] = Waiting(f"{ticket.assignee.full_name}{words}", url)
            found[ticket.assignee.pk].rows.append(row)
        return list(found.values())


def in_tree_order(offices: Sequence[Office]) -> list[Office]:
    """In the organisation's order, each direction before its bureaux."""
    known = {each.pk for each in offices}
    children: dict[int | None, list[Office]] = {}
    for each in offices:
        children.setdefault(each.parent_id if each.parent_id in known else None, []).append(each)

    def below(parent: int | None) -> list[Office]:
        return [found for each in children.get(parent, ()) for found in (each, *below(each.pk))]

    return below(None)


# --- Words --------------------------------------------------------------------------------------------------------


def sentence(bureau: Bureau, counts: Mapping[str, int]) -> list[Part]:
    """« 12 demandes à répartir, 3 urgentes dont l’agent est absent, 4 à la signature » : each count with its list."""
    agreed = "urgente confiée" if counts[Situation.AGENT_ABSENT] == 1 else "urgentes confiées"
    wanted = (
        (Situation.UNASSIGNED, "à répartir", bureau.list_url(situation=Situation.UNASSIGNED)),
        (
            Situation.AGENT_ABSENT,
            f"{agreed} à une personne absente",
            bureau.list_url(situation=Situation.AGENT_ABSENT),
        ),
        (Situation.AT_SIGNATURE, "à la signature", bureau.url("bureau-signature")),
    )
    told = [(counts[code], words, url) for code, words, url in wanted if counts[code]]
    return [
        Part(f"{count_of(number, 'demande') if rank == 0 else number} {words}", url)
        for rank, (number, words, url) in enumerate(told)
    ]
