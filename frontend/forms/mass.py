"""What a mass act needs before it can be checked: a bureau, a person or a theme, of those that the person may name."""

from typing import Any

from django import forms

from frontend.forms.saved_views import RefusedForm
from tracker.enums import MassKind, Role
from tracker.models import MassAct, Office, Theme, User
from tracker.teams import Teams

TARGET_OF = {MassKind.OFFICE: "office", MassKind.AGENT: "assignee", MassKind.THEME: "theme"}


class TargetForm(RefusedForm):
    target = forms.ModelChoiceField(Office.objects.none())

    def __init__(self, *args: Any, act: MassAct, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target"]
        match act.kind:
            case MassKind.OFFICE:
                field.label, field.empty_label = "Bureau", "Choisir un bureau"
                field.queryset = Office.objects.filter(prefecture_id=act.prefecture_id, is_active=True)
                needed = "Choisissez un bureau."
            case MassKind.AGENT:
                field.label, field.empty_label = "Agent", "Choisir une personne"
                field.label_from_instance = lambda person: person.full_name
                field.queryset = people_for(act, user)
                needed = "Choisissez une personne."
            case _:
                field.label, field.empty_label = "Thème", "Choisir un thème"
                field.queryset = Theme.objects.filter(prefecture_id=act.prefecture_id)
                needed = "Choisissez un thème."
        field.error_messages["required"] = needed
        field.initial = getattr(act, f"{TARGET_OF[MassKind(act.kind)]}_id")
        # The design system's form has bound its fields already, under their first name.
        self["target"].label = field.label


def people_for(act: MassAct, user: User) -> Any:
    """Who may hold a demande of the bureaux that the person sees."""
    seen = user.scope.offices(Role.AGENT, Role.SUPERVISOR, Role.QUALITY) - user.scope.sealed_ids
    holders = Teams({act.prefecture_id}).holders(seen)
    people = User.objects.filter(pk__in=[each.pk for each in holders])
    return people.order_by("last_name", "first_name", "pk")
