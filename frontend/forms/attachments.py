"""Attaching files to a demande, and taking one back."""

from django import forms

from frontend.forms.base import PageForm
from frontend.forms.fields import DatedForm, DescribedField, FilesField, PlainTextField

ROWS = 2


class AttachForm(PageForm):
    bound_field_class = DescribedField

    files = FilesField(label="Joindre des fichiers")


class WithdrawForm(DatedForm):
    reason = PlainTextField(
        label="Pourquoi le retirer",
        help_text="La raison reste au journal\xa0: «\xa0joint à la mauvaise demande\xa0», «\xa0illisible\xa0»…",
        widget=forms.Textarea({"rows": ROWS}),
        error_messages={"required": "Indiquez pourquoi cette pièce est retirée."},
    )
