"""« Relances et alertes »: after how many working days of delay each level is told."""

from typing import Final

from notifications.models import Escalation
from tracker import editing
from tracker.errors import InvalidCommand
from tracker.models import Prefecture
from tracker.writers import Author

LONGEST: Final = 60
"""Working days: beyond a quarter nobody waits for an alert."""
COLUMNS: Final = ("agent_days", "supervisor_days", "quality_days")


def of_prefectures() -> dict[int, Escalation]:
    """Those that somebody has changed: one query. The others are `Escalation()`."""
    return {row.pk: row for row in Escalation.objects.all()}


def of(prefecture: Prefecture) -> Escalation:
    return Escalation.objects.filter(pk=prefecture.pk).first() or Escalation(prefecture=prefecture)


def standing(prefecture: Prefecture) -> Escalation:
    """The row to write, there from now on; in the transaction of who holds the préfecture."""
    return Escalation.objects.select_for_update(no_key=True).get_or_create(pk=prefecture.pk)[0]


def change(prefecture: Prefecture, days: dict[str, int | None], author: Author) -> bool:
    """Working days of delay by column, None: nobody. What is late already and was told at the former step is not told
    again; what the former step had still to tell is told once by the new one. False where nothing differs. Raises
    InvalidCommand, on the field concerned, where a level would be told before the one below."""
    check(days)
    held = editing.hold(prefecture)
    return editing.change(standing(held), days, held, author)


def check(days: dict[str, int | None]) -> None:
    highest = 0
    for name in COLUMNS:
        number = days[name]
        if number is None:
            continue
        if not 0 <= number <= LONGEST:
            raise InvalidCommand(f"Indiquez un nombre de jours ouvrés, de 0 à {LONGEST}.", field=name)
        if number < highest:
            raise InvalidCommand(
                f"Ce degré préviendrait avant celui d’en dessous ({highest} jours ouvrés).", field=name
            )
        highest = number
