"""The reminder to a bureau."""

from django import forms

from frontend.forms.base import PageForm
from frontend.forms.fields import PlainTextField

NOTE_ROWS = 2


class ReminderForm(PageForm):
    """`seen`: the last reminder that the person was shown, so that two people do not remind the same bureau at once."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    note = PlainTextField(
        label="Un mot pour le bureau",
        required=False,
        widget=forms.Textarea({"rows": NOTE_ROWS}),
        help_text="Il restera au journal de chaque demande relancée.",
    )
