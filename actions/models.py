"""The improvement plan: its sources, its actions, what caused them and what proves them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from actions.enums import (
    DONE_STATES,
    PLAN_STATES,
    REASONED_STATES,
    ActionState,
    CauseKind,
    Priority,
    SourceFamily,
    Strand,
)
from actions.querysets import ActionQuerySet
from actions.workflow import ActionWorkflow
from tracker.enums import Module
from tracker.models import Engagement, Job, Office, Prefecture, Site, Ticket, User


class ActionSource(models.Model):
    """Where an action comes from. Each préfecture has its own rows; one that actions use is never taken away."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    code = models.CharField("code", max_length=30)
    label = models.CharField("libellé", max_length=80)
    family = models.CharField("famille", max_length=20, choices=SourceFamily, blank=True)
    is_active = models.BooleanField("proposée", default=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "source d’action"
        verbose_name_plural = "sources d’action"
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "code"], name="action_source_code_unique")
        ]

    def __str__(self) -> str:
        return self.label


class ActionCounter(models.Model):
    """Last number given in a préfecture for a year of opening. Locked last, in short transactions."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    year = models.PositiveSmallIntegerField("année d’ouverture")
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur des actions"
        verbose_name_plural = "compteurs des actions"
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefecture", "year"], name="action_counter_unique")]

    def __str__(self) -> str:
        return f"{self.prefecture_id}/{self.year} : {self.last}"


class Action(ActionWorkflow):
    """One thing to do so that the service gets better. Never deleted: it is declined or abandoned, with a reason.

    It stands in one module or one strand, never both; an idea may wait for either until it enters the plan.
    """

    TEXT_FIELDS = (
        "title", "description", "expected_result", "pilot_name", "contributors", "progress_note", "reason",
    )  # fmt: skip
    """Columns of words: the journal names them in an event and keeps what they replaced as an erasable text."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    year = models.PositiveSmallIntegerField("année")
    number = models.PositiveIntegerField("numéro")
    reference = models.CharField("référence", max_length=24, unique=True)
    version = models.PositiveIntegerField("version", default=0, help_text="Numéro du dernier évènement.")

    module = models.PositiveSmallIntegerField("module", choices=Module, null=True, blank=True)
    strand = models.CharField("volet", max_length=20, choices=Strand, blank=True)
    strand_item = models.PositiveSmallIntegerField("rubrique du volet", null=True, blank=True)
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="engagement"
    )
    title = models.CharField("action", max_length=500)
    description = models.TextField("constat et détail", blank=True)
    expected_result = models.TextField("résultat attendu", blank=True)
    source = models.ForeignKey(ActionSource, models.PROTECT, related_name="+", verbose_name="source")

    pilot = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pilote")
    pilot_name = models.CharField(
        "pilote sans compte", max_length=200, blank=True, help_text="Tel que l’écrit un plan importé."
    )
    contributors = models.CharField("contributeurs", max_length=500, blank=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bureau")
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="site",
        help_text="Vide : toute la préfecture.",
    )
    priority = models.PositiveSmallIntegerField("priorité", choices=Priority, default=Priority.NORMAL)

    opened_on = models.DateField("ouverte le")
    due_on = models.DateField("échéance", null=True, blank=True)
    done_on = models.DateField("réalisée le", null=True, blank=True)
    verified_on = models.DateField("vérifiée le", null=True, blank=True)
    progress_note = models.TextField("avancement", blank=True)
    reason = models.TextField("motif", blank=True, help_text="D’une action non retenue ou abandonnée.")
    reopened_count = models.PositiveSmallIntegerField("reprises", default=0)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="proposée par")
    recorded_at = models.DateTimeField("inscrite le")

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "year", "number"], name="action_number_unique"),
            models.CheckConstraint(condition=Q(module__isnull=True) | Q(strand=""), name="action_module_or_strand"),
            models.CheckConstraint(
                condition=~Q(state__in=PLAN_STATES) | Q(module__isnull=False) | ~Q(strand=""),
                name="action_planned_has_its_part",
            ),
            models.CheckConstraint(
                condition=Q(engagement__isnull=True) | Q(module__isnull=False), name="action_engagement_in_module"
            ),
            models.CheckConstraint(condition=Q(strand_item__isnull=True) | ~Q(strand=""), name="action_item_in_strand"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(state__in=DONE_STATES), name="action_done_on_when_done"
            ),
            models.CheckConstraint(
                condition=Q(state=ActionState.VERIFIED, verified_on__isnull=False)
                | (~Q(state=ActionState.VERIFIED) & Q(verified_on__isnull=True)),
                name="action_verified_has_date",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=REASONED_STATES) & ~Q(reason=""))
                | (~Q(state__in=REASONED_STATES) & Q(reason="")),
                name="action_left_out_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(done_on__gte=F("opened_on")), name="action_done_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("opened_on")), name="action_due_after_opening"
            ),
        ]
        indexes: ClassVar = [
            # What is still to do is what people look at; the plan of past years must not weigh on it.
            models.Index(
                fields=["prefecture", "due_on", "id"],
                condition=Q(state__in=(ActionState.PROPOSED, ActionState.PLANNED, ActionState.IN_PROGRESS)),
                name="action_to_do",
            ),
            models.Index(fields=["prefecture", "state", "module", "strand"], name="action_completion"),
        ]

    def __str__(self) -> str:
        return self.reference


class ActionLink(models.Model):
    """What caused an action. `kind` names the one column that is filled: a new kind of cause adds its own, so that the
    database holds every link."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="links", verbose_name="action")
    kind = models.CharField("nature", max_length=20, choices=CauseKind)
    # Shown as its reference to whoever sees the plan; opened by those who may see the demande.
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+", verbose_name="demande")
    added_at = models.DateTimeField("liée le")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="liée par")

    class Meta:
        verbose_name = "origine d’une action"
        verbose_name_plural = "origines d’une action"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "ticket"], name="action_link_unique"),
            models.CheckConstraint(
                condition=Q(kind=CauseKind.TICKET, ticket__isnull=False), name="action_link_names_its_cause"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} : {self.kind}"


class ActionEvidence(models.Model):
    """What shows that an action was done: a page or a document of the préfecture, by its address."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="evidence", verbose_name="action")
    label = models.CharField("libellé", max_length=200)
    url = models.URLField("adresse", max_length=500)
    added_at = models.DateTimeField("ajoutée le")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="ajoutée par")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "preuve d’une action"
        verbose_name_plural = "preuves d’une action"

    def __str__(self) -> str:
        return self.label


class ActionIdentity(models.Model):
    """Where an imported action stands in the plan it came from; what makes the same file add nothing twice."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="identities", verbose_name="action")
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    register = models.CharField("plan", max_length=120)
    sheet = models.CharField("feuille", max_length=120)
    key = models.CharField("numéro ou empreinte", max_length=80)
    old_number = models.CharField("ancien numéro", max_length=80, blank=True)
    said = models.JSONField(
        "dernière lecture", default=dict, help_text="Ce que disait la ligne : des dates, des codes et des empreintes."
    )
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="import")

    class Meta:
        verbose_name = "identité dans un plan importé"
        verbose_name_plural = "identités dans un plan importé"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "register", "sheet", "key"], name="action_identity_unique")
        ]

    def __str__(self) -> str:
        return f"{self.register} / {self.sheet} / {self.old_number or self.key}"
