"""Preparing the text of a letter, and what its signature says."""

from datetime import date
from typing import Any, Final

from django import forms

from correspondence.enums import ReplyPurpose
from correspondence.models import ReplyModel
from correspondence.reply_models import Terms
from frontend.drafts import MAX_VALUE
from frontend.forms.fields import DatedForm, DayField, PlainTextField, RowsField, TickField
from frontend.reply_texts import FREE, Choice
from tracker.models import Channel, Office, Prefecture, Site, TicketKind, User

TEXT_ROWS = 26
PURPOSE_SLUGS: Final = {
    "reponse": ReplyPurpose.REPLY,
    "attente": ReplyPurpose.HOLDING,
    "pieces": ReplyPurpose.PIECES,
    "transmission": ReplyPurpose.FORWARDING,
    "accuse": ReplyPurpose.ACKNOWLEDGEMENT,
}
"""What a letter is for, as an address says it."""


def group_by_purpose(choices: list[Choice]) -> list[tuple[str, Any]]:
    """Options of a list, those of one purpose under its name, in the order given."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for choice in choices:
        if choice.code != FREE:
            groups.setdefault(str(ReplyPurpose(choice.purpose).label), []).append((choice.code, choice.title))
    return [*groups.items(), *((choice.code, choice.title) for choice in choices if choice.code == FREE)]


class DayTypedElsewhere(DayField):
    """A day travelling with another form: one that cannot be read is mended there, and unknown here."""

    widget = forms.HiddenInput  # type: ignore[assignment]  # a narrower kind of text input

    def clean(self, value: Any) -> date | None:
        try:
            return super().clean(value)  # type: ignore[no-any-return]  # Django's own clean is not precise
        except forms.ValidationError:
            return None


class WrittenField(PlainTextField):
    """A text being written: nothing in it yet is no fault, and no choice either (it is not « optionnel »)."""

    def validate(self, value: Any) -> None:
        """Its length alone is checked."""


class TextForm(DatedForm):
    """A text, the model that it comes from (`opened`), the one to take instead, and what was typed in the act's form:
    these travel with it, hidden, since the fields and the control of form draw on them."""

    model = forms.ChoiceField(label="Modèle")
    text = WrittenField(
        label="Texte",
        max_length=MAX_VALUE,
        widget=forms.Textarea({"rows": TEXT_ROWS, "spellcheck": "true", "lang": "fr"}),
        error_messages={
            "max_length": f"Le texte dépasse {MAX_VALUE} caractères\xa0: coupez-le avant de l’enregistrer."
        },
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    pour = forms.ChoiceField(
        required=False, choices=[("", ""), *((slug, slug) for slug in PURPOSE_SLUGS)], widget=forms.HiddenInput
    )
    promised_on = DayTypedElsewhere(required=False)
    missing = PlainTextField(required=False, widget=forms.HiddenInput)
    until = DayTypedElsewhere(required=False)
    to = PlainTextField(required=False, widget=forms.HiddenInput)
    forwarded_on = DayTypedElsewhere(required=False)

    def __init__(self, *args: Any, choices: list[Choice], **kwargs: Any) -> None:
        # Beside the act's form, whose fields have the same names.
        super().__init__(*args, auto_id="texte_%s", **kwargs)
        self.by_code = {choice.code: choice for choice in choices}
        self.fields["model"].choices = group_by_purpose(choices)


class ReplyModelForm(DatedForm):
    """One model, as the référent writes it."""

    title = PlainTextField(
        label="Titre", help_text="Ce que l’agent lit pour le choisir.", error_messages={"required": "Donnez un titre."}
    )
    purpose = forms.ChoiceField(label="Usage", choices=ReplyPurpose.choices)
    body = PlainTextField(
        label="Texte",
        help_text="Un champ s’écrit entre crochets\xa0: [référence]. Pour un passage que l’agent écrira\xa0: "
        "[à compléter\xa0: …].",
        widget=forms.Textarea({"rows": TEXT_ROWS, "spellcheck": "true", "lang": "fr"}),
        error_messages={"required": "Écrivez le texte du modèle."},
    )
    kinds = RowsField(
        TicketKind.objects.none(),
        label="Pour quelles demandes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\xa0: toutes.",
    )
    channels = RowsField(
        Channel.objects.all(),
        label="Arrivées par quels canaux",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\xa0: tous.",
    )
    reference = PlainTextField(
        label="Aperçu sur une demande",
        required=False,
        help_text="Sa référence, par exemple 44-2026-000123. Vide\xa0: un exemple.",
    )
    opened_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, prefecture: Prefecture, model: ReplyModel | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        if model is not None:
            initial = {name: getattr(model, name) for name in ("title", "purpose", "body")}
            initial |= {"kinds": model.kinds.all(), "channels": model.channels.all(), "opened_version": model.version}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["kinds"].queryset = prefecture.kinds.all()

    def terms(self) -> Terms:
        """Of a valid form."""
        typed = self.cleaned_data
        return Terms(typed["purpose"], typed["title"], typed["body"], list(typed["kinds"]), list(typed["channels"]))


# --- Signatures ---------------------------------------------------------------------------------------------------


class OwnSignatureForm(DatedForm):
    """What a person says of themselves under a letter."""

    job_title = PlainTextField(
        label="Qualité",
        error_messages={"required": "Indiquez la qualité\xa0: la loi la demande sur chaque lettre."},
        help_text="Votre fonction, telle que le demandeur la lira\xa0: «\xa0Instructrice des titres de séjour\xa0».",
    )
    phone = PlainTextField(
        label="Téléphone direct",
        required=False,
        help_text="Vide\xa0: celui du bureau.",
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        initial = {name: getattr(person, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)


class PersonSignatureForm(OwnSignatureForm):
    """The same, and whether the person signs with their name."""

    signs_anonymously = TickField(
        label="Signe sans son nom",
        help_text="Si la sécurité publique ou celle des personnes le justifie (CRPA, article L. 111-2).",
    )
    agent_number = PlainTextField(
        label="Numéro d’agent",
        required=False,
        help_text="Écrit à la place du nom. Vide\xa0: «\xa0L’agent chargé de votre demande\xa0».",
    )


class OfficeSignatureForm(DatedForm):
    """What the letters of a bureau say of it."""

    address = PlainTextField(
        label="Adresse",
        required=False,
        help_text="Sur une ligne, avec le code postal. Vide\xa0: celle du site.",
    )
    phone = PlainTextField(label="Téléphone", required=False, widget=forms.TextInput({"inputmode": "tel"}))
    email = PlainTextField(
        label="Adresse électronique",
        required=False,
        help_text="La boîte du service, pas celle d’une personne.",
        widget=forms.TextInput({"inputmode": "email"}),
    )
    opening_hours = PlainTextField(
        label="Horaires", required=False, help_text="Par exemple\xa0: du lundi au vendredi, de 9 h à 12 h."
    )
    signs_anonymously = TickField(
        label="Tous les agents de ce bureau signent sans leur nom",
        help_text="Si la sécurité publique ou celle des personnes le justifie (CRPA, article L. 111-2).",
    )

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(office, name) for name in self.base_fields}, **kwargs)


class SiteSignatureForm(DatedForm):
    """Where a site is, for the letters of its bureaux."""

    address = PlainTextField(label="Adresse", required=False, help_text="Sur une ligne, avec le code postal.")
    city = PlainTextField(
        label="Lieu des courriers",
        required=False,
        help_text="«\xa0Nantes\xa0» donne «\xa0Nantes, le 20 novembre 2026\xa0».",
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(site, name) for name in self.base_fields}, **kwargs)
