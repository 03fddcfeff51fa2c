"""« Plan d'actions »: what is to be done, who carries it, how far it is."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from actions.completion import completion
from actions.filters import PlanFilter
from actions.models import Action
from actions.permissions import PROPOSING_ROLES
from frontend import plan
from frontend.filter_words import with_values
from frontend.http import PageRequest
from frontend.wording import count_of
from tracker import clock
from tracker.enums import Role

PER_PAGE: Final = 50
FOLLOWING_ROLES: Final = (Role.SUPERVISOR, Role.QUALITY, Role.COPIL)
"""Those who see the figures of a whole part of the préfecture; others see a list of their own, without a rate."""


@require_safe
def show(request: PageRequest) -> HttpResponse:
    """The actions that the address asks for, and beside them how far the whole plan is."""
    user = request.user
    if not user.scope.has(*PROPOSING_ROLES):
        raise Http404
    if "" in request.GET.values():
        # A form sends its empty fields too: an address that people pass on says only what is asked.
        return redirect(with_values(request.GET, request.path))
    filters = PlanFilter.from_query(request.GET.dict())
    today = clock.today(user.time_zone)
    visible = Action.objects.visible_to(user)
    found = completion(visible) if user.scope.has(*FOLLOWING_ROLES) else None
    pages = Paginator(plan.in_order(filters.apply(visible, user, today)).for_lists(), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "lines": plan.lines(page.object_list, today),
        "count": count_of(pages.count, "action"),
        "tags": plan.tags(filters, plan.sources_of(user), plan.offices_of(user)),
        "previous_url": page_url(request, page.previous_page_number()) if page.has_previous() else "",
        "next_url": page_url(request, page.next_page_number()) if page.has_next() else "",
        "found": found,
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
    return render(request, "frontend/pages/plan.html", context)


def page_url(request: PageRequest, number: int) -> str:
    return with_values(request.GET, request.path, page=str(number) if number > 1 else "")


urlpatterns = [path("plan/", show, name="plan")]
