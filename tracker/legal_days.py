"""The public holidays of the State's agents by law, per calendar zone and year, and the calendar they make.

The list is that of the Code général de la fonction publique (L621-8, L621-9, L651-2), which takes over the Code du
travail's: eleven national days, two in Alsace-Moselle, the commemoration of the abolition of slavery overseas. The
national dates come from the package `holidays` without subdivision; its subdivisions add customary days that are no
legal holidays (mi-carême, 21 July…) and give Saint-Martin a wrong date before 2018, so that what a zone adds is our own
dated table below. Customary days and « ponts » are not here: they are local days, which each préfecture decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache
from typing import Final, NamedTuple

from holidays import country_holidays

from tracker import zones
from tracker.workdays import FIRST_DAY, LAST_DAY, WorkCalendar

GOOD_FRIDAY: Final = "Vendredi saint"
ABOLITION: Final = "Abolition de l'esclavage"

NATIONAL_SOURCE: Final = "Code du travail, art. L3133-1"
ALSACE_MOSELLE_SOURCE: Final = "Code du travail, art. L3134-13"
GOOD_FRIDAY_SOURCE: Final = f"{ALSACE_MOSELLE_SOURCE} (communes ayant un temple protestant ou une église mixte)"
ABOLITION_SOURCE: Final = "Code du travail, art. L3422-2"
SAINT_MARTIN_SOURCE: Final = "Circulaires préfectorales depuis 2018 (l'art. L3422-2 du Code du travail dit le 27 mai)"
TO_CONFIRM: Final = "Texte local, à confirmer"

# Where the package's wording is not the one that an agent reads on an official calendar.
NATIONAL_NAMES: Final = {
    "Jour de l'an": "Jour de l’an",
    "Fête de la Victoire": "Victoire de 1945",
    "Armistice": "Armistice de 1918",
}


@dataclass(frozen=True, slots=True)
class LegalDay:
    """A public holiday on its date. `zone` is None for a national day.

    `in_force` is False for a day that is listed but not counted: Good Friday where the site's switch is off, and the
    days of the Pacific territories until their text is confirmed.
    """

    day: date
    name: str
    zone: str | None
    source: str
    in_force: bool = True


class FixedDay(NamedTuple):
    """A zone's own yearly day, from the year `since` to the year `until`, both included."""

    zone: str
    month: int
    day: int
    name: str
    source: str
    since: int = MINYEAR
    until: int = MAXYEAR
    in_force: bool = True


FIXED_DAYS: Final = (
    FixedDay(zones.ALSACE_MOSELLE, 12, 26, "Saint-Étienne", ALSACE_MOSELLE_SOURCE),
    FixedDay("mayotte", 4, 27, ABOLITION, ABOLITION_SOURCE),
    FixedDay("martinique", 5, 22, ABOLITION, ABOLITION_SOURCE),
    FixedDay("guadeloupe", 5, 27, ABOLITION, ABOLITION_SOURCE),
    FixedDay("saint-martin", 5, 27, ABOLITION, ABOLITION_SOURCE, until=2017),
    FixedDay("saint-martin", 5, 28, ABOLITION, SAINT_MARTIN_SOURCE, since=2018),
    FixedDay("guyane", 6, 10, ABOLITION, ABOLITION_SOURCE),
    FixedDay("saint-barthelemy", 10, 9, ABOLITION, ABOLITION_SOURCE),
    FixedDay("la-reunion", 12, 20, ABOLITION, ABOLITION_SOURCE),
    FixedDay("nouvelle-caledonie", 9, 24, "Fête de la citoyenneté", TO_CONFIRM, in_force=False),
    FixedDay("polynesie-francaise", 3, 5, "Arrivée de l'Évangile", TO_CONFIRM, in_force=False),
    FixedDay("polynesie-francaise", 6, 29, "Fête de l'autonomie", TO_CONFIRM, until=2024, in_force=False),
    FixedDay("polynesie-francaise", 11, 20, "Matari'i i ni'a", TO_CONFIRM, since=2025, in_force=False),
    FixedDay("wallis-et-futuna", 4, 28, "Saint-Pierre-Chanel", TO_CONFIRM, in_force=False),
    FixedDay("wallis-et-futuna", 6, 29, "Saint-Pierre et Saint-Paul", TO_CONFIRM, in_force=False),
    FixedDay("wallis-et-futuna", 7, 29, "Fête du territoire", TO_CONFIRM, in_force=False),
)


@cache
def national_days(year: int) -> tuple[LegalDay, ...]:
    """The eleven national public holidays of a year, in order."""
    # Without a language, the names would follow the locale of the server.
    found = sorted(country_holidays("FR", years=year, language="fr").items())
    return tuple(LegalDay(day, NATIONAL_NAMES.get(name, name), None, NATIONAL_SOURCE) for day, name in found)


def zone_days(zone: str, year: int, *, good_friday: bool = True) -> tuple[LegalDay, ...]:
    """The days that a zone adds to the national ones in a year, in order, those not in force included.

    `good_friday` is the switch of a site of Alsace-Moselle. Raises `zones.UnknownZone`.
    """
    zones.zone(zone)
    found = [
        LegalDay(date(year, fixed.month, fixed.day), fixed.name, zone, fixed.source, fixed.in_force)
        for fixed in FIXED_DAYS
        if fixed.zone == zone and fixed.since <= year <= fixed.until
    ]
    if zone == zones.ALSACE_MOSELLE:
        found.append(LegalDay(_good_friday(year), GOOD_FRIDAY, zone, GOOD_FRIDAY_SOURCE, good_friday))
    elif zone == "polynesie-francaise":
        found.append(LegalDay(_good_friday(year), GOOD_FRIDAY, zone, TO_CONFIRM, in_force=False))
    return tuple(sorted(found, key=lambda legal_day: legal_day.day))


def legal_days(zone: str, year: int, *, good_friday: bool = True) -> tuple[LegalDay, ...]:
    """National days and the zone's own, in order. Two may share a date (Ascension and 27 May, in 2049)."""
    both = national_days(year) + zone_days(zone, year, good_friday=good_friday)
    return tuple(sorted(both, key=lambda legal_day: legal_day.day))


@cache
def legal_calendar(zone: str, *, good_friday: bool = True) -> WorkCalendar:
    """The calendar of a zone by law alone, 2010 to 2050, built once per process. Raises `zones.UnknownZone`."""
    return WorkCalendar(dict(_closures(zone, good_friday=good_friday)))


def due(zone: str, day: date, n: int) -> date:
    """The `n`th working day strictly after `day` in a zone, by law alone (see `WorkCalendar.add`)."""
    return legal_calendar(zone).add(day, n)


def taken(zone: str, start: date, end: date) -> int:
    """Working days after `start` up to and including `end` in a zone, by law alone (see `WorkCalendar.count`)."""
    return legal_calendar(zone).count(start, end)


def _closures(zone: str, *, good_friday: bool) -> Iterator[tuple[date, str]]:
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        # Reversed, so that the national name, listed first, is the one kept where two days share a date.
        for legal_day in reversed(legal_days(zone, year, good_friday=good_friday)):
            if legal_day.in_force:
                yield legal_day.day, legal_day.name


def _good_friday(year: int) -> date:
    # Easter Monday is the one national day of March and April, whatever the package calls it.
    easter_monday = next(legal_day.day for legal_day in national_days(year) if legal_day.day.month in (3, 4))
    return easter_monday - timedelta(days=3)
