"""Dates, deadlines and counts as a person says them, in French. Pure: the present day is always given.

Ordinary spaces stand inside dates and counts, so that they are found and copied as a person types them; non-breaking
ones go where French typography wants them (before « : », inside « guillemets »).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tracker.dates import MONTHS as MONTHS
from tracker.dates import WEEKDAYS as WEEKDAYS
from tracker.dates import day_number as day_number
from tracker.dates import long_date as long_date
from tracker.dates import plain_date as plain_date
from tracker.legal_days import FIXED_DAYS, GOOD_FRIDAY, national_days
from tracker.workdays import WEEKEND_NAMES, DayStep, WorkCalendar

SHORT_MONTHS: Final = (
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip

LATEST: Final = "au plus tard "
NO_DEADLINE: Final = "sans délai défini"
NEAR: Final = 5
"""Working days within which a deadline is said as « dans 3 jours ouvrés »; further away, its date says more."""

WEEKEND_REASONS: Final = frozenset(WEEKEND_NAMES.values())
LEGAL_NAMES: Final = (
    frozenset(day.name for day in national_days(2026)) | {day.name for day in FIXED_DAYS} | {GOOD_FRIDAY}
)
"""A day closed by law is « férié »; another closed day (a pont) is only « fermé »."""


def period(first: date, last: date, today: date | None) -> str:
    """« le 7 décembre », « du 7 au 18 décembre », « du 28 décembre au 4 janvier 2027 »."""
    if first == last:
        return f"le {plain_date(first, today)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"du {plain_date(first, first).split()[0]} au {plain_date(last, today)}"
    return f"du {plain_date(first, last if first.year == last.year else today)} au {plain_date(last, today)}"


def short_date(day: date, today: date | None = None) -> str:
    """« 25 nov. » for a narrow column, with its year unless `today` is in the same one."""
    words = f"{day_number(day)} {SHORT_MONTHS[day.month - 1]}"
    return words if today is not None and day.year == today.year else f"{words} {day.year}"


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """« 1 demande », « 2 000 demandes »; zero takes the singular, as in French."""
    said = f"{number:,}".replace(",", "\u202f")
    return f"{said} {singular if abs(number) < 2 else plural or singular + 's'}"


def small(sentence: str) -> str:
    """A sentence that goes on after « : »."""
    return sentence[:1].lower() + sentence[1:]


def working_days(number: int) -> str:
    """« 1 jour ouvré », « 3 jours ouvrés »."""
    return count_of(number, "jour ouvré", "jours ouvrés")


def latest(due_on: date | None, today: date) -> str:
    """« au plus tard mercredi 25 novembre », whatever the distance; None: « sans délai défini »."""
    return NO_DEADLINE if due_on is None else f"{LATEST}{long_date(due_on, today)}"


def expected(what: str, due_on: date, today: date) -> str:
    """« Réponse attendue au plus tard mercredi 25 novembre. »; of a day that is past, that it is."""
    if due_on < today:
        return f"L’échéance, {long_date(due_on, today)}, est déjà passée."
    return f"{what} {latest(due_on, today)}."


def due_words(due_on: date | None, today: date, calendar: WorkCalendar) -> str:
    """How far the deadline is, in working days of the site's calendar: « en retard de 2 jours ouvrés »,
    « aujourd’hui », « dans 3 jours ouvrés », and beyond `NEAR` working days « au plus tard mercredi 25 novembre »."""
    if due_on is None:
        return NO_DEADLINE
    if due_on == today:
        return "aujourd’hui"
    remaining = calendar.count(today, due_on)
    if due_on < today:
        # The day after a Friday is a Saturday: late already, by no working day yet, and which Friday is no question.
        return f"en retard de {working_days(-remaining)}" if remaining else f"échue {WEEKDAYS[due_on.weekday()]}"
    return f"dans {working_days(remaining)}" if 0 < remaining <= NEAR else latest(due_on, today)


@dataclass(frozen=True, slots=True)
class Urgency:
    """What a row or a tag shows of a deadline: the words, and a level that icon and colour repeat."""

    level: str
    words: str


def urgency(due_on: date | None, today: date, calendar: WorkCalendar) -> Urgency:
    """Level: « late », « today », « soon » (within `NEAR` working days), « later » or « none » (no deadline)."""
    words = due_words(due_on, today, calendar)
    if due_on is None:
        return Urgency("none", words)
    if due_on <= today:
        return Urgency("late" if due_on < today else "today", words)
    return Urgency("soon" if words.startswith("dans ") else "later", words)


@dataclass(frozen=True, slots=True)
class StripCell:
    """One cell of the strip of days: one day, or the days of a weekend together."""

    short: str
    spoken: str
    number: int | None
    note: str
    kind: str

    @property
    def is_due(self) -> bool:
        return self.kind == "due"


def reason_words(reason: str) -> str:
    """« week-end », « férié : Armistice de 1918 », or « fermé : Pont » where the préfecture alone closes the day."""
    if reason in WEEKEND_REASONS:
        return "week-end"
    return f"{'férié' if reason in LEGAL_NAMES else 'fermé'}\xa0: {reason}"


def strip(steps: Iterable[DayStep], start: str = "reçu (jour 0)") -> list[StripCell]:
    """The explanation of a deadline, day by day, as `WorkCalendar.explain` gives it; its last day is the deadline.
    `start` says what happened on day 0."""
    steps = list(steps)
    cells: list[StripCell] = []
    for position, step in enumerate(steps):
        short = _short_day(step.day, with_month=position == 0 or step.day.day == 1)
        spoken = f"{WEEKDAYS[step.day.weekday()]} {day_number(step.day)} {MONTHS[step.day.month - 1]}"
        last = cells[-1] if cells else None
        if last and last.note == "week-end" and step.reason in WEEKEND_REASONS and _follows(steps, position):
            cells[-1] = StripCell(f"{last.short}, {short}", f"{last.spoken} et {spoken}", None, last.note, last.kind)
        elif step.reason is not None:
            cells.append(StripCell(short, spoken, None, reason_words(step.reason), "skipped"))
        elif step.number == 0:
            cells.append(StripCell(short, spoken, 0, start, "start"))
        else:
            kind = "due" if position == len(steps) - 1 else "counted"
            cells.append(StripCell(short, spoken, step.number, "", kind))
    return cells


def _follows(steps: list[DayStep], position: int) -> bool:
    return steps[position].day - steps[position - 1].day == timedelta(days=1)


def _short_day(day: date, *, with_month: bool) -> str:
    words = f"{WEEKDAYS[day.weekday()][:2]} {day_number(day)}"
    return f"{words} {SHORT_MONTHS[day.month - 1]}" if with_month else words
