"""The préfecture's own settings: when what is answered closes by itself."""

from django.http import HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from frontend.context import settings_link
from frontend.forms.catalogue import PrefectureForm
from frontend.http import PageRequest
from frontend.opened import Opened
from frontend.pages.reference.rights import prefecture_edited_by
from frontend.pages.settings.editing import UNCHANGED, Screen, author_of, bound, show
from frontend.setting_words import settings_history
from frontend.wording import count_of
from tracker import cataloguing, closing
from tracker.models import Prefecture


@require_http_methods(["GET", "HEAD", "POST"])
def prefecture_settings(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_edited_by(request.user)
    form = PrefectureForm(*bound(request), initial={"close_after_days": prefecture.close_after_days})

    def save() -> str:
        if not cataloguing.change_closing(prefecture, form.cleaned_data["close_after_days"], author_of(request)):
            return UNCHANGED
        return f"Clôture automatique modifiée. {coming(Prefecture.objects.get(pk=prefecture.pk))}"

    screen = Screen(
        "Clôture automatique",
        "Enregistrer",
        (settings_link(),),
        intro="Une demande répondue reste ouverte aux corrections, puis se clôt d’elle-même.",
        facts=(coming(prefecture),),
        context={"history": settings_history(prefecture, "prefecture")},
    )
    opened = Opened(form, prefecture, prefecture)
    return show(request, form, screen, save, reverse("prefecture-settings"), opened)


def coming(prefecture: Prefecture) -> str:
    """What the next night will close with the present setting."""
    sites = prefecture.sites.select_related("prefecture")
    count = sum(len(closing.answered_until(site, closing.last_day_to_close(site))) for site in sites)
    if not count:
        return "Aucune demande ne se clôt la nuit prochaine."
    return f"{count_of(count, 'demande se clôt', 'demandes se closent')} la nuit prochaine."


urlpatterns = [path("reglages/cloture/", prefecture_settings, name="prefecture-settings")]
