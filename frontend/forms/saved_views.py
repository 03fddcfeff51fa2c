"""Naming a list of the Registre, and what one then changes of it."""

from typing import Any

from django import forms

from frontend.display import ListColumn
from frontend.forms.base import PageForm
from frontend.forms.fields import DescribedField, PlainTextField, TickField
from frontend.models import SavedView
from tracker.errors import InvalidCommand
from tracker.registry import ORDERS
from tracker.search import RELEVANCE

LARGEST_ALERT = 999_999
NO_NAME = {"required": "Donnez un nom à cette vue."}


class RefusedForm(PageForm):
    bound_field_class = DescribedField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)

    def refuse(self, refusal: InvalidCommand) -> None:
        """Put the refusal of a service beside the field that it names."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class NameForm(RefusedForm):
    name = PlainTextField(label="Nom de la vue", error_messages=NO_NAME)


class ViewForm(RefusedForm):
    name = PlainTextField(label="Nom", error_messages=NO_NAME)
    alert_above = forms.IntegerField(
        label="Prévenir au-delà de",
        required=False,
        min_value=0,
        max_value=LARGEST_ALERT,
        help_text="Nombre de demandes. Laissez vide pour ne pas être prévenu.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}),
        error_messages={"invalid": "Écrivez un nombre entier, par exemple 10."},
    )
    shared = TickField(label="Partagée avec toute la préfecture")

    def __init__(self, *args: Any, view: SavedView, may_share: bool, **kwargs: Any) -> None:
        self.view = view
        initial = {"name": view.name, "alert_above": view.alert_above, "shared": view.is_shared}
        super().__init__(*args, initial=initial, auto_id=f"view-{view.pk}-%s", **kwargs)
        if not may_share:
            del self.fields["shared"]


class DisplayForm(PageForm):
    columns = forms.MultipleChoiceField(
        label="Colonnes",
        choices=ListColumn.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Gardez au moins une colonne."},
    )
    order = forms.ChoiceField(
        label="Trier par", choices=[(each.code, each.label) for each in (RELEVANCE, *ORDERS.values())]
    )
