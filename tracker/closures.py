"""Changing the calendar of a site: ponts and customary days closed, a legal holiday that is worked. National and zone
days are the law's and are never changed here. Rows are superseded, never edited, and each change has its version, so
that the calendar of any past day can be read again.

A change is first a plan (`CalendarPlan`), which the page shows with its effect on what is running, then written whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, QuerySet

from tracker import clock, journal
from tracker.errors import InvalidCommand, StaleVersion
from tracker.legal_days import GOOD_FRIDAY, LegalDay, zone_days
from tracker.models import ClosedDay, Event, Site
from tracker.rulebooks import closed_days_of, current_calendar
from tracker.text import clean_text
from tracker.workdays import FIRST_DAY, LAST_DAY, WEEKEND_NAMES, WorkCalendar
from tracker.writers import Author

WHIT_MONDAY: Final = "Lundi de Pentecôte"
SWITCHES: Final = {"vendredi-saint": GOOD_FRIDAY, "lundi-de-pentecote": WHIT_MONDAY}
"""Legal holidays that some sites work: Good Friday where the commune has neither temple nor mixed church, Whit Monday
where it was chosen as the journée de solidarité."""

SCHOELCHER: Final = "Fête Victor Schœlcher"
SCHOELCHER_ZONES: Final = frozenset({"guadeloupe", "martinique", "saint-martin"})
SCHOELCHER_SOURCE: Final = "Usage local (absent de l’art. L3422-2 du Code du travail), à confirmer"

LONGEST_PERIOD: Final = 62
"""Days that one act closes at most: two months, far above any closure, far below a year typed wrong."""


@dataclass(frozen=True, slots=True)
class CalendarPlan:
    """A change ready to be written to one site's calendar: rows that stop holding, rows (unsaved) that begin to."""

    site: Site
    removed: tuple[ClosedDay, ...]
    added: tuple[ClosedDay, ...]
    already_closed: tuple[tuple[date, str], ...] = ()
    """Of the period that was asked for: the days that are not worked anyway, and why; no row is written for them."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days that become worked or closed."""
        return tuple(sorted(row.date for row in self.removed + self.added))


@dataclass(frozen=True, slots=True)
class Switch:
    """A legal holiday that a site may work, every year of the calendar at once."""

    code: str
    name: str
    worked: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a site's calendar, as the journal has it."""

    event: Event
    removed: tuple[ClosedDay, ...]
    added: tuple[ClosedDay, ...]


# --- Reading ------------------------------------------------------------------------------------------------------


def in_force(site: Site) -> QuerySet[ClosedDay]:
    """The rows that make up the calendar of a site today: national, of its zone, its own."""
    return ClosedDay.objects.filter(closed_days_of(site), superseded_version__isnull=True)


def local_days(site: Site) -> QuerySet[ClosedDay]:
    """Days that this site alone closes: the only ones that a person may take away."""
    return in_force(site).filter(site=site, is_open=False)


def legal_rows(site: Site) -> QuerySet[ClosedDay]:
    return in_force(site).filter(site__isnull=True)


def switches(site: Site) -> list[Switch]:
    """The switches that make sense at this site: those whose day is on its legal list."""
    listed = set(legal_rows(site).filter(name__in=SWITCHES.values()).values_list("name", flat=True))
    worked = set(in_force(site).filter(is_open=True).values_list("name", flat=True))
    return [Switch(code, name, name in worked) for code, name in SWITCHES.items() if name in listed]


def suggestions(site: Site, year: int) -> list[LegalDay]:
    """Days of local custom that the site may close, not closed yet: off until their text is confirmed."""
    custom = [day for day in zone_days(site.zone, year) if not day.in_force]
    if site.zone in SCHOELCHER_ZONES:
        custom.append(LegalDay(date(year, 7, 21), SCHOELCHER, site.zone, SCHOELCHER_SOURCE, in_force=False))
    closed = set(in_force(site).filter(date__year=year).values_list("date", flat=True))
    return sorted((day for day in custom if day.day not in closed), key=lambda custom_day: custom_day.day)


def planned_calendar(plan: CalendarPlan) -> WorkCalendar:
    """The calendar of the site as it would be once the plan is written."""
    current = current_calendar(plan.site)
    closed = dict(current.closed)
    for row, is_added in [*((row, False) for row in plan.removed), *((row, True) for row in plan.added)]:
        # Taking away « worked in spite of the legal list » closes the day again, under the holiday's own name.
        if row.is_open == is_added:
            closed.pop(row.date, None)
        else:
            closed[row.date] = row.name
    return WorkCalendar(closed, version=current.version + 1)


def history(site: Site, limit: int) -> list[HistoryLine]:
    """The latest changes of a site's calendar, newest first."""
    events = list(
        Event.objects.filter(stream="site", object_id=site.pk, kind="calendar_changed")
        .select_related("actor")
        .order_by("-number")[:limit]
    )
    ids = {pk for event in events for pk in (*event.data["removed"], *event.data["added"])}
    rows = ClosedDay.objects.in_bulk(ids)

    def found(pks: Sequence[int]) -> tuple[ClosedDay, ...]:
        return tuple(rows[pk] for pk in pks)

    return [HistoryLine(event, found(event.data["removed"]), found(event.data["added"])) for event in events]


# --- What may be changed ------------------------------------------------------------------------------------------


def plan_closing(site: Site, day: date, name: str, source: str = "", *, every_year: bool = False) -> CalendarPlan:
    """Close a day, or that date of every year from `day` to the end of the calendar. A day that is not worked anyway
    changes nothing and is refused, saying so; among the following years it is left out."""
    refuse_outside(day, "date")
    if every_year and (day.month, day.day) == (2, 29):
        raise InvalidCommand("Le 29 février n’existe pas chaque année.", field="date")
    years = range(day.year, (LAST_DAY.year if every_year else day.year) + 1)
    calendar = current_calendar(site)
    refuse_useless(site, day, calendar)
    days = [day.replace(year=year) for year in years]
    return close_all(site, [each for each in days if calendar.is_working(each)], name, source)


def plan_period(site: Site, first: date, last: date, name: str, source: str = "") -> CalendarPlan:
    """Close each worked day from `first` to `last`, both included, for one reason and in one act. Weekends and days
    that are closed already are left as they are, and said; a period that holds nothing else is refused."""
    for day, field in ((first, "date"), (last, "until")):
        refuse_outside(day, field)
    if last < first:
        raise InvalidCommand("Le dernier jour précède le premier.", field="until")
    if (last - first).days >= LONGEST_PERIOD:
        raise InvalidCommand(
            f"Une fermeture dure au plus {LONGEST_PERIOD} jours\xa0: vérifiez les deux dates.", field="until"
        )
    calendar = current_calendar(site)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    worked = [day for day in days if calendar.is_working(day)]
    if not worked:
        raise InvalidCommand("Tous ces jours sont déjà fermés\xa0: rien ne change.", field="date")
    refuse_declared_worked(site, worked)
    closed = tuple((day, reason) for day in days if (reason := calendar.reason(day)))
    return replace(close_all(site, worked, name, source), already_closed=closed)


def plan_suggestion(site: Site, suggested: LegalDay) -> CalendarPlan:
    """Close a day of local custom from the year of `suggested` to the end of the calendar, wherever it is worked."""
    calendar = current_calendar(site)
    refuse_useless(site, suggested.day, calendar)
    yearly = [
        day.day
        for year in range(suggested.day.year, LAST_DAY.year + 1)
        for day in suggestions(site, year)
        if day.name == suggested.name and calendar.is_working(day.day)
    ]
    return close_all(site, yearly, suggested.name, suggested.source)


def following(row: ClosedDay) -> QuerySet[ClosedDay]:
    """The later days that the site closes for the same reason."""
    return ClosedDay.objects.filter(
        site=row.site, is_open=False, name=row.name, date__gt=row.date, superseded_version__isnull=True
    )


def plan_reopening(row: ClosedDay, *, with_following: bool = False) -> CalendarPlan:
    """Work again a day that the site had closed, and where asked the later ones closed for the same reason. Raises
    InvalidCommand for a day of the legal list."""
    if row.site is None or row.is_open:
        raise InvalidCommand("Ce jour est férié par la loi\xa0: il ne se modifie pas ici.")
    if row.superseded_version is not None:
        raise StaleVersion("Ce jour a déjà été retiré du calendrier.")
    return CalendarPlan(row.site, (row, *(following(row) if with_following else ())), ())


def plan_switch(site: Site, code: str, *, worked: bool) -> CalendarPlan:
    """Work a legal holiday at this site, every year of the calendar, or follow the legal list again."""
    switch = next((found for found in switches(site) if found.code == code), None)
    if switch is None:
        raise InvalidCommand("Ce jour n’est pas sur la liste légale du site.")
    if switch.worked == worked:
        state = "travaillé" if worked else "férié"
        raise StaleVersion(f"«\xa0{switch.name}\xa0» est déjà {state} sur ce site.")
    opened = in_force(site).filter(site=site, is_open=True, name=switch.name)
    if not worked:
        return CalendarPlan(site, tuple(opened), ())
    return CalendarPlan(
        site,
        (),
        tuple(
            ClosedDay(
                site=site, date=row.date, name=row.name, source=f"Jour travaillé\xa0: {site.name}"[:200], is_open=True
            )
            for row in legal_rows(site).filter(name=switch.name)
        ),
    )


def close_all(site: Site, days: Sequence[date], name: str, source: str) -> CalendarPlan:
    name, source = clean_text(name), clean_text(source)
    if not name:
        raise InvalidCommand("Indiquez le motif, par exemple «\xa0Pont de l’Ascension\xa0».", field="name")
    for field, value, limit in (("name", name, 80), ("source", source, 200)):
        if len(value) > limit:
            raise InvalidCommand(f"Ce texte dépasse {limit} caractères ({len(value)}).", field=field)
    return CalendarPlan(site, (), tuple(ClosedDay(site=site, date=day, name=name, source=source) for day in days))


def refuse_outside(day: date, field: str) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidCommand(
            f"La date doit être comprise entre le {FIRST_DAY:%d/%m/%Y} et le {LAST_DAY:%d/%m/%Y}.", field=field
        )


def refuse_useless(site: Site, day: date, calendar: WorkCalendar) -> None:
    """Refuse to close what is not worked, and what the site has just declared worked."""
    said = f"{day:%d/%m/%Y}"
    if day.weekday() in WEEKEND_NAMES:
        raise InvalidCommand(
            f"Le {said} est un {WEEKEND_NAMES[day.weekday()]}, déjà non travaillé\xa0: rien ne change.", field="date"
        )
    reason = calendar.reason(day)
    if reason is not None:
        raise InvalidCommand(f"Le {said} est déjà fermé ({reason})\xa0: rien ne change.", field="date")
    refuse_declared_worked(site, [day])


def refuse_declared_worked(site: Site, days: Sequence[date]) -> None:
    """Refuse to close a legal holiday that the site has just declared worked."""
    opened = in_force(site).filter(site=site, is_open=True, date__in=days).order_by("date").first()
    if opened is not None:
        raise InvalidCommand(
            f"«\xa0{opened.name}\xa0» est réglé comme jour travaillé sur ce site\xa0: changez d’abord ce réglage.",
            field="date",
        )


# --- Writing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_closures(plan: CalendarPlan, author: Author) -> int:
    """Write a plan and its journal in one act; returns the new version of the calendar.

    Two people who change a calendar at once wait for each other. Raises StaleVersion where the plan no longer holds.
    """
    now = author.moment
    version = next_version()
    gone = [row.pk for row in plan.removed]
    still = ClosedDay.objects.filter(pk__in=gone, superseded_version__isnull=True)
    taken = in_force(plan.site).filter(site=plan.site, date__in=[row.date for row in plan.added])
    if still.count() != len(gone) or taken.exists():
        raise StaleVersion("Le calendrier a changé depuis l’ouverture de la page.")
    still.update(superseded_version=version, superseded_at=now)
    for row in plan.added:
        row.version, row.recorded_at = version, now
    ClosedDay.objects.bulk_create(plan.added)
    entry = journal.Entry(
        "calendar_changed",
        clock.local_date(now, plan.site.time_zone),
        {"version": version, "removed": gone, "added": [row.pk for row in plan.added]},
    )
    journal.record(plan.site, entry, author.act(now), prefecture_id=plan.site.prefecture_id)
    return version


def next_version() -> int:
    """The version after every one in use. Must run in the transaction of the change: one well-known row, the first
    national day, is locked until its end, so that no two changes share a version."""
    ClosedDay.objects.select_for_update().filter(zone="", site__isnull=True).order_by("pk").first()
    found = ClosedDay.objects.aggregate(added=Max("version"), removed=Max("superseded_version"))
    return max(found["added"] or 0, found["removed"] or 0) + 1
