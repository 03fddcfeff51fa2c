"""A form over what is recorded already takes with it what it showed when it was opened. Somebody may have changed the
same row since: what this person did not touch is left as it is now; a field that both have changed is shown with both
values, and nothing is written before the person says which."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.db.models import Model

from frontend.forms.fields import ServiceForm
from tracker.editing import again, hold
from tracker.models import Prefecture

NAME: Final = "opened"
"""Of the hidden input; no field of ours bears it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people have changed."""

    label: str
    present: str
    typed: str


@dataclass(slots=True)
class Opened:
    """`form` over `row`. `prefecture` is held while it is written, by those who write its settings; None for who locks
    the row alone. `differences`: what keeps it from being written as it is."""

    form: ServiceForm
    row: Model
    prefecture: Prefecture | None = None
    differences: list[Difference] = field(default_factory=list)

    @property
    def stamp(self) -> str:
        """What goes with the form: what it showed at first, or what is recorded now once the person has seen it."""
        if self.form.is_bound and not self.differences:
            return str(self.form.data.get(NAME, ""))
        return json.dumps(self.recorded())

    def recorded(self) -> dict[str, Any]:
        """What the row says of each field of the form, as JSON has it."""
        columns = {column.name: column for column in self.row._meta.concrete_fields}
        return {name: columns[name].value_from_object(self.row) for name in self.form.fields if name in columns}

    def write(self, save: Callable[[], str]) -> str | None:
        """In the caller's transaction: `save`, unless somebody has changed a field that this person changed too; None
        then, and `differences` says which. The form keeps what was typed."""
        self.lock()
        shown = self.shown()
        recorded = self.recorded()
        data = self.form.data.copy()
        for name, present in recorded.items():
            each, typed = self.form.fields[name], self.form[name].data
            if present == shown.get(name, present) or not each.has_changed(present, typed):
                continue
            if each.has_changed(shown[name], typed):
                self.differences.append(
                    Difference(str(self.form[name].label), words(each, present), words(each, typed))
                )
            else:
                put(data, self.form.add_prefix(name), each.prepare_value(present))
        self.form.data = data
        self.form.full_clean()
        return None if self.differences or not self.form.is_valid() else save()

    def lock(self) -> None:
        """The row as it is, which nobody changes before the end of the transaction."""
        if self.prefecture is not None:
            hold(self.prefecture)
        self.row = again(self.row)

    def shown(self) -> dict[str, Any]:
        """What the form showed when it was opened; nothing where it does not say."""
        try:
            found = json.loads(self.form.data.get(NAME) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def put(data: Any, name: str, value: Any) -> None:
    """As a browser would send it: a box that is not ticked is not sent."""
    if value is None or value is False:
        data.pop(name, None)
    else:
        data[name] = "on" if value is True else str(value)


def words(each: forms.Field, value: Any) -> str:
    """A value as the person reads it."""
    if isinstance(each, forms.BooleanField):
        return "oui" if each.to_python(value) else "non"
    choices = {str(key): str(label) for key, label in getattr(each, "choices", ())}
    text = str(value if value is not None else "")
    return choices.get(text, text) if text else ""
