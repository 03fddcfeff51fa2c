"""The saved views of the Registre and the way it is shown: kept, renamed, shared, put in order."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from frontend import saved_views
from frontend.display import Display, chosen, display_of, remember
from frontend.feedback import done
from frontend.filter_words import tags, with_values
from frontend.filters import TicketFilter
from frontend.forms.saved_views import DisplayForm, NameForm, ViewForm
from frontend.http import PageRequest
from frontend.models import SavedView
from frontend.pages import registry
from tracker import clock
from tracker.errors import InvalidCommand
from tracker.filters import Facets
from tracker.registry import Situations

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Row:
    """One view. `words`: its filters as a sentence, None where one is closed to the person; `form`: what the person may
    change of it, if anything; `first` of its group."""

    view: SavedView
    url: str
    words: str | None
    form: ViewForm | None
    first: bool


@require_safe
def show(request: PageRequest) -> HttpResponse:
    """The views that the person may open, with what may be changed of each."""
    registry.check_reader(request.user)
    return page(request)


@require_POST
def add(request: PageRequest) -> HttpResponse:
    """Keep the list of this address under a name."""
    filters = registry.filters_of(request)
    if not filters.is_valid():
        return registry.ask(request, filters)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            view = saved_views.add(
                request.user, form.cleaned_data["name"], filters, display_of(request.GET, request.user)
            )
        except InvalidCommand as refused:
            form.refuse(refused)
        else:
            done(request, f"Vue «\xa0{view.name}\xa0» enregistrée.")
            return redirect(saved_views.address(view))
    return registry.page(request, filters, name_form=form, status=UNPROCESSABLE)


@require_POST
def change(request: PageRequest, view_id: int) -> HttpResponse:
    view = view_of(request, view_id)
    form = ViewForm(request.POST, view=view, may_share=saved_views.shares_in(request.user) is not None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            saved_views.change(
                view.pk,
                request.user,
                name=typed["name"],
                alert_above=typed["alert_above"],
                shared=typed.get("shared", False),
            )
        except InvalidCommand as refused:
            form.refuse(refused)
        else:
            done(request, f"Vue «\xa0{typed['name']}\xa0» enregistrée.")
            return redirect("saved-views")
    return page(request, bound=form, status=UNPROCESSABLE)


@require_POST
def delete(request: PageRequest, view_id: int) -> HttpResponse:
    view = view_of(request, view_id)
    saved_views.delete(view.pk, request.user)
    done(request, f"Vue «\xa0{view.name}\xa0» supprimée. Les demandes, elles, ne changent pas.")
    return redirect("saved-views")


@require_POST
def move_up(request: PageRequest, view_id: int) -> HttpResponse:
    view = view_of(request, view_id)
    saved_views.move_up(view.pk, request.user)
    done(request, f"Vue «\xa0{view.name}\xa0» remontée d’un rang.")
    return redirect("saved-views")


@require_POST
def display(request: PageRequest) -> HttpResponse:
    """Remember columns and order; the list of this address is shown so at once."""
    registry.check_reader(request.user)
    target = reverse("registry")
    present = display_of(request.GET, request.user)
    if "columns" in request.POST or "show" in request.POST:
        form = DisplayForm(request.POST)
        if not form.is_valid():
            return registry.page(request, registry.filters_of(request), display_form=form, status=UNPROCESSABLE)
        wanted = Display(
            present.orders.get(form.cleaned_data["order"], present.order), chosen(form.cleaned_data["columns"])
        )
    else:
        wanted = Display(present.orders.get(request.POST.get("order", ""), present.order), present.columns)
    remember(request.user, wanted)
    return redirect(with_values(request.GET, target, order=wanted.order.code, columns=wanted.columns_text))


def page(request: PageRequest, bound: ViewForm | None = None, status: int = 200) -> HttpResponse:
    user = request.user
    may_share = saved_views.shares_in(user) is not None
    editable = set(saved_views.editable_views(user).values_list("pk", flat=True))
    facets, situations = Facets(user), Situations.at(clock.now(), user.scope.prefecture_ids)
    rows: list[Row] = []
    for view in sorted(saved_views.visible_views(user), key=lambda view: not view.is_shared):
        filters = TicketFilter(QueryDict(view.query), request=request, situations=situations, facets=facets)
        if not filters.is_valid() and view.pk not in editable:
            continue
        words = " · ".join(tag.label for tag in tags(filters, QueryDict(), "")) if filters.is_valid() else None
        form = bound if bound and bound.view.pk == view.pk else ViewForm(view=view, may_share=may_share)
        first = not rows or rows[-1].view.is_shared != view.is_shared
        rows.append(Row(view, saved_views.address(view), words, form if view.pk in editable else None, first))
    return render(request, "frontend/pages/saved_views.html", {"rows": rows, "may_share": may_share}, status=status)


def view_of(request: HttpRequest, view_id: int) -> SavedView:
    """A view that the person may change, or 404."""
    user = request.user
    registry.check_reader(user)  # type: ignore[arg-type]  # every page but sign-in is for a signed-in person
    found = saved_views.editable_views(user).filter(pk=view_id).first()  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


urlpatterns = [
    path("registre/vues/", show, name="saved-views"),
    path("registre/vues/enregistrer/", add, name="saved-view-add"),
    path("registre/vues/<int:view_id>/", change, name="saved-view"),
    path("registre/vues/<int:view_id>/supprimer/", delete, name="saved-view-delete"),
    path("registre/vues/<int:view_id>/monter/", move_up, name="saved-view-up"),
    path("registre/affichage/", display, name="registry-display"),
]
