"""What every list of demandes shares: its declared orders, and the situations by which demandes are counted and listed.

A figure on a page and the list behind it ask the same `Situations`, so that they cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.enums import TextChoices

from tracker import clock, lists
from tracker.enums import OPEN_STATES, Outcome, Purpose, Role, State
from tracker.models import Absence, Deadline, User
from tracker.paging import Key, Order
from tracker.rulebooks import current_calendars
from tracker.search import RELEVANCE
from tracker.workdays import WorkCalendar

ORDERS: Final = {
    order.code: order
    for order in (
        Order("received", "arrivée", (Key("received_on", descending=True), Key("id", descending=True))),
        Order("due", "échéance", (Key("due_on", nullable=True), Key("id"))),
        Order(
            "reference",
            "référence",
            (Key("year", descending=True), Key("number", descending=True), Key("id", descending=True)),
        ),
    )
}


def orders_for(text: str) -> dict[str, Order]:
    """The orders that a list offers; of what a search of `text` finds, by relevance too, before the others."""
    return {RELEVANCE.code: RELEVANCE} | ORDERS if text else ORDERS


READERS: Final = (Role.MAILROOM, Role.AGENT, Role.SUPERVISOR, Role.QUALITY)
"""Who has lists of demandes at all."""

NEXT_DAYS: Final = 2
NEXT_WEEK: Final = 5
"""Working days after today: the two horizons of the lists."""


class Situation(TextChoices):
    """Where a demande stands against its next promise. Up to NO_DEADLINE they exclude one another."""

    OVERDUE = "overdue", "en retard"
    TODAY = "today", "à traiter aujourd’hui"
    NEXT_DAYS = "next_days", "dans les 2 jours ouvrés qui viennent"
    NEXT_WEEK = "next_week", "dans les 5 jours ouvrés qui viennent"
    LATER = "later", "au-delà de 5 jours ouvrés"
    NO_DEADLINE = "no_deadline", "sans délai défini"
    UNASSIGNED = "unassigned", "sans responsable"
    AT_SIGNATURE = "at_signature", "à la signature"
    AGENT_ABSENT = "agent_absent", "urgentes, agent absent"
    PROMISED = "promised", "réponse promise dans les 5 jours ouvrés"
    ANSWERED_LATE = "answered_late", "répondues hors délai"


class Bucket(TextChoices):
    """The groups of « Ma file », what to do first before the others. Each demande is in one."""

    OVERDUE = "overdue", "En retard"
    TODAY = "today", "Aujourd’hui"
    NEXT_WEEK = "next_week", "Dans les jours qui viennent"
    LATER = "later", "Plus tard"
    AWAITING = "awaiting", "En attente du demandeur"
    ON_HOLD = "on_hold", "Réponse d’attente envoyée"
    NO_DEADLINE = "no_deadline", "Sans délai défini"


@dataclass(frozen=True, slots=True)
class SiteDay:
    """Today at one site, and the calendar by which its days are counted."""

    site_id: int
    today: date
    calendar: WorkCalendar
    time_zone: str

    def after(self, working_days: int) -> date:
        return self.calendar.add(self.today, working_days)


JUDGED: Final = (Purpose.REPLY, Purpose.UPDATE, Purpose.PROPOSAL, Purpose.MEETING)
"""The promises by which an ended demande is said in time or late; a promised answer is followed apart."""


class Situations:
    """The situations as they stand at an instant, each demande by the date and the calendar of its own site."""

    def __init__(self, days: Iterable[SiteDay]) -> None:
        self.days: Mapping[int, SiteDay] = {day.site_id: day for day in days}

    @classmethod
    def at(cls, now: datetime, prefecture_ids: Iterable[int]) -> "Situations":
        """From what is kept in memory."""
        sites = lists.sites(prefecture_ids)
        calendars = current_calendars(sites)
        return cls(
            SiteDay(site.pk, clock.local_date(now, site.time_zone), calendars[site.pk], site.time_zone)
            for site in sites
        )

    @property
    def first(self) -> SiteDay | None:
        """The day at the first site (the préfecture's own): what a sentence about the whole list says."""
        return next(iter(self.days.values()), None)

    @cached_property
    def _alike(self) -> dict[tuple[date, date, date], list[int]]:
        """(today, next days, next week) → the sites where these are so: nearly always all of them."""
        found: dict[tuple[date, date, date], list[int]] = {}
        for day in self.days.values():
            found.setdefault((day.today, day.after(NEXT_DAYS), day.after(NEXT_WEEK)), []).append(day.site_id)
        return found

    def _due(self, situation: str) -> Q:
        if len(self._alike) == 1:
            return due_within(situation, *next(iter(self._alike)))
        found = Q(pk__in=())
        for dates, site_ids in self._alike.items():
            found |= due_within(situation, *dates) & Q(site_id__in=site_ids)
        return found

    def filter(self, situation: str) -> Q:
        """The demandes in this situation."""
        if situation == Situation.ANSWERED_LATE:
            ended = Q(state__in=(State.ANSWERED, State.MET, State.CLOSED))
            late = Deadline.objects.filter(ticket=OuterRef("pk"), outcome=Outcome.LATE, purpose__in=JUDGED)
            return ended & Q(Exists(late))
        return Q(state__in=OPEN_STATES) & self.among_open(situation)

    def among_open(self, situation: str) -> Q:
        """Those of open demandes: for who has kept the others out, and counts several situations at once."""
        match situation:
            case Situation.UNASSIGNED:
                return Q(assignee__isnull=True)
            case Situation.AT_SIGNATURE:
                return Q(signature_since__isnull=False)
            case Situation.AGENT_ABSENT:
                return self._agent_absent
            case Situation.PROMISED:
                return self._promised
            case Situation.NO_DEADLINE:
                return Q(due_on__isnull=True) & ~Q(state=State.AWAITING_REQUESTER)
            case _:
                return self._due(situation)

    @property
    def _agent_absent(self) -> Q:
        """Held by somebody who is away today, and to be kept before the return or in the next two working days."""
        found = Q(pk__in=())
        for (today, next_days, _), site_ids in self._alike.items():
            away = Absence.objects.away_on(today).filter(user=OuterRef("assignee"), prefecture=OuterRef("prefecture"))
            before_return = Q(Exists(away.filter(ends_on__gte=OuterRef("due_on"))))
            urgent = before_return | (Q(due_on__lte=next_days) & Exists(away))
            found |= urgent & Q(site_id__in=site_ids)
        return found

    @property
    def _promised(self) -> Q:
        """A holding reply has left, and the answer that it promises is to leave from today to the next week."""
        found = Q(pk__in=())
        for (today, _, next_week), site_ids in self._alike.items():
            here = Q(promised_on__range=(today, next_week))
            found |= here if len(self._alike) == 1 else here & Q(site_id__in=site_ids)
        return Q(state=State.ON_HOLD) & found

    @property
    def bucket(self) -> Case:
        """The group of « Ma file » that holds an open demande."""
        no_date = Q(due_on__isnull=True)
        return Case(
            When(self._due(Situation.OVERDUE), then=Value(Bucket.OVERDUE.value)),
            When(self._due(Situation.TODAY), then=Value(Bucket.TODAY.value)),
            When(self._due(Situation.NEXT_WEEK), then=Value(Bucket.NEXT_WEEK.value)),
            When(state=State.AWAITING_REQUESTER, then=Value(Bucket.AWAITING.value)),
            When(no_date, then=Value(Bucket.NO_DEADLINE.value)),
            When(state=State.ON_HOLD, then=Value(Bucket.ON_HOLD.value)),
            default=Value(Bucket.LATER.value),
            output_field=CharField(),
        )


def due_within(situation: str, today: date, next_days: date, next_week: date) -> Q:
    match situation:
        case Situation.OVERDUE:
            return Q(due_on__lt=today)
        case Situation.TODAY:
            return Q(due_on=today)
        case Situation.NEXT_DAYS:
            return Q(due_on__gt=today, due_on__lte=next_days)
        case Situation.NEXT_WEEK:
            return Q(due_on__gt=today, due_on__lte=next_week)
        case Situation.LATER:
            return Q(due_on__gt=next_week)
    raise ValueError(situation)


BUCKET_FILTERS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    Bucket.OVERDUE: {"situation": (Situation.OVERDUE,)},
    Bucket.TODAY: {"situation": (Situation.TODAY,)},
    Bucket.NEXT_WEEK: {"situation": (Situation.NEXT_WEEK,)},
    Bucket.LATER: {
        "situation": (Situation.LATER,),
        "state": tuple(state for state in OPEN_STATES if state not in (State.ON_HOLD, State.AWAITING_REQUESTER)),
    },
    Bucket.AWAITING: {"state": (State.AWAITING_REQUESTER,)},
    Bucket.ON_HOLD: {"situation": (Situation.LATER,), "state": (State.ON_HOLD,)},
    Bucket.NO_DEADLINE: {"situation": (Situation.NO_DEADLINE,)},
}
"""What the Registre is asked for to list the same demandes as a group."""


def queue_of(user: User) -> Q:
    """« Ma file »: the open demandes that this person answers for, and those of their bureaux that nobody has."""
    mine = user.scope.offices(Role.AGENT, Role.SUPERVISOR)
    return Q(state__in=OPEN_STATES) & (Q(assignee=user) | Q(assignee__isnull=True, office_id__in=mine))


def supervised(user: User) -> Q:
    """The open demandes of the bureaux whose work this person shares out."""
    return Q(state__in=OPEN_STATES, office_id__in=user.scope.led_ids)
