"""Closed lists of the improvement plan. Stored values are English codes, labels are what a person reads."""

from django.db.models import IntegerChoices, TextChoices


class ActionState(TextChoices):
    PROPOSED = "proposed", "Proposée"
    PLANNED = "planned", "Non faite"
    IN_PROGRESS = "in_progress", "En cours"
    DONE = "done", "Faite"
    VERIFIED = "verified", "Vérifiée"
    DECLINED = "declined", "Non retenue"
    ABANDONED = "abandoned", "Abandonnée"


TO_DO_STATES = (ActionState.PLANNED, ActionState.IN_PROGRESS)
"""In the plan, and somebody still has something to do: these alone can be late."""

DONE_STATES = (ActionState.DONE, ActionState.VERIFIED)

PLAN_STATES = (*TO_DO_STATES, *DONE_STATES)
"""What the rates of completion count; the others stand beside."""

REASONED_STATES = (ActionState.DECLINED, ActionState.ABANDONED)
"""Nobody leaves the plan, or is kept out of it, without being told why."""


class Progress(TextChoices):
    """The three columns of the label's own table, whatever finer state an action is in."""

    DONE = "done", "Fait"
    IN_PROGRESS = "in_progress", "En cours"
    NOT_DONE = "not_done", "Non fait"


STATES_OF: dict[Progress, tuple[ActionState, ...]] = {
    Progress.DONE: DONE_STATES,
    Progress.IN_PROGRESS: (ActionState.IN_PROGRESS,),
    Progress.NOT_DONE: (ActionState.PLANNED,),
}


class Strand(TextChoices):
    """The parts of the référentiel that stand beside its modules: their numbers are not those of engagements."""

    STEERING = "steering", "Pilotage"
    LABELLING = "labelling", "Démarche de labellisation"


class Priority(IntegerChoices):
    HIGH = 1, "Haute"
    NORMAL = 2, "Normale"
    LOW = 3, "Basse"


class SourceFamily(TextChoices):
    """Sources that a report adds together (« 57 % des actions viennent des audits »)."""

    AUDIT = "audit", "Audits"
    SURVEY = "survey", "Enquêtes"
    LISTENING = "listening", "Écoute des agents et des usagers"


class CauseKind(TextChoices):
    """What an action may be linked to. Each kind has its own column on the link."""

    TICKET = "ticket", "Demande"
