"""What changes a demande without moving it along: correcting, noting, marking the signature, undoing."""

from typing import Any

from django import forms
from django.db.models import Q

from frontend.forms.choices import ListField
from frontend.forms.fields import MODULES, DayField, PlainTextField
from frontend.forms.ticket_acts import NOTE_ROWS, ActForm
from tracker import commands, lists
from tracker.models import Mailbox, Theme, TicketKind

COLUMNS = {"channel": "channel_id", "nature": "nature_id", "theme": "theme_id", "mailbox": "mailbox_id"}


class CorrectForm(ActForm):
    """What was registered wrongly. Only what the person changed since the form was opened is sent: each field carries
    the value it was opened with, so that a change made meanwhile by somebody else is neither undone nor in the way."""

    name, slug, label = "correct", "corriger", "Corriger"
    leads_on = False
    submit, done = "Enregistrer la correction", "Correction enregistrée."

    received_on = DayField(label="Reçu le")
    postmark_on = DayField(label="Cachet de la poste", required=False)
    kind = forms.ModelChoiceField(TicketKind.objects.none(), label="Type", empty_label=None)
    channel = ListField(lists.channels, label="Canal", empty_label=None)
    sender_name = PlainTextField(label="Expéditeur", required=False)
    sender_contact = PlainTextField(label="Adresse de réponse", required=False)
    subject = PlainTextField(label="Objet", required=False)
    nature = ListField(lists.natures, label="Nature", empty_label=None)
    module = forms.TypedChoiceField(label="Module", choices=MODULES, coerce=int)
    theme = forms.ModelChoiceField(Theme.objects.none(), label="Thème", required=False, empty_label="Non précisé")
    mailbox = forms.ModelChoiceField(
        Mailbox.objects.none(), label="Boîte fonctionnelle", required=False, empty_label="Aucune"
    )
    body = PlainTextField(label="Texte", required=False, widget=forms.Textarea({"rows": 6}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ticket = self.ticket
        prefecture_id = ticket.prefecture_id
        # What has been withdrawn is no longer offered, but for what the demande has already.
        for name, rows, held in (
            ("kind", TicketKind.objects.filter(machine=ticket.machine), ticket.kind_id),
            ("theme", Theme.objects.all(), ticket.theme_id),
            ("mailbox", Mailbox.objects.all(), ticket.mailbox_id),
        ):
            offered = Q(is_active=True) | Q(pk=held)
            self.fields[name].queryset = rows.filter(offered, prefecture_id=prefecture_id)
        for name, field in self.fields.items():
            if name != "opened_version":
                field.initial = getattr(ticket, COLUMNS.get(name, "kind_id" if name == "kind" else name))
                field.show_hidden_initial = True

    def acts(self) -> list[commands.Command]:
        changed = [name for name in self.changed_data if name != "opened_version"]
        values = {COLUMNS.get(name, name): self.cleaned_data[name] for name in changed}
        for column in COLUMNS.values():
            if column in values:
                values[column] = values[column].pk if values[column] else None
        return [commands.Correct(values)]


class NoteForm(ActForm):
    name, slug, label = "note", "noter", "Ajouter une note"
    leads_on = False
    submit, done = "Ajouter la note", "Note ajoutée."
    moves_deadline = False

    text = PlainTextField(label="Note", widget=forms.Textarea({"rows": NOTE_ROWS}))

    def acts(self) -> list[commands.Command]:
        return [commands.Note(self.cleaned_data["text"])]


class SignatureForm(ActForm):
    name, slug, label = "mark_signature", "signature", "À la signature"
    leads_on = False
    submit, done = "Enregistrer", "Mise à la signature notée."
    moves_deadline = False

    since = DayField(
        label="À la signature depuis le",
        required=False,
        help_text="Laissez vide quand la réponse revient de la signature. Seul son départ arrête le délai.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = None if self.ticket.signature_since else self.today

    def acts(self) -> list[commands.Command]:
        return [commands.MarkSignature(self.cleaned_data["since"])]

    def sentence(self) -> str:
        return self.done if self.cleaned_data["since"] else "Retour de la signature noté."


class UndoForm(ActForm):
    name, slug, label = "undo", "annuler", "Annuler la dernière action"
    leads_on = False
    submit, done = "Annuler la dernière action", "Action annulée\xa0: la demande est comme avant."

    def acts(self) -> list[commands.Command]:
        return [commands.Undo()]
