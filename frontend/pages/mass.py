"""Acting on many demandes of the Registre at once: chosen, checked, confirmed, followed, taken back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from frontend.display import display_of
from frontend.downloads import workbook
from frontend.filters import TicketFilter
from frontend.forms.mass import TargetForm
from frontend.http import PageRequest
from frontend.pages import registry
from frontend.pages.errors import page as error_page
from frontend.returning import way_back
from frontend.wording import count_of, small
from tracker import clock, exports, mass
from tracker.enums import MassKind, MassOutcome, MassStage
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models import MassAct, MassActLine, Ticket, User
from tracker.querysets import TicketQuerySet
from tracker.search import RELEVANCE, ranked
from tracker.spreadsheets.writing import Column, Sheet
from tracker.writers import Author

UNPROCESSABLE, CONFLICT = 422, 409
SHOWN: Final = 50
EXPORT: Final = "export"
LONGEST_REFERENCE: Final = 24

VERBS: Final = {
    MassKind.OFFICE: ("confiée à un bureau", "confiées à un bureau", "Confier"),
    MassKind.AGENT: ("confiée", "confiées", "Confier"),
    MassKind.THEME: ("changée de thème", "changées de thème", "Changer le thème de"),
    MassKind.CLOSE: ("close", "closes", "Clore"),
}


# --- From the list ------------------------------------------------------------------------------------------------


@require_POST
def select(request: PageRequest) -> HttpResponseBase:
    """The ticked demandes, or the whole view, towards an act; or their export, at once."""
    filters = registry.filters_of(request)
    if not filters.is_valid():
        return registry.ask(request, filters)
    kind = request.POST.get("act", "")
    if kind not in {EXPORT, *mass.kinds_for(request.user)}:
        return back(request, "Choisissez ce qu’il faut faire des demandes cochées.")
    tickets, gone = selection(request, filters)
    if kind == EXPORT:
        return export(request, filters, tickets) if tickets.exists() else back(request, "Cochez au moins une demande.")
    try:
        act = mass.draw_up(tickets, MassKind(kind), Author(user=request.user), gone=gone)
    except InvalidCommand as refused:
        return back(request, refused.message)
    return redirect("mass-act", act.pk)


def selection(request: PageRequest, filters: TicketFilter) -> tuple[TicketQuerySet, int]:
    """What the person sees of what was chosen, and how many more were: moved away since, or never theirs."""
    if "whole" in request.POST:
        return filters.qs, 0
    named = {each for each in request.POST.getlist("demande") if "\0" not in each and len(each) <= LONGEST_REFERENCE}
    tickets = Ticket.objects.visible_to(request.user).filter(reference__in=named)
    return tickets, len(named) - tickets.count()


def export(request: PageRequest, filters: TicketFilter, tickets: TicketQuerySet) -> FileResponse:
    display = display_of(request.GET, request.user)
    situations = filters.situations
    by_relevance = display.order is RELEVANCE
    found = ranked(tickets, filters.form.cleaned_data["text"]) if by_relevance else [tickets]
    rows = exports.TicketExport(found, display.order, request.user.scope, situations)
    sheet = Sheet("Demandes", registry.seen_columns(display.columns), rows.tickets())
    return workbook([sheet], f"selection-{clock.now():%Y-%m-%d}.xlsx")


def back(request: PageRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect(f"{reverse('registry')}?{request.GET.urlencode()}" if request.GET else reverse("registry"))


# --- The act ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """One demande left as it is; `url` and `reference` empty where the person may not see it any more."""

    reference: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What would be, or has been, done (or undone), of `size` demandes chosen."""

    size: int
    done: int
    refused: int
    reasons: list[tuple[str, int]]


@require_safe
def show(request: PageRequest, act_id: int) -> HttpResponse:
    return page(request, act_of(request, act_id))


@require_POST
def aim(request: PageRequest, act_id: int) -> HttpResponse:
    act = act_of(request, act_id)
    if act.kind == MassKind.CLOSE:
        raise Http404
    form = TargetForm(request.POST, act=act, user=request.user)
    if not form.is_valid():
        return page(request, act, form=form, status=UNPROCESSABLE)
    try:
        mass.aim(act.pk, request.user, form.cleaned_data["target"])
    except TransitionRefused as refused:
        return conflict(request, refused)
    return redirect("mass-act", act.pk)


STEPS: Final[dict[str, Callable[[int, User], MassAct]]] = {
    "confirm": mass.confirm,
    "undo": lambda act_id, user: mass.undo(act_id, user, clock.now()),
    "resume": mass.resume,
}


@require_POST
def go_on(request: PageRequest, act_id: int, step: str) -> HttpResponse:
    """Confirm it, take it back, or take it up again after a failure."""
    act = act_of(request, act_id)
    try:
        STEPS[step](act.pk, request.user)
    except TransitionRefused as refused:
        return conflict(request, refused)
    return redirect("mass-act", act.pk)


@require_safe
def report(request: PageRequest, act_id: int) -> FileResponse:
    """Each demande that the person still sees, with what became of it."""
    act = act_of(request, act_id)
    seen = Ticket.objects.visible_to(request.user)
    lines: Iterator[MassActLine] = (
        act.lines.filter(ticket__in=seen).select_related("ticket").order_by("ticket_id").iterator(chunk_size=1_000)
    )
    return workbook([Sheet("Demandes", REPORT, lines)], f"action-{act.pk}.xlsx")


REPORT: Final[tuple[Column[MassActLine], ...]] = (
    Column("Référence", lambda line: line.ticket.reference, width=18),
    Column("Suite", lambda line: line.get_outcome_display(), width=14),
    Column("Motif", lambda line: line.reason, width=60),
)


# --- Parts --------------------------------------------------------------------------------------------------------


def act_of(request: PageRequest, act_id: int) -> MassAct:
    """The person's own, or 404."""
    registry.check_reader(request.user)
    acts = MassAct.objects.select_related("job", "office", "assignee", "theme", "prefecture")
    return get_object_or_404(acts, pk=act_id, created_by=request.user)


def page(request: PageRequest, act: MassAct, *, form: TargetForm | None = None, status: int = 200) -> HttpResponse:
    needs_target = act.kind != MassKind.CLOSE and act.stage in (MassStage.CHOOSING, MassStage.READY)
    figures = figures_of(act)
    shown = {
        "act": act,
        "title": title(act, figures),
        "form": form or (TargetForm(act=act, user=request.user) if needs_target else None),
        "figures": figures,
        "refused": refused_of(request, act),
        "shown": SHOWN,
        "busy": act.stage in mass.STEPS.values() and not mass.has_failed(act),
        "failed": mass.has_failed(act),
        "undoable": mass.undoable(act, clock.now()),
        "verb": VERBS[MassKind(act.kind)],
        "back": way_back(request),
    }
    name = "partials/_mass_act.html" if request.htmx else "pages/mass_act.html"
    return render(request, f"frontend/{name}", shown, status=status)


def figures_of(act: MassAct) -> Figures:
    """How many and why: four queries, whatever the size."""
    left, size = left_of(act), act.lines.count()
    refused = left.count()
    if act.stage in (MassStage.UNDOING, MassStage.UNDONE):
        done = act.lines.filter(outcome=MassOutcome.UNDONE).count()
    else:
        done = size - refused
    return Figures(size, done, refused, [(small(reason), number) for reason, number in mass.reasons(left)])


def left_of(act: MassAct) -> Any:
    """The lines that would be, or have been, left as they are."""
    if act.stage in (MassStage.UNDOING, MassStage.UNDONE):
        return act.lines.filter(outcome=MassOutcome.KEPT)
    if act.stage == MassStage.ENDED:
        return act.lines.filter(outcome=MassOutcome.REFUSED)
    return act.lines.exclude(reason="")


def refused_of(request: PageRequest, act: MassAct) -> list[Refused]:
    lines = list(left_of(act).select_related("ticket").order_by("reason", "ticket_id")[:SHOWN])
    seen = Ticket.objects.visible_to(request.user).filter(pk__in=[line.ticket_id for line in lines])
    keys = set(seen.values_list("pk", flat=True))
    return [
        Refused(line.ticket.reference, reverse("ticket", args=[line.ticket.reference]), line.reason)
        for line in lines
        if line.ticket_id in keys
    ]


def title(act: MassAct, figures: Figures) -> str:
    """« Clore 12 demandes », « Confier 3 demandes au Bureau du séjour »."""
    size = count_of(figures.size, "demande")
    match act.kind:
        case MassKind.CLOSE:
            return f"Clore {size}"
        case MassKind.THEME:
            return f"Changer le thème de {size}" + (f"\xa0: {act.theme.label}" if act.theme else "")
        case _:
            target = act.office.name if act.office else act.assignee.full_name if act.assignee else ""
            return f"Confier {size}" + (f"\xa0: {target}" if target else "")


def conflict(request: HttpRequest, refused: TransitionRefused) -> HttpResponse:
    return error_page(request, CONFLICT, title="Cette action a déjà avancé", text=refused.message)


urlpatterns = [
    path("registre/selection/", select, name="registry-select"),
    path("registre/actions/<int:act_id>/", show, name="mass-act"),
    path("registre/actions/<int:act_id>/preciser/", aim, name="mass-act-aim"),
    path("registre/actions/<int:act_id>/confirmer/", go_on, {"step": "confirm"}, name="mass-act-confirm"),
    path("registre/actions/<int:act_id>/annuler/", go_on, {"step": "undo"}, name="mass-act-undo"),
    path("registre/actions/<int:act_id>/reprendre/", go_on, {"step": "resume"}, name="mass-act-resume"),
    path("registre/actions/<int:act_id>/rapport.xlsx", report, name="mass-act-report"),
]
