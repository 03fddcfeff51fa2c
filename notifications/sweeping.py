"""What the passing of days alone brings: promises near or broken, told once each, site by site at its own midnight.

A mark keeps, for each site and horizon, the due date up to which demandes have been looked at. A pass looks at those
between the mark and where the horizon stands today, then moves the mark: whatever was missed while the server was off
is told once, and a demande whose date falls behind the mark later (reopened years after, moved by a rule or a calendar,
imported) is told to nobody. Done twice, or by two clocks at once, it tells nothing more: what is told has its key.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from notifications import ladder, messages
from notifications.enums import Horizon
from notifications.kinds import BY_HORIZON, STEPS, TOLD_AT
from notifications.models import Escalation, Sweep
from notifications.people import Audience, Case
from tracker import clock, kept, pending
from tracker.enums import State
from tracker.models import Site, Ticket
from tracker.rulebooks import current_calendar
from tracker.workdays import WorkCalendar

CHUNK: Final = 5000
"""Demandes told in one transaction: on the embedded server, a save waits a fraction of a second."""
NEAR: Final = {Horizon.DUE_TOMORROW: 1, Horizon.PROMISE_NEAR: 2}
"""Working days ahead."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One horizon of one site to look at: due dates after `after` and up to `until`. `tells` False: nobody is told, the
    mark alone moves, so that a step put back later does not begin by a wave."""

    site: Site
    horizon: Horizon
    mark: date
    after: date
    until: date
    tells: bool = True


def sweep(now: datetime | None = None) -> int:
    """Tell all that has come near or late since the last pass; returns how many were told. Called every hour: where no
    day has passed, it reads a few rows and writes none."""
    now = now or clock.now()
    with kept.looking_once():
        passes = [each for each in planned(now) if each.until > each.mark]
        told = {each.site.prefecture_id for each in passes if each.tells}
        audience = Audience(told, now) if told else None
        count = 0
        for each in passes:
            if audience is not None and each.tells:
                count += tell(each, audience)
            Sweep.objects.filter(site=each.site, horizon=each.horizon, until__lt=each.until).update(until=each.until)
    if audience is not None and count:
        with transaction.atomic():
            messages.post(audience)
            pending.bump(told)
    return count


# --- Where each horizon stands ------------------------------------------------------------------------------------


def planned(now: datetime) -> Iterable[Pass]:
    """What each site has to look at today. A site seen for the first time begins today: what was late before it is old
    news."""
    sites = kept.rows(Site)
    ladders = ladder.of_prefectures()
    marks = {
        (site_id, horizon): until for site_id, horizon, until in Sweep.objects.values_list("site", "horizon", "until")
    }
    new: list[Sweep] = []
    found: list[Pass] = []
    for site in sites:
        today, calendar = clock.local_date(now, site.time_zone), current_calendar(site)
        steps = ladders.get(site.prefecture_id) or Escalation()
        for horizon in Horizon:
            days = days_of(horizon, steps)
            until = reaches(horizon, days, today, calendar)
            mark = marks.get((site.pk, horizon))
            if mark is None:
                mark = reaches(horizon, days, today - timedelta(days=1), calendar)
                new.append(Sweep(site=site, horizon=horizon, until=mark))
            # What was missed and is past is told by the horizons of what is late.
            after = max(mark, today - timedelta(days=1)) if horizon in NEAR else mark
            tells = horizon in NEAR or getattr(steps, STEPS[horizon]) is not None
            found.append(Pass(site, horizon, mark, after, until, tells))
    Sweep.objects.bulk_create(new, ignore_conflicts=True)
    return found


def days_of(horizon: Horizon, steps: Escalation) -> int:
    """How far the horizon is, in working days. A step that tells nobody goes on as proposed."""
    if horizon in NEAR:
        return NEAR[horizon]
    days = getattr(steps, STEPS[horizon])
    return int(getattr(Escalation(), STEPS[horizon]) if days is None else days)


def reaches(horizon: Horizon, days: int, today: date, calendar: WorkCalendar) -> date:
    """The latest due date that the horizon has reached on `today`."""
    if horizon in NEAR:
        return calendar.add(today, days)
    late = today - timedelta(days=1)
    while calendar.count(late, today) < days:
        late -= timedelta(days=1)
    return late


def reached(each: Pass) -> QuerySet[Ticket]:
    """The demandes that crossed the horizon in this pass."""
    tickets = Ticket.objects.open().filter(prefecture=each.site.prefecture_id, site=each.site)
    promised = Q(state=State.ON_HOLD, promised_on__isnull=False)
    if each.horizon == Horizon.PROMISE_NEAR:
        return tickets.filter(promised, promised_on__gt=each.after, promised_on__lte=each.until)
    tickets = tickets.filter(due_on__gt=each.after, due_on__lte=each.until)
    if each.horizon == Horizon.DUE_TOMORROW:
        tickets = tickets.exclude(promised & Q(promised_on=F("due_on")))
    return tickets


# --- Telling ------------------------------------------------------------------------------------------------------

SEEN_BY_MAILROOM: Final = Q(state=State.REGISTERED, by_mailroom=True) | Q(state=State.ASSIGNED, by_mailroom=True)
WAITING: Final = ExpressionWrapper(
    SEEN_BY_MAILROOM | Q(state=State.REGISTERED, sent_back_count__gt=0), output_field=BooleanField()
)
"""Whether the mailroom sees it; with its bureau and its agent, that is all that decides whom a demande is told to."""

INSERT: Final = """
INSERT INTO notifications_notification
    (user_id, prefecture_id, kind, ticket_id, instead_of_id, day, way, created_at, key)
WITH route (office_id, assignee_id, waiting, user_id, way, instead_of) AS (VALUES {routes})
SELECT route.user_id, ticket.prefecture_id, %s, ticket.id, CAST(route.instead_of AS bigint), ticket.day, route.way, %s,
    %s || ticket.id || ':' || CAST(ticket.day AS varchar(10)) || ':' || route.user_id
FROM ({tickets}) ticket JOIN route
    ON route.office_id = COALESCE(ticket.office_id, 0) AND route.assignee_id = COALESCE(ticket.assignee_id, 0)
    AND route.waiting = ticket.waiting
WHERE ticket.id > %s AND ticket.id <= %s
ON CONFLICT (key) DO NOTHING
"""
Route = tuple[int, int, bool, int, str, int | None]


def tell(each: Pass, audience: Audience) -> int:
    """Tell what the pass has reached, by chunks, in the database itself: no demande passes through this process."""
    found = reached(each)
    routes = routes_of(each, found, audience)
    if not routes:
        return 0
    count = 0
    for first, last in ranges(found):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(*insertion(each, found, routes, audience.now, first, last))
            count += cursor.rowcount
    return count


def routes_of(each: Pass, found: QuerySet[Ticket], audience: Audience) -> list[Route]:
    """From each bureau and agent that hold some of these demandes, to the people told of them."""
    kind = BY_HORIZON[each.horizon]
    aims = TOLD_AT.get(each.horizon, kind.told)
    routes = []
    holders = found.order_by().annotate(waiting=WAITING).values_list("office_id", "assignee_id", "waiting")
    for office_id, assignee_id, waiting in holders.distinct():
        case = Case(
            prefecture_id=each.site.prefecture_id,
            site_id=each.site.pk,
            office_id=office_id,
            assignee_id=assignee_id,
            state=State.REGISTERED,
            by_mailroom=waiting,
            was_sent_back=False,
        )
        for to in audience.told(kind, aims, case, None):
            routes.append((office_id or 0, assignee_id or 0, waiting, to.user_id, to.way.value, to.instead_of))
    return routes


def ranges(found: QuerySet[Ticket]) -> Iterator[tuple[int, int]]:
    """Key ranges, the first end excluded and the second included, of `CHUNK` demandes each."""
    first = last = 0
    for number, last in enumerate(found.order_by("pk").values_list("pk", flat=True).iterator(), start=1):
        if number % CHUNK == 0:
            yield first, last
            first = last
    if last > first:
        yield first, last


def insertion(
    each: Pass, found: QuerySet[Ticket], routes: Sequence[Route], now: datetime, first: int, last: int
) -> tuple[str, list[Any]]:
    """The statement and its parameters. The conditions are those of the queryset, in its own words."""
    day = "promised_on" if each.horizon == Horizon.PROMISE_NEAR else "due_on"
    columns = (
        found.order_by()
        .annotate(day=F(day), waiting=WAITING)
        .values("id", "prefecture_id", "office_id", "assignee_id", "waiting", "day")
    )
    tickets, parameters = columns.query.sql_with_params()
    statement = INSERT.format(routes=", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(routes)), tickets=tickets)
    told_at = connection.ops.adapt_datetimefield_value(now)
    values = [value for route in routes for value in route]
    horizon = f"{each.horizon}:"
    return statement, [*values, BY_HORIZON[each.horizon].code, told_at, horizon, *parameters, first, last]
