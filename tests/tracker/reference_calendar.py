"""The legal calendar again, written from the law alone: imports nothing of the product nor of `holidays`.

The tests and the benchmark compare the product with it. Easter is the computus as Knuth gives it; days are counted one
by one.
"""

from collections.abc import Collection
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)

# One département or territory of each calendar zone, in the order of their numbers.
ONE_PER_ZONE = ("44", "67", "971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988")

ABOLITION_DAYS = {"971": (5, 27), "972": (5, 22), "973": (6, 10), "974": (12, 20), "976": (4, 27), "977": (10, 9)}


def easter(year: int) -> date:
    """Easter Sunday (Knuth, The Art of Computer Programming, 1.3.2, exercise 14)."""
    golden = year % 19 + 1
    century = year // 100 + 1
    skipped_leap_years = 3 * century // 4 - 12
    moon_correction = (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - skipped_leap_years - 10
    epact = (11 * golden + 20 + moon_correction - skipped_leap_years) % 30
    if (epact == 25 and golden > 11) or epact == 24:
        epact += 1
    full_moon = 44 - epact
    if full_moon < 21:
        full_moon += 30
    day_of_march = full_moon + 7 - (sunday + full_moon) % 7
    return date(year, 3, 1) + timedelta(days=day_of_march - 1)


def legal_dates(code: str, year: int, *, good_friday: bool = True) -> set[date]:
    """Code du travail L3133-1, L3134-13 and L3422-2; Saint-Martin: 27 May to 2017, 28 May since."""
    sunday = easter(year)
    dates = {sunday + timedelta(days=after) for after in (1, 39, 50)}
    dates |= {
        date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    }
    if code in ("57", "67", "68"):
        dates.add(date(year, 12, 26))
        if good_friday:
            dates.add(sunday - timedelta(days=2))
    if code == "978":
        dates.add(date(year, 5, 27 if year <= 2017 else 28))
    if code in ABOLITION_DAYS:
        dates.add(date(year, *ABOLITION_DAYS[code]))
    return dates


def closed_dates(code: str, first_year: int, last_year: int) -> frozenset[date]:
    return frozenset(day for year in range(first_year, last_year + 1) for day in legal_dates(code, year))


def add_day_by_day(day: date, n: int, closed: Collection[date]) -> date:
    while n:
        day += ONE_DAY
        if day.isoweekday() < 6 and day not in closed:
            n -= 1
    return day


def count_day_by_day(start: date, end: date, closed: Collection[date]) -> int:
    number = 0
    while start < end:
        start += ONE_DAY
        number += start.isoweekday() < 6 and start not in closed
    return number
