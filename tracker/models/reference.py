"""Law and label as data: dated rows with their source, never updated once used, only superseded."""

from typing import ClassVar

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from tracker.enums import Machine, Module, Purpose, RuleStart
from tracker.models.organisation import Office, Prefecture, Site


class ReferenceChangeManager(models.Manager["ReferenceChange"]):
    @transaction.atomic
    def gather(self) -> None:
        """Put the numbers together in one row, so that their sum stays quick to read. It is the same before and
        after."""
        rows = list(self.select_for_update(skip_locked=connection.features.has_select_for_update))
        self.filter(pk__in=[row.pk for row in rows]).delete()
        self.create(value=sum(row.value for row in rows))


class ReferenceChange(models.Model):
    """A change of the lists, the rules, the calendars or the roles, noted by the database itself (`tracker.changes`): a
    number drawn at random. Their sum says whether what a process keeps in memory still holds (`tracker.kept`)."""

    value = models.BigIntegerField("nombre tiré")

    objects = ReferenceChangeManager()

    class Meta:
        verbose_name = "changement des listes"
        verbose_name_plural = "changements des listes"

    def __str__(self) -> str:
        return str(self.value)


class Channel(models.Model):
    """How a demande arrived or an answer left. Global, read-only in the interface."""

    code = models.CharField("code", max_length=20, unique=True)
    label = models.CharField("libellé", max_length=60)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "canal"
        verbose_name_plural = "canaux"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.label


class Nature(models.Model):
    """What the label counts: every indicator names its natures. Global, read-only in the interface."""

    code = models.CharField("code", max_length=30, unique=True)
    label = models.CharField("libellé", max_length=60)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "nature"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.label


class TicketKind(models.Model):
    """A kind of demande; a préfecture may add its own on one of the two machines."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="kinds", verbose_name="préfecture")
    code = models.CharField("code", max_length=30)
    label = models.CharField("libellé", max_length=60)
    machine = models.CharField("circuit", max_length=10, choices=Machine)
    purpose = models.CharField("ce que promet le premier délai", max_length=20, choices=Purpose, default=Purpose.REPLY)
    is_active = models.BooleanField("proposé", default=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "type de demande"
        verbose_name_plural = "types de demande"
        ordering = ("position", "pk")
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefecture", "code"], name="kind_code_unique")]

    def __str__(self) -> str:
        return self.label


class Theme(models.Model):
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="themes", verbose_name="préfecture")
    code = models.CharField("code", max_length=30)
    label = models.CharField("libellé", max_length=80)
    is_active = models.BooleanField("proposé", default=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "thème"
        ordering = ("position", "pk")
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefecture", "code"], name="theme_code_unique")]

    def __str__(self) -> str:
        return self.label


class Mailbox(models.Model):
    """A functional mailbox where demandes arrive; its figures are followed apart."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="mailboxes", verbose_name="préfecture")
    name = models.CharField("nom", max_length=80)
    address = models.EmailField("adresse", blank=True)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="mailboxes", verbose_name="bureau"
    )
    is_active = models.BooleanField("proposée", default=True)

    class Meta:
        verbose_name = "boîte fonctionnelle"
        verbose_name_plural = "boîtes fonctionnelles"
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefecture", "name"], name="mailbox_name_unique")]

    def __str__(self) -> str:
        return self.name


class Engagement(models.Model):
    """A numbered promise of the référentiel. The number alone means nothing: referential and version lead the key."""

    referential = models.CharField("référentiel", max_length=30)
    version = models.CharField("version", max_length=20)
    module = models.PositiveSmallIntegerField("module", choices=Module, null=True, blank=True)
    number = models.PositiveSmallIntegerField("numéro")
    label = models.CharField("libellé court", max_length=200)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "engagement"
        ordering = ("referential", "version", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referential", "version", "number"], name="engagement_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.label}"


class DeadlineRule(models.Model):
    """So many working days for this purpose and these demandes, from a date on. An empty criterion matches everything.

    Never updated, only superseded: a deadline names the very row that gave it.
    """

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="rules", verbose_name="préfecture")
    purpose = models.CharField("objet", max_length=20, choices=Purpose)
    kind = models.ForeignKey(TicketKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="type")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="canal")
    module = models.PositiveSmallIntegerField("module", choices=Module, null=True, blank=True)
    nature = models.ForeignKey(Nature, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="nature")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="site")
    valid_from = models.DateField("applicable aux délais qui partent du")
    valid_until = models.DateField("jusqu’au", null=True, blank=True, help_text="Compris ; vide : sans fin.")
    days = models.PositiveSmallIntegerField("jours ouvrés")
    start = models.CharField("départ", max_length=10, choices=RuleStart, default=RuleStart.ARRIVAL)
    holding_counts = models.BooleanField("une réponse d’attente datée suffit", default=False)
    source = models.CharField("source", max_length=250)
    recorded_at = models.DateTimeField("inscrite le", default=timezone.now)
    superseded_at = models.DateTimeField("remplacée le", null=True, blank=True)

    class Meta:
        verbose_name = "règle de délai"
        verbose_name_plural = "règles de délai"
        ordering = ("purpose", "kind", "channel", "valid_from", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(days__gte=1), name="rule_days_positive"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="rule_period_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} : {self.days} jours ouvrés"


class Target(models.Model):
    """The rate to reach for these promises, from a date on. An empty criterion matches everything; the target with the
    most criteria set wins."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="targets", verbose_name="préfecture")
    purpose = models.CharField("objet", max_length=20, choices=Purpose)
    kind = models.ForeignKey(TicketKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="type")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="canal")
    module = models.PositiveSmallIntegerField("module", choices=Module, null=True, blank=True)
    nature = models.ForeignKey(Nature, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="nature")
    valid_from = models.DateField("applicable à partir du")
    valid_until = models.DateField("jusqu’au", null=True, blank=True, help_text="Compris ; vide : sans fin.")
    rate = models.DecimalField("part à tenir dans le délai", max_digits=5, decimal_places=4, help_text="De 0 à 1.")
    source = models.CharField("source", max_length=250)

    class Meta:
        verbose_name = "objectif"
        ordering = ("purpose", "kind", "valid_from", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=1), name="target_rate_fraction")
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} : {self.rate}"


class SuspendedPeriod(models.Model):
    """Days whose arrivals leave the indicators, and the indicators alone: figures show a hole there."""

    prefecture = models.ForeignKey(
        Prefecture, models.PROTECT, related_name="suspended_periods", verbose_name="préfecture"
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", help_text="Compris.")
    reason = models.CharField("motif", max_length=120)
    source = models.CharField("source", max_length=250)

    class Meta:
        verbose_name = "période neutralisée"
        verbose_name_plural = "périodes neutralisées"
        ordering = ("starts_on",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="suspended_period_ordered")
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"


class ClosedDay(models.Model):
    """A day that is not worked: national (no zone, no site), of a zone, or of one site.

    `is_open` turns a row of a site into its contrary: a legal holiday that the site works (Good Friday where no commune
    observes it, Whit Monday where it is worked). Rows are superseded, never changed: `version` and
    `superseded_version` let any past calendar be read again.
    """

    zone = models.CharField("zone", max_length=30, blank=True)
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="closed_days", verbose_name="site"
    )
    date = models.DateField("date")
    name = models.CharField("motif", max_length=80)
    source = models.CharField("source", max_length=200, blank=True)
    is_open = models.BooleanField("jour travaillé malgré la liste légale", default=False)
    version = models.PositiveIntegerField("version du calendrier", default=1)
    superseded_version = models.PositiveIntegerField("remplacé à la version", null=True, blank=True)
    recorded_at = models.DateTimeField("inscrit le", default=timezone.now)
    superseded_at = models.DateTimeField("remplacé le", null=True, blank=True)

    class Meta:
        verbose_name = "jour fermé"
        verbose_name_plural = "jours fermés"
        ordering = ("date", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "zone",
                Coalesce("site", 0),
                "date",
                condition=Q(superseded_version__isnull=True),
                name="closed_day_unique",
            ),
            models.CheckConstraint(condition=Q(zone="") | Q(site__isnull=True), name="closed_day_zone_or_site"),
            models.CheckConstraint(condition=Q(is_open=False) | Q(site__isnull=False), name="closed_day_open_on_site"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"
