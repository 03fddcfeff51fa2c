"""Puts the global lists in the database, and gives a new préfecture its own copy of a profile."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tracker import changes, journal, triggers
from tracker.legal_days import LegalDay, national_days, zone_days
from tracker.models import (
    Channel,
    ClosedDay,
    DeadlineRule,
    Engagement,
    LiveCounter,
    Nature,
    Prefecture,
    Site,
    SuspendedPeriod,
    Target,
    Theme,
    TicketKind,
)
from tracker.reference import catalogue, profiles, starters
from tracker.workdays import FIRST_DAY, LAST_DAY
from tracker.zones import ZONES, department


def after_migrate(using: str, **_kwargs: Any) -> None:
    """Reference rows and triggers, (re)installed after every migration and after the test runner's flush."""
    install_reference(using)
    triggers.install(using)
    changes.install(using)


def install_reference(using: str = "default") -> None:
    """Channels, natures, engagements and legal days that are not there yet. Never changes a row."""
    Channel.objects.using(using).bulk_create(
        [Channel(code=code, label=label, position=n) for n, (code, label) in enumerate(catalogue.CHANNELS, 1)],
        ignore_conflicts=True,
    )
    Nature.objects.using(using).bulk_create(
        [Nature(code=code, label=label, position=n) for n, (code, label) in enumerate(catalogue.NATURES, 1)],
        ignore_conflicts=True,
    )
    referential, version = catalogue.REFERENTIAL
    Engagement.objects.using(using).bulk_create(
        [
            Engagement(
                referential=referential,
                version=version,
                number=number,
                module=module,
                label=label,
                source=catalogue.ENGAGEMENT_SOURCE,
            )
            for number, module, label in catalogue.ENGAGEMENTS
        ],
        ignore_conflicts=True,
    )
    if not ClosedDay.objects.using(using).filter(site__isnull=True).exists():
        ClosedDay.objects.using(using).bulk_create(closed_day(legal) for legal in legal_list())


def legal_list() -> Iterable[LegalDay]:
    """National and zone days of every year of the calendar's range; those « à confirmer » stay out."""
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        yield from national_days(year)
        for zone in ZONES:
            yield from (legal for legal in zone_days(zone, year) if legal.in_force)


def closed_day(legal: LegalDay) -> ClosedDay:
    return ClosedDay(zone=legal.zone or "", date=legal.day, name=legal.name, source=legal.source)


@transaction.atomic
def create_prefecture(
    *, code: str, department_code: str, name: str, profile: str, act: journal.Act, is_demonstration: bool = False
) -> Prefecture:
    """A préfecture with its main site, and its own kinds, themes and rules copied from `profile`; then what each domain
    gives it.

    Raises UnknownDepartment (French message) for a code that is not a département's.
    """
    place = department(department_code)
    prefecture = Prefecture.objects.create(
        code=code, department=place.code, name=name, time_zone=place.time_zone, is_demonstration=is_demonstration
    )
    LiveCounter.objects.create(prefecture=prefecture)
    site = Site.objects.create(
        prefecture=prefecture, code="PREF", name=name, is_main=True, zone=place.zone.code, time_zone=place.time_zone
    )
    TicketKind.objects.bulk_create(
        TicketKind(prefecture=prefecture, code=kind, label=label, machine=machine, purpose=purpose, position=n)
        for n, (kind, label, machine, purpose) in enumerate(profiles.KINDS, 1)
    )
    Theme.objects.bulk_create(
        Theme(prefecture=prefecture, code=theme, label=label, position=n)
        for n, (theme, label) in enumerate(profiles.THEMES, 1)
    )
    copy_rules(prefecture, profile, act)
    copy_targets(prefecture)
    SuspendedPeriod.objects.bulk_create(
        SuspendedPeriod(
            prefecture=prefecture,
            starts_on=date.fromisoformat(first),
            ends_on=date.fromisoformat(last),
            reason=reason,
            source=source,
        )
        for first, last, reason, source in profiles.PROFILES[profile].suspended
    )
    starters.run(prefecture)
    for created in (prefecture, site):
        journal.record(created, journal.Entry("created", act.now.date()), act, prefecture_id=prefecture.pk)
    return prefecture


def copy_targets(prefecture: Prefecture) -> None:
    kinds = {kind.code: kind for kind in prefecture.kinds.all()}
    Target.objects.bulk_create(
        Target(
            prefecture=prefecture,
            purpose=purpose,
            kind=kinds[kind],
            module=module,
            rate=Decimal(rate),
            valid_from=date.fromisoformat(profiles.VALID_FROM),
            source=profiles.TARGETS_SOURCE,
        )
        for purpose, kind, module, rate in profiles.TARGETS
    )


def copy_rules(prefecture: Prefecture, profile: str, act: journal.Act) -> None:
    kinds = {kind.code: kind for kind in prefecture.kinds.all()}
    channels = {channel.code: channel for channel in Channel.objects.all()}
    natures = {nature.code: nature for nature in Nature.objects.all()}
    DeadlineRule.objects.bulk_create(
        DeadlineRule(
            prefecture=prefecture,
            purpose=rule.purpose,
            kind=kinds[rule.kind],
            channel=channels[rule.channel] if rule.channel else None,
            module=rule.module,
            nature=natures[rule.nature] if rule.nature else None,
            days=rule.days,
            holding_counts=rule.holding_counts,
            valid_from=date.fromisoformat(profiles.VALID_FROM),
            source=rule.source,
            recorded_at=act.now,
        )
        for rule in profiles.PROFILES[profile].rules
    )
