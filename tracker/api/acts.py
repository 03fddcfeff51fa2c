"""The one table of what a program may do to a demande: each act, its command, what it takes.

Addresses, documentation and rights follow from it. A command that the machine learns and that is missing here fails
the tests.
"""

from dataclasses import dataclass
from typing import Any, Final

from rest_framework import serializers

from tracker import commands
from tracker.api import fields
from tracker.api.base import StrictSerializer
from tracker.enums import DismissalReason, Module
from tracker.errors import TransitionRefused
from tracker.models import Ticket, User

FORWARDED_TO: Final = 200
PLACE: Final = 120
"""The lengths of the columns that hold what is typed here and that no service measures."""


class ActSerializer(StrictSerializer):
    """What one act takes. The context gives `ticket`, `prefecture_id` and `user`."""

    version = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=fields.LARGEST_KEY,
        help_text="La version que vous connaissez : 409 si ce que l’acte écrit a changé depuis. Sans elle, le "
        "programme agit sur la demande comme elle est.",
    )

    @property
    def ticket(self) -> Ticket:
        ticket: Ticket = self.context["ticket"]
        return ticket

    def acts(self) -> list[commands.Command]:
        """The commands that the (valid) request asks for."""
        data = {name: value for name, value in self.validated_data.items() if name != "version"}
        return [self.command(**data)]

    def command(self, **data: Any) -> commands.Command:
        raise NotImplementedError


class NoteField(serializers.CharField):
    def __init__(self) -> None:
        super().__init__(required=False, allow_blank=True, default="", help_text="Une note, gardée au journal.")


# --- Sharing out --------------------------------------------------------------------------------------------------


class AssignSerializer(ActSerializer):
    office = fields.office(help_text="Le bureau, par son code ; celui qui la tient déjà, pour changer d’agent.")
    assignee = fields.ColleagueField(required=False, allow_null=True, default=None, help_text="L’agent, par numéro.")
    note = NoteField()

    def command(self, **data: Any) -> commands.Command:
        person = fields.colleague_of(data["office"], data["assignee"])
        return commands.Assign(data["office"].pk, person.pk if person else None, data["note"])


class TakeSerializer(ActSerializer):
    def command(self, **data: Any) -> commands.Command:
        return commands.Take()


class SendBackSerializer(ActSerializer):
    note = NoteField()

    def command(self, **data: Any) -> commands.Command:
        return commands.SendBack(**data)


# --- Replying -----------------------------------------------------------------------------------------------------


class AskRequesterSerializer(ActSerializer):
    asked_on = serializers.DateField(help_text="Le jour de la demande de pièce.")
    missing = serializers.CharField(help_text="Ce qui manque.")
    until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Le délai laissé au demandeur."
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Pourquoi une nouvelle pièce, à partir de la deuxième."
    )

    def command(self, **data: Any) -> commands.Command:
        return commands.AskRequester(**data)


class CompleteSerializer(ActSerializer):
    completed_on = serializers.DateField(help_text="Le jour où la pièce est arrivée.")

    def command(self, **data: Any) -> commands.Command:
        return commands.Complete(**data)


class HoldSerializer(ActSerializer):
    sent_on = serializers.DateField(help_text="Le jour où elle est partie.")
    promised_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Sans elle, aucune échéance n’est tenue."
    )

    def command(self, **data: Any) -> commands.Command:
        return commands.Hold(**data)


class AnswerSerializer(ActSerializer):
    answered_on = serializers.DateField(allow_null=True, help_text="Le jour du départ ; null s’il est inconnu.")
    channel = fields.channel(required=False, allow_null=True, default=None, help_text="Le canal de la réponse.")

    def command(self, **data: Any) -> commands.Command:
        return commands.Answer(data["answered_on"], data["channel"].pk if data["channel"] else None)


# --- Meeting ------------------------------------------------------------------------------------------------------


class ProposeSerializer(ActSerializer):
    proposed_on = serializers.DateField(help_text="Le jour de la proposition.")
    meeting_on = serializers.DateField(help_text="Le jour proposé.")
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=PLACE, help_text="Le lieu.")

    def command(self, **data: Any) -> commands.Command:
        return commands.Propose(**data)


class ConfirmSerializer(ActSerializer):
    confirmed_on = serializers.DateField(help_text="Le jour de la confirmation.")

    def command(self, **data: Any) -> commands.Command:
        return commands.Confirm(**data)


class HoldMeetingSerializer(ActSerializer):
    met_on = serializers.DateField(help_text="Le jour du rendez-vous.")
    requester_unavailable = serializers.BooleanField(
        required=False, default=False, help_text="La date a été reculée parce que le demandeur n’était pas disponible."
    )

    def command(self, **data: Any) -> commands.Command:
        return commands.HoldMeeting(**data)


class DeclineSerializer(ActSerializer):
    on = serializers.DateField(help_text="Le jour où c’est arrivé.")
    ends = serializers.BooleanField(required=False, default=False, help_text="Aucune autre date ne sera cherchée.")
    note = NoteField()

    def command(self, **data: Any) -> commands.Command:
        return commands.CallOff(by_requester=True, **data)


class CancelSerializer(DeclineSerializer):
    by = serializers.ChoiceField(
        choices=[("requester", "Le demandeur"), ("prefecture", "La préfecture")], help_text="Qui annule."
    )

    def command(self, **data: Any) -> commands.Command:
        by = data.pop("by")
        return commands.CallOff(by_requester=by == "requester", **data)


# --- Ending -------------------------------------------------------------------------------------------------------


class CloseSerializer(ActSerializer):
    def command(self, **data: Any) -> commands.Command:
        return commands.Close()


class ForwardSerializer(ActSerializer):
    to = serializers.CharField(max_length=FORWARDED_TO, help_text="L’administration compétente.")
    forwarded_on = serializers.DateField(help_text="Le jour de la transmission.")
    told_on = serializers.DateField(help_text="Le jour où l’expéditeur a été prévenu : c’est lui qui compte.")

    def command(self, **data: Any) -> commands.Command:
        return commands.Forward(**data)


class DismissSerializer(ActSerializer):
    reason = serializers.ChoiceField(choices=DismissalReason.choices, help_text="Le motif.")
    on = serializers.DateField(help_text="Le jour où c’est arrivé.")
    confirmed = serializers.BooleanField(
        required=False, default=False, help_text="L’encadrant écarte du calcul une demande dont l’échéance est passée."
    )
    note = NoteField()

    def command(self, **data: Any) -> commands.Command:
        return commands.Dismiss(**data | {"reason": DismissalReason(data["reason"])})


class MergeSerializer(ActSerializer):
    into = serializers.CharField(help_text="La référence de la demande à garder : ouverte, de même type.")

    def validate_into(self, reference: str) -> Ticket:
        user: User = self.context["user"]
        readable = Ticket.objects.readable_by(user).open().exclude(pk=self.ticket.pk)
        found = readable.filter(reference__iexact=reference, kind_id=self.ticket.kind_id).first()
        if found is None:
            raise serializers.ValidationError("Aucune autre demande ouverte de même type ne porte cette référence.")
        return found

    def acts(self) -> list[commands.Command]:
        raise NotImplementedError("two demandes change at once: see writers.merge")


class ReopenSerializer(ActSerializer):
    message_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Le jour d’un nouveau message ; null : par erreur."
    )
    note = NoteField()

    def command(self, **data: Any) -> commands.Command:
        return commands.Reopen(**data)


class UndoSerializer(ActSerializer):
    def command(self, **data: Any) -> commands.Command:
        return commands.Undo()


# --- Aside --------------------------------------------------------------------------------------------------------


class NoteSerializer(ActSerializer):
    text = serializers.CharField(help_text="La note.")

    def command(self, **data: Any) -> commands.Command:
        return commands.Note(**data)


class RemindSerializer(ActSerializer):
    note = NoteField()

    def command(self, **data: Any) -> commands.Command:
        if self.ticket.office_id is None:
            raise TransitionRefused("Aucun bureau ne tient cette demande\xa0: il n’y a personne à relancer.")
        return commands.Remind(self.ticket.office_id, **data)


class MarkSignatureSerializer(ActSerializer):
    since = serializers.DateField(allow_null=True, help_text="null : revenue de la signature.")

    def command(self, **data: Any) -> commands.Command:
        return commands.MarkSignature(**data)


class CorrectSerializer(ActSerializer):
    """Only what is sent is written."""

    received_on = serializers.DateField(required=False)
    postmark_on = serializers.DateField(required=False, allow_null=True)
    kind = fields.kind(required=False, help_text="Un autre type du même circuit.")
    channel = fields.channel(required=False)
    nature = fields.nature(required=False)
    module = serializers.ChoiceField(required=False, choices=Module.choices)
    theme = fields.theme(required=False, allow_null=True)
    mailbox = fields.mailbox(required=False, allow_null=True)
    sender_name = serializers.CharField(required=False, allow_blank=True)
    sender_contact = serializers.CharField(required=False, allow_blank=True)
    subject = serializers.CharField(required=False, allow_blank=True)
    body = serializers.CharField(required=False, allow_blank=True)

    def command(self, **data: Any) -> commands.Command:
        for name in ("channel", "nature", "theme", "mailbox"):
            if name in data:
                row = data.pop(name)
                data[f"{name}_id"] = row.pk if row else None
        return commands.Correct(data)


@dataclass(frozen=True, slots=True)
class Act:
    """`name` is the ability, the machine's transition where there is one, and the end of the address."""

    name: str
    command: type[commands.Command]
    serializer: type[ActSerializer]
    summary: str


ACTS: Final = (
    Act("assign", commands.Assign, AssignSerializer, "Affecter à un bureau ou à un agent"),
    Act("take", commands.Take, TakeSerializer, "Prendre en charge"),
    Act("send_back", commands.SendBack, SendBackSerializer, "Rendre au service du courrier (« pas pour nous »)"),
    Act("ask_requester", commands.AskRequester, AskRequesterSerializer, "Demander une pièce au demandeur"),
    Act("complete", commands.Complete, CompleteSerializer, "Enregistrer l’arrivée de la pièce"),
    Act("hold", commands.Hold, HoldSerializer, "Enregistrer une réponse d’attente"),
    Act("answer", commands.Answer, AnswerSerializer, "Enregistrer la réponse"),
    Act("propose", commands.Propose, ProposeSerializer, "Proposer une date de rendez-vous"),
    Act("confirm", commands.Confirm, ConfirmSerializer, "Confirmer la date"),
    Act("hold_meeting", commands.HoldMeeting, HoldMeetingSerializer, "Enregistrer le rendez-vous tenu"),
    Act("decline", commands.CallOff, DeclineSerializer, "Enregistrer le refus de la date par le demandeur"),
    Act("cancel", commands.CallOff, CancelSerializer, "Annuler le rendez-vous"),
    Act("close", commands.Close, CloseSerializer, "Clore"),
    Act("forward", commands.Forward, ForwardSerializer, "Transmettre à une autre administration"),
    Act("dismiss", commands.Dismiss, DismissSerializer, "Classer sans suite"),
    Act("merge", commands.Merge, MergeSerializer, "Fusionner avec une autre demande"),
    Act("reopen", commands.Reopen, ReopenSerializer, "Rouvrir"),
    Act("undo", commands.Undo, UndoSerializer, "Annuler la dernière action"),
    Act("note", commands.Note, NoteSerializer, "Ajouter une note"),
    Act("remind", commands.Remind, RemindSerializer, "Relancer le bureau qui la tient"),
    Act("mark_signature", commands.MarkSignature, MarkSignatureSerializer, "Marquer « à la signature »"),
    Act("correct", commands.Correct, CorrectSerializer, "Corriger ce qui a été enregistré"),
)

WITHOUT_ADDRESS: Final = {
    commands.Register: "created by POST /tickets/",
    commands.Absorb: "the other side of merge",
    commands.Attach: "files are not JSON: they are attached on the page",
    commands.Withdraw: "as Attach",
    commands.Eliminate: "carried out by a job, under the archives' visa",
    commands.Recompute: "follows a change of rule or calendar",
}
