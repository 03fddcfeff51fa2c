"""The journal, its texts, its seals, and what waits to follow an event."""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from tracker.enums import JobState, SendingOutcome, Via
from tracker.errors import AppendOnly
from tracker.models.organisation import Prefecture, User


class AppendOnlyQuerySet(models.QuerySet["Event"]):
    def update(self, **_fields: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class Event(models.Model):
    """One thing that happened to one object. `(stream, object_id)` names it without a foreign key, so that every app's
    objects share the journal. Holds ids, dates, codes and field names: never personal text (see EventText)."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, null=True, related_name="+", verbose_name="préfecture")
    stream = models.CharField("objet", max_length=20)
    object_id = models.BigIntegerField("identifiant")
    number = models.PositiveIntegerField("rang")
    kind = models.CharField("nature", max_length=40)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="auteur")
    via = models.CharField("par", max_length=10, choices=Via)
    act_id = models.UUIDField("acte", default=uuid.uuid4)
    occurred_on = models.DateField("date du fait")
    recorded_at = models.DateTimeField("inscrit le")
    data = models.JSONField("données", default=dict)
    previous_hash = models.CharField("empreinte précédente", max_length=64, blank=True)
    hash = models.CharField("empreinte", max_length=64)

    objects: ClassVar[models.Manager["Event"]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = "évènement"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "object_id", "number"], name="event_unique"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["prefecture", "recorded_at"], name="event_recorded"),
            # The few events of settings, read without walking past those of every demande.
            models.Index(
                fields=["prefecture", "stream", "recorded_at"],
                condition=~models.Q(stream="ticket"),
                name="event_settings",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.object_id} n° {self.number} : {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class EventText(models.Model):
    """A text that an event carries (a note, a replaced body, an imported row). The event holds its salted hash: the
    text can be erased and the chain still verifies."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="texts", verbose_name="évènement")
    name = models.CharField("nom", max_length=40)
    salt = models.CharField("sel", max_length=32)
    text = models.TextField("texte")
    erased_at = models.DateTimeField("éliminé le", null=True, blank=True)

    class Meta:
        verbose_name = "texte d’évènement"
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "name"], name="event_text_unique")]

    def __str__(self) -> str:
        return f"{self.event_id} : {self.name}"


class SealedHead(models.Model):
    """The journal of one préfecture up to an instant, in one signed digest: it guards the ends of the chains."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    sealed_until = models.DateTimeField("scellé jusqu’à")
    events = models.PositiveIntegerField("évènements de la période")
    digest = models.CharField("empreinte", max_length=64)
    signature = models.CharField("signature", max_length=64)

    class Meta:
        verbose_name = "scellé du journal"
        ordering = ("prefecture", "sealed_until")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "sealed_until"], name="sealed_head_unique")
        ]

    def __str__(self) -> str:
        return f"{self.prefecture_id} jusqu’au {self.sealed_until:%d/%m/%Y %H:%M}"


class PendingEvent(models.Model):
    """An event whose consequences (screens, messages) are still to come. Drained, then deleted, in one transaction."""

    event = models.OneToOneField(
        Event, models.PROTECT, primary_key=True, related_name="pending", verbose_name="évènement"
    )
    quiet = models.BooleanField("sans message", default=False)

    class Meta:
        verbose_name = "évènement à suivre"

    def __str__(self) -> str:
        return str(self.event_id)


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def waiting(self) -> Self:
        """Neither made nor given up; its hour may not have come."""
        return self.filter(done_at__isnull=True, failed_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """To be made at `now`, by whoever comes first."""
        return self.waiting().filter(next_try_at__lte=now)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)


class Outbox(models.Model):
    """One message or call to make outside, kept until it is made or given up. `payload` holds keys of rows and codes:
    the message itself is written when it leaves, from what those rows then say."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, null=True, related_name="+", verbose_name="préfecture")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", verbose_name="évènement")
    key = models.CharField("clé", max_length=120, unique=True, help_text="La même clé n’est jamais envoyée deux fois.")
    channel = models.CharField("moyen", max_length=20)
    kind = models.CharField("message", max_length=40, default="")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="destinataire")
    to_requester = models.BooleanField("adressé au demandeur", default=False)
    payload = models.JSONField("contenu", default=dict)
    created_at = models.DateTimeField("à faire depuis le", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    first_tried_at = models.DateTimeField("premier essai", null=True, blank=True)
    next_try_at = models.DateTimeField("prochain essai", default=timezone.now)
    done_at = models.DateTimeField("fait le", null=True, blank=True)
    failed_at = models.DateTimeField("abandonné le", null=True, blank=True)
    outcome = models.CharField("dernier essai", max_length=12, choices=SendingOutcome, blank=True)
    last_error = models.CharField("dernière erreur", max_length=300, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi"
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="outbox_to_send",
            ),
            models.Index(fields=["failed_at"], condition=models.Q(failed_at__isnull=False), name="outbox_failed"),
        ]

    def __str__(self) -> str:
        return self.key


class Job(models.Model):
    """Long work that a person follows: claimed from this table, written in chunks, taken up again where it stopped."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, null=True, related_name="+", verbose_name="préfecture")
    kind = models.CharField("travail", max_length=40)
    state = models.CharField("état", max_length=10, choices=JobState, default=JobState.QUEUED)
    params = models.JSONField("paramètres", default=dict)
    file = models.FileField("fichier", upload_to="jobs/", blank=True)
    done = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("à faire", default=0)
    checkpoint = models.JSONField("reprise", default=dict)
    result = models.JSONField("résultat", default=dict)
    error = models.CharField("erreur", max_length=500, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="demandé par")
    created_at = models.DateTimeField("demandé le", default=timezone.now)
    claimed_by = models.CharField("pris par", max_length=80, blank=True)
    heartbeat_at = models.DateTimeField("dernier signe de vie", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]), name="job_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} n° {self.pk}"
