"""The filters of the Registre as people type them: days as they write them, in the design system's fields."""

import django_filters

from frontend.forms.fields import DayField, PlainTextField
from frontend.forms.registry import RegistryForm
from tracker import filters


class DayFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter is untyped
    field_class = DayField


class TextFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter is untyped
    field_class = PlainTextField


class TicketFilter(filters.TicketFilter):
    received_from = DayFilter("received_on", "gte", label="Reçue à partir du")
    received_to = DayFilter("received_on", "lte", label="Reçue jusqu’au")
    text = TextFilter(label="Référence ou mots du texte")

    class Meta(filters.TicketFilter.Meta):
        form = RegistryForm

    @property
    def form(self) -> RegistryForm:
        form: RegistryForm = super().form
        if self.situations.first:
            form.read_days_near(self.situations.first.today)
        return form
