"""What runs and what leaves, in the administrator's words: never what a demande or a file says."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from frontend.wording import count_of, short_date
from tracker import clock
from tracker.pending import TASK as EVENTS_SWEEP
from tracker.upkeep import CLOCK, Round, Silence

JOBS: Final = {
    "import_register": "Import d’un registre",
    "withdraw_import": "Retrait d’un import",
    "import_organisation": "Import de l’organisation",
    "mass_act": "Action groupée",
    "recompute": "Recalcul d’échéances",
    "eliminate": "Élimination",
}
UNKNOWN_JOB: Final = "Travail d’une autre version"

MESSAGES: Final = {
    "notifications": "Avis sur des demandes",
    "digest": "Résumé du jour",
    "night_report": "Vérification de la nuit",
}
UNKNOWN_MESSAGE: Final = "Message"

TASKS: Final = {
    "tracker.tasks.drain_pending": "Suites des évènements",
    "tracker.tasks.run_jobs": "Travaux en attente",
    "notifications.tasks.deliver": "Envoi des messages",
    "tracker.tasks.close_answered": "Clôture automatique des demandes répondues",
    "tracker.tasks.forget_import_files": "Oubli des fichiers importés",
    "tracker.tasks.sweep_attachments": "Ménage des fichiers sans pièce jointe",
    "frontend.tasks.purge_drafts": "Oubli des saisies abandonnées",
    "tracker.tasks.forget_idempotency_keys": "Oubli des clés d’idempotence",
    "tracker.tasks.forget_mass_acts": "Oubli des actions groupées",
    "tracker.tasks.gather_changes": "Regroupement des changements de listes",
    "tracker.tasks.seal_journal": "Scellement du journal",
    "tracker.tasks.verify": "Vérification du journal, des pièces et des échéances",
}


def moment(when: datetime | None) -> str:
    """« 10:42 » today, « 20 nov. à 10:42 » another day; on the clock of the person's site."""
    if when is None:
        return "jamais"
    local, today = timezone.localtime(when), timezone.localdate(clock.now())
    hour = f"{local:%H:%M}"
    return hour if local.date() == today else f"{short_date(local.date(), today)} à {hour}"


def at(when: datetime | None) -> str:
    """« à 10:42 », « le 20 nov. à 10:42 »."""
    said = moment(when)
    return f"le {said}" if " " in said else f"à {said}"


def since(when: datetime) -> str:
    """« depuis 10:42 », « depuis le 20 nov. à 10:42 »."""
    said = moment(when)
    return f"depuis le {said}" if " " in said else f"depuis {said}"


def every(seconds: float) -> str:
    """« toutes les 10 secondes »."""
    return f"toutes les {count_of(round(seconds), 'seconde')}" if seconds < 60 else f"toutes les {minutes(seconds)}"


def minutes(seconds: float) -> str:
    return count_of(round(seconds / 60), "minute")


def rhythm(found: Round) -> str:
    return every(found.every) if found.every is not None else f"prochain passage {at(found.next_at)}"


def silence_words(found: Silence | None) -> str:
    """What stands still, since when, and what to look at; "" where all is well."""
    if found is None:
        return ""
    state = f"ne répond plus {since(found.since)}" if found.since else "n’a encore donné aucun signe"
    if found.who == CLOCK:
        return (
            f"L’horloge {state}\xa0: rien de ce qui est périodique ne part. Vérifiez le service «\xa0sillage-beat\xa0»."
        )
    if found.who == EVENTS_SWEEP:
        return (
            f"Le suivi des évènements {state}\xa0: ni écran ni message ne suit. "
            "Vérifiez le service «\xa0sillage-worker\xa0» et Redis."
        )
    return f"Le traitement des travaux {state}\xa0: les imports attendent. Vérifiez le service «\xa0sillage-jobs\xa0»."
