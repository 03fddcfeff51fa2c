"""Kinds, themes, mailboxes and the settings of the préfecture, as the référent types them."""

from typing import Any, Final

from django import forms
from django.db.models import Q

from frontend.forms.fields import PlainTextField, ServiceForm
from tracker.cataloguing import MOST_CLOSING_DAYS, PROMISES, MailboxTerms
from tracker.models import Mailbox, Office, Prefecture, Theme, TicketKind

DAYS_ERROR: Final = f"Indiquez un nombre de 1 à {MOST_CLOSING_DAYS}."


class EntryForm(ServiceForm):
    """An entry of a list, new where there is none yet."""

    def __init__(self, *args: Any, prefecture: Prefecture, entry: Any = None, **kwargs: Any) -> None:
        initial = {} if entry is None else {name: getattr(entry, name, None) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)
        self.prefecture, self.entry = prefecture, entry


class KindForm(EntryForm):
    label = PlainTextField(
        label="Libellé",
        help_text="Par exemple «\xa0Modification du serveur vocal\xa0».",
        error_messages={"required": "Donnez un libellé au type de demande."},
    )
    promise = forms.ChoiceField(
        label="Ce que ce type promet",
        choices=[(f"{machine}:{purpose}", label) for (machine, purpose), label in PROMISES.items()],
        help_text="Ce choix fixe le circuit des demandes\xa0: il ne se modifie plus ensuite.",
        widget=forms.RadioSelect,
        initial="reply:reply",
    )

    entry: TicketKind | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.entry is not None:
            del self.fields["promise"]

    def refuse(self, refusal: Any) -> None:
        if refusal.field == "purpose":
            refusal.field = "promise"
        super().refuse(refusal)


class ThemeForm(EntryForm):
    label = PlainTextField(label="Libellé", error_messages={"required": "Donnez un libellé au thème."})

    entry: Theme | None


class MailboxForm(EntryForm):
    name = PlainTextField(
        label="Nom",
        help_text="Comme les agents la nomment, par exemple «\xa0pref-contact\xa0».",
        error_messages={"required": "Donnez un nom à la boîte."},
    )
    address = PlainTextField(label="Adresse électronique", required=False)
    office = forms.ModelChoiceField(
        Office.objects.none(),
        label="Bureau qui la lit",
        required=False,
        empty_label="Aucun",
    )

    entry: Mailbox | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.entry.office_id if self.entry else None
        self.fields["office"].queryset = self.prefecture.offices.filter(Q(is_active=True) | Q(pk=kept))

    def terms(self) -> MailboxTerms:
        """Of a valid form."""
        typed = self.cleaned_data
        return MailboxTerms(typed["name"], typed["address"], typed["office"])


class PrefectureForm(ServiceForm):
    close_after_days = forms.IntegerField(
        label="Clôture automatique, en jours ouvrés après la réponse",
        min_value=1,
        max_value=MOST_CLOSING_DAYS,
        help_text="S’applique dès la prochaine nuit, aussi aux demandes déjà répondues. Une demande close peut être "
        "rouverte.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "min_value", "max_value", "invalid"), DAYS_ERROR),
    )
