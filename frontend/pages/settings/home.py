"""Réglages: what each may set, and the national lists that nobody sets."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from frontend import wording
from frontend.context import settings_link
from frontend.http import PageRequest
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.upkeep_words import Trouble, troubles
from tracker import clock
from tracker.enums import Role
from tracker.models import Channel, Engagement, Nature, User


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of settings; `whole` is for those who hold the role over the whole préfecture."""

    label: str
    name: str
    text: str
    whole: bool = True


REFERENCE: Final = (
    Entry("Délais", "rules", "Ce que la préfecture promet, en jours ouvrés, à partir d’une date.", whole=False),
    Entry("Calendrier", "calendar", "Les jours fermés de chaque site\xa0: fériés, ponts, usages locaux.", whole=False),
    Entry("Types de demande", "kinds", "Ce que l’on enregistre, et le circuit que chaque type suit."),
    Entry("Thèmes", "themes", "Ce dont parlent les demandes, pour les retrouver et les compter."),
    Entry("Boîtes fonctionnelles", "mailboxes", "Les adresses où arrivent les courriels, et le bureau qui les lit."),
    Entry("Modèles de réponse", "reply-models", "Les textes que les agents reprennent, et leurs champs.", whole=False),
    Entry("Signatures", "signatures", "Le bas des lettres, par bureau, site et personne.", whole=False),
    Entry("Relances et alertes", "escalation", "Qui est prévenu d’un retard, et après combien de jours ouvrés."),
    Entry("Écrans muraux", "screens", "Les écrans accrochés aux murs\xa0: ce que chacun montre, et son adresse."),
    Entry("Clôture automatique", "prefecture-settings", "Quand une demande répondue se clôt d’elle-même."),
)
ARCHIVES: Final = (
    Entry("Éliminations", "eliminations", "Ce que l’on efface une fois sa durée passée, avec le visa des archives."),
)
ADMINISTRATION: Final = (
    Entry("Organisation", "organisation", "Les sites, et les directions et bureaux qui traitent les demandes."),
    Entry("Comptes et rôles", "people", "Qui se connecte, avec quel rôle et sur quoi."),
    Entry("Relances et alertes", "escalation", "Qui est prévenu d’un retard, et après combien de jours ouvrés."),
    Entry("Importer l’organisation", "organisation-imports", "Bureaux et personnes, depuis un classeur."),
)
UPKEEP: Final = (
    Entry("Envois", "outbox", "Les courriels qui attendent, ceux qui ne partent pas, et les réessayer."),
    Entry("Travaux", "jobs", "Ce qui est en cours, ce qui s’est arrêté, et ce qui revient à heures fixes."),
)
SHARED: Final = (
    Entry("Listes nationales", "national-lists", "Canaux, natures et engagements du référentiel.", whole=False),
)


@require_safe
def settings_home(request: PageRequest) -> HttpResponse:
    """By role; a person with several has all that they open."""
    shown = groups(request.user)
    if not shown:
        raise Http404
    context = {"groups": shown, "troubles": troubles_for(request.user)}
    return render(request, "frontend/pages/settings.html", context)


def troubles_for(user: User) -> list[Trouble]:
    """What an administrator is told on arriving; nothing for anybody else."""
    if not user.scope.has_whole(Role.ADMINISTRATOR):
        return []
    return troubles(prefecture_administered_by(user), clock.now())


def groups(user: User) -> list[tuple[str, list[Entry]]]:
    """What the person may set, under its title; nothing for whom no page of settings is open."""
    found = [
        ("Référence", offered(REFERENCE, user, Role.QUALITY)),
        ("Archives", offered(ARCHIVES, user, Role.QUALITY)),
        ("Organisation et comptes", offered(ADMINISTRATION, user, Role.ADMINISTRATOR)),
        ("Fonctionnement", offered(UPKEEP, user, Role.ADMINISTRATOR)),
    ]
    shown = [(label, entries) for label, entries in found if entries]
    return [*shown, ("Commun à toutes les préfectures", list(SHARED))] if shown else []


def offered(entries: tuple[Entry, ...], user: User, role: Role) -> list[Entry]:
    """What the role opens: a référent of one site reads rules and calendar alone."""
    if user.scope.has_whole(role):
        return list(entries)
    return [entry for entry in entries if not entry.whole and user.scope.has(role)]


@require_safe
def national_lists(request: PageRequest) -> HttpResponse:
    """Channels, natures, engagements: the same for every préfecture, to be read."""
    if not (request.user.scope.has(Role.QUALITY) or request.user.scope.has_whole(Role.ADMINISTRATOR)):
        raise Http404
    context = {
        "trail": (settings_link(),),
        "title": "Listes nationales",
        "channels": Channel.objects.all(),
        "natures": Nature.objects.all(),
        "referentials": referentials(),
    }
    return render(request, "frontend/pages/national_lists.html", context)


def referentials() -> list[tuple[str, list[Engagement]]]:
    """« Qual-e-Pref, version du 4 février 2019 » and its engagements, by module."""
    found: dict[str, list[Engagement]] = {}
    for engagement in Engagement.objects.order_by("referential", "version", "module", "number"):
        found.setdefault(f"{engagement.referential}, version {version_words(engagement.version)}", []).append(
            engagement
        )
    return list(found.items())


def version_words(version: str) -> str:
    """A version is most often the day on which it was adopted."""
    try:
        return f"du {wording.plain_date(date.fromisoformat(version))}"
    except ValueError:
        return version


urlpatterns = [
    path("reglages/", settings_home, name="settings"),
    path("reglages/listes-nationales/", national_lists, name="national-lists"),
]
