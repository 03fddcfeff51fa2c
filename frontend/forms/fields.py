"""Dates and texts as people type them, and the form that says what a service refused."""

import re
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from dsfr.forms import DsfrBoundField

from frontend.forms.base import PageForm
from tracker.dates import nearest_day, real_day
from tracker.enums import Module
from tracker.errors import InvalidCommand
from tracker.filetypes import BY_EXTENSION
from tracker.text import clean_text, size_words
from tracker.workdays import FIRST_DAY, LAST_DAY

DAY_AND_MONTH = 2
LONGEST_KEY: Final = 18
"""Digits."""
MODULES: Final = [(module.value, f"{module.value}. {module.label}") for module in Module]


class DescribedField(DsfrBoundField):  # type: ignore[misc]  # django-dsfr is not typed
    @property
    def aria_describedby(self) -> str | None:
        """The hint and the error, by the identifiers that the design system's templates give them."""
        if self.is_hidden or not self.auto_id:
            return None
        ids = [f"{self.auto_id}_helptext"] if self.help_text else []
        if self.errors:
            ids.append(f"{self.auto_id}-desc-error")
        return " ".join(ids) or None


class ServiceForm(PageForm):
    """A form whose last word is a service's."""

    bound_field_class = DescribedField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The browser would refuse a form before the server says why, in its own words.
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)

    def refuse(self, refusal: InvalidCommand) -> None:
        """Put the refusal of a service beside the field that it names."""
        name = (refusal.field or "").removesuffix("_id")
        self.add_error(name if name in self.fields else None, refusal.message)


class DatedForm(ServiceForm):
    """A form of the register. `today` is the date at the site, to which a date typed without its year is nearest."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = today


class PlainTextField(forms.CharField):
    """Text without the characters that nobody sees and nobody could take out (a NUL pasted from a PDF). Its length is
    the service's business, which says it with the number of characters typed."""

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class TickField(forms.BooleanField):
    """A box to tick: an empty one is an answer too."""

    template_name = "frontend/components/field_checkbox.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # it takes none when it runs
    """Rows to tick, by their keys; a key that no database holds is no choice, where SQLite would break off."""

    def clean(self, value: Any) -> Any:
        if any(len(str(key)) > LONGEST_KEY for key in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


class FilesInput(forms.FileInput):
    """Several files at once, from a single choice."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        accepted = ",".join(BY_EXTENSION)
        limits = {
            "data-sillage-file-bytes": settings.ATTACHMENT_MAX_BYTES,
            "data-sillage-most-files": settings.MAX_UPLOAD_FILES,
            "data-sillage-most-bytes": settings.MAX_UPLOAD_BYTES,
        }
        super().__init__({"class": "fr-upload", "accept": accepted, "multiple": True, **limits})


class FilesField(forms.FileField):
    """The files chosen, none where there is none. Each is judged by `tracker.attachments`, which names it."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        most = size_words(settings.ATTACHMENT_MAX_BYTES)
        words = f"PDF, images, documents de bureautique, courriels, textes. {most} au plus chacun."
        super().__init__(help_text=words, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return data or []


class DayInput(forms.TextInput):
    """A short text field: « 20/11 » is faster than three boxes, and what was typed wrongly stays to be mended."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "inputmode": "numeric",
                "autocomplete": "off",
                "maxlength": "20",
                "placeholder": "jj/mm/aaaa",
                **(attrs or {}),
            }
        )


class DayField(forms.Field):
    """A date as people type it: 20/11/2026, 20/11/26, 20/11, 20112026, 20.11.2026, or a browser's own 2026-11-20.

    Without its year it is that day of the year nearest to `today`, before or after: « 25/11 » typed on the 20th is in
    five days (and refused as an arrival), not silently a year ago.
    """

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        self.today = FIRST_DAY
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date) or not value:
            return value or None
        typed = str(value).strip()
        if not typed:
            return None
        day = parse_day(typed, self.today)
        if day is None:
            raise forms.ValidationError(f"«\xa0{typed[:20]}\xa0» n’est pas une date. Écrivez-la ainsi\xa0: 20/11/2026.")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(
                f"Le {day:%d/%m/%Y} sort du calendrier, qui va du {FIRST_DAY:%d/%m/%Y} au {LAST_DAY:%d/%m/%Y}."
            )
        return day

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def parse_day(typed: str, today: date) -> date | None:
    """The day that `typed` names, or None. Any year is accepted here."""
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", typed, re.ASCII)
    if iso:
        return real_day(*(int(part) for part in iso.groups()))
    if re.fullmatch(r"\d{4}|\d{6}|\d{8}", typed, re.ASCII):
        parts = [part for part in (typed[:2], typed[2:4], typed[4:]) if part]
    elif re.fullmatch(r"\d{1,2}[\s./-]\d{1,2}([\s./-](\d{2}|\d{4}))?", typed, re.ASCII):
        parts = re.split(r"[\s./-]", typed)
    else:
        return None
    day, month, *year = (int(part) for part in parts)
    if not year:
        return nearest_day(month, day, today)
    return real_day(year[0] + 2000 if len(parts[DAY_AND_MONTH]) == DAY_AND_MONTH else year[0], month, day)
