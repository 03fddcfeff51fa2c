"""Sites, bureaux, and the workbook that brings them in."""

from typing import Any, Final

from django import forms

from frontend.forms.fields import DatedForm, DayField, PlainTextField, ServiceForm, TickField
from tracker.models import Office, Prefecture, Site
from tracker.organising import OfficeTerms, time_zones
from tracker.scopes import subtree
from tracker.zones import ZONES

CODE_HELP: Final = "Court et unique, par exemple «\xa0DCL-2\xa0». Il ne se modifie plus ensuite."
DASH: Final = "\u2014\xa0"


def in_tree_order(offices: list[Office]) -> list[tuple[int, Office]]:
    """Each bureau after what it depends on, with its depth; one whose parent is not there stands at the root."""
    present = {office.pk for office in offices}
    below: dict[int | None, list[Office]] = {}
    for office in offices:
        below.setdefault(office.parent_id if office.parent_id in present else None, []).append(office)
    found: list[tuple[int, Office]] = []
    waiting = [(0, office) for office in reversed(below.get(None, []))]
    while waiting:
        depth, office = waiting.pop()
        found.append((depth, office))
        waiting += [(depth + 1, child) for child in reversed(below.get(office.pk, []))]
    return found


def tree_choices(offices: list[Office]) -> list[tuple[str, str]]:
    """« — Bureau du séjour » under its direction."""
    return [(str(office.pk), f"{DASH * depth}{office.name}") for depth, office in in_tree_order(offices)]


class SiteForm(ServiceForm):
    """A new site, or the name of one: its calendar and its clocks never change."""

    code = PlainTextField(label="Code", help_text=CODE_HELP, error_messages={"required": "Donnez un code au site."})
    name = PlainTextField(
        label="Nom",
        help_text="Par exemple «\xa0Sous-préfecture de Saint-Nazaire\xa0».",
        error_messages={"required": "Donnez un nom au site."},
    )
    zone = forms.ChoiceField(
        label="Calendrier des jours fériés",
        choices=[(zone.code, zone.label) for zone in ZONES.values()],
        help_text="Les délais du site se comptent avec lui\xa0: il ne se modifie plus ensuite.",
    )
    time_zone = forms.ChoiceField(label="Fuseau horaire", choices=[(name, name) for name in time_zones()])

    def __init__(self, *args: Any, prefecture: Prefecture, site: Site | None = None, **kwargs: Any) -> None:
        model = site or prefecture.sites.get(is_main=True)
        initial = {"zone": model.zone, "time_zone": model.time_zone, "name": site.name if site else ""}
        super().__init__(*args, initial=initial, **kwargs)
        if site is not None:
            for name in ("code", "zone", "time_zone"):
                del self.fields[name]


class OfficeForm(ServiceForm):
    code = PlainTextField(label="Code", help_text=CODE_HELP, error_messages={"required": "Donnez un code au bureau."})
    name = PlainTextField(label="Nom", error_messages={"required": "Donnez un nom au bureau."})
    parent = forms.ModelChoiceField(
        Office.objects.none(), label="Rattaché à", required=False, empty_label="Aucune direction"
    )
    site = forms.ModelChoiceField(Site.objects.none(), label="Site", empty_label=None)
    is_sensitive = TickField(
        label="Bureau sensible (étrangers, asile, cabinet…)",
        help_text="Le référent qualité n’y voit plus que la référence, le bureau et les dates des demandes\xa0: ni "
        "expéditeur, ni objet, ni texte.",
    )

    def __init__(self, *args: Any, prefecture: Prefecture, office: Office | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": office.name if office else "",
            "parent": office.parent_id if office else None,
            "site": office.site_id if office else prefecture.sites.get(is_main=True).pk,
            "is_sensitive": office.is_sensitive if office else False,
        } | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        offices = list(prefecture.offices.filter(is_active=True))
        if office is not None:
            del self.fields["code"]
            own = subtree(office.pk, [(row.pk, row.parent_id) for row in offices])
            offices = [row for row in offices if row.pk not in own]
        self.fields["parent"].queryset = prefecture.offices.filter(pk__in=[row.pk for row in offices])
        self.fields["parent"].choices = [("", "Aucune direction"), *tree_choices(offices)]
        self.fields["site"].queryset = prefecture.sites.all()

    def terms(self) -> OfficeTerms:
        """Of a valid form."""
        typed = self.cleaned_data
        return OfficeTerms(typed["name"], typed["site"], typed["parent"], typed["is_sensitive"])


class ClosingForm(DatedForm):
    ended_on = DayField(label="Fermé depuis le", error_messages={"required": "Indiquez depuis quel jour."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = self.today


class OrganisationFileForm(ServiceForm):
    file = forms.FileField(
        label="Classeur des bureaux et des personnes",
        help_text="xlsx, xls ou ods, 50 Mo au plus.",
        max_length=200,
        error_messages={
            "required": "Choisissez le classeur.",
            "invalid": "Choisissez le classeur.",
            "empty": "Ce fichier est vide.",
            "max_length": "Le nom de ce fichier est trop long\xa0: renommez-le.",
        },
        widget=forms.FileInput(attrs={"class": "fr-upload", "accept": ".xlsx,.xls,.ods"}),
    )
