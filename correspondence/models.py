"""What only rendez-vous d'élus and site updates need; the models of reply."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from correspondence.enums import ReplyPurpose
from tracker.models import Channel, Prefecture, Ticket, TicketKind


class MeetingRequest(models.Model):
    """An élu's or a territorial officer's request to be met. Dates follow the journal; the writer keeps them."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="meeting_request", verbose_name="demande")
    proposed_on = models.DateField("date de la proposition", null=True, blank=True)
    meeting_on = models.DateField("rendez-vous proposé le", null=True, blank=True)
    met_on = models.DateField("tenu le", null=True, blank=True)
    place = models.CharField("lieu", max_length=120, blank=True)

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(meeting_on__isnull=True)
                | Q(proposed_on__isnull=True)
                | Q(meeting_on__gte=F("proposed_on")),
                name="meeting_after_proposal",
            )
        ]

    def __str__(self) -> str:
        return f"Rendez-vous {self.ticket_id}"


class SiteUpdate(models.Model):
    """A page of the préfecture's site to bring up to date."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="site_update", verbose_name="demande")
    page = models.CharField("page à mettre à jour", max_length=300, blank=True)

    class Meta:
        verbose_name = "mise à jour du site"
        verbose_name_plural = "mises à jour du site"

    def __str__(self) -> str:
        return f"Mise à jour {self.ticket_id}"


class ReplyModel(models.Model):
    """A letter of the préfecture, with named fields. Written by `correspondence.reply_models` alone. Never deleted:
    withdrawn, it is proposed no more."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="reply_models", verbose_name="préfecture")
    code = models.SlugField("code", max_length=60)
    purpose = models.CharField("usage", max_length=20, choices=ReplyPurpose)
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte")
    # None named: every kind, every channel.
    kinds = models.ManyToManyField(TicketKind, related_name="+", blank=True, verbose_name="types de demande")
    channels = models.ManyToManyField(Channel, related_name="+", blank=True, verbose_name="canaux")
    is_active = models.BooleanField("proposé", default=True)
    # The number of its last event.
    version = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "modèle de réponse"
        verbose_name_plural = "modèles de réponse"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "code"], name="reply_model_code_unique"),
        ]

    def __str__(self) -> str:
        return self.title
