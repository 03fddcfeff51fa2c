"""One action of the plan: what it is, how far it is, where it may be moved to; and proposing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from actions import writers
from actions.commands import Command, Record
from actions.enums import ActionState
from actions.models import Action, ActionLink, ActionSource
from actions.permissions import abilities, may_propose, moves
from actions.shipped import AGENT
from frontend import action_words, feedback, plan
from frontend.batches import version_in
from frontend.context import Link
from frontend.forms import plan as forms
from frontend.forms.plan_edits import EditForm
from frontend.http import PageRequest
from frontend.pages import errors
from tracker import clock
from tracker.errors import InvalidCommand, NotAllowed, StaleVersion, TransitionRefused
from tracker.models import Event, Prefecture, Ticket, User
from tracker.writers import Author

CONFLICT, UNPROCESSABLE = 409, 422


@dataclass(frozen=True, slots=True)
class Move:
    """A change of state: its transition, what it asks for, and what is said once it is done."""

    transition: str
    form: type[forms.MoveForm]
    done: str


MOVES: Final = {
    "inscrire": Move("plan", forms.EnterForm, "L’action est inscrite au plan."),
    "commencer": Move("start", forms.StartForm, "L’action est en cours."),
    "fait": Move("finish", forms.FinishForm, "L’action est faite."),
    "verifier": Move("verify", forms.VerifyForm, "L’action est vérifiée."),
    "remettre": Move("put_back", forms.PutBackForm, "L’action est remise à faire."),
    "reprendre": Move("reopen", forms.ReopenForm, "L’action est de nouveau en cours."),
    "reexaminer": Move("reconsider", forms.ReconsiderForm, "L’action est de nouveau proposée."),
    "ecarter": Move("decline", forms.DeclineForm, "L’action n’est pas retenue."),
    "abandonner": Move("abandon", forms.AbandonForm, "L’action est abandonnée."),
}
"""By the last word of their address, in the order in which they are offered."""


def fetch(user: User, reference: str) -> Action:
    """404 for an action that the person may not know to exist."""
    if "\0" in reference:
        raise Http404
    actions = Action.objects.visible_to(user).for_lists().select_related("proposed_by")
    return get_object_or_404(actions, reference=reference)


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: PageRequest, reference: str) -> HttpResponse:
    """The action; what is sent is how far it is."""
    action = fetch(request.user, reference)
    allowed = abilities(request.user, action)
    if request.method == "POST" and "report" not in allowed:
        raise Http404
    form = forms.ReportForm(request.POST or None, initial={"progress_note": action.progress_note})
    if request.method == "POST" and form.is_valid():
        answer = write(request, action, form, form.acts(), "L’avancement est noté.")
        if answer is not None:
            return answer
    return page(request, action, allowed, form)


def page(request: PageRequest, action: Action, allowed: frozenset[str], form: forms.ReportForm) -> HttpResponse:
    user, today = request.user, clock.today(action.prefecture.time_zone)
    [line] = plan.lines([action], today)
    found = moves(action, allowed)
    context = {
        "action": action,
        "line": line,
        "facts": plan.facts(action, today),
        "origins": origins(user, action),
        "evidence": action.evidence.filter(withdrawn_at__isnull=True).order_by("pk"),
        "moves": [(slug, found[move.transition]) for slug, move in MOVES.items() if move.transition in found],
        "may_edit": "edit" in allowed,
        "form": form if "report" in allowed else None,
        "journal": journal_of(action) if "report" in allowed else [],
        "trail": [plan_link()],
        "today": today,
    }
    return render(request, "frontend/pages/action.html", context, status=UNPROCESSABLE if form.errors else 200)


def origins(user: User, action: Action) -> list[tuple[str, str]]:
    """The demandes that caused it: their reference, and the address of those that the person may open."""
    links = ActionLink.objects.filter(action=action, ticket__isnull=False).order_by("pk")
    references = list(links.values_list("ticket__reference", flat=True))
    opened = set(Ticket.objects.visible_to(user).filter(reference__in=references).values_list("reference", flat=True))
    return [(each, reverse("ticket", args=[each]) if each in opened else "") for each in references]


def journal_of(action: Action) -> list[action_words.Told]:
    """Newest first."""
    events = Event.objects.filter(stream=writers.STREAM, object_id=action.pk).order_by("-number")
    return action_words.told(events.select_related("actor").prefetch_related("texts"), action.prefecture.time_zone)


def plan_link() -> Link:
    return Link("Plan d’actions", reverse("plan"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PageRequest, reference: str) -> HttpResponse:
    """Every column that the référent keeps."""
    action = fetch(request.user, reference)
    if "edit" not in abilities(request.user, action):
        raise Http404
    form = EditForm(
        request.POST if request.method == "POST" else None,
        action=action,
        prefecture=action.prefecture,
        today=clock.today(action.prefecture.time_zone),
    )
    if request.method == "POST" and form.is_valid():
        acts = form.acts()
        if not acts:
            return redirect("action", action.reference)
        answer = write(request, action, form, acts, "L’action est modifiée.")
        if answer is not None:
            return answer
    context = {
        "action": action,
        "form": form,
        "label": "Modifier l’action",
        "button": "Enregistrer l’action",
        "trail": [plan_link(), action_link(action)],
        "back": reverse("action", args=[action.reference]),
    }
    return render(request, "frontend/pages/action_move.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- Moves --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: PageRequest, reference: str, slug: str) -> HttpResponse:
    """« Déplacer vers… »: what the move asks for, then the action as it stands after it."""
    action = fetch(request.user, reference)
    allowed = abilities(request.user, action)
    chosen = MOVES.get(slug)
    if chosen is None or chosen.transition not in allowed:
        raise Http404
    found = moves(action, allowed)
    if chosen.transition not in found:
        text = f"L’action est «\xa0{ActionState(action.state).label}\xa0»\xa0: rouvrez sa page."
        return errors.page(request, CONFLICT, title="Ce changement n’est plus possible", text=text)
    form = move_form(request, action, chosen)
    if request.method == "POST" and form.is_valid():
        answer = write(request, action, form, form.acts(), chosen.done)
        if answer is not None:
            return answer
    context = {
        "action": action,
        "form": form,
        "label": found[chosen.transition],
        "button": found[chosen.transition],
        "trail": [plan_link(), action_link(action)],
        "back": reverse("action", args=[action.reference]),
    }
    return render(request, "frontend/pages/action_move.html", context, status=UNPROCESSABLE if form.errors else 200)


def move_form(request: PageRequest, action: Action, chosen: Move) -> forms.MoveForm:
    today = clock.today(action.prefecture.time_zone)
    form = chosen.form(request.POST if request.method == "POST" else None, today=today)
    forms.first_day(form, today)
    if "part" in form.fields and (action.module is not None or action.strand):
        del form.fields["part"]
    return form


def action_link(action: Action) -> Link:
    return Link(action.reference, reverse("action", args=[action.reference]))


def write(
    request: PageRequest, action: Action, form: forms.PlanForm, acts: Sequence[Command], done: str
) -> HttpResponse | None:
    """Where the service took the acts, the action's page; where it refused a field, nothing, and the form says why."""
    opened = version_in(request.POST.get("opened_version", ""))
    try:
        writers.write_one(action.pk, acts, Author(user=request.user), opened_version=opened)
    except InvalidCommand as refusal:
        form.refuse(refusal)
        return None
    except (NotAllowed, StaleVersion, TransitionRefused) as refusal:
        text = f"{refusal.message} Rien n’a été enregistré\xa0: rouvrez l’action."
        return errors.page(request, CONFLICT, title="L’action a changé entre-temps", text=text)
    feedback.done(request, done)
    return redirect("action", action.reference)


# --- « Remonter une idée » ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: PageRequest) -> HttpResponse:
    """An idea in one sentence, from any page; its author then sees in the plan what became of it."""
    prefecture = prefecture_of(request.user)
    form = forms.IdeaForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            action = record_idea(prefecture, request.user, form)
        except InvalidCommand as refusal:
            form.refuse(refusal)
        else:
            said = f"Votre idée est transmise sous le n°\xa0{action.reference}\xa0: vous verrez ici ce qu’elle devient."
            feedback.done(request, said)
            return redirect("action", action.reference)
    context = {"form": form, "trail": [plan_link()], "back": reverse("plan")}
    return render(request, "frontend/pages/idea.html", context, status=UNPROCESSABLE if form.errors else 200)


def prefecture_of(user: User) -> Prefecture:
    """Where the person works; 404 for who proposes nowhere."""
    for held in user.held_roles:
        if may_propose(user, held.prefecture_id):
            return held.prefecture
    raise Http404


def record_idea(prefecture: Prefecture, user: User, form: forms.IdeaForm) -> Action:
    source = ActionSource.objects.get(prefecture=prefecture, code=AGENT)
    first = Record(source.pk, clock.today(prefecture.time_zone), form.values())
    return writers.record(prefecture, [first], Author(user=user))


urlpatterns = [
    path("plan/idee/", propose, name="idea"),
    path("plan/<str:reference>/", show, name="action"),
    path("plan/<str:reference>/modifier/", edit, name="action-edit"),
    path("plan/<str:reference>/<slug:slug>/", move, name="action-move"),
]
