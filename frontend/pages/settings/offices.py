"""Organisation: the sites, and the tree of directions and bureaux."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend.context import Link, settings_link
from frontend.forms.organisation import ClosingForm, OfficeForm, SiteForm, in_tree_order
from frontend.http import PageRequest
from frontend.opened import Opened
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.pages.settings.editing import UNCHANGED, Screen, act, author_of, bound, show
from frontend.setting_words import history_of, settings_history
from frontend.wording import count_of
from tracker import clock, organising
from tracker.models import Office, Site, User
from tracker.organising import Holdings
from tracker.permissions import TREATING_ROLES
from tracker.text import clean_text
from tracker.zones import zone


@require_safe
def organisation(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_administered_by(request.user)
    offices = list(prefecture.offices.select_related("site"))
    context = {
        "trail": (settings_link(),),
        "sites": [(site, zone(site.zone).label) for site in prefecture.sites.all()],
        "tree": in_tree_order([office for office in offices if office.is_active]),
        "closed": [office for office in offices if not office.is_active],
        "history": settings_history(prefecture, "site", "office"),
        "today": clock.today(prefecture.time_zone),
    }
    return render(request, "frontend/pages/organisation.html", context)


# --- Sites --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def site_add(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_administered_by(request.user)
    form = SiteForm(*bound(request), prefecture=prefecture)

    def save() -> str:
        return f"{organising.add_site(prefecture, author=author_of(request), **form.cleaned_data)} est ajouté."

    return show(request, form, Screen("Ajouter un site", "Ajouter le site", trail()), save)


@require_http_methods(["GET", "HEAD", "POST"])
def site_change(request: PageRequest, site_code: str) -> HttpResponse:
    prefecture = prefecture_administered_by(request.user)
    site = get_object_or_404(Site, prefecture=prefecture, code=site_code)
    form = SiteForm(*bound(request), prefecture=prefecture, site=site)

    def save() -> str:
        changed = organising.rename_site(site, form.cleaned_data["name"], author_of(request))
        return f"Le site s’appelle maintenant «\xa0{form.cleaned_data['name']}\xa0»." if changed else UNCHANGED

    screen = Screen(
        f"Renommer «\xa0{site}\xa0»",
        "Enregistrer",
        trail(),
        facts=(f"Code {site.code}. Jours fériés\xa0: {zone(site.zone).label}. Fuseau horaire\xa0: {site.time_zone}.",),
        context={"history": history_of(site, prefecture)},
    )
    return show(request, form, screen, save, opened=Opened(form, site, prefecture))


# --- Bureaux ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def office_add(request: PageRequest) -> HttpResponse:
    """Below the bureau named in the address, if any."""
    prefecture = prefecture_administered_by(request.user)
    above = prefecture.offices.filter(code=clean_text(request.GET.get("sous", "")), is_active=True).first()
    initial = {"parent": above.pk, "site": above.site_id} if above else {}
    form = OfficeForm(*bound(request), prefecture=prefecture, initial=initial)

    def save() -> str:
        office = organising.add_office(prefecture, form.cleaned_data["code"], form.terms(), author_of(request))
        return f"«\xa0{office}\xa0» est ajouté\xa0: donnez-y un rôle à ses agents dans «\xa0Comptes et rôles\xa0»."

    return show(request, form, Screen("Ajouter un bureau", "Ajouter le bureau", trail()), save)


@require_http_methods(["GET", "HEAD", "POST"])
def office_change(request: PageRequest, office_code: str) -> HttpResponse:
    office = administered_office(request.user, office_code)
    form = OfficeForm(*bound(request), prefecture=office.prefecture, office=office)

    def save() -> str:
        if not organising.change_office(office, form.terms(), author_of(request)):
            return UNCHANGED
        return f"«\xa0{form.cleaned_data['name']}\xa0» est modifié. Ses demandes gardent leurs échéances."

    screen = Screen(
        f"Modifier «\xa0{office}\xa0»",
        "Enregistrer",
        trail(),
        facts=(f"Code {office.code}.",),
        template="office_form",
        context={"office": office, "history": history_of(office, office.prefecture)},
    )
    return show(request, form, screen, save, opened=Opened(form, office, office.prefecture))


@dataclass(frozen=True, slots=True)
class Held:
    """Something that a bureau still has, and where it is listed, if the person may see it."""

    words: str
    what_to_do: str
    url: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def office_close(request: PageRequest, office_code: str) -> HttpResponse:
    """Refused, with what to do, as long as the bureau holds something."""
    office = administered_office(request.user, office_code)
    form = ClosingForm(*bound(request), today=clock.today(office.prefecture.time_zone))

    def save() -> str:
        organising.close_office(office, form.cleaned_data["ended_on"], author_of(request))
        return f"«\xa0{office}\xa0» est fermé\xa0: il n’est plus proposé, ses demandes passées le gardent."

    screen = Screen(
        f"Fermer «\xa0{office}\xa0»",
        "Fermer le bureau",
        trail(),
        is_grave=True,
        template="office_close",
        context={"held": what_is_held(office, request.user)},
    )
    return show(request, form, screen, save)


def what_is_held(office: Office, user: User) -> list[Held]:
    found: Holdings = organising.holdings(office)
    query = urlencode({"office": office.code, "state": "open"})
    registry = f"{reverse('registry')}?{query}" if user.scope.has(*TREATING_ROLES) else ""
    people = f"{reverse('people')}?{urlencode({'office': office.code})}"
    lines = (
        (found.tickets, "demande ouverte", "demandes ouvertes", "à affecter ailleurs, par leur encadrant", registry),
        (found.members, "personne y a un rôle", "personnes y ont un rôle", "un rôle à terminer", people),
        (found.mailboxes, "boîte y est lue", "boîtes y sont lues", "à confier ailleurs, par le référent", ""),
        (found.children, "bureau en dépend", "bureaux en dépendent", "à rattacher ailleurs, ou à fermer", ""),
    )
    return [Held(count_of(number, one, many), todo, url) for number, one, many, todo, url in lines if number]


@require_POST
def office_reopen(request: PageRequest, office_code: str) -> HttpResponse:
    office = administered_office(request.user, office_code)

    def save() -> str:
        organising.reopen_office(office, author_of(request))
        return f"«\xa0{office}\xa0» est de nouveau en service."

    return act(request, save, reverse("organisation"))


def administered_office(user: User, code: str) -> Office:
    offices = Office.objects.select_related("prefecture", "parent", "site")
    return get_object_or_404(offices, prefecture=prefecture_administered_by(user), code=code)


def trail() -> tuple[Link, ...]:
    return (settings_link(), Link("Organisation", reverse("organisation")))


urlpatterns = [
    path("reglages/organisation/", organisation, name="organisation"),
    path("reglages/organisation/sites/ajouter/", site_add, name="site-add"),
    path("reglages/organisation/sites/<str:site_code>/", site_change, name="site-change"),
    path("reglages/organisation/bureaux/ajouter/", office_add, name="office-add"),
    path("reglages/organisation/bureaux/<str:office_code>/", office_change, name="office-change"),
    path("reglages/organisation/bureaux/<str:office_code>/fermer/", office_close, name="office-close"),
    path("reglages/organisation/bureaux/<str:office_code>/rouvrir/", office_reopen, name="office-reopen"),
]
