"""What each person has been told, how they want to be told, and how far the passing of days has been looked at."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from notifications.enums import Horizon, Way
from notifications.hours import DIGEST_HOUR, DIGEST_HOURS
from tracker.models import Event, Outbox, Prefecture, Site, Ticket, User


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, user: User) -> "NotificationQuerySet":
        """Those of a person, about demandes that they may still see: who has lost the right sees nothing of them."""
        shown = Q(ticket__isnull=True) | Q(ticket__in=Ticket.objects.visible_to(user))
        return self.filter(shown, user=user)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)

    def to_send(self) -> "NotificationQuerySet":
        """Not read, and to go by a message that is not written yet."""
        return self.unread().filter(way__in=(Way.DIGEST, Way.MAIL), message__isnull=True)


class Notification(models.Model):
    """One person told of one thing, once: `key` says which. Holds keys, codes and dates, never a text."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne", db_index=False)
    prefecture = models.ForeignKey(
        Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture", db_index=False
    )
    kind = models.CharField("nature", max_length=30)
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, related_name="+", verbose_name="demande", db_index=False
    )
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, related_name="+", verbose_name="évènement", db_index=False
    )
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="auteur", db_index=False)
    instead_of = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="à la place de", db_index=False
    )
    # The promise that a passing day made near or late: another one on the same demande is another thing to be told.
    day = models.DateField("échéance dite", null=True)
    way = models.CharField("moyen", max_length=10, choices=Way)
    message = models.ForeignKey(
        Outbox, models.SET_NULL, null=True, related_name="+", verbose_name="message", db_index=False
    )
    created_at = models.DateTimeField("dite le")
    read_at = models.DateTimeField("lue le", null=True)
    key = models.CharField("clé", max_length=80, unique=True, help_text="La même chose n’est dite qu’une fois.")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "notification"
        indexes: ClassVar = [
            # Apart, so that what is told by the thousand at midnight enters one of them.
            models.Index(fields=["user", "-id"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(fields=["user", "-id"], condition=Q(read_at__isnull=False), name="notification_read"),
            models.Index(fields=["message"], condition=Q(message__isnull=False), name="notification_message"),
            models.Index(
                fields=["way", "user"],
                condition=Q(read_at__isnull=True, message__isnull=True, way__in=[Way.DIGEST, Way.MAIL]),
                name="notification_to_send",
            ),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="notification_old"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(way__in=Way.values), name="notification_way_known"),
        ]

    def __str__(self) -> str:
        return self.key


class Choice(models.Model):
    """How a person wants to hear of one kind of thing; without a row, as proposed by `notifications.kinds`."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne", db_index=False)
    kind = models.CharField("nature", max_length=30)
    way = models.CharField("moyen", max_length=10, choices=Way)

    class Meta:
        verbose_name = "choix de notification"
        verbose_name_plural = "choix de notification"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="choice_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} : {self.way}"


class DigestHour(models.Model):
    """At what hour, on their own clock, a person wants the digest of the day; without a row, at the first one."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+", verbose_name="personne")
    hour = models.PositiveSmallIntegerField("heure du récapitulatif", default=DIGEST_HOUR)

    class Meta:
        verbose_name = "heure du récapitulatif"
        verbose_name_plural = "heures du récapitulatif"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(hour__gte=DIGEST_HOURS[0], hour__lte=DIGEST_HOURS[-1]), name="digest_hour_worked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} : {self.hour} h"


class Escalation(models.Model):
    """Who is told of a demande once it is late by so many working days; 0: as soon as its deadline has passed, empty:
    nobody. Without a row, as proposed here. What it was before stands in the journal."""

    prefecture = models.OneToOneField(
        Prefecture, models.PROTECT, primary_key=True, related_name="+", verbose_name="préfecture"
    )
    agent_days = models.PositiveSmallIntegerField("la personne responsable", null=True, blank=True, default=0)
    supervisor_days = models.PositiveSmallIntegerField("les encadrants du bureau", null=True, blank=True, default=2)
    quality_days = models.PositiveSmallIntegerField("les référents qualité", null=True, blank=True, default=5)

    class Meta:
        verbose_name = "relances"
        verbose_name_plural = "relances"

    def __str__(self) -> str:
        return f"{self.prefecture_id} : {self.agent_days}, {self.supervisor_days}, {self.quality_days}"


class Sweep(models.Model):
    """Up to which due date one site's demandes have been looked at, for one horizon: nothing on or before it is told
    any more, whatever moves there later."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name="site", db_index=False)
    horizon = models.CharField("horizon", max_length=20, choices=Horizon)
    until = models.DateField("échéances vues jusqu’au")

    class Meta:
        verbose_name = "passage des échéances"
        verbose_name_plural = "passages des échéances"
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "horizon"], name="sweep_unique")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.horizon} : {self.until}"
