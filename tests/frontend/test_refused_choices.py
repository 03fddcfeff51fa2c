"""A choice that is not offered is refused in our words, whatever the field; a field's own words stay."""

from typing import Any

import pytest
from django import forms

from frontend.forms.base import PageForm

CHOICES = (("1", "Un"), ("2", "Deux"))
OURS = "«\xa0zz\xa0» n’est pas un choix possible. Choisissez dans la liste."


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.ChoiceField(choices=CHOICES), "zz", OURS),
        (forms.TypedChoiceField(choices=CHOICES, coerce=int), "zz", OURS),
        (forms.MultipleChoiceField(choices=CHOICES), ["1", "zz"], OURS),
        (forms.ChoiceField(choices=CHOICES, error_messages={"invalid_choice": "Autre."}), "zz", "Autre."),
    ],
)
def test_a_choice_that_is_not_offered_is_refused_in_our_words(field: forms.Field, value: Any, words: str) -> None:
    form = PageForm({"chosen": value})
    form.fields["chosen"] = field
    assert form.errors == {"chosen": [words]}
