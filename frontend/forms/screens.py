"""A wall screen: where it hangs, what it shows."""

from typing import Any

from django import forms

from frontend.forms.fields import PlainTextField, ServiceForm
from frontend.forms.organisation import DASH, in_tree_order
from tracker.models import Office, Prefecture, Site

WHOLE = "prefecture"


class ScreenForm(ServiceForm):
    name = PlainTextField(
        label="Où est cet écran\xa0?",
        help_text="Par exemple\xa0: couloir du deuxième étage.",
        error_messages={"required": "Donnez un nom à cet écran\xa0: l’endroit où il est accroché."},
    )
    shown = forms.ChoiceField(label="Ce qu’il montre")

    def __init__(self, *args: Any, prefecture: Prefecture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {f"site-{site.pk}": site for site in prefecture.sites.all()}
        offices = list(prefecture.offices.filter(is_active=True))
        self.offices = {f"bureau-{office.pk}": office for office in offices}
        choices: list[Any] = [(WHOLE, "Toute la préfecture")]
        if len(self.sites) > 1:
            choices.append(("Un site", [(key, site.name) for key, site in self.sites.items()]))
        tree = [(f"bureau-{office.pk}", f"{DASH * depth}{office.name}") for depth, office in in_tree_order(offices)]
        if tree:
            choices.append(("Un bureau, avec ceux qui en dépendent", tree))
        self.fields["shown"].choices = choices

    @property
    def site(self) -> Site | None:
        return self.sites.get(self.cleaned_data["shown"])

    @property
    def office(self) -> Office | None:
        return self.offices.get(self.cleaned_data["shown"])
