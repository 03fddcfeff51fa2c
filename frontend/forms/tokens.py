"""A token for a program."""

from datetime import timedelta
from typing import Any

from django import forms

from frontend.forms.fields import DatedForm, DayField, PlainTextField
from tracker.enums import TokenScope
from tracker.tokens import LABEL_LENGTH

USUAL_LIFE = timedelta(days=180)


class TokenForm(DatedForm):
    label = PlainTextField(
        label="À quoi servira ce jeton\xa0?",
        max_length=LABEL_LENGTH,
        help_text="Par exemple\xa0: suivi des réclamations dans le tableau du cabinet.",
        error_messages={"required": "Dites à quoi ce jeton servira."},
    )
    scope = forms.ChoiceField(label="Ce qu’il permet", choices=TokenScope.choices, widget=forms.RadioSelect)
    expires_on = DayField(label="Dernier jour", help_text="Un an au plus.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].initial = TokenScope.READ
        self.fields["expires_on"].initial = self.today + USUAL_LIFE
