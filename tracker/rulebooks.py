"""From rows to what the pure engine reads: rules and calendars, each in any version."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from django.db.models import Max, Q

from tracker import kept
from tracker.deadlines import Rule, RuleBook
from tracker.models import ClosedDay, DeadlineRule, Site
from tracker.workdays import WorkCalendar


def as_rule(row: DeadlineRule) -> Rule:
    return Rule(
        id=row.pk,
        purpose=row.purpose,
        days=row.days,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        kind=row.kind_id,
        channel=row.channel_id,
        module=row.module,
        nature=row.nature_id,
        site=row.site_id,
        start=row.start,
        holding_counts=row.holding_counts,
        source=row.source,
        in_force=row.superseded_at is None,
    )


def rule_book(prefecture_id: int) -> RuleBook:
    """Every rule of the préfecture, superseded ones included, as they stand now."""

    def read() -> RuleBook:
        return RuleBook(as_rule(row) for row in DeadlineRule.objects.filter(prefecture_id=prefecture_id))

    return kept.present().get(("rules", prefecture_id), read)


def closed_days_of(site: Site) -> Q:
    """The rows that make up the calendar of a site: national, of its zone, its own."""
    return Q(zone="", site__isnull=True) | Q(zone=site.zone, site__isnull=True) | Q(site=site)


@lru_cache(maxsize=256)
def _calendar(site_id: int, zone: str, version: int) -> WorkCalendar:
    rows = (
        ClosedDay.objects.filter(Q(zone__in=("", zone), site__isnull=True) | Q(site_id=site_id), version__lte=version)
        .filter(Q(superseded_version__isnull=True) | Q(superseded_version__gt=version))
        .order_by("site_id", "zone")
        .values_list("date", "name", "is_open", "site_id")
    )
    closed: dict[date, str] = {}
    opened = set()
    for day, name, is_open, _site in rows:
        if is_open:
            opened.add(day)
        else:
            closed.setdefault(day, name)
    return WorkCalendar({day: name for day, name in closed.items() if day not in opened}, version=version)


def calendar_at(site: Site, version: int) -> WorkCalendar:
    """The calendar of the site as it stood in `version`. Past versions never change, so they are kept in memory."""
    return _calendar(site.pk, site.zone, version)


def current_calendar(site: Site) -> WorkCalendar:
    """The calendar in force at the site now."""
    return current_calendars([site])[site.pk]


def current_calendars(sites: Iterable[Site]) -> dict[int, WorkCalendar]:
    """The calendar in force at each site, by its identifier."""
    versions = kept.present().get("calendar versions", calendar_versions)
    return {
        site.pk: calendar_at(site, max(versions.get(key, 0) for key in (("", None), (site.zone, None), ("", site.pk))))
        for site in sites
    }


def calendar_versions() -> dict[tuple[str, int | None], int]:
    """The latest version that concerns each zone ("": everywhere) or each site: one query."""
    rows = ClosedDay.objects.order_by().values_list("zone", "site_id")
    latest = rows.annotate(added=Max("version"), removed=Max("superseded_version"))
    return {(zone, site_id): max(added or 0, removed or 0) for zone, site_id, added, removed in latest}


def calendars_of(site: Site) -> Callable[[int], WorkCalendar]:
    """The function from version to calendar that replay asks for."""
    return lambda version: calendar_at(site, version)
