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


class SavedView(models.Model):
    """A list of the Registre under a name: its filters, order and columns as its address has them. With a préfecture,
    it is shared with everybody there, each seeing in it what they may see."""

    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    prefecture = models.ForeignKey(
        Prefecture, models.PROTECT, null=True, related_name="+", verbose_name="partagée avec la préfecture"
    )
    name = models.CharField("nom", max_length=60)
    query = models.TextField("filtres", blank=True)
    order = models.CharField("tri", max_length=20)
    columns = models.CharField("colonnes", max_length=120)
    alert_above = models.PositiveIntegerField("prévenir au-delà de", null=True, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "vue du registre"
        verbose_name_plural = "vues du registre"
        indexes: ClassVar = [
            models.Index(fields=["owner", "position"], name="saved_view_owner"),
            models.Index(fields=["prefecture", "position"], name="saved_view_shared"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.prefecture_id is not None


class KeyboardChoice(models.Model):
    """Whether the keys of one character act for a person; nobody who has not chosen has a row, and for them they do.
    WCAG 2.1.4: who speaks to the computer, or presses keys by accident, turns them off."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+", verbose_name="personne")
    letters = models.BooleanField("touches d’un caractère actives", default=True)

    class Meta:
        verbose_name = "choix du clavier"
        verbose_name_plural = "choix du clavier"

    def __str__(self) -> str:
        return f"{self.user_id} : {self.letters}"


class RegistryDisplay(models.Model):
    """The columns and the order in which a person last chose to see the Registre."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+", verbose_name="personne")
    order = models.CharField("tri", max_length=20)
    columns = models.CharField("colonnes", max_length=120)

    class Meta:
        verbose_name = "affichage du registre"
        verbose_name_plural = "affichages du registre"

    def __str__(self) -> str:
        return f"{self.user_id} : {self.order}, {self.columns}"
