"""What pages keep between two requests: forms half filled, and forms already sent."""

from typing import ClassVar

from django.db import models

from tracker.models import Prefecture, Ticket, User


class FormDraft(models.Model):
    """What a person has typed in a form and not sent. Holds personal text: deleted on sending, and after 14 days."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    form = models.CharField("formulaire", max_length=60)
    token = models.UUIDField("jeton du formulaire")
    data = models.JSONField("saisie", default=dict)
    saved_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "saisie en cours"
        verbose_name_plural = "saisies en cours"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "form", "token"], name="draft_one_per_form")]
        indexes: ClassVar = [models.Index(fields=["saved_at"], name="draft_saved")]

    def __str__(self) -> str:
        return f"{self.user_id} : {self.form}"


class Submission(models.Model):
    """A form that has been sent, by the token it was shown with and what was typed in it: sent again as it is (double
    click, browser's back), it registers nothing more and leads to the same demande."""

    token = models.UUIDField("jeton", primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+", verbose_name="demande")
    sent_at = models.DateTimeField("envoyé le")

    class Meta:
        verbose_name = "formulaire envoyé"
        verbose_name_plural = "formulaires envoyés"
        indexes: ClassVar = [models.Index(fields=["sent_at"], name="submission_sent")]

    def __str__(self) -> str:
        return str(self.token)
