"""Comptes et rôles: who signs in, and the account of each."""

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend.context import Link, settings_link
from frontend.forms.people import AccountForm, ConfirmForm, IdentityForm, PeopleSearchForm
from frontend.http import PageRequest
from frontend.opened import Opened
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.pages.settings.editing import UNCHANGED, Screen, act, author_of, bound, show
from frontend.setting_words import EVERYWHERE, history_of
from frontend.wording import count_of
from tracker import accounts, membership, paging
from tracker.enums import Role
from tracker.models import Membership, Prefecture, User

BY_NAME = paging.Order("nom", "par nom", (paging.Key("last_name"), paging.Key("first_name"), paging.Key("id")))


@require_safe
def people(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_administered_by(request.user)
    form = PeopleSearchForm(request.GET, prefecture=prefecture)
    found = searched(accounts.accounts_of(prefecture), form, prefecture)
    page = paging.page(with_roles(found, prefecture), BY_NAME, request.GET.get("page", ""))
    total = paging.total(found)
    context = {
        "trail": (settings_link(),),
        "form": form,
        "rows": [(user, roles_of(user)) for user in page.rows],
        "total": count_of(total.number, "compte"),
        "waiting": accounts.without_password(accounts.accounts_of(prefecture)).count(),
        "previous_url": page_url(request.GET, page.previous),
        "next_url": page_url(request.GET, page.next),
    }
    return render(request, "frontend/pages/people.html", context)


def searched(users: QuerySet[User], form: PeopleSearchForm, prefecture: Prefecture) -> QuerySet[User]:
    """What is typed wrongly filters nothing."""
    form.is_valid()
    typed = form.cleaned_data
    users = accounts.found_by(users, typed.get("q", ""))
    if code := typed.get("office"):
        users = users.filter(memberships__office__code=code, memberships__office__prefecture=prefecture).distinct()
    match typed.get("state"):
        case "active":
            return users.filter(is_active=True)
        case "inactive":
            return users.filter(is_active=False)
        case "waiting":
            return accounts.without_password(users)
        case _:
            return users


def with_roles(users: QuerySet[User], prefecture: Prefecture) -> QuerySet[User]:
    """With the roles held in this préfecture, and no other."""
    held = Membership.objects.filter(prefecture=prefecture).select_related("site", "office").order_by("pk")
    return users.prefetch_related(Prefetch("memberships", held, to_attr="roles_here"))


def roles_of(user: User) -> list[tuple[Membership, str]]:
    """Each role of a person loaded by `with_roles`, in words: « Agent, Bureau du séjour »."""
    held: list[Membership] = user.roles_here  # type: ignore[attr-defined]  # by the prefetch
    return [(each, role_words(each)) for each in held]


def role_words(held: Membership) -> str:
    place = held.office or held.site
    return f"{Role(held.role).label}, {place.name if place else EVERYWHERE}"


def page_url(query: QueryDict, cursor: str) -> str:
    """The same search, from `cursor` on; empty without one."""
    kept = {name: str(value) for name, value in query.items() if name != "page" and value}
    return f"?{urlencode({**kept, 'page': cursor})}" if cursor else ""


@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_administered_by(request.user)
    form = AccountForm(*bound(request), prefecture=prefecture)

    def save() -> str:
        user = accounts.add_account(prefecture, form.identity(), form.role_terms(), author_of(request))
        return f"{user} a un compte, sans mot de passe pour l’instant\xa0: remettez-lui-en un à usage unique."

    screen = Screen("Ajouter une personne", "Ajouter la personne", (settings_link(), people_link()))
    return show(request, form, screen, save)


@require_safe
def person(request: PageRequest, user_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)
    return render(request, "frontend/pages/person.html", person_context(request.user, prefecture, user))


def person_context(by: User, prefecture: Prefecture, user: User) -> dict[str, object]:
    return {
        "trail": (settings_link(), people_link()),
        "title": user.full_name,
        "person": user,
        "roles": roles_of(user),
        "is_self": user.pk == by.pk,
        "is_own": accounts.is_administered(user, by),
        "waits": accounts.without_password(User.objects.filter(pk=user.pk)).exists(),
        "is_locked": accounts.is_locked_out(user),
        "open_tickets": membership.open_tickets(user, prefecture),
        "history": history_of(user, prefecture),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def person_change(request: PageRequest, user_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)
    form = IdentityForm(*bound(request), user=user)

    def save() -> str:
        changed = accounts.change_account(user, prefecture, form.identity(), author_of(request))
        return "Compte modifié." if changed else UNCHANGED

    screen = Screen(f"Modifier le compte de {user}", "Enregistrer", person_trail(user))
    return show(request, form, screen, save, opened=Opened(form, user, prefecture))


@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: PageRequest, user_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)
    form = ConfirmForm(*bound(request))

    def save() -> str:
        accounts.deactivate(user, prefecture, author_of(request))
        return f"Le compte de {user} est désactivé."

    screen = Screen(
        f"Désactiver le compte de {user}",
        "Désactiver le compte",
        person_trail(user),
        intro="Cette personne ne pourra plus se connecter, et ses sessions ouvertes s’arrêtent. Ses rôles et ce "
        "qu’elle a fait restent\xa0; le compte peut être réactivé, avec un nouveau mot de passe.",
        facts=left_behind(user, prefecture),
        is_grave=True,
    )
    return show(request, form, screen, save)


def left_behind(user: User, prefecture: Prefecture) -> tuple[str, ...]:
    """What somebody else has to take over."""
    count = membership.open_tickets(user, prefecture)
    if not count:
        return ("Aucune demande ouverte ne lui est confiée.",)
    number = count_of(count, "demande ouverte lui est confiée", "demandes ouvertes lui sont confiées")
    return (f"{number}\xa0: demandez à son encadrant de les confier à un collègue.",)


@require_POST
def person_reactivate(request: PageRequest, user_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)

    def save() -> str:
        accounts.reactivate(user, prefecture, author_of(request))
        return f"Le compte de {user} est réactivé\xa0: remettez-lui un mot de passe à usage unique."

    return act(request, save, person_link(user).url)


@require_POST
def person_unlock(request: PageRequest, user_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)

    def save() -> str:
        accounts.unlock(user, prefecture, author_of(request))
        return f"{user} peut de nouveau essayer son mot de passe."

    return act(request, save, person_link(user).url)


def administered_person(by: User, user_id: int) -> tuple[Prefecture, User]:
    """An account that holds a role in the préfecture; any other does not exist."""
    prefecture = prefecture_administered_by(by)
    return prefecture, get_object_or_404(with_roles(accounts.accounts_of(prefecture), prefecture), pk=user_id)


def people_link() -> Link:
    return Link("Comptes et rôles", reverse("people"))


def person_link(user: User) -> Link:
    return Link(user.full_name, reverse("person", args=[user.pk]))


def person_trail(user: User) -> tuple[Link, ...]:
    return (settings_link(), people_link(), person_link(user))


urlpatterns = [
    path("reglages/comptes/", people, name="people"),
    path("reglages/comptes/ajouter/", person_add, name="person-add"),
    path("reglages/comptes/<int:user_id>/", person, name="person"),
    path("reglages/comptes/<int:user_id>/modifier/", person_change, name="person-change"),
    path("reglages/comptes/<int:user_id>/desactiver/", person_deactivate, name="person-deactivate"),
    path("reglages/comptes/<int:user_id>/reactiver/", person_reactivate, name="person-reactivate"),
    path("reglages/comptes/<int:user_id>/debloquer/", person_unlock, name="person-unlock"),
]
