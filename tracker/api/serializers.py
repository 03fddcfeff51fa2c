"""A demande as the API shows it. English keys, ISO dates, numbers as they are."""

from collections.abc import Iterable
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracker.api.details import DetailsField
from tracker.api.fields import PersonSerializer
from tracker.enums import DismissalReason, Exclusion, Module, Outcome, Purpose, State, Via
from tracker.explaining import Explanation
from tracker.legal import Acknowledgement, LegalBand
from tracker.models import Event, EventText, Ticket, User

LOCATED: Final = frozenset({"reference", "sealed", "office", "received_on", "due_on", "ended_on"})
"""All that a référent knows of a demande held by a sensitive bureau."""
GIVEN: Final = frozenset({"reference", "sealed", "received_on"})
"""All that is left to the person who registered a demande and does not see it."""


def code_of(source: str) -> serializers.CharField:
    return serializers.CharField(source=f"{source}.code", allow_null=True, default=None)


class TicketSerializer(serializers.Serializer[Any]):
    """One row of a list. Of a sealed demande only reference, bureau and dates are given: everything else is null.

    The context gives `user`, the reader; and `abilities`, where the demande may be out of the reader's sight.
    """

    reference = serializers.CharField()
    sealed = serializers.SerializerMethodField(help_text="Contenu réservé : seuls référence, bureau et dates.")
    version = serializers.IntegerField(allow_null=True, help_text="À rendre avec un acte pour savoir s’il est périmé.")
    state = serializers.ChoiceField(choices=State.choices, allow_null=True)
    kind = code_of("kind")
    channel = code_of("channel")
    nature = code_of("nature")
    module = serializers.ChoiceField(choices=Module.choices, allow_null=True)
    theme = code_of("theme")
    mailbox = serializers.CharField(source="mailbox.name", allow_null=True, default=None)
    site = code_of("site")
    office = code_of("office")
    assignee = PersonSerializer(allow_null=True)
    sender_name = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    received_on = serializers.DateField()
    postmark_on = serializers.DateField(allow_null=True)
    registered_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="La promesse qui se rompt la première.")
    due_purpose = serializers.SerializerMethodField()
    promised_on = serializers.DateField(allow_null=True)
    awaited_until = serializers.DateField(allow_null=True)
    signature_since = serializers.DateField(allow_null=True)
    answered_on = serializers.DateField(allow_null=True)
    undated = serializers.BooleanField(allow_null=True, help_text="Répondue sans date connue.")
    ended_on = serializers.DateField(allow_null=True)
    dismissal_reason = serializers.SerializerMethodField()

    def get_sealed(self, ticket: Ticket) -> bool:
        reader: User = self.context["user"]
        if "abilities" in self.context:
            return "read" not in self.context["abilities"]
        return not reader.scope.reads_text(ticket.office_id)

    @extend_schema_field(serializers.ChoiceField(choices=Purpose.choices, allow_null=True))
    def get_due_purpose(self, ticket: Ticket) -> Purpose | None:
        return Purpose(ticket.due_purpose) if ticket.due_purpose else None

    @extend_schema_field(serializers.ChoiceField(choices=DismissalReason.choices, allow_null=True))
    def get_dismissal_reason(self, ticket: Ticket) -> DismissalReason | None:
        return DismissalReason(ticket.dismissal_reason) if ticket.dismissal_reason else None

    def to_representation(self, ticket: Ticket) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(ticket)
        if not shown["sealed"]:
            return shown
        kept = LOCATED if "locate" in self.context.get("abilities", ("locate",)) else GIVEN
        return {name: value if name in kept else None for name, value in shown.items()}


class SkippedSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    reason = serializers.CharField()


class RuleSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(help_text="En jours ouvrés.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its source
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    holding_counts = serializers.BooleanField(help_text="Une réponse d’attente datée suffit.")


class MoveSerializer(serializers.Serializer[Any]):
    event = serializers.IntegerField(help_text="Le rang de l’évènement au journal.")
    previous = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class DeadlineSerializer(serializers.Serializer[Any]):
    """What was promised, and why that day."""

    purpose = serializers.ChoiceField(choices=Purpose.choices)
    rank = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    exclusion = serializers.ChoiceField(choices=Exclusion.choices, allow_null=True)
    starts_on = serializers.DateField(help_text="Le jour 0, non compté.")
    due_on = serializers.DateField(allow_null=True, help_text="null : sans délai défini.")
    met_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(allow_null=True, help_text="Jours ouvrés promis.")
    taken = serializers.IntegerField(allow_null=True, help_text="Jours ouvrés pris.")
    days_late = serializers.IntegerField()
    rule = RuleSerializer(allow_null=True)
    skipped = SkippedSerializer(many=True, help_text="Les jours non comptés, fins de semaine comprises.")
    moves = MoveSerializer(many=True, help_text="Les changements de règle ou de calendrier qui l’ont déplacée.")


def deadlines(explanations: Iterable[Explanation]) -> list[dict[str, Any]]:
    return [deadline(found) for found in explanations]


def deadline(found: Explanation) -> dict[str, Any]:
    state = found.state
    return {
        "purpose": state.purpose,
        "rank": state.rank,
        "outcome": state.outcome,
        "exclusion": state.exclusion or None,
        "starts_on": state.starts_on,
        "due_on": state.due_on,
        "met_on": state.met_on,
        "days": state.days,
        "taken": state.taken,
        "days_late": found.days_late,
        "rule": found.rule,
        "skipped": [{"date": step.day, "reason": step.reason} for step in found.steps if step.number is None],
        "moves": [{"event": move.fact, "previous": move.previous, "due_on": move.due_on} for move in found.moves],
    }


class LegalSerializer(serializers.Serializer[Any]):
    """What the law adds, for information (CRPA)."""

    acknowledgement = serializers.ChoiceField(choices=[(each.value, each.name) for each in Acknowledgement])
    receipt_by = serializers.DateField(allow_null=True)
    acknowledge_by = serializers.DateField(allow_null=True)
    implicit_on = serializers.DateField(allow_null=True, help_text="Date de la décision implicite.")


class TicketDetailSerializer(TicketSerializer):
    """A whole demande. The context gives `deadlines` (explanations), `legal`, `actions` and `details` too."""

    sender_contact = serializers.CharField(allow_null=True)
    body = serializers.CharField(allow_null=True)
    reply_channel = code_of("reply_channel")
    forwarded_to = serializers.CharField(allow_null=True)
    details = DetailsField(help_text="Ce que seul son type demande.")
    deadlines = serializers.SerializerMethodField()
    legal = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField(help_text="Ce que vous pouvez faire maintenant.")

    @extend_schema_field(DeadlineSerializer(many=True, allow_null=True))
    def get_deadlines(self, ticket: Ticket) -> list[dict[str, Any]]:
        return list(DeadlineSerializer(deadlines(self.context["deadlines"]), many=True).data)

    @extend_schema_field(LegalSerializer(allow_null=True))
    def get_legal(self, ticket: Ticket) -> dict[str, Any] | None:
        band: LegalBand | None = self.context["legal"]
        return dict(LegalSerializer(band).data) if band else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_actions(self, ticket: Ticket) -> list[str]:
        actions: list[str] = self.context["actions"]
        return actions


class EventSerializer(serializers.Serializer[Any]):
    """One line of the journal. What an event calls by internal identifiers is left out."""

    number = serializers.IntegerField()
    kind = serializers.CharField()
    act = serializers.UUIDField(source="act_id", help_text="Commun à ce qui a été fait en une fois.")
    actor = serializers.CharField(source="actor.short_name", allow_null=True, default=None)
    via = serializers.ChoiceField(choices=Via.choices)
    occurred_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    changed_fields = serializers.SerializerMethodField()
    texts = serializers.SerializerMethodField(help_text="Par nom ; null : éliminé.")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_changed_fields(self, event: Event) -> list[str]:
        names = {*event.data.get("changes", ()), *event.data.get("fields", ())}
        return sorted(name.removesuffix("_id") for name in names)

    @extend_schema_field(serializers.DictField(child=serializers.CharField(allow_null=True)))
    def get_texts(self, event: Event) -> dict[str, str | None]:
        rows: Iterable[EventText] = event.texts.all()
        return {row.name: None if row.erased_at else row.text for row in rows}
