"""What every form of the pages stands on."""

from typing import Any, Final

from django import forms
from dsfr.forms import DsfrBaseForm

OF_CODES: Final = "«\xa0%(value)s\xa0» n’est pas un choix possible. Choisissez dans la liste."
OF_ROWS: Final = "Ce choix n’est pas proposé, ou ne l’est plus. Choisissez-en un autre dans la liste."
CHOICES: Final = (
    (forms.ChoiceField, OF_CODES),
    (forms.ModelChoiceField, OF_ROWS),  # its value is a number that says nothing to anybody
    (forms.ModelMultipleChoiceField, OF_ROWS),
)


class PageForm(DsfrBaseForm):  # type: ignore[misc]  # django-dsfr has no types
    """A DSFR form: optional fields are marked « (Optionnel) », required ones are not starred."""

    def get_context(self) -> dict[str, Any]:
        # django-dsfr's own method warns at each rendering about the setting that we rely on.
        context = forms.Form.get_context(self)
        context["DSFR_MARK_OPTIONAL_FIELDS"] = True
        return context

    def full_clean(self) -> None:
        """With our words where a field would refuse a choice in Django's."""
        for field in self.fields.values():
            for kind, words in CHOICES:
                if field.error_messages.get("invalid_choice") == kind.default_error_messages["invalid_choice"]:
                    field.error_messages["invalid_choice"] = words
        super().full_clean()
