"""Eliminations: which demandes, and the visa that allows it."""

from typing import Any, Final

from django import forms

from frontend.forms.fields import DatedForm, DayField, PlainTextField
from tracker.models import Prefecture, TicketKind

ALL_KINDS: Final = "Tous les types"


class EliminationForm(DatedForm):
    ended_by = DayField(
        label="Demandes terminées au plus tard le",
        help_text="Ce jour découle de la durée d’utilité fixée avec les archives départementales.",
        error_messages={"required": "Indiquez un jour passé, par exemple 31/12/2020."},
    )
    kind = forms.ModelChoiceField(
        label="Type", queryset=TicketKind.objects.none(), required=False, empty_label=ALL_KINDS
    )

    def __init__(self, *args: Any, prefecture: Prefecture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = TicketKind.objects.filter(prefecture=prefecture)


class VisaForm(DatedForm):
    visa = PlainTextField(
        label="Référence du visa des archives départementales",
        max_length=120,
        error_messages={"required": "Indiquez la référence portée sur le visa."},
    )
    visa_on = DayField(label="Visa donné le", error_messages={"required": "Indiquez la date portée sur le visa."})
