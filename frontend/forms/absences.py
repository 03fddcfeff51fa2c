"""An absence, and to whom somebody's demandes are handed over."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontend.forms.fields import DatedForm, DayField
from tracker.absences import Terms
from tracker.models import Absence, User

NOBODY = "Personne pour l’instant"


class PersonField(forms.TypedChoiceField):
    """One of the people given; the error says what to do."""

    def __init__(self, people: Sequence[User] = (), empty: str = "", **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)
        self.offer(people, empty)

    def offer(self, people: Sequence[User], empty: str) -> None:
        self.people = {str(each.pk): each for each in people}
        self.choices = [("", empty), *((key, each.full_name) for key, each in self.people.items())]
        self.coerce = self.people.get

    def prepare_value(self, value: Any) -> Any:
        return str(value.pk) if isinstance(value, User) else value


class AbsenceForm(DatedForm):
    """`people`: whose absence it may be; a single one goes without saying."""

    person = PersonField(label="Personne", error_messages={"required": "Choisissez la personne."})
    starts_on = DayField(label="Premier jour", error_messages={"required": "Indiquez le premier jour d’absence."})
    ends_on = DayField(label="Dernier jour", error_messages={"required": "Indiquez le dernier jour d’absence."})
    substitute = PersonField(label="Remplacement", required=False)

    def __init__(
        self, *args: Any, people: Sequence[User], substitutes: Sequence[User], absence: Absence | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        if absence is not None:
            kwargs["initial"] = {
                "starts_on": absence.starts_on,
                "ends_on": absence.ends_on,
                "substitute": absence.substitute,
                "opened_version": absence.version,
            }
        super().__init__(*args, **kwargs)
        self.only = people[0] if len(people) == 1 else None
        if self.only is not None:
            del self.fields["person"]
        else:
            self.fields["person"].offer(people, "Choisir une personne")
        self.fields["substitute"].offer(substitutes, NOBODY)
        if absence is not None:
            self.fields["opened_version"] = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def who(self) -> User:
        return self.only or self.cleaned_data["person"]

    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(data["starts_on"], data["ends_on"], data["substitute"])


class HandAllOverForm(DatedForm):
    """All the demandes of a person, or the urgent ones alone. `able`: how many each candidate may take."""

    what = forms.ChoiceField(label="Quelles demandes", widget=forms.RadioSelect)
    to = PersonField(label="À qui", error_messages={"required": "Choisissez à qui confier ces demandes."})

    def __init__(
        self, *args: Any, people: Sequence[User], labels: dict[int, str], what: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = what
        self.fields["what"].initial = what[0][0]
        self.fields["to"].offer(people, "Choisir une personne")
        self.fields["to"].choices = [
            ("", "Choisir une personne"), *((str(each.pk), labels[each.pk]) for each in people)
        ]  # fmt: skip
