"""Creating a demande: what a program sends, and what has already been done about it."""

from typing import Any, Final

from rest_framework import serializers

from tracker import commands
from tracker.api import details, fields
from tracker.api.acts import AnswerSerializer, HoldMeetingSerializer, ProposeSerializer
from tracker.api.base import StrictSerializer
from tracker.desks import Desk
from tracker.enums import Machine, Module
from tracker.models import Office, Site, TicketKind

PERSONAL: Final = ("sender_name", "sender_contact", "subject", "body")


class AnsweredSerializer(AnswerSerializer):
    version = None  # type: ignore[assignment]  # how a serializer leaves a field of its base out


class ProposedSerializer(ProposeSerializer):
    version = None  # type: ignore[assignment]  # how a serializer leaves a field of its base out


class MetSerializer(HoldMeetingSerializer):
    version = None  # type: ignore[assignment]  # how a serializer leaves a field of its base out


class RegisterSerializer(StrictSerializer):
    """The context gives `desk` (where the person registers) and its `prefecture_id`."""

    kind = fields.kind(help_text="Le type, par code.")
    channel = fields.channel()
    nature = fields.nature()
    received_on = serializers.DateField(help_text="Le jour d’arrivée, qui fait partir le délai.")
    sender_name = serializers.CharField(help_text="L’expéditeur.")
    sender_contact = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Son adresse de réponse."
    )
    subject = serializers.CharField(help_text="L’objet, en quelques mots.")
    body = serializers.CharField(required=False, allow_blank=True, default="", help_text="Le texte.")
    module = serializers.ChoiceField(
        required=False, choices=Module.choices, help_text="Par défaut 1, et 4 pour un rendez-vous."
    )
    theme = fields.theme(required=False, allow_null=True, default=None)
    mailbox = fields.mailbox(required=False, allow_null=True, default=None)
    site = fields.site(required=False, help_text="Le site d’arrivée ; par défaut le vôtre.")
    postmark_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Le cachet de la poste."
    )
    details = serializers.DictField(
        required=False,
        default=dict,
        help_text="Ce que seul ce type demande : « about », le bureau visé ; « page », celle du site.",
    )
    office = fields.office(
        required=False, allow_null=True, default=None, help_text="Le bureau ; le courrier peut affecter plus tard."
    )
    take = serializers.BooleanField(required=False, default=False, help_text="Je m’en occupe : dans mon bureau.")
    answer = AnsweredSerializer(
        required=False, allow_null=True, default=None, help_text="Déjà répondu : comme l’acte « answer »."
    )
    propose = ProposedSerializer(
        required=False, allow_null=True, default=None, help_text="Déjà proposé : comme l’acte « propose »."
    )
    hold_meeting = MetSerializer(
        required=False, allow_null=True, default=None, help_text="Déjà tenu : comme « hold_meeting »."
    )

    @property
    def desk(self) -> Desk:
        desk: Desk = self.context["desk"]
        return desk

    def validate_site(self, site: Site) -> Site:
        if site not in self.desk.sites:
            raise serializers.ValidationError("Vous n’enregistrez pas ce qui arrive à ce site.")
        return site

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        kind: TicketKind = data["kind"]
        office: Office | None = data["office"]
        if office is None and not self.desk.by_mailroom:
            raise serializers.ValidationError({"office": ["Choisissez le bureau qui répondra."]})
        if data["take"] and (office is None or office.pk not in self.desk.own_office_ids):
            raise serializers.ValidationError({"take": ["Cette demande n’est pas pour votre bureau."]})
        unfit = ("answer",) if kind.machine == Machine.MEETING else ("propose", "hold_meeting")
        wrong = {name: ["Ce type de demande ne connaît pas cet acte."] for name in unfit if data[name]}
        if wrong:
            raise serializers.ValidationError(wrong)
        try:
            data["details"] = details.columns_from(kind, data["details"], self.desk.prefecture.pk)
        except serializers.ValidationError as refused:
            raise serializers.ValidationError({"details": refused.detail}) from refused
        return data

    def acts(self) -> list[commands.Command]:
        """The registration, and what is already known after it."""
        data = self.validated_data
        acts: list[commands.Command] = [self.registration(data)]
        if data["office"]:
            acts.append(commands.Assign(data["office"].pk))
        if data["take"]:
            acts.append(commands.Take())
        for name in ("answer", "propose", "hold_meeting"):
            if data[name]:
                serializer: Any = self.fields[name]
                acts.append(serializer.command(**data[name]))
        return acts

    def registration(self, data: dict[str, Any]) -> commands.Register:
        kind: TicketKind = data["kind"]
        module = Module.LOCAL_AUTHORITIES if kind.machine == Machine.MEETING else Module.GENERAL
        return commands.Register(
            kind=kind,
            channel_id=data["channel"].pk,
            nature_id=data["nature"].pk,
            received_on=data["received_on"],
            site_id=data.get("site", self.desk.site).pk,
            module=data.get("module", module),
            theme_id=data["theme"].pk if data["theme"] else None,
            mailbox_id=data["mailbox"].pk if data["mailbox"] else None,
            postmark_on=data["postmark_on"],
            by_mailroom=self.desk.by_mailroom,
            details=data["details"],
            **{name: data[name] for name in PERSONAL},
        )
