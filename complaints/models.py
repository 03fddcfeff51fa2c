"""What only réclamations and suggestions need."""

from django.db import models

from tracker.models import Office, Ticket


class Complaint(models.Model):
    """A réclamation, a suggestion or another demande left for the préfecture to improve."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="complaint", verbose_name="demande")
    about = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="service concerné"
    )

    class Meta:
        verbose_name = "réclamation"

    def __str__(self) -> str:
        return f"Réclamation {self.ticket_id}"
