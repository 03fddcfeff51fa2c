"""The form of the filters of a list. It is sent by GET: what it asks for stands in the address."""

from datetime import date

from frontend.forms.base import PageForm
from frontend.forms.fields import DayField


class RegistryForm(PageForm):
    def read_days_near(self, today: date) -> None:
        """« 25/11 » is the nearest such day to `today`."""
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = today
