"""Ma file: what an agent has to do, first things first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import capfirst
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from frontend.answer_words import answer_words
from frontend.listing import TO_DO, Line, Part, lines
from frontend.pages.tickets.offers import FORMS, LEADING, act_url
from frontend.returning import remember
from frontend.wording import count_of, long_date
from tracker import clock
from tracker.enums import Role
from tracker.models import Absence, Ticket, User
from tracker.permissions import abilities
from tracker.querysets import TicketQuerySet
from tracker.reading import transitions
from tracker.registry import BUCKET_FILTERS, NEXT_WEEK, ORDERS, Bucket, SiteDay, Situations, queue_of, supervised

SHOWN: Final = 50
"""Demandes of a group that the page shows; the Registre lists them all."""
OWNERS: Final = (Role.AGENT, Role.SUPERVISOR, Role.QUALITY)


@dataclass(frozen=True, slots=True)
class Act:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One demande of the file. `act`: what its state calls for; `free`: nobody has taken it yet."""

    line: Line
    free: bool
    holder: str
    due_on: date | None
    act: Act | None
    reply_url: str
    hand_over_url: str

    @property
    def says_day(self) -> bool:
        """Whether the day of the deadline is to be said beside the words that measure it."""
        return self.due_on is not None and not self.line.due.startswith("au plus tard")


@dataclass(slots=True)
class Group:
    """`size` counts the whole group, `entries` are its first; `url` lists all of it in the Registre."""

    code: str
    label: str
    size: int
    url: str
    unfolded: bool
    entries: list[Entry] = field(default_factory=list)

    @property
    def summary(self) -> str:
        return "" if self.size == len(self.entries) else f"Les {len(self.entries)} premières sur {self.size}."


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    if not user.scope.has(*OWNERS):
        raise Http404
    may_widen = user.scope.has(Role.SUPERVISOR)
    wide = may_widen and request.GET.get("view") == "team"
    situations = Situations.at(clock.now(), user.scope.prefecture_ids)
    agent = "team" if wide else "queue"
    groups = groups_of(user, supervised(user) if wide else queue_of(user), agent, situations)
    day = situations.first
    shown: dict[str, Any] = {
        "groups": groups,
        "replaced": replaced_groups(user, situations) if day and not wide else [],
        "today": day.today if day else None,
        "sentence": sentence(groups, day) if day else [],
        "may_widen": may_widen,
        "wide": wide,
    }
    if not request.htmx:  # type: ignore[attr-defined]
        remember(request, "queue")
    name = "partials/_queue_groups" if request.htmx else "pages/queue"  # type: ignore[attr-defined]
    return render(request, f"frontend/{name}.html", shown)


def groups_of(user: User, mine: Q, agent: str, situations: Situations) -> list[Group]:
    """The groups that hold something, each with its size and its first demandes: one query for all of them."""
    rows = first_of_each(Ticket.objects.readable_by(user).filter(mine).annotate(bucket=situations.bucket), "bucket")
    found: dict[str, Group] = {}
    for row, line in zip(rows, lines(rows, user, situations), strict=True):
        code = Bucket(row.bucket)
        if code not in found:
            label, url = label_of(code, situations.first), list_url(code, agent)
            found[code] = Group(code, label, row.size, url, code in TO_DO)
        found[code].entries.append(entry(row, line, user))
    return [found[code] for code in Bucket if code in found]


def first_of_each(tickets: TicketQuerySet, column: str) -> list[Any]:
    """The first demandes of each value of `column`, with the size of its group: one query."""
    ranked = (
        tickets.for_lists()
        .defer("body")
        .annotate(
            rank=Window(RowNumber(), partition_by=[F(column)], order_by=ORDERS["due"].columns()),
            size=Window(Count("*"), partition_by=[F(column)]),
        )
    )
    return list(ranked.filter(rank__lte=SHOWN).order_by("rank"))


def replaced_groups(user: User, situations: Situations) -> list[Group]:
    """The open demandes of those for whom `user` stands in today, a group a person."""
    today = situations.first.today if situations.first else None
    if today is None:
        return []
    rows = Absence.objects.away_on(today).filter(substitute=user, prefecture_id__in=user.scope.prefecture_ids)
    away = {each.user_id: each for each in rows.select_related("user").order_by("ends_on", "pk")}
    if not away:
        return []
    tickets = first_of_each(Ticket.objects.readable_by(user).open().filter(assignee__in=away), "assignee")
    found: dict[int, Group] = {}
    for row, line in zip(tickets, lines(tickets, user, situations), strict=True):
        if row.assignee_id not in found:
            absence = away[row.assignee_id]
            label = f"Vous remplacez {absence.user.full_name} jusqu’au {long_date(absence.ends_on, today)}"
            query = urlencode({"assignee": row.assignee_id, "state": "open", "order": "due"})
            url = f"{reverse('registry')}?{query}"
            found[row.assignee_id] = Group(f"remplacement-{row.assignee_id}", label, row.size, url, unfolded=True)
        found[row.assignee_id].entries.append(entry(row, line, user))
    return [found[pk] for pk in away if pk in found]


def list_url(code: Bucket, agent: str) -> str:
    """The Registre on the same demandes, in the same order."""
    query = urlencode({"agent": agent, **BUCKET_FILTERS[code], "order": "due"}, doseq=True)
    return f"{reverse('registry')}?{query}"


def entry(ticket: Ticket, line: Line, user: User) -> Entry:
    allowed = abilities(user, ticket)
    possible = transitions(ticket)

    def url(name: str) -> str:
        return act_url(ticket, name, allowed, possible)

    free = ticket.assignee_id is None
    first = ["take"] if free else []
    called_for = next((name for name in (*first, *(name for name in FORMS if name in LEADING)) if url(name)), None)
    return Entry(
        line=line,
        free=free,
        holder=ticket.assignee.short_name if ticket.assignee and ticket.assignee != user else "",
        due_on=ticket.due_on,
        act=Act(short_label(ticket, called_for, possible), url(called_for)) if called_for else None,
        reply_url=url("answer") or url("propose"),
        hand_over_url=url("hand_over"),
    )


def short_label(ticket: Ticket, act: str, possible: Mapping[str, str]) -> str:
    """On a row there is less room than the machine's own label takes."""
    match act:
        case "answer":
            return answer_words(ticket.kind.purpose).short
        case "assign":
            return "Réaffecter"
        case _:
            return possible.get(act, "")


# --- What the page says -------------------------------------------------------------------------------------------


def sentence(groups: Iterable[Group], day: SiteDay) -> list[Part]:
    """« Vendredi 20 novembre. 3 demandes en retard, 2 à traiter aujourd’hui, 9 d’ici vendredi 27 novembre. »"""
    sizes = {group.code: group for group in groups}
    wanted = (
        (Bucket.OVERDUE, "en retard"),
        (Bucket.TODAY, "à traiter aujourd’hui"),
        (Bucket.NEXT_WEEK, until(day)),
    )
    parts = [Part(f"{long_date(day.today, day.today).capitalize()}. ")]
    counted = [(sizes[code], words) for code, words in wanted if code in sizes]
    for rank, (group, words) in enumerate(counted):
        number = count_of(group.size, "demande") if rank == 0 else str(group.size)
        parts += [Part(f"{number} {words}", group.url), Part(", " if rank < len(counted) - 1 else ".")]
    if not counted:
        parts.append(Part(f"Rien à traiter {until(day)}."))
    return parts


def until(day: SiteDay) -> str:
    """« d’ici vendredi 27 novembre »: the last day of what comes next, for the sentence and its group alike."""
    return f"d’ici {long_date(day.after(NEXT_WEEK), day.today)}"


def label_of(code: Bucket, day: SiteDay | None) -> str:
    """The coming days end on a date that the name of the group says: no « cette semaine » holds a next Monday."""
    return capfirst(until(day)) if day and code == Bucket.NEXT_WEEK else code.label


urlpatterns = [path("ma-file/", show, name="queue")]
