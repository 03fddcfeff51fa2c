"""Choosing a row of one of the lists that are kept in memory: showing it and reading it back ask nothing."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

Rows = Callable[[], Sequence[Model]]


class ListChoices(ModelChoiceIterator):  # type: ignore[type-arg]  # not subscriptable when it runs
    """The choices of a `ListField`, in the order of its list."""

    field: "ListField"

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, self.field.rows())

    def __len__(self) -> int:
        return len(self.field.rows()) + (self.field.empty_label is not None)

    def __bool__(self) -> bool:
        return len(self) > 0


class ListField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """`rows`: the function of `tracker.lists` that gives the list; a form may set a narrower one."""

    iterator = ListChoices

    def __init__(self, rows: Rows, **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(None, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> "ListField":
        copied: ListField = super().__deepcopy__(memo)
        copied.widget.choices = copied.choices
        return copied

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        key = str(value.pk if isinstance(value, Model) else value)
        for row in self.rows():
            if str(row.pk) == key:
                return row
        raise forms.ValidationError(
            self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
        )


def nothing() -> Sequence[Model]:
    """The list of a field whose form says later what there is to choose."""
    return ()
