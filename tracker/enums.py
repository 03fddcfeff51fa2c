"""Closed lists of the kernel. Stored values are English codes, labels are what a person reads."""

from django.db.models import IntegerChoices, TextChoices


class Role(TextChoices):
    MAILROOM = "mailroom", "Service du courrier"
    AGENT = "agent", "Agent"
    SUPERVISOR = "supervisor", "Encadrant"
    QUALITY = "quality", "Référent qualité"
    COPIL = "copil", "Membre du COPIL"
    ADMINISTRATOR = "administrator", "Administrateur"


class Machine(TextChoices):
    REPLY = "reply", "Réponse"
    MEETING = "meeting", "Rendez-vous"


class State(TextChoices):
    REGISTERED = "registered", "À affecter"
    ASSIGNED = "assigned", "Affectée"
    IN_PROGRESS = "in_progress", "En cours"
    AWAITING_REQUESTER = "awaiting_requester", "En attente du demandeur"
    ON_HOLD = "on_hold", "Réponse d’attente envoyée"
    PROPOSED = "proposed", "Date proposée"
    CONFIRMED = "confirmed", "Date confirmée"
    ANSWERED = "answered", "Répondue"
    MET = "met", "Rendez-vous tenu"
    CLOSED = "closed", "Close"
    FORWARDED = "forwarded", "Transmise"
    DISMISSED = "dismissed", "Sans suite"
    MERGED = "merged", "Fusionnée"


OPEN_STATES = (
    State.REGISTERED,
    State.ASSIGNED,
    State.IN_PROGRESS,
    State.AWAITING_REQUESTER,
    State.ON_HOLD,
    State.PROPOSED,
    State.CONFIRMED,
)
"""States in which somebody still has something to do."""

FINAL_STATES = (State.CLOSED, State.FORWARDED, State.DISMISSED, State.MERGED)
"""States that no clock and no sweep leaves."""


class Purpose(TextChoices):
    """What a deadline promises."""

    REPLY = "reply", "Réponse"
    PROMISED_REPLY = "promised_reply", "Réponse promise"
    COMPLEMENT = "complement", "Demande de pièces"
    PROPOSAL = "proposal", "Proposition d’une date"
    MEETING = "meeting", "Tenue du rendez-vous"
    UPDATE = "update", "Mise en ligne"


class Outcome(TextChoices):
    RUNNING = "running", "En cours"
    IN_TIME = "in_time", "Dans le délai"
    LATE = "late", "Hors délai"
    EXCLUDED = "excluded", "Hors calcul"
    VOID = "void", "Sans objet"


class DismissalReason(TextChoices):
    DUPLICATE = "duplicate", "Doublon"
    UNWANTED = "unwanted", "Indésirable"
    OUT_OF_SCOPE = "out_of_scope", "Hors champ"
    ANONYMOUS = "anonymous", "Anonyme, sans adresse"
    WITHDRAWN = "withdrawn", "Retirée par le demandeur"
    MISSING_PIECES = "missing_pieces", "Pièces non fournies"
    REGISTRATION_ERROR = "registration_error", "Erreur d’enregistrement"


class Exclusion(TextChoices):
    """Why a deadline counts in no indicator."""

    DUPLICATE = "duplicate", "Doublon"
    UNWANTED = "unwanted", "Indésirable"
    OUT_OF_SCOPE = "out_of_scope", "Hors champ"
    ANONYMOUS = "anonymous", "Anonyme, sans adresse"
    WITHDRAWN = "withdrawn", "Retirée avant l’échéance"
    REGISTRATION_ERROR = "registration_error", "Erreur d’enregistrement"
    MERGED = "merged", "Fusionnée avec une autre demande"
    REQUESTER_UNAVAILABLE = "requester_unavailable", "Indisponibilité du demandeur"
    FORWARDED = "forwarded", "Transmise à une autre administration"
    NO_RULE = "no_rule", "Sans délai défini"
    CONFIRMED = "confirmed", "Écartée par l’encadrant"


class RuleStart(TextChoices):
    """Day 0 of a rule."""

    ARRIVAL = "arrival", "l’arrivée"
    PROPOSAL = "proposal", "la première proposition"


class Via(TextChoices):
    PAGE = "page", "Page"
    API = "api", "API"
    COMMAND = "command", "Commande"
    IMPORT = "import", "Import"
    TASK = "task", "Tâche"
    MAIL = "mail", "Courriel"


class Module(IntegerChoices):
    """Modules of the Qual-e-Pref référentiel."""

    GENERAL = 1, "Relation générale avec les usagers"
    PERMITS = 2, "Délivrance des titres (hors étrangers)"
    FOREIGNERS = 3, "Délivrance de titres étrangers"
    LOCAL_AUTHORITIES = 4, "Relation avec les collectivités territoriales"
    POLICE = 5, "Polices administratives liées à la sécurité"
    COORDINATION = 6, "Coordination des politiques publiques"
    EMERGENCY = 7, "Communication d’urgence en cas d’évènement majeur"
    PARIS = 8, "Polices exercées par la préfecture de police de Paris"


class JobState(TextChoices):
    QUEUED = "queued", "En attente"
    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Échoué"


class SendingOutcome(TextChoices):
    """What the last try to send a message came to."""

    SENT = "sent", "Parti"
    MOOT = "moot", "Plus rien à dire"
    LATER = "later", "À réessayer"
    UNREACHABLE = "unreachable", "Messagerie injoignable"
    CLOSED = "closed", "Messagerie fermée à Sillage"
    REFUSED = "refused", "Refusé"
    UNWRITTEN = "unwritten", "Non rédigé"


class EliminationOutcome(TextChoices):
    WAITING = "waiting", "En attente"
    ERASED = "erased", "Éliminée"
    KEPT = "kept", "Conservée"


class TokenScope(TextChoices):
    READ = "read", "Lire"
    WRITE = "write", "Lire et écrire"


class MassKind(TextChoices):
    """What may be done to many demandes at once."""

    OFFICE = "office", "Confier à un bureau"
    AGENT = "agent", "Confier à un agent"
    THEME = "theme", "Changer le thème"
    CLOSE = "close", "Clore"


class MassStage(TextChoices):
    CHOOSING = "choosing", "À préciser"
    CHECKING = "checking", "Vérification"
    READY = "ready", "À confirmer"
    RUNNING = "running", "En cours"
    ENDED = "ended", "Terminée"
    UNDOING = "undoing", "Annulation en cours"
    UNDONE = "undone", "Annulée"


class MassOutcome(TextChoices):
    WAITING = "waiting", "En attente"
    DONE = "done", "Faite"
    REFUSED = "refused", "Refusée"
    UNDONE = "undone", "Annulée"
    KEPT = "kept", "Non annulée"
