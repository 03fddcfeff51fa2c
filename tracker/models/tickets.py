"""The demande, its deadlines, and what identifies it elsewhere."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tracker.enums import OPEN_STATES, DismissalReason, Exclusion, Module, Outcome, Purpose
from tracker.models.journal import Job
from tracker.models.organisation import Office, Prefecture, Site, User
from tracker.models.reference import Channel, DeadlineRule, Mailbox, Nature, Theme, TicketKind
from tracker.querysets import IdentityQuerySet, TicketQuerySet
from tracker.workflow import MeetingWorkflow, ReplyWorkflow


class ReferenceCounter(models.Model):
    """Last number given in a préfecture for an arrival year. Locked last, in short transactions: no gap, no double."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    year = models.PositiveSmallIntegerField("année d’arrivée")
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur de références"
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefecture", "year"], name="counter_unique")]

    def __str__(self) -> str:
        return f"{self.prefecture_id}/{self.year} : {self.last}"


class Ticket(ReplyWorkflow, MeetingWorkflow):
    """What the interface calls a « demande », whatever its kind. Never deleted.

    Personal text stands in `sender_name`, `sender_contact`, `subject` and `body`, and nowhere else on this table; an
    elimination blanks those four.
    """

    PERSONAL_FIELDS = ("sender_name", "sender_contact", "subject", "body")

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="tickets", verbose_name="préfecture")
    year = models.PositiveSmallIntegerField("année")
    number = models.PositiveIntegerField("numéro")
    reference = models.CharField("référence", max_length=24, unique=True)
    version = models.PositiveIntegerField("version", default=0, help_text="Numéro du dernier évènement.")

    # The two most asked of a list: their indexes below follow its order, and count without reading a demande.
    kind = models.ForeignKey(TicketKind, models.PROTECT, related_name="+", verbose_name="type", db_index=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name="canal", db_index=False)
    nature = models.ForeignKey(Nature, models.PROTECT, related_name="+", verbose_name="nature")
    module = models.PositiveSmallIntegerField("module", choices=Module, default=Module.GENERAL)
    theme = models.ForeignKey(Theme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="thème")
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="boîte")

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name="site d’arrivée")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bureau")
    assignee = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="agent")

    sender_name = models.CharField("expéditeur", max_length=200, blank=True)
    sender_contact = models.CharField("adresse de réponse", max_length=300, blank=True)
    subject = models.CharField("objet", max_length=500, blank=True)
    body = models.TextField("texte", blank=True)

    received_on = models.DateField("reçu le")
    postmark_on = models.DateField("cachet de la poste", null=True, blank=True)
    registered_at = models.DateTimeField("enregistré le")
    registered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="enregistré par")
    by_mailroom = models.BooleanField("enregistré par le service du courrier", default=False)

    answered_on = models.DateField("répondu le", null=True, blank=True)
    undated = models.BooleanField("répondu sans date", default=False)
    reply_channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="canal de la réponse"
    )
    promised_on = models.DateField("réponse promise pour le", null=True, blank=True)
    awaited_until = models.DateField("pièce attendue jusqu’au", null=True, blank=True)
    signature_since = models.DateField("à la signature depuis le", null=True, blank=True)
    forwarded_to = models.CharField("transmise à", max_length=200, blank=True)
    dismissal_reason = models.CharField("motif", max_length=20, choices=DismissalReason, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name="fusionnée avec"
    )
    ended_on = models.DateField("terminée le", null=True, blank=True)
    eliminated_on = models.DateField("textes éliminés le", null=True, blank=True)
    sent_back_count = models.PositiveSmallIntegerField("retours « pas pour nous »", default=0)
    reopened_count = models.PositiveSmallIntegerField("réouvertures", default=0)

    # The promise that breaks soonest, copied from the running deadlines by the writer: lists sort and filter on it.
    due_on = models.DateField("échéance", null=True, blank=True)
    due_purpose = models.CharField("objet de l’échéance", max_length=20, choices=Purpose, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = "demande"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "year", "number"], name="ticket_number_unique"),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_on__isnull=False) | Q(undated=True),
                name="ticket_answered_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(dismissal_reason=""), name="ticket_dismissed_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False), name="ticket_merged_has_target"
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned") | Q(office__isnull=False),
                name="ticket_assigned_has_office",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")),
                name="ticket_answered_after_arrival",
            ),
        ]
        indexes: ClassVar = [
            # What is open is what people look at all day: its cost must not grow with the archive.
            models.Index(
                fields=["prefecture", "office", "due_on", "id"],
                condition=Q(state__in=OPEN_STATES),
                name="ticket_open_due",
            ),
            # What « Suivi en direct » counts, all of it in the index: no demande is read to count it.
            models.Index(
                fields=["prefecture", "office", "kind", "channel", "due_on", "state", "assignee", "promised_on", "id"],
                condition=Q(state__in=OPEN_STATES),
                name="ticket_open_figures",
            ),
            models.Index(fields=["prefecture", "due_on", "id"], name="ticket_due"),
            models.Index(fields=["prefecture", "-received_on", "-id"], name="ticket_received"),
            models.Index(fields=["prefecture", "office", "-received_on", "-id"], name="ticket_office_received"),
            models.Index(fields=["prefecture", "kind", "-received_on", "-id"], name="ticket_kind_received"),
            models.Index(fields=["prefecture", "channel", "-received_on", "-id"], name="ticket_channel_received"),
            # Completion of senders and likely duplicates, while a person types.
            models.Index(fields=["prefecture", "sender_name"], name="ticket_sender"),
        ]

    def __str__(self) -> str:
        return self.reference


class Deadline(models.Model):
    """What was promised on a demande. Rows are a projection of its journal: the writer alone writes them."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="deadlines", verbose_name="demande")
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name="site d’arrivée")
    purpose = models.CharField("objet", max_length=20, choices=Purpose)
    rank = models.PositiveSmallIntegerField("rang", default=1)
    rule = models.ForeignKey(DeadlineRule, models.PROTECT, null=True, related_name="+", verbose_name="règle")
    days = models.PositiveSmallIntegerField("jours ouvrés promis", null=True)
    starts_on = models.DateField("jour 0")
    counted_on = models.DateField("compte à la date du", null=True)
    due_on = models.DateField("au plus tard le", null=True)
    met_on = models.DateField("tenu le", null=True)
    taken = models.SmallIntegerField("jours ouvrés pris", null=True)
    outcome = models.CharField("résultat", max_length=10, choices=Outcome, default=Outcome.RUNNING)
    exclusion = models.CharField("motif d’exclusion", max_length=30, choices=Exclusion, blank=True)

    class Meta:
        verbose_name = "échéance"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "purpose", "rank"], name="deadline_unique"),
            models.CheckConstraint(
                condition=Q(outcome="excluded", exclusion__gt="") | (~Q(outcome="excluded") & Q(exclusion="")),
                name="deadline_excluded_has_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["prefecture", "counted_on", "purpose"], name="deadline_counted"),
            models.Index(fields=["prefecture", "starts_on"], condition=Q(outcome="running"), name="deadline_running"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.purpose} {self.rank}"


class ExternalIdentity(models.Model):
    """Where an imported demande stands in the register it came from; what makes the same file add nothing twice."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="identities", verbose_name="demande")
    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    kind = models.ForeignKey(TicketKind, models.PROTECT, related_name="+", verbose_name="type")
    register = models.CharField("registre", max_length=120)
    sheet = models.CharField("feuille", max_length=120)
    year = models.PositiveSmallIntegerField("année d’arrivée")
    key = models.CharField("numéro ou empreinte", max_length=80)
    old_number = models.CharField("ancien numéro", max_length=60, blank=True)
    received_on = models.DateField("arrivée dans le registre")
    sender_digest = models.CharField("empreinte de l’expéditeur", max_length=64)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="import")
    # Its import was withdrawn: the row may be imported again (docs/decisions/0015-withdrawing-an-import.md).
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = "identité dans un registre"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["prefecture", "kind", "register", "sheet", "year", "key"],
                condition=Q(withdrawn_at__isnull=True),
                name="identity_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.register} / {self.sheet} / {self.old_number or self.key}"


class Correspondent(models.Model):
    """Completion directory of senders, read and written by `tracker.senders`. Offered to a person only when used on a
    demande that this person may read."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    name = models.CharField("nom", max_length=200)
    # The words of the name, cut by `tracker.senders.key_of`: one sender however it is written. PostgreSQL indexes them
    # as it does those of `SearchDocument`.
    words = models.CharField("mots du nom", max_length=500, blank=True)
    # The same without « de », « la », « l’ »… (`tracker.senders.bare_key_of`).
    bare_words = models.CharField("mots du nom, sans particules", max_length=500, blank=True)
    # No longer read nor written: one bureau's address for a name is no address for another bureau.
    contact = models.CharField("adresse de réponse", max_length=300, blank=True)

    class Meta:
        verbose_name = "correspondant"
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefecture", "name"], name="correspondent_unique")]
        indexes: ClassVar = [
            models.Index(fields=["prefecture", "words"], name="correspondent_words"),
            models.Index(fields=["prefecture", "bare_words"], name="correspondent_bare_words"),
        ]

    def __str__(self) -> str:
        return self.name
