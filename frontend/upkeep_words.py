"""What runs and what leaves, in the administrator's words: never what a demande or a file says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from frontend.wording import count_of, short_date
from notifications import outbox
from tracker import clock, upkeep
from tracker.models import Prefecture, Verification
from tracker.pending import TASK as EVENTS_SWEEP
from tracker.upkeep import CLOCK, Round, Silence
from tracker.verification import nightly

JOBS: Final = {
    "import_register": "Import d’un registre",
    "withdraw_import": "Retrait d’un import",
    "import_organisation": "Import de l’organisation",
    "mass_act": "Action groupée",
    "recompute": "Recalcul d’échéances",
    "eliminate": "Élimination",
    "import_actions": "Import d’un plan d’actions",
}
UNKNOWN_JOB: Final = "Travail d’une autre version"

MESSAGES: Final = {
    "notifications": "Notifications sur des demandes",
    "digest": "Récapitulatif du jour",
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
    "notifications.tasks.sweep_horizons": "Échéances proches ou passées",
    "notifications.tasks.send_digests": "Récapitulatifs du jour",
    "notifications.tasks.forget_notifications": "Oubli des notifications anciennes",
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


# --- What an administrator must know ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trouble:
    """One sentence, and the page that says more (its URL name)."""

    sentence: str
    page: str

    @property
    def link(self) -> str:
        return {"jobs": "Voir les travaux", "outbox": "Voir les envois"}[self.page]


def troubles(prefecture: Prefecture, now: datetime) -> list[Trouble]:
    """What asks for the administrator, worst first; empty where all is well."""
    found = [
        Trouble(silence_words(upkeep.silence(now)), "jobs"),
        Trouble(night_words(prefecture, now), "jobs"),
        Trouble(outbox_words(outbox.state_of(prefecture, now), now), "outbox"),
    ]
    return [trouble for trouble in found if trouble.sentence]


def outbox_words(state: outbox.State, now: datetime) -> str:
    """What keeps messages from leaving, in one sentence; "" where nothing does."""
    if state.held is not None:
        attending = count_of(state.waiting, "message attend", "messages attendent")
        again = "maintenant" if state.held.next_try_at <= now else at(state.held.next_try_at)
        return f"{state.held.last_error} {attending}. Prochain essai {again}."
    if state.failed:
        return count_of(
            state.failed,
            "message n’est pas parti, et n’est plus réessayé.",
            "messages ne sont pas partis, et ne sont plus réessayés.",
        )
    return ""


def night_words(prefecture: Prefecture, now: datetime) -> str:
    """What the last night's verification found, or that it did not take place; "" where nothing differs."""
    last = Verification.objects.order_by("-started_at").first()
    if last is None or is_under_way(last, now):
        return ""
    if nightly.was_missed(last, now):
        return f"La dernière vérification complète du journal manque\xa0: elle a commencé {at(last.started_at)}."
    number = len(nightly.differing_in(last, prefecture))
    if not number:
        return ""
    return f"La vérification de la nuit a trouvé {count_of(number, 'différence')} avec le journal."


def is_under_way(night: Verification, now: datetime) -> bool:
    """Begun lately enough to end still."""
    return night.ended_at is None and night.started_at > now - timedelta(hours=6)
