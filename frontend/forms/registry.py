"""The form of the filters of a list. It is sent by GET: what it asks for stands in the address."""

from datetime import date
from typing import Final

from django.forms import BoundField

from frontend.forms.base import PageForm
from frontend.forms.fields import DayField

APART: Final = ("text", "received_from", "received_to", "agent")


class RegistryForm(PageForm):
    @property
    def fields_apart(self) -> list[BoundField]:
        """What is typed, or chosen alone."""
        return [self[name] for name in APART]

    @property
    def facets(self) -> list[BoundField]:
        """What is ticked among many; a filter that has nothing to tick is left out."""
        bound = [self[name] for name in self.fields if name not in APART]
        return [field for field in bound if not field.is_hidden and field.subwidgets]

    def read_days_near(self, today: date) -> None:
        """« 25/11 » is the nearest such day to `today`."""
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = today
