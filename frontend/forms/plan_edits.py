"""What the référent writes of an action: on one line to add it, whole to change it."""

from typing import Any, Final

from django import forms
from django.db.models import Q

from actions.commands import Command, Edit, Plan, Record
from actions.enums import Priority
from actions.filters import part_of
from actions.models import Action, ActionSource
from frontend.forms.fields import DatedForm, DayField, PlainTextField
from frontend.forms.plan import PARTS, PlanForm, part_columns
from tracker.models import Engagement, Office, Prefecture, Site, User

ROWS: Final = ("source", "engagement", "pilot", "office", "site")
"""Fields that name a row: the column bears its key."""
PLAIN: Final = ("title", "description", "expected_result", "contributors", "opened_on", "due_on")


class ActionForm(PlanForm, DatedForm):
    """A form over the lists of one préfecture."""

    def __init__(self, *args: Any, prefecture: Prefecture, action: Action | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefecture = prefecture
        # What the action names already stays a choice: a bureau that has closed, somebody who has left.
        held = action or Action()
        people = User.objects.filter(memberships__prefecture=prefecture)
        people = people.filter(Q(is_active=True) | Q(pk=held.pilot_id)).distinct()
        rows = {
            "source": ActionSource.objects.filter(Q(is_active=True) | Q(pk=held.source_id), prefecture=prefecture),
            "engagement": Engagement.objects.all(),
            "pilot": people.order_by("last_name", "first_name", "pk"),
            "office": Office.objects.filter(Q(is_active=True) | Q(pk=held.office_id), prefecture=prefecture),
            "site": Site.objects.filter(prefecture=prefecture),
        }
        for name, queryset in rows.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = queryset


class QuickForm(ActionForm):
    """One line: what there is to do, where it stands; the rest later."""

    title = PlainTextField(
        label="Nouvelle action", error_messages={"required": "Dites en une phrase ce qu’il y a à faire."}
    )
    part = forms.ChoiceField(
        label="Module ou volet",
        choices=[("", "Choisissez"), *PARTS],
        error_messages={"required": "Choisissez un module ou un volet."},
    )
    source = forms.ModelChoiceField(
        ActionSource.objects.none(),
        label="Source",
        empty_label="Choisissez",
        error_messages={"required": "Dites d’où elle vient."},
    )
    due_on = DayField(label="Échéance", required=False)

    def acts(self) -> list[Command]:
        values = {"title": self.cleaned_data["title"], **part_columns(self.cleaned_data["part"])}
        if self.cleaned_data["due_on"]:
            values["due_on"] = self.cleaned_data["due_on"]
        return [Record(self.cleaned_data["source"].pk, self.today, values), Plan()]


class EditForm(ActionForm):
    """Every column that the référent keeps; what has not changed is not written."""

    title = PlainTextField(label="Action", error_messages={"required": "Dites en une phrase ce qu’il y a à faire."})
    part = forms.ChoiceField(label="Module ou volet", choices=[("", "À préciser"), *PARTS], required=False)
    engagement = forms.ModelChoiceField(
        Engagement.objects.none(), label="Engagement", required=False, empty_label="Aucun"
    )
    source = forms.ModelChoiceField(ActionSource.objects.none(), label="Source", empty_label=None)
    pilot = forms.ModelChoiceField(
        User.objects.none(), label="Pilote", required=False, empty_label="Personne pour l’instant"
    )
    contributors = PlainTextField(label="Contributeurs", required=False)
    office = forms.ModelChoiceField(Office.objects.none(), label="Bureau", required=False, empty_label="Aucun bureau")
    site = forms.ModelChoiceField(Site.objects.none(), label="Site", required=False, empty_label="Toute la préfecture")
    priority = forms.TypedChoiceField(label="Priorité", choices=Priority.choices, coerce=int)
    opened_on = DayField(label="Ouverte le", error_messages={"required": "Indiquez le jour de l’ouverture."})
    due_on = DayField(label="Échéance", required=False)
    description = PlainTextField(label="Constat", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    expected_result = PlainTextField(label="Résultat attendu", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        self.action = action
        part = part_of(action.module, action.strand)
        initial = {name: getattr(action, f"{name}_id") for name in ROWS}
        initial |= {name: getattr(action, name) for name in (*PLAIN, "priority")}
        initial["part"] = part if part in dict(PARTS) else ""
        super().__init__(*args, action=action, initial=initial, **kwargs)
        if action.pilot_name:
            self.fields[
                "pilot"
            ].help_text = f"Le plan importé nomme «\xa0{action.pilot_name}\xa0», qui n’a pas de compte."

    def acts(self) -> list[Command]:
        """What differs of what the form was opened on."""
        data = self.cleaned_data
        values: dict[str, Any] = {name: data[name] for name in (*PLAIN, "priority")} | part_columns(data["part"])
        values |= {f"{name}_id": data[name].pk if data[name] else None for name in ROWS}
        if not values["strand"]:
            values["strand_item"] = None
        if values["pilot_id"] is not None:
            values["pilot_name"] = ""
        changed = {name: value for name, value in values.items() if getattr(self.action, name) != value}
        return [Edit(changed)] if changed else []
