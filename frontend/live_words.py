"""« Suivi en direct » in French: what each column is called, what has just happened, who was reminded and when."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from frontend.wording import count_of, plain_date
from tracker import kept
from tracker.clock import zone
from tracker.following import EMAIL, LETTER, Column, Figure, Happening, is_others
from tracker.models import Event, Office, TicketKind

KINDS: Final = {"complaint": "Réclamations", "meeting_request": "RDV d’élus", "site_update": "Site internet"}
CELLS: Final = {
    Figure.OVERDUE: "en retard",
    Figure.TODAY: "aujourd’hui",
}
"""What stands after a number in a cell; an urgency that the page was asked for goes without saying."""
NOON: Final = 12

DONE_BY_OFFICE: Final = {
    "taken": "a pris en charge {}",
    "asked": "a demandé une pièce pour {}",
    "completed": "a reçu la pièce attendue pour {}",
    "held": "a envoyé une réponse d’attente pour {}",
    "answered": "a répondu à {}",
    "proposed": "a proposé un rendez-vous pour {}",
    "confirmed": "a une date confirmée pour {}",
    "met": "a tenu le rendez-vous de {}",
    "called_off": "a un rendez-vous annulé pour {}",
    "forwarded": "a transmis {}",
    "dismissed": "a classé {} sans suite",
    "closed": "a clos {}",
    "merged": "a fusionné {}",
    "reopened": "a rouvert {}",
    "assigned": "a reçu {}",
    "reassigned": "a reçu {}",
    "handed_over": "a confié {} à quelqu’un",
    "reminded": "a reçu une relance pour {}",
    "corrected": "a corrigé {}",
    "noted": "a noté un mot sur {}",
    "attachment_added": "a une pièce jointe de plus pour {}",
}
"""What is told of an act on a demande that a bureau holds; anything else has only changed it."""
CHANGED: Final = "a modifié {}"
UNHELD: Final = {"registered": "{} est à affecter", "sent_back": "{} est revenue, à affecter"}
UNHELD_CHANGED: Final = "{} a changé"


def column_label(column: Column) -> str:
    if column.channels == (LETTER,):
        return "Courriers"
    if column.channels == (EMAIL,):
        return "Courriels"
    if is_others(column):
        return "Autres canaux"
    labels = (kind.label for kind in kept.rows(TicketKind) if kind.code == column.kind)
    return KINDS.get(column.kind) or next(labels, column.kind)


def happening_words(happening: Happening) -> tuple[str, str]:
    """What stands before and after the reference (or the number of demandes) of what has just happened."""
    office = kept.by_key(Office).get(happening.office_id or 0)
    if office is None:
        before, _, after = UNHELD.get(happening.kind, UNHELD_CHANGED).partition("{}")
        return before, after
    before, _, after = DONE_BY_OFFICE.get(happening.kind, CHANGED).partition("{}")
    return f"{office.name} {before}", after


def moment_words(at: datetime, time_zone: str, today: date) -> str:
    """« 10:42 » today, « 19 novembre, 16:40 » before."""
    local = at.astimezone(zone(time_zone))
    clock_words = f"{local:%H:%M}"
    return clock_words if local.date() == today else f"{plain_date(local.date(), today)}, {clock_words}"


def reminder_words(event: Event, time_zone: str, today: date, subject: str = "Relancé") -> str:
    """« Relancé ce matin par M. Dupont », « Relancé hier par M. Dupont », « Relancé le 12 novembre par M. Dupont »."""
    local = event.recorded_at.astimezone(zone(time_zone))
    days = (today - local.date()).days
    if days == 0:
        when = "ce matin" if local.hour < NOON else "cet après-midi"
    else:
        when = "hier" if days == 1 else f"le {plain_date(local.date(), today)}"
    by = event.actor.short_name.replace(" ", "\xa0") if event.actor else ""
    return f"{subject} {when}{f' par {by}' if by else ''}"


def urgent_words(numbers: Mapping[Figure, int]) -> str:
    """« 9 demandes en retard ou à traiter aujourd’hui », « 1 demande en retard »."""
    late, today = numbers[Figure.OVERDUE], numbers[Figure.TODAY]
    words = {
        (True, True): "en retard ou à traiter aujourd’hui",
        (True, False): "en retard",
        (False, True): "à traiter aujourd’hui",
    }
    return f"{count_of(late + today, 'demande')} {words[bool(late), bool(today)]}"
