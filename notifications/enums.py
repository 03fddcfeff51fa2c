"""Closed lists of what people are told. Stored values are English codes, labels are what a person reads."""

from django.db.models import TextChoices


class Way(TextChoices):
    """How a person hears of something. Each way holds those before it: what comes by e-mail is in the application
    too."""

    NONE = "none", "Ne pas me prévenir"
    APP = "app", "Dans l’application seulement"
    DIGEST = "digest", "Avec le récapitulatif du jour"
    MAIL = "mail", "Avec un courriel aussitôt"


class Horizon(TextChoices):
    """What the passing of days alone brings: each has its own mark, site by site."""

    DUE_TOMORROW = "due_tomorrow", "échéance le jour ouvré suivant"
    PROMISE_NEAR = "promise_near", "date promise proche"
    STEP_AGENT = "step_agent", "retard, premier degré"
    STEP_SUPERVISOR = "step_supervisor", "retard, deuxième degré"
    STEP_QUALITY = "step_quality", "retard, troisième degré"
