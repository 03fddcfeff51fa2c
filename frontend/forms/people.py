"""Accounts and roles, as the administrator types them."""

from typing import Any, Final

from django import forms

from frontend.forms.fields import PlainTextField, ServiceForm
from frontend.forms.organisation import tree_choices
from tracker.accounts import Identity
from tracker.enums import Role
from tracker.membership import OFFICE, SITE, WHOLE, RoleTerms
from tracker.models import Prefecture, User

ROLE_HELP: Final = (
    "Agent et encadrant\xa0: leur bureau ou leur direction. Référent qualité\xa0: la préfecture, un site ou une "
    "direction. Service du courrier\xa0: la préfecture ou un site. COPIL et administrateur\xa0: la préfecture."
)


class RoleForm(ServiceForm):
    """A role, and over what."""

    role = forms.ChoiceField(
        label="Rôle",
        choices=[("", "Choisir un rôle"), *Role.choices],
        error_messages={"required": "Choisissez un rôle."},
    )
    place = forms.ChoiceField(
        label="Périmètre", help_text=ROLE_HELP, error_messages={"required": "Choisissez le périmètre."}
    )

    def __init__(self, *args: Any, prefecture: Prefecture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {f"{SITE}:{site.pk}": site for site in prefecture.sites.all()}
        offices = list(prefecture.offices.filter(is_active=True))
        self.offices = {f"{OFFICE}:{office.pk}": office for office in offices}
        self.fields["place"].choices = [
            ("", "Choisir"),
            (WHOLE, "Toute la préfecture"),
            ("Un site", [(key, site.name) for key, site in self.sites.items()]),
            ("Un bureau ou une direction", [(f"{OFFICE}:{pk}", name) for pk, name in tree_choices(offices)]),
        ]

    def role_terms(self) -> RoleTerms:
        """Of a valid form."""
        place = self.cleaned_data["place"]
        return RoleTerms(self.cleaned_data["role"], self.sites.get(place), self.offices.get(place))


class IdentityForm(ServiceForm):
    first_name = PlainTextField(label="Prénom", error_messages={"required": "Indiquez le prénom."})
    last_name = PlainTextField(label="Nom", error_messages={"required": "Indiquez le nom."})
    email = PlainTextField(
        label="Adresse électronique",
        help_text="La personne se connecte avec elle.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Indiquez l’adresse électronique."},
    )
    job_title = PlainTextField(
        label="Qualité", required=False, help_text="Par exemple «\xa0cheffe du bureau du séjour\xa0»."
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        if user is not None:
            kwargs["initial"] = {
                name: getattr(user, name) for name in ("first_name", "last_name", "email", "job_title")
            }
        super().__init__(*args, **kwargs)

    def identity(self) -> Identity:
        """Of a valid form."""
        typed = self.cleaned_data
        return Identity(typed["email"], typed["first_name"], typed["last_name"], typed["job_title"])


class AccountForm(IdentityForm, RoleForm):
    """A new person, with a first role."""

    field_order = ("first_name", "last_name", "email", "job_title", "role", "place")


class ConfirmForm(ServiceForm):
    """Nothing to type: what is to be done stands in the address."""


class PeopleSearchForm(ServiceForm):
    """What the list of accounts shows; nothing is required."""

    q = PlainTextField(label="Nom, adresse ou qualité", required=False)
    state = forms.ChoiceField(
        label="Comptes",
        required=False,
        choices=(
            ("", "Tous"),
            ("active", "Actifs"),
            ("waiting", "Sans mot de passe"),
            ("inactive", "Désactivés"),
        ),
    )
    office = forms.ChoiceField(label="Bureau", required=False)

    def __init__(self, *args: Any, prefecture: Prefecture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = list(prefecture.offices.all())
        codes = {str(office.pk): office.code for office in offices}
        self.fields["office"].choices = [("", "Tous"), *((codes[pk], name) for pk, name in tree_choices(offices))]
