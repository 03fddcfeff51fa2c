"""The morning's mail, a line a letter, and the bureau to which demandes are sent."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from frontend.forms.base import PageForm
from frontend.forms.fields import DatedForm, DayField, PlainTextField
from tracker.commands import Assign, Command, Register
from tracker.desks import Desk
from tracker.models import Channel, Nature, Office, TicketKind

KIND, NATURE, CHANNEL = "correspondence", "general_information", "letter"


class ArrivalLine(DatedForm):
    """One letter. Its prefix is the token that registers it once, however often it is sent."""

    received_on = DayField(label="Reçu le", error_messages={"required": "Indiquez la date du tampon."})
    sender_name = PlainTextField(label="Expéditeur", error_messages={"required": "Indiquez l’expéditeur."})
    subject = PlainTextField(label="Objet", error_messages={"required": "Indiquez l’objet en quelques mots."})
    channel = forms.ModelChoiceField(Channel.objects.none(), label="Canal", empty_label=None)
    office = forms.ModelChoiceField(
        Office.objects.none(), label="Bureau", required=False, empty_label="À affecter plus tard"
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, tray: "Tray", prefix: str = "", **kwargs: Any) -> None:
        self.tray = tray
        super().__init__(data, today=tray.today, prefix=prefix or f"l{uuid.uuid4().hex}", **kwargs)
        self.fields["channel"].queryset = tray.channels
        self.fields["office"].queryset = tray.offices
        # As lists: the lines of a page would otherwise ask for them one by one.
        self.fields["channel"].choices = tray.channel_choices
        self.fields["office"].choices = tray.office_choices
        if tray.channel is not None:
            self.fields["channel"].initial = tray.channel.pk
        self.fields["received_on"].initial = tray.today
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.fields["sender_name"].widget.attrs["data-sillage-combobox"] = f"{self.prefix}-senders"

    @property
    def token(self) -> uuid.UUID:
        return uuid.UUID(self.prefix[1:])

    @property
    def is_blank(self) -> bool:
        """Neither sender nor subject: the line was not begun."""
        return not any(str(self[name].data or "").strip() for name in ("sender_name", "subject"))

    @property
    def name_said(self) -> str:
        """What names the line to whom does not see it: its sender, else its subject."""
        return next((str(self[name].data) for name in ("sender_name", "subject") if self[name].data), "")[:80]

    @property
    def first_error(self) -> str:
        return next((str(error) for errors in self.errors.values() for error in errors), "")

    def typed(self) -> dict[str, str]:
        return {name: str(self[name].data) for name in self.fields if self[name].data}

    def untouched(self, **given: Any) -> "ArrivalLine":
        """The same line as typed, not yet judged."""
        return ArrivalLine(tray=self.tray, prefix=self.prefix, initial={**self.typed(), **given})

    def acts(self) -> list[Command]:
        data, tray = self.cleaned_data, self.tray
        acts: list[Command] = [
            Register(
                kind=tray.kind,
                channel_id=data["channel"].pk,
                nature_id=tray.nature_id,
                received_on=data["received_on"],
                site_id=tray.desk.site.pk,
                sender_name=data["sender_name"],
                subject=data["subject"],
                by_mailroom=True,
            )
        ]
        return [*acts, Assign(data["office"].pk)] if data["office"] else acts


class Tray:
    """What every line of a page shares, read once: four queries whatever the number of lines."""

    def __init__(self, desk: Desk, today: date) -> None:
        self.desk, self.today = desk, today
        self.kind = TicketKind.objects.get(prefecture=desk.prefecture, code=KIND)
        self.nature_id = Nature.objects.values_list("pk", flat=True).get(code=NATURE)
        self.channels = Channel.objects.all()
        self.offices = Office.objects.filter(prefecture=desk.prefecture, is_active=True)
        self.channel = next((row for row in self.channels if row.code == CHANNEL), None)
        self.channel_choices = [(row.pk, row.label) for row in self.channels]
        self.office_choices = [("", "À affecter plus tard"), *((row.pk, row.name) for row in self.offices)]


class DispatchForm(PageForm):
    """The bureau for the demandes chosen."""

    office = forms.ModelChoiceField(
        Office.objects.none(), label="Bureau", empty_label="Choisir un bureau",
        error_messages={"required": "Choisissez le bureau.", "invalid_choice": "Ce bureau n’existe plus."},
    )  # fmt: skip

    def __init__(self, *args: Any, tray: Tray, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = tray.offices
