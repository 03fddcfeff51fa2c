"""The roles of one person: given, ended."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_http_methods

from frontend.forms.people import ConfirmForm, RoleForm
from frontend.http import PageRequest
from frontend.pages.settings.editing import Screen, author_of, bound, show
from frontend.pages.settings.people import administered_person, left_behind, person_trail, role_words
from tracker import membership
from tracker.models import Membership


@require_http_methods(["GET", "HEAD", "POST"])
def role_add(request: PageRequest, user_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)
    form = RoleForm(*bound(request), prefecture=prefecture)

    def save() -> str:
        held = membership.give_role(user, prefecture, form.role_terms(), author_of(request))
        return f"Rôle donné à {user}\xa0: {role_words(held)}."

    return show(request, form, Screen(f"Donner un rôle à {user}", "Donner le rôle", person_trail(user)), save)


@require_http_methods(["GET", "HEAD", "POST"])
def role_end(request: PageRequest, user_id: int, role_id: int) -> HttpResponse:
    prefecture, user = administered_person(request.user, user_id)
    roles = Membership.objects.select_related("user", "prefecture", "site", "office")
    held = get_object_or_404(roles, pk=role_id, user=user, prefecture=prefecture)
    form = ConfirmForm(*bound(request))

    def save() -> str:
        membership.end_role(held, author_of(request))
        return f"{user} n’a plus ce rôle\xa0: {role_words(held)}."

    screen = Screen(
        f"Mettre fin à un rôle de {user}",
        "Mettre fin au rôle",
        person_trail(user),
        intro=f"{role_words(held)}. L’historique du compte garde la trace de ce rôle.",
        facts=left_behind(user, prefecture),
        is_grave=True,
    )
    return show(request, form, screen, save)


urlpatterns = [
    path("reglages/comptes/<int:user_id>/roles/ajouter/", role_add, name="role-add"),
    path("reglages/comptes/<int:user_id>/roles/<int:role_id>/terminer/", role_end, name="role-end"),
]
