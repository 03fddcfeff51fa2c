"""« Coller des lignes »: the paste, and what every row of the table shares."""

from datetime import date
from typing import Any

from django import forms

from frontend.forms.base import PageForm
from frontend.forms.fields import MODULES, DatedForm, DayField, TickField
from frontend.forms.registering import RegisterForm, key_of
from frontend.rows.checking import Shared
from tracker.desks import Desk
from tracker.models import Channel, Nature, Office, Site, TicketKind


class PastedField(forms.CharField):
    """A paste whole, but for the NUL that no database takes: the tabs at its ends are empty cells."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\0", "")


class PasteForm(PageForm):
    """`kind` by its code, so that an address may name it."""

    kind = forms.ModelChoiceField(
        TicketKind.objects.none(), label="Type de demande", to_field_name="code", empty_label=None
    )
    text = PastedField(
        label="Lignes copiées",
        strip=False,
        error_messages={"required": "Copiez des cellules dans votre tableur, puis collez-les ici."},
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = kinds_of(desk)


class SharedForm(DatedForm):
    """What a row takes where its own cell is empty. Shown, so that nobody registers a channel unawares."""

    kind = forms.ModelChoiceField(
        TicketKind.objects.none(), label="Type de demande", to_field_name="code", empty_label=None
    )
    received_on = DayField(label="Reçu le", required=False)
    channel = forms.ModelChoiceField(Channel.objects.all(), label="Canal", empty_label=None)
    office = forms.ModelChoiceField(Office.objects.none(), label="Bureau", required=False, empty_label="Aucun")
    nature = forms.ModelChoiceField(Nature.objects.all(), label="Nature", empty_label=None)
    module = forms.TypedChoiceField(label="Module", choices=MODULES, coerce=int)
    site = forms.ModelChoiceField(Site.objects.none(), label="Site d’arrivée", empty_label=None)
    take = TickField(label="Je m’occupe de celles de mon bureau")

    def __init__(self, *args: Any, desk: Desk, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["kind"].queryset = kinds_of(desk)
        self.fields["office"].queryset = Office.objects.filter(prefecture=desk.prefecture, is_active=True)
        if desk.by_mailroom:
            self.fields["office"].empty_label = "À affecter plus tard"
        self.fields["site"].queryset = Site.objects.filter(pk__in=[site.pk for site in desk.sites])
        if desk.office is None:
            del self.fields["take"]

    def shared(self) -> Shared | None:
        """None where something is refused."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        return Shared(
            channel=data["channel"].pk,
            nature=data["nature"].pk,
            module=data["module"],
            site=data["site"].pk,
            office=key_of(data["office"]),
            received_on=data["received_on"],
            take=data.get("take", False),
        )

    def in_words(self) -> dict[str, str]:
        """What an empty cell takes, by the code of its column, as a person would type it there."""
        data = self.cleaned_data
        words = {name: str(data[name]) for name in ("channel", "nature", "office") if data.get(name)}
        return words | ({"received_on": f"{data['received_on']:%d/%m/%Y}"} if data.get("received_on") else {})

    def typed(self) -> dict[str, str]:
        return {name: str(self.data[name]) for name in self.fields if self.data.get(name)}


def kinds_of(desk: Desk) -> Any:
    return TicketKind.objects.filter(prefecture=desk.prefecture, is_active=True)


def first_shared(kind: TicketKind, desk: Desk, today: date) -> dict[str, str]:
    """What a table opens with: as the form of one demande does, but for the day, which a row says itself."""
    defaults = RegisterForm.defaults(kind, desk, today)
    names = ("channel", "nature", "module", "office", "site")
    return {"kind": kind.code} | {name: str(defaults[name]) for name in names if defaults[name] is not None}
