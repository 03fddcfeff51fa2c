"""What every form of the pages stands on."""

from typing import Any

from django.forms import Form
from dsfr.forms import DsfrBaseForm


class PageForm(DsfrBaseForm):  # type: ignore[misc]  # django-dsfr has no types
    """A DSFR form: optional fields are marked « (Optionnel) », required ones are not starred."""

    def get_context(self) -> dict[str, Any]:
        # django-dsfr's own method warns at each rendering about the setting that we rely on.
        context = Form.get_context(self)
        context["DSFR_MARK_OPTIONAL_FIELDS"] = True
        return context
