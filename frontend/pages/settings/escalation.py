"""« Relances et alertes »: after how many working days of delay each level is told."""

from typing import Final

from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import escape
from django.views.decorators.http import require_http_methods

from frontend.context import settings_link
from frontend.forms.notifications import EscalationForm
from frontend.http import PageRequest
from frontend.opened import Opened
from frontend.pages.reference.rights import prefecture_administered_by, prefecture_edited_by
from frontend.pages.settings.editing import UNCHANGED, Screen, author_of, bound, show
from frontend.setting_words import settings_history
from frontend.wording import working_days
from notifications import ladder
from notifications.models import Escalation
from tracker.editing import hold
from tracker.errors import InvalidCommand
from tracker.models import Prefecture, User

NEXT: Final = "\xa0; "
WHO: Final = {
    "agent_days": "la personne responsable",
    "supervisor_days": "les encadrants de son bureau",
    "quality_days": "les référents qualité",
}


class OpenedLadder(Opened):
    """Over a row that stands from the first change on."""

    def lock(self) -> None:
        if self.prefecture is not None:
            self.row = ladder.standing(hold(self.prefecture))


@require_http_methods(["GET", "HEAD", "POST"])
def escalation(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_of(request.user)
    steps = ladder.of(prefecture)
    form = EscalationForm(*bound(request), initial={name: getattr(steps, name) for name in ladder.COLUMNS})

    if request.htmx and "effet" in request.GET:
        return HttpResponse(escape(would(form)))

    def save() -> str:
        days = {name: form.cleaned_data[name] for name in ladder.COLUMNS}
        if not ladder.change(prefecture, days, author_of(request)):
            return UNCHANGED
        return f"Relances modifiées. {effect(ladder.of(prefecture))}"

    screen = Screen(
        "Relances et alertes",
        "Enregistrer",
        (settings_link(),),
        intro="Quand une échéance est passée, les personnes concernées sont prévenues l’une après l’autre, tant que la "
        "demande attend. Chacune l’est une fois, selon ses choix de notification.",
        facts=(
            "Un changement vaut pour les retards à venir\xa0: ce qui a déjà été dit ne l’est pas une seconde fois.",
        ),
        template="escalation",
        context={"history": settings_history(prefecture, "escalation"), "effect": effect(steps)},
    )
    return show(request, form, screen, save, reverse("escalation"), OpenedLadder(form, steps, prefecture))


def prefecture_of(user: User) -> Prefecture:
    """The référent of the whole préfecture and its administrator set it."""
    try:
        return prefecture_edited_by(user)
    except Http404:
        return prefecture_administered_by(user)


def would(form: EscalationForm) -> str:
    """What the delays that are typed would do, or why they do not hold."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    days = {name: form.cleaned_data[name] for name in ladder.COLUMNS}
    try:
        ladder.check(days)
    except InvalidCommand as refusal:
        return refusal.message
    return effect(Escalation(**days), "Avec ces délais seront prévenus")


def effect(steps: Escalation, opening: str = "Aujourd’hui sont prévenus") -> str:
    """« La personne responsable est prévenue dès que l’échéance est passée, les encadrants après 2 jours ouvrés… »"""
    said = []
    for name, who in WHO.items():
        days = getattr(steps, name)
        if days is not None:
            when = f"après {working_days(days)} de retard" if days else "dès que l’échéance est passée"
            said.append(f"{who} {when}")
    if not said:
        return "Personne n’est prévenu d’un retard."
    return f"{opening}\xa0: {NEXT.join(said)}."


urlpatterns = [path("reglages/relances/", escalation, name="escalation")]
