"""Who is away, from when to when, and who stands in: dates and people, never a reason."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tracker.models.organisation import Prefecture, User


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def kept(self) -> "AbsenceQuerySet":
        """Not cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def away_on(self, day: date) -> "AbsenceQuerySet":
        """Of those who are away on `day`, a date where the demandes are (the site's zone)."""
        return self.kept().filter(starts_on__lte=day, ends_on__gte=day)

    def not_over(self, day: date) -> "AbsenceQuerySet":
        """Under way on `day` or still to come: those that can still be changed."""
        return self.kept().filter(ends_on__gte=day)

    def over(self, day: date, *, since: date) -> "AbsenceQuerySet":
        """Ended before `day`, and not before `since`."""
        return self.kept().filter(ends_on__lt=day, ends_on__gte=since)

    def overlapping(self, first: date, last: date) -> "AbsenceQuerySet":
        """That share a day with the period from `first` to `last`, both included."""
        return self.kept().filter(starts_on__lte=last, ends_on__gte=first)


class Absence(models.Model):
    """One absence of one person. Written by `tracker.absences` alone, which keeps two of the same person apart."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    user = models.ForeignKey(User, models.PROTECT, related_name="absences", verbose_name="personne")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", help_text="Compris.")
    substitute = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplacement"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="indiquée par")
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=0, help_text="Numéro du dernier évènement.")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        ordering = ("starts_on", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ordered"),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("user")), name="absence_not_its_own_substitute"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["prefecture", "user", "ends_on"], condition=Q(cancelled_at__isnull=True), name="absence_kept"
            ),
            models.Index(fields=["substitute"], condition=Q(cancelled_at__isnull=True), name="absence_substitute"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} : {self.starts_on} – {self.ends_on}"
