"""What an import is told, and which column of the file is which."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.text import capfirst

from frontend.forms.base import PageForm
from frontend.forms.fields import DatedForm, DescribedField, PlainTextField, TickField
from frontend.import_columns import ShownSheet
from tracker.enums import Module
from tracker.importing.columns import Columns
from tracker.importing.options import LONGEST_NAME, LONGEST_REGISTER, REGISTERS, ImportOptions
from tracker.models import Nature, Office, Prefecture, Site
from tracker.spreadsheets.columns import Layout

REGISTER_LABELS: Final = {
    "courrier": "Courriers",
    "courriel": "Courriels",
    "reclamation": "Réclamations et suggestions",
    "rdv": "Rendez-vous d’élus",
    "site": "Mises à jour du site",
}
NOWHERE: Final = ""
ARTICLE: Final = re.compile(r"^(?:L’|L'|La |Le |Les )")
FURTHER: Final = ("module", "nature", "office", "site", "mailbox", "register")
"""Settings that the file or the préfecture usually gives: folded until they are wanted."""


class CodeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A row chosen by its code; `label_of` is what a person reads."""

    def __init__(self, label_of: str, **kwargs: Any) -> None:
        super().__init__(to_field_name="code", required=False, **kwargs)
        self.label_of = label_of

    def label_from_instance(self, obj: Any) -> str:
        return str(getattr(obj, self.label_of))


class ImportForm(DatedForm):
    kind = forms.ChoiceField(
        label="Ce que contient le fichier", error_messages={"required": "Indiquez ce que contient le fichier."}
    )
    file = forms.FileField(
        label="Fichier du registre",
        help_text="xlsx, xls ou ods, 50 Mo au plus. Tel quel\xa0: titres, totaux et lignes vides sont reconnus.",
        max_length=200,
        error_messages={
            "required": "Choisissez le fichier du registre.",
            "invalid": "Choisissez le fichier du registre.",
            "empty": "Ce fichier est vide.",
            "max_length": "Le nom de ce fichier est trop long\xa0: renommez-le.",
        },
        widget=forms.FileInput(attrs={"class": "fr-upload", "accept": ".xlsx,.xls,.ods"}),
    )
    undated = forms.ChoiceField(
        label="Les lignes sans date de réponse sont des demandes",
        choices=(
            ("open", "Encore ouvertes\xa0: elles attendent leur réponse dans Sillage"),
            ("late", "Répondues, sans que la date soit connue\xa0: elles comptent hors délai"),
        ),
        initial="open",
        widget=forms.RadioSelect,
    )
    module = forms.TypedChoiceField(
        label="Module",
        required=False,
        choices=[
            ("", "Module 1\xa0; rendez-vous d’élus\xa0: module 4"),
            *((str(n), f"{n}. {m}") for n, m in Module.choices),
        ],
        coerce=int,
        empty_value=None,
    )
    nature = CodeField(
        "label",
        label="Nature",
        queryset=Nature.objects.none(),
        empty_label="Celle du registre, ou la nature habituelle",
        help_text="Pour les lignes qui ne la disent pas.",
    )
    office = CodeField(
        "name",
        label="Bureau",
        queryset=Office.objects.none(),
        empty_label="Celui du registre, ou aucun",
        help_text="Pour les lignes qui ne le disent pas.",
    )
    site = CodeField(
        "name", label="Site d’arrivée", queryset=Site.objects.none(), empty_label="Celui du bureau, ou le siège"
    )
    mailbox = PlainTextField(
        label="Boîte fonctionnelle",
        required=False,
        help_text="Créée si elle n’existe pas encore.",
        widget=forms.TextInput(attrs={"list": "mailboxes", "maxlength": LONGEST_NAME, "autocomplete": "off"}),
    )
    register = PlainTextField(
        label="Nom du registre",
        required=False,
        help_text="Les numéros y sont uniques. Vide\xa0: le registre déjà importé qui lui ressemble, sinon la boîte, "
        "sinon le nom du fichier.",
        widget=forms.TextInput(attrs={"maxlength": LONGEST_REGISTER, "autocomplete": "off"}),
    )
    field_order = ("kind", "file", "undated", *FURTHER)

    def __init__(self, *args: Any, prefecture: Prefecture, has_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Choisir"), *kind_choices(prefecture)]
        self.fields["nature"].queryset = Nature.objects.all()
        self.fields["office"].queryset = prefecture.offices.all()
        self.fields["site"].queryset = prefecture.sites.all()
        self.mailboxes = prefecture.mailboxes.values_list("name", flat=True)
        if has_file:
            del self.fields["file"]

    @property
    def usual(self) -> list[DescribedField]:
        return [field for field in self if field.name not in FURTHER]

    @property
    def further(self) -> list[DescribedField]:
        return [self[name] for name in FURTHER]

    @property
    def shows_further(self) -> bool:
        """Whether one of the folded settings is filled in or wrong."""
        return any(field.errors or field.value() for field in self.further)

    def options(self, mapping: Columns | None = None) -> ImportOptions:
        """Of a valid form."""
        typed = self.cleaned_data
        codes = {name: typed[name].code if typed[name] else None for name in ("nature", "office", "site")}
        return ImportOptions(
            kind=typed["kind"],
            module=typed["module"],
            nature=codes["nature"],
            office=codes["office"],
            site=codes["site"],
            mailbox=typed["mailbox"] or None,
            register=typed["register"] or None,
            undated=typed["undated"],
            mapping=mapping,
        )


def kind_choices(prefecture: Prefecture) -> list[tuple[str, str]]:
    """The usual registers, then the kinds that the préfecture has added."""
    usual = {code for code, *_ in REGISTERS.values()}
    kinds = dict(prefecture.kinds.filter(is_active=True).values_list("code", "label"))
    known = [(word, REGISTER_LABELS[word]) for word, (code, *_) in REGISTERS.items() if code in kinds]
    return known + [(code, label) for code, label in kinds.items() if code not in usual]


class ConfirmForm(PageForm):
    """Before importing for good what stands elsewhere already."""

    confirmed = TickField(label="Importer quand même\xa0: ce sont d’autres demandes, à enregistrer en plus")


class ColumnsForm(PageForm):
    """For each thing that a register may say, the column that says it."""

    bound_field_class = DescribedField

    def __init__(self, *args: Any, layout: Layout, shown: ShownSheet, said: Columns, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.recognised, self.claimed = shown.recognised, shown.claimed
        choices = [(NOWHERE, "Dans aucune colonne"), *((header, header) for header in shown.headers)]
        asked = [column for column in layout.columns if column.kind != "ignored"]
        for column in sorted(asked, key=lambda column: not column.required):
            self.fields[column.code] = forms.ChoiceField(
                label=name_of(column.label),
                choices=choices,
                required=column.required,
                initial=said.get(column.code, self.recognised.get(column.code, NOWHERE)),
                help_text=hesitation(shown.claimed.get(column.code, ())),
                error_messages={"required": "Sans cette colonne, aucune ligne ne peut être importée."},
                widget=forms.Select(attrs={"class": "fr-select"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for header, codes in by_header(cleaned).items():
            if len(codes) > 1:
                for code in codes[1:]:
                    self.add_error(
                        code, f"La colonne «\xa0{header}\xa0» est déjà donnée à «\xa0{self[codes[0]].label}\xa0»."
                    )
        return cleaned

    def mapping(self) -> Columns:
        """Of a valid form: only what differs from what is recognised, since other sheets may write it otherwise."""
        return {
            code: header or None
            for code, header in self.cleaned_data.items()
            if code in self.claimed or (header or None) != self.recognised.get(code)
        }


def by_header(cleaned: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, header in cleaned.items():
        if header:
            found.setdefault(header, []).append(code)
    return found


def name_of(label: str) -> str:
    """« Date d’arrivée » for « La date d’arrivée »: the labels begin the sentences of the reports."""
    return capfirst(ARTICLE.sub("", label))


def hesitation(headers: Sequence[str]) -> str:
    """Why a person is asked; empty where nothing is in doubt."""
    names = " et ".join(f"«\xa0{header}\xa0»" for header in headers)
    return f"Plusieurs colonnes peuvent l’être\xa0: {names}." if names else ""


def options_as_initial(options: ImportOptions) -> dict[str, Any]:
    return {name: value for name, value in options.as_json().items() if name != "mapping"}
