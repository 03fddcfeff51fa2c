"""« Calculer une échéance »: a date, a delay, a place."""

from datetime import date
from typing import Any, Final, cast

from django import forms
from django.conf import settings

from frontend.forms.fields import DatedForm, DayField, DayInput
from tracker import clock
from tracker.legal_days import legal_calendar
from tracker.models import Site, User
from tracker.rulebooks import current_calendar
from tracker.workdays import WorkCalendar
from tracker.zones import DEPARTMENTS

OTHER: Final = "other"
NO_SITE: Final = "75"
"""The calendar proposed to somebody who belongs to no préfecture."""
LONGEST: Final = 250
USUAL_DELAYS: Final = (*((str(days), f"{days} jours") for days in (4, 5, 10, 15)), (OTHER, "Autre"))


class CalculatorForm(DatedForm):
    received_on = DayField(label="Reçu le", widget=DayInput({"autofocus": True}))
    days = forms.ChoiceField(label="Délai en jours ouvrés", choices=USUAL_DELAYS, widget=forms.RadioSelect)
    other_days = forms.IntegerField(
        label="Autre délai",
        required=False,
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), f"Indiquez un nombre de 1 à {LONGEST}."),
    )
    place = forms.ChoiceField(label="Calendrier")

    def __init__(self, user: User, data: Any) -> None:
        """`data` is None at first sight: today, five days, the main site of the person's préfecture."""
        self.sites = list(
            Site.objects.filter(prefecture_id__in=user.scope.prefecture_ids).order_by("-is_main", "position")
        )
        today = clock.today(self.sites[0].time_zone if self.sites else settings.TIME_ZONE)
        super().__init__(data or self.first_sight(today), today=today)
        cast(forms.ChoiceField, self.fields["place"]).choices = [
            ("Sites de la préfecture", [(f"site-{site.pk}", site.name) for site in self.sites]),
            (
                "Départements et territoires",
                [(place.code, f"{place.code} {place.name}") for place in DEPARTMENTS.values()],
            ),
        ]

    def first_sight(self, today: date) -> dict[str, str]:
        place = f"site-{self.sites[0].pk}" if self.sites else NO_SITE
        return {"received_on": f"{today:%d/%m/%Y}", "days": "5", "place": place}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("days") != OTHER:
            # What stands in the field of the other delay does not count then, whatever it is.
            self.errors.pop("other_days", None)
        elif cleaned.get("other_days") is None and "other_days" not in self.errors:
            self.add_error("other_days", f"Indiquez un nombre de 1 à {LONGEST}.")
        return cleaned

    @property
    def delay(self) -> int:
        """In working days; of a valid form."""
        chosen = self.cleaned_data["days"]
        return int(self.cleaned_data["other_days"] if chosen == OTHER else chosen)

    def calendar(self) -> tuple[WorkCalendar, str, str]:
        """The calendar chosen, its name and its time zone; of a valid form. A site's own closed days count."""
        chosen = self.cleaned_data["place"]
        for site in self.sites:
            if chosen == f"site-{site.pk}":
                return current_calendar(site), site.name, site.time_zone
        place = DEPARTMENTS[chosen]
        return legal_calendar(place.zone.code), f"{place.name} ({place.code})", place.time_zone
