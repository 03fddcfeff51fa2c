"""One act of a person over many demandes: what was chosen, and what became of each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracker.enums import MassKind, MassOutcome, MassStage
from tracker.models.journal import Job
from tracker.models.organisation import Office, Prefecture, User
from tracker.models.reference import Theme
from tracker.models.tickets import Ticket


class MassAct(models.Model):
    """What a person asks for a selection of demandes: drawn up, checked, then done by a job, and undone by another."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandée par")
    created_at = models.DateTimeField("demandée le")
    kind = models.CharField("action", max_length=10, choices=MassKind)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name="bureau")
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="agent")
    theme = models.ForeignKey(Theme, models.PROTECT, null=True, related_name="+", verbose_name="thème")
    stage = models.CharField("étape", max_length=10, choices=MassStage, default=MassStage.CHOOSING)
    gone = models.PositiveIntegerField("plus accessibles au départ", default=0)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="travail")
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "action groupée"
        verbose_name_plural = "actions groupées"
        indexes: ClassVar = [models.Index(fields=["created_at"], name="mass_act_created")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(stage__in=[MassStage.ENDED, MassStage.UNDOING, MassStage.UNDONE])
                | Q(ended_at__isnull=False),
                name="mass_act_ended_has_date",
            )
        ]

    def __str__(self) -> str:
        return f"action groupée n° {self.pk}"

    @property
    def has_target(self) -> bool:
        """Whether what the act needs (a bureau, a person, a theme) has been chosen."""
        return self.kind == MassKind.CLOSE or any((self.office_id, self.assignee_id, self.theme_id))


class MassActLine(models.Model):
    """One demande of the selection, at the version at which it was chosen. `reason`: why it is, or would be, left as it
    is."""

    act = models.ForeignKey(MassAct, models.CASCADE, related_name="lines", verbose_name="action groupée")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", verbose_name="demande")
    opened_version = models.PositiveIntegerField("version choisie")
    outcome = models.CharField("suite", max_length=10, choices=MassOutcome, default=MassOutcome.WAITING)
    reason = models.CharField("motif", max_length=300, blank=True)
    # The number of the act's last event: what an undoing must find at the end of the journal.
    done_version = models.PositiveIntegerField("version écrite", null=True, blank=True)

    class Meta:
        verbose_name = "ligne d’action groupée"
        verbose_name_plural = "lignes d’actions groupées"
        constraints: ClassVar = [models.UniqueConstraint(fields=["act", "ticket"], name="mass_line_unique")]
        indexes: ClassVar = [models.Index(fields=["act", "outcome", "ticket"], name="mass_line_outcome")]

    def __str__(self) -> str:
        return f"{self.act_id} / {self.ticket_id}"
