"""« Calculer une échéance »: a date, a delay, a calendar; the deadline and why. Pure, for the page and the command."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.errors import InvalidCommand
from tracker.legal_days import legal_calendar
from tracker.workdays import DayStep, WorkCalendar
from tracker.zones import department


@dataclass(frozen=True, slots=True)
class Calculation:
    """`steps` runs from the day of arrival (number 0) to the deadline; `days` are working days."""

    received_on: date
    days: int
    due_on: date
    steps: tuple[DayStep, ...]
    rule: str

    @property
    def skipped(self) -> tuple[DayStep, ...]:
        """The days that were not counted, weekends included."""
        return tuple(step for step in self.steps if step.number is None)

    def as_json(self) -> dict[str, Any]:
        """As the command and the API give it."""
        skipped = [{"date": step.day.isoformat(), "reason": step.reason} for step in self.skipped]
        return {"due_on": self.due_on.isoformat(), "skipped": skipped, "rule": self.rule}


def due(code: str, received_on: str, days: str) -> Calculation:
    """By the law alone (public holidays of the département), from what was typed. Raises `UnknownDepartment`,
    `InvalidCommand`, and what `calculate` raises."""
    place = department(code)
    calendar = legal_calendar(place.zone.code)
    return calculate(calendar, typed_date(received_on), typed_delay(days), place=f"{place.name} ({place.code})")


def calculate(calendar: WorkCalendar, received_on: date, days: int, *, place: str) -> Calculation:
    """`place` names the calendar in the rule's sentence. Raises `DateOutsideCalendar`, `InvalidDelay`."""
    steps = tuple(calendar.explain(received_on, days))
    unit = "jour ouvré" if days == 1 else "jours ouvrés"
    rule = (
        f"{days} {unit} à compter du lendemain de l’arrivée\xa0: du lundi au vendredi, hors jours fériés et fermés "
        f"du calendrier «\xa0{place}\xa0»."
    )
    return Calculation(received_on, days, steps[-1].day, steps, rule)


def typed_date(value: str) -> date:
    """A date typed in a command or a file: 2026-11-20 or 20/11/2026. Raises `InvalidCommand`."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(value.strip(), form).date()
        except ValueError:
            continue
    raise InvalidCommand(
        f"«\xa0{value}\xa0» n’est pas une date\xa0: écrivez 2026-11-20 ou 20/11/2026.", field="received_on"
    )


def typed_delay(value: str) -> int:
    """A delay in working days, typed. Raises `InvalidCommand`; a delay below 1 is refused by the calendar."""
    try:
        return int(value.strip())
    except ValueError:
        raise InvalidCommand(
            f"«\xa0{value}\xa0» n’est pas un délai\xa0: écrivez un nombre entier de jours ouvrés.", field="days"
        ) from None
