"""The three steps of every change: a form, what it would do to the deadlines that run, then the change itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from frontend import feedback
from frontend.context import Link, settings_link
from frontend.forms.fields import DatedForm
from frontend.http import PageRequest
from frontend.pages import errors
from tracker import recomputing
from tracker.errors import InvalidCommand, StaleVersion
from tracker.recomputing import Plan
from tracker.writers import Author

EDIT, CONFIRM = "edit", "confirm"
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Screen:
    """One kind of change: `plan` makes it from a valid form, `said` tells it (« Courriels : 3 jours ouvrés à partir
    du… »), `back` leads to the list that it belongs to, `landing` is the
    address where it is then seen."""

    title: str
    template: str
    button: str
    back: Link
    plan: Callable[[], Plan]
    said: Callable[[Plan], str]
    landing: Callable[[Plan], str]
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def trail(self) -> tuple[Link, ...]:
        return (settings_link(), self.back)


def show(request: PageRequest, form: DatedForm, screen: Screen) -> HttpResponse:
    """The form at first sight; once filled in, its effect; once confirmed, the change, then the list. A form with
    nothing to type begins at its effect."""
    filled = request.method == "POST" or not form.fields
    if not filled or request.POST.get("step") == EDIT:
        return page(request, form, screen)
    if form.fields and not form.is_valid():
        return page(request, form, screen, status=422)
    try:
        plan = screen.plan()
        if request.method != "POST" or request.POST.get("step") != CONFIRM:
            return preview(request, form, screen, plan)
        recomputing.carry_out(plan, Author(user=request.user))
    except InvalidCommand as refusal:
        return refused(request, form, screen, refusal)
    except StaleVersion as refusal:
        return stale(request, form, screen, refusal)
    feedback.done(request, f"{screen.said(plan)} Les échéances en cours sont recalculées.")
    return redirect(screen.landing(plan))


def stale(request: PageRequest, form: DatedForm, screen: Screen, refusal: StaleVersion) -> HttpResponse:
    """What was typed stays in sight: it is for the row that has replaced this one."""
    if form.fields:
        return page(request, form, screen, status=CONFLICT, refusal=refusal.message)
    text = f"{refusal.message} Rien n’a été enregistré\xa0: revenez à la liste et recommencez."
    return errors.page(request, CONFLICT, title="Cette page n’est plus à jour", text=text)


def page(request: PageRequest, form: DatedForm, screen: Screen, status: int = 200, refusal: str = "") -> HttpResponse:
    context = {"form": form, "screen": screen, "refusal": refusal, "trail": screen.trail, **screen.context}
    return render(request, f"frontend/pages/{screen.template}.html", context, status=status)


def preview(request: PageRequest, form: DatedForm, screen: Screen, plan: Plan) -> HttpResponse:
    effect = recomputing.preview(plan)
    context = {
        "form": form,
        "screen": screen,
        "trail": screen.trail,
        "said": screen.said(plan),
        "effect": effect,
        **screen.context,
    }
    return render(request, "frontend/pages/recompute_preview.html", context)


def refused(request: PageRequest, form: DatedForm, screen: Screen, refusal: InvalidCommand) -> HttpResponse:
    if not form.fields:
        return errors.page(request, 409, title="Ce changement n’est pas possible", text=refusal.message)
    form.refuse(refusal)
    return page(request, form, screen, status=422)
