"""Préfecture, sites, bureaux, people and what each person may see."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower

from tracker import kept
from tracker.enums import Role
from tracker.scopes import Scope, scope_of


class Prefecture(models.Model):
    code = models.CharField("code", max_length=8, unique=True, help_text="Préfixe des références, par exemple 44.")
    department = models.CharField("département", max_length=3)
    name = models.CharField("nom", max_length=120)
    time_zone = models.CharField("fuseau horaire", max_length=40)
    close_after_days = models.PositiveSmallIntegerField(
        "clôture automatique (jours ouvrés après la réponse)", default=10
    )
    is_demonstration = models.BooleanField("préfecture de démonstration", default=False)

    class Meta:
        verbose_name = "préfecture"

    def __str__(self) -> str:
        return self.name


class LiveCounter(models.Model):
    """Grows by one each time something that a screen shows has changed in the préfecture: a browser that holds another
    value fetches again. Apart from Prefecture so that bumping it never waits for a settings page."""

    prefecture = models.OneToOneField(Prefecture, models.PROTECT, primary_key=True, verbose_name="préfecture")
    value = models.BigIntegerField("valeur", default=0)

    class Meta:
        verbose_name = "compteur des écrans"

    def __str__(self) -> str:
        return f"{self.prefecture_id}: {self.value}"


class Site(models.Model):
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="sites", verbose_name="préfecture")
    code = models.CharField("code", max_length=20)
    name = models.CharField("nom", max_length=120)
    is_main = models.BooleanField("siège de la préfecture", default=False)
    zone = models.CharField("zone de jours fériés", max_length=30, help_text="Calendrier légal du site.")
    time_zone = models.CharField("fuseau horaire", max_length=40)
    position = models.PositiveSmallIntegerField("rang", default=0)
    address = models.CharField("adresse", max_length=250, blank=True)
    city = models.CharField("lieu où sont datés les courriers", max_length=80, blank=True)

    class Meta:
        verbose_name = "site"
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "code"], name="site_code_unique"),
            models.UniqueConstraint(fields=["prefecture"], condition=Q(is_main=True), name="site_one_main"),
        ]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """A direction or bureau. The tree is small (some dozens a préfecture): scopes are computed in Python."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="offices", verbose_name="préfecture")
    site = models.ForeignKey(Site, models.PROTECT, related_name="offices", verbose_name="site")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="rattaché à"
    )
    code = models.CharField("code", max_length=20)
    name = models.CharField("nom", max_length=120)
    is_sensitive = models.BooleanField(
        "sensible", default=False, help_text="Étrangers, asile, cabinet : le référent n’y voit que références et dates."
    )
    is_active = models.BooleanField("en service", default=True)
    ended_on = models.DateField("fermé depuis le", null=True, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=0)
    # What its letters say of it (CRPA, L111-2); without an address, that of its site.
    address = models.CharField("adresse", max_length=250, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    opening_hours = models.CharField("horaires", max_length=200, blank=True)
    signs_anonymously = models.BooleanField("ses agents signent sans leur nom", default=False)

    class Meta:
        verbose_name = "bureau"
        verbose_name_plural = "bureaux"
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "code"], name="office_code_unique"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(is_active=False), name="office_ended_is_inactive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user whose login is the lower-cased e-mail; without a password the account can only sign on elsewhere."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    email = models.EmailField("adresse électronique", unique=True)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    job_title = models.CharField("qualité", max_length=120, blank=True)
    phone = models.CharField("téléphone direct", max_length=30, blank=True)
    signs_anonymously = models.BooleanField("signe sans son nom", default=False)
    agent_number = models.CharField("numéro d’agent", max_length=30, blank=True)
    sub = models.CharField("identifiant d’authentification unique", max_length=255, unique=True, null=True, blank=True)
    is_active = models.BooleanField("actif", default=True)
    must_change_password = models.BooleanField("doit choisir son mot de passe", default=False)
    is_demonstration = models.BooleanField("compte de démonstration", default=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "utilisateur"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @cached_property
    def _standing(self) -> tuple[list["Membership"], Scope]:
        return kept.present().get(("standing", self.pk), self._read_standing)

    def _read_standing(self) -> tuple[list["Membership"], Scope]:
        """Roles and what they show: two queries."""
        # Not by self.memberships: rows that outlive the request must not hold this instance.
        memberships = list(Membership.objects.filter(user=self.pk).select_related("prefecture", "site").order_by("pk"))
        offices = list(
            Office.objects.filter(prefecture_id__in={held.prefecture_id for held in memberships}).values_list(
                "pk", "parent_id", "prefecture_id", "site_id", "is_sensitive"
            )
        )
        return memberships, scope_of(memberships, offices)

    @property
    def held_roles(self) -> list["Membership"]:
        """The person's roles, in the order in which they were given."""
        return self._standing[0]

    @property
    def time_zone(self) -> str:
        """Where the clock on this person's wall is (IANA name): at the site of their first role; "" without a role."""
        for held in self.held_roles:
            return held.site.time_zone if held.site else held.prefecture.time_zone
        return ""

    @property
    def scope(self) -> Scope:
        """What this person may see and where, as it stood when first asked of this instance."""
        return self._standing[1]

    @property
    def short_name(self) -> str:
        """« A. Martin », as the journal shows people."""
        return f"{self.first_name[:1]}. {self.last_name}" if self.first_name else self.last_name


class Membership(models.Model):
    """One role of one person over a préfecture, one of its sites or one of its bureaux (with what is below it)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="personne")
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="memberships", verbose_name="préfecture")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="site")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bureau")
    role = models.CharField("rôle", max_length=20, choices=Role)

    class Meta:
        verbose_name = "habilitation"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(site__isnull=True) | Q(office__isnull=True), name="membership_site_or_office"
            ),
            # Coalesce: two nulls are equal here, on both engines.
            models.UniqueConstraint(
                "user", "prefecture", Coalesce("site", 0), Coalesce("office", 0), "role", name="membership_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} : {self.get_role_display()}"
