"""What the archives allow to be erased, and what was."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracker.enums import EliminationOutcome
from tracker.models.journal import Job
from tracker.models.organisation import Prefecture, User
from tracker.models.reference import TicketKind
from tracker.models.tickets import Ticket


class Elimination(models.Model):
    """A list of ended demandes whose texts are to be erased. Nothing is erased without the visa of the archives
    départementales (Code du patrimoine, art. R212-14)."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    kind = models.ForeignKey(TicketKind, models.PROTECT, null=True, related_name="+", verbose_name="type")
    ended_by = models.DateField("terminées au plus tard le")
    created_at = models.DateTimeField("établie le")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="établie par")
    visa = models.CharField("référence du visa", max_length=120, blank=True)
    visa_on = models.DateField("date du visa", null=True, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="travail")
    done_at = models.DateTimeField("effectuée le", null=True, blank=True)
    abandoned_at = models.DateTimeField("abandonnée le", null=True, blank=True)

    class Meta:
        verbose_name = "élimination"
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(job__isnull=True) | (~Q(visa="") & Q(visa_on__isnull=False)), name="elimination_needs_visa"
            ),
            models.CheckConstraint(
                condition=Q(abandoned_at__isnull=True) | Q(job__isnull=True), name="elimination_begun_is_not_abandoned"
            ),
        ]

    def __str__(self) -> str:
        return f"élimination n° {self.pk}"


class EliminationLine(models.Model):
    """One demande of a list, and what became of it."""

    elimination = models.ForeignKey(Elimination, models.PROTECT, related_name="lines", verbose_name="élimination")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", verbose_name="demande")
    outcome = models.CharField("suite", max_length=10, choices=EliminationOutcome, default=EliminationOutcome.WAITING)

    class Meta:
        verbose_name = "ligne d’élimination"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["elimination", "ticket"], name="elimination_line_unique")
        ]

    def __str__(self) -> str:
        return f"{self.elimination_id} / {self.ticket_id}"
