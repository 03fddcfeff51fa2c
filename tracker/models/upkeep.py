"""What an installation knows of itself: when each task of the clock last ran, what the nights' verifications found."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class PeriodicTask(models.Model):
    """One task of the beat table, and the clock itself: when it last ran here. Written by whoever runs it, at most once
    a minute; a sweep that ran ten seconds ago need not say so again."""

    name = models.CharField("tâche", max_length=100, unique=True)
    started_at = models.DateTimeField("dernier départ")
    ended_at = models.DateTimeField("dernière fin", null=True, blank=True)
    failed_at = models.DateTimeField("dernier échec", null=True, blank=True)
    trouble = models.CharField("erreur", max_length=300, blank=True)

    class Meta:
        verbose_name = "tâche périodique"
        verbose_name_plural = "tâches périodiques"

    def __str__(self) -> str:
        return self.name


class Verification(models.Model):
    """One night's look at the journal, the attached files and the deadlines. `different` holds at most the first two
    hundred differences (stream, reference, problem, detail: no personal text), `differences` how many there were."""

    started_at = models.DateTimeField("commencée le", default=timezone.now)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)
    events_checked = models.PositiveBigIntegerField("évènements vérifiés", default=0)
    tickets_checked = models.PositiveBigIntegerField("demandes vérifiées", default=0)
    differences = models.PositiveIntegerField("différences", default=0)
    different: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        "premières différences", default=list
    )

    class Meta:
        verbose_name = "vérification"
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="verification_latest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {self.differences}"
