"""Signatures: what the letters say of a person, a bureau, a site; one's own, and those that an encadrant or a référent
keeps. Who signs without their name is decided here, never by the person alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from correspondence import signing
from correspondence.sender import sender_of
from frontend import feedback
from frontend.context import Link, settings_link
from frontend.forms.fields import DatedForm
from frontend.forms.texts import OfficeSignatureForm, OwnSignatureForm, PersonSignatureForm, SiteSignatureForm
from frontend.http import PageRequest
from frontend.opened import Opened
from tracker import clock
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.models import Office, Site, User
from tracker.permissions import TREATING_ROLES
from tracker.writers import Author

CONFLICT, UNPROCESSABLE = 409, 422
KEEPING = (Role.SUPERVISOR, Role.QUALITY)


@dataclass(frozen=True, slots=True)
class Screen:
    """One form of this area: its title, the change that it makes, where it leads, the block as it is now."""

    title: str
    change: Callable[[Mapping[str, Any], Author], bool]
    back: str
    trail: tuple[Link, ...] = ()
    text: str = ""
    block: list[str] = field(default_factory=list)
    keeps_others: bool = False


@require_http_methods(["GET", "POST"])
def own(request: PageRequest) -> HttpResponse:
    """« Ma signature », in the account menu."""
    user = User.objects.get(pk=request.user.pk)
    if not user.scope.has(*TREATING_ROLES):
        raise Http404
    office = Office.objects.filter(pk__in=worked_in(user)).select_related("site").first()
    site = office.site if office else Site.objects.filter(prefecture_id__in=user.scope.prefecture_ids, is_main=True)[0]
    screen = Screen(
        title="Ma signature",
        change=lambda values, author: signing.change_own(user, values, author),
        back=reverse("signature"),
        text="Sur chaque lettre, le demandeur a le droit de connaître le prénom, le nom, la qualité et l’adresse "
        "administrative de l’agent qui traite sa demande (CRPA, article L.\xa0111-2).",
        block=sender_of(user, site, office).lines(),
        keeps_others=user.scope.has(*KEEPING),
    )
    return answer(request, OwnSignatureForm(request.POST or None, person=user, today=today()), user, screen)


@require_GET
def signatures(request: PageRequest) -> HttpResponse:
    kept = signing.offices_kept_by(request.user)
    offices = list(Office.objects.filter(pk__in=kept, is_active=True).select_related("site"))
    if not offices:
        raise Http404
    context = {
        "trail": above(request.user),
        "offices": offices,
        "sites": list(signing.sites_kept_by(request.user)),
        "people": list(signing.people_kept_by(request.user)),
    }
    return render(request, "frontend/pages/signatures.html", context)


@require_http_methods(["GET", "POST"])
def office_signature(request: PageRequest, office_id: int) -> HttpResponse:
    kept = Office.objects.filter(pk__in=signing.offices_kept_by(request.user)).select_related("site")
    office = get_object_or_404(kept, pk=office_id)
    form = OfficeSignatureForm(request.POST or None, office=office, today=today())
    screen = kept_screen(request.user, office.name, lambda values, by: signing.change_office(office, values, by))
    return answer(request, form, office, screen)


@require_http_methods(["GET", "POST"])
def person_signature(request: PageRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(signing.people_kept_by(request.user), pk=person_id)
    form = PersonSignatureForm(request.POST or None, person=person, today=today())
    screen = kept_screen(request.user, person.full_name, lambda values, by: signing.change_person(person, values, by))
    return answer(request, form, person, screen)


@require_http_methods(["GET", "POST"])
def site_signature(request: PageRequest, site_id: int) -> HttpResponse:
    site = get_object_or_404(signing.sites_kept_by(request.user), pk=site_id)
    form = SiteSignatureForm(request.POST or None, site=site, today=today())
    screen = kept_screen(request.user, site.name, lambda values, by: signing.change_site(site, values, by))
    return answer(request, form, site, screen)


# --- Parts --------------------------------------------------------------------------------------------------------


def kept_screen(user: User, name: str, change: Callable[[Mapping[str, Any], Author], bool]) -> Screen:
    back = reverse("signatures")
    return Screen(f"Signature\xa0: {name}", change, back, trail=(*above(user), Link("Signatures", back)))


def above(user: User) -> tuple[Link, ...]:
    """The page that leads to the signatures: Réglages, or « Mon bureau » for whom Réglages is closed."""
    return (settings_link() if user.scope.has(Role.QUALITY) else Link("Mon bureau", reverse("bureau")),)


def answer(request: PageRequest, form: DatedForm, row: Model, screen: Screen) -> HttpResponse:
    opened = Opened(form, row)

    def save() -> str:
        changed = screen.change(form.cleaned_data, Author(user=request.user))
        return "Signature enregistrée." if changed else "Rien n’avait changé."

    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                said = opened.write(save)
        except InvalidCommand as refusal:
            form.refuse(refusal)
        else:
            if said is not None:
                feedback.done(request, said)
                return redirect(screen.back)
    status = CONFLICT if opened.differences else UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "screen": screen, "opened": opened, "trail": screen.trail}
    return render(request, "frontend/pages/signature_form.html", context, status=status)


def worked_in(user: User) -> list[int]:
    """The bureaux that the person's own roles name."""
    return [grant.office_root for grant in user.scope.grants if grant.office_root and grant.role in TREATING_ROLES]


def today() -> date:
    return clock.today(settings.TIME_ZONE)


urlpatterns = [
    path("compte/signature/", own, name="signature"),
    path("reglages/signatures/", signatures, name="signatures"),
    path("reglages/signatures/bureaux/<int:office_id>/", office_signature, name="signature-office"),
    path("reglages/signatures/personnes/<int:person_id>/", person_signature, name="signature-person"),
    path("reglages/signatures/sites/<int:site_id>/", site_signature, name="signature-site"),
]
