"""How programs and wall screens come in: the tokens of programs, the keys under which they create only once, the
addresses of screens."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracker.enums import TokenScope
from tracker.models.organisation import Office, Prefecture, Site, User
from tracker.models.tickets import Ticket


class ApiToken(models.Model):
    """A program's way in, under its owner's name. The secret is shown once: only its digest is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="propriétaire")
    label = models.CharField("usage", max_length=80)
    digest = models.CharField("empreinte du secret", max_length=64, unique=True)
    ending = models.CharField("fin du secret", max_length=4)
    scope = models.CharField("portée", max_length=5, choices=TokenScope, default=TokenScope.READ)
    created_at = models.DateTimeField("créé le")
    expires_on = models.DateField("dernier jour", help_text="Compris.")
    last_used_on = models.DateField("dernier usage", null=True, blank=True)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    class Meta:
        verbose_name = "jeton d’accès"
        verbose_name_plural = "jetons d’accès"
        ordering = ("-created_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["user", "-created_at"], name="api_token_user")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="api_token_scope_known")
        ]

    def __str__(self) -> str:
        return f"…{self.ending}"

    def is_open(self, today: date) -> bool:
        return self.revoked_at is None and self.expires_on >= today

    @property
    def may_write(self) -> bool:
        return self.scope == TokenScope.WRITE


class IdempotencyKey(models.Model):
    """A creation asked for under a key that the program chose: asked again, it creates nothing more. Holds no text:
    `digest` is a keyed hash of what was sent."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    key = models.CharField("clé", max_length=100)
    digest = models.CharField("empreinte de la requête", max_length=64)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+", verbose_name="demande")
    created_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "clé d’idempotence"
        verbose_name_plural = "clés d’idempotence"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_created")]

    def __str__(self) -> str:
        return f"{self.user_id} : {self.key}"


class WallScreen(models.Model):
    """A screen on a wall that shows figures and nothing else: of the whole préfecture, a site, or a bureau with what is
    below it. The secret of its address is shown once: only its digest is kept."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="site")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bureau")
    name = models.CharField("nom", max_length=80)
    digest = models.CharField("empreinte du secret", max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="créé par")
    created_at = models.DateTimeField("créé le")
    last_seen_at = models.DateTimeField("vu le", null=True, blank=True)
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "écran mural"
        verbose_name_plural = "écrans muraux"
        ordering = ("-created_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["prefecture"], condition=Q(revoked_at__isnull=True), name="wall_screen_open")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(site__isnull=True) | Q(office__isnull=True), name="wall_screen_site_or_office"
            )
        ]

    def __str__(self) -> str:
        return self.name
