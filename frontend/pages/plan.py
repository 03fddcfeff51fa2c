"""« Plan d'actions »: what is to be done, who carries it, how far it is."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from actions import writers
from actions.completion import completion
from actions.filters import PlanFilter
from actions.models import Action
from actions.permissions import PROPOSING_ROLES
from frontend import feedback, plan
from frontend.filter_words import with_values
from frontend.forms.plan_edits import QuickForm
from frontend.http import PageRequest
from frontend.wording import count_of
from tracker import clock
from tracker.enums import Role
from tracker.errors import InvalidCommand
from tracker.models import Prefecture, User
from tracker.writers import Author

PER_PAGE: Final = 50
UNPROCESSABLE: Final = 422
FOLLOWING_ROLES: Final = (Role.SUPERVISOR, Role.QUALITY, Role.COPIL)
"""Those who see the figures of a whole part of the préfecture; others see a list of their own, without a rate."""


@require_safe
def show(request: PageRequest) -> HttpResponse:
    """The actions that the address asks for, and beside them how far the whole plan is."""
    return page(request, quick_form(request.user))


@require_POST
def add(request: PageRequest) -> HttpResponse:
    """One line for a new action, straight into the plan."""
    form = quick_form(request.user, request.POST)
    if form is None:
        raise Http404
    if form.is_valid():
        try:
            action = writers.record(form.prefecture, form.acts(), Author(user=request.user))
        except InvalidCommand as refusal:
            form.refuse(refusal)
        else:
            links = [("L’ouvrir", reverse("action", args=[action.reference]))]
            feedback.done(request, f"L’action {action.reference} est inscrite au plan.", links=links)
            return redirect("plan")
    return page(request, form, status=UNPROCESSABLE)


def quick_form(user: User, typed: QueryDict | None = None) -> QuickForm | None:
    """None for who does not keep the plan of a whole préfecture."""
    grant = next((each for each in user.scope.grants if each.role == Role.QUALITY and each.is_whole), None)
    if grant is None:
        return None
    prefecture = Prefecture.objects.get(pk=grant.prefecture_id)
    return QuickForm(typed, prefecture=prefecture, today=clock.today(prefecture.time_zone))


def page(request: PageRequest, form: QuickForm | None, status: int = 200) -> HttpResponse:
    user = request.user
    if not user.scope.has(*PROPOSING_ROLES):
        raise Http404
    if "" in request.GET.values():
        # A form sends its empty fields too: an address that people pass on says only what is asked.
        return redirect(with_values(request.GET, reverse("plan")))
    filters = PlanFilter.from_query(request.GET.dict())
    today = clock.today(user.time_zone)
    visible = Action.objects.visible_to(user)
    found = completion(visible) if user.scope.has(*FOLLOWING_ROLES) else None
    pages = Paginator(plan.in_order(filters.apply(visible, user, today)).for_lists(), PER_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "lines": plan.lines(shown.object_list, today),
        "count": count_of(pages.count, "action"),
        "tags": plan.tags(filters, plan.sources_of(user), plan.offices_of(user)),
        "previous_url": page_url(request, shown.previous_page_number()) if shown.has_previous() else "",
        "next_url": page_url(request, shown.next_page_number()) if shown.has_next() else "",
        "found": found,
        "form": form,
    }
    if found is not None:
        context |= {
            "summary": plan.summary(found.total),
            "choices": plan.choices(filters, found),
            "parts": plan.completion_rows(found.parts),
            "total": plan.completion_rows([found.total]),
            "sources": plan.shares(found.sources),
            "families": plan.shares(found.families),
            "outside": plan.outside(found.total),
        }
    return render(request, "frontend/pages/plan.html", context, status=status)


def page_url(request: PageRequest, number: int) -> str:
    return with_values(request.GET, reverse("plan"), page=str(number) if number > 1 else "")


urlpatterns = [path("plan/", show, name="plan"), path("plan/nouvelle/", add, name="plan-add")]
