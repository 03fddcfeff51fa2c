"""Dates as people write and say them. Pure."""

from datetime import date
from typing import Final

MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def day_number(day: date) -> str:
    """« 25 », and « 1er » for the first of a month."""
    return "1er" if day.day == 1 else str(day.day)


def plain_date(day: date, today: date | None = None) -> str:
    """« 25 novembre », with its year unless `today` is in the same one."""
    words = f"{day_number(day)} {MONTHS[day.month - 1]}"
    return words if today is not None and day.year == today.year else f"{words} {day.year}"


def long_date(day: date, today: date | None = None) -> str:
    """« mercredi 25 novembre », with its year unless `today` is in the same one."""
    return f"{WEEKDAYS[day.weekday()]} {plain_date(day, today)}"


def real_day(year: int, month: int, day: int) -> date | None:
    """None for a day that no calendar has."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nearest_day(month: int, day: int, today: date) -> date | None:
    """That day of the year nearest to `today`, before or after."""
    found = [real_day(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    return min((each for each in found if each), key=lambda each: abs((each - today).days), default=None)
