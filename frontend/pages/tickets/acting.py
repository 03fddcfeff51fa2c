"""The acts on a demande: each a small form that says what it will do to the deadline before it is confirmed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from frontend.feedback import Link, done
from frontend.forms.fields import PlainTextField
from frontend.forms.ticket_acts import ActForm, MergeForm
from frontend.forms.ticket_edits import CorrectForm
from frontend.journal_words import Line
from frontend.listing import next_to_do
from frontend.pages.tickets.offers import FORMS, label_of
from frontend.pages.tickets.reading import journal_of
from frontend.rehearsal import rehearse
from frontend.returning import closing_address, from_list, way_back
from frontend.ticket_words import TO_DISPATCH, effect_sentence, result_words, warnings_of
from frontend.wording import long_date
from tracker import clock, kept, writers
from tracker.decisions import Context, PastEvent
from tracker.enums import Role, State
from tracker.errors import InvalidCommand, NotAllowed, SillageError, StaleVersion, TransitionRefused
from tracker.models import Ticket, User
from tracker.permissions import abilities
from tracker.reading import band_of, context_of, fetch, fetch_to_undo, refusal, transitions, undo_refusal
from tracker.registry import Situations
from tracker.writers import Author

CONFLICT, UNPROCESSABLE = 409, 422


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act would do, said before it is confirmed. `refused`: it would not be accepted as typed."""

    sentence: str = ""
    warnings: list[str] = field(default_factory=list)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody changed while another person was typing in it."""

    label: str
    present: str
    typed: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """What happened to the demande since the form was opened."""

    lines: list[Line]
    differences: list[Difference]
    refused: str


@require_http_methods(["GET", "POST"])
@kept.looking_once()
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """GET: the form with its effect announced. POST with `rehearse`: the effect of what is typed. POST: the act."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    ticket = fetch_to_undo(user, reference) if name == "undo" else fetch(user, reference)
    context = context_of(ticket, Author(user=user))
    sealed = "read" not in abilities(user, ticket)
    if sealed and (name != "undo" or why_not(ticket, name, context) is not None):
        # Every form shows the subject: for whom the demande is sealed, there is none, however it is asked for.
        return show_refusal(request, ticket, NotAllowed())
    if request.method == "GET":
        refused = why_not(ticket, name, context)
        if refused is not None:
            return show_refusal(request, ticket, refused)
        form = bind(ticket, user, name, None, context)
        effect = effect_of(bind(ticket, user, name, proposed(form), context.again()))
        # What is refused before anything is typed is only what remains to be typed.
        return show_form(request, form, effect=Effect() if effect.refused else effect)
    form = bind(ticket, user, name, posted(request, ticket, name), context)
    if "rehearse" in request.POST:
        effect = effect_of(form)
        if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
            return render(request, "frontend/partials/_ticket_effect.html", {"effect": effect})
        return show_form(request, form, effect=effect)
    return submit(request, form)


def submit(request: HttpRequest, form: ActForm) -> HttpResponse:
    """Do the act; anything refused comes back with the form as it was typed."""
    if not form.is_valid():
        return show_form(request, form, status=UNPROCESSABLE)
    try:
        ticket, history = perform(form)
    except InvalidCommand as refused:
        form.refuse(refused)
        return show_form(request, form, status=UNPROCESSABLE)
    except StaleVersion:
        return show_conflict(request, form)
    except (TransitionRefused, NotAllowed) as refused:
        return show_refusal(request, form.ticket, refused)
    return show_done(request, form, ticket, history)


def perform(form: ActForm) -> tuple[Ticket, list[PastEvent] | None]:
    """The demande as it has become, and its journal where the act has told it."""
    author, opened_version = Author(user=form.user), form.cleaned_data["opened_version"]
    if isinstance(form, MergeForm):
        target: Ticket = form.cleaned_data["target"]
        merged, _ = writers.merge(form.ticket.pk, target.pk, author, opened_version=opened_version)
        return merged, None
    return writers.write_and_tell(form.ticket.pk, form.acts(), author, opened_version=opened_version)


# --- Binding ------------------------------------------------------------------------------------------------------


def bind(ticket: Ticket, user: User, name: str, data: Mapping[str, Any] | None, context: Context) -> ActForm:
    return FORMS[name](data, ticket=ticket, user=user, context=context)


def posted(request: HttpRequest, ticket: Ticket, name: str) -> Mapping[str, Any]:
    """What was posted. The « Annuler » of a message carries the version it speaks of in its address."""
    data = request.POST.copy()
    if name == "undo":
        data.setdefault("opened_version", request.GET.get("version", str(ticket.version)))
    return data


def proposed(form: ActForm) -> dict[str, Any]:
    """The form as it opens, as if it were sent at once: the deadline does not depend on a text still to be written."""
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for name, each in form.fields.items():
        if isinstance(each, PlainTextField) and each.required and not data[name]:
            data[name] = "…"
    return data


def why_not(ticket: Ticket, name: str, context: Context) -> SillageError | None:
    if name == "undo":
        words = undo_refusal(context)
        return TransitionRefused(words) if words else None
    return refusal(ticket, name, context.abilities)


# --- What the person reads ----------------------------------------------------------------------------------------


def effect_of(form: ActForm) -> Effect:
    """What the act would do as typed; nothing while it cannot be told."""
    if not form.moves_deadline or not form.is_valid():
        return Effect()
    today = form.context.today
    band = band_of(form.ticket, form.context)
    try:
        rehearsal = rehearse(form.ticket, form.acts(), form.context)
    except (InvalidCommand, NotAllowed, TransitionRefused) as refused:
        return Effect(refused.message, refused=True)
    sentence = effect_sentence(rehearsal, today)
    if isinstance(form, MergeForm):
        kept: Ticket = form.cleaned_data["target"]
        first = min(kept.received_on, form.ticket.received_on)
        sentence += f" {kept.reference} gardera l’arrivée la plus ancienne, {long_date(first, today)}."
    return Effect(sentence, warnings_of(rehearsal, band, today))


def show_form(
    request: HttpRequest,
    form: ActForm,
    *,
    effect: Effect | None = None,
    conflict: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    ticket = form.ticket
    shown = {
        "ticket": ticket,
        "today": form.context.today,
        "form": form,
        "title": label_of(ticket, form.name, transitions(ticket)) or form.submit,
        "url": reverse("ticket-act", args=[ticket.reference, form.name]),
        "close_url": closing_address(request, ticket.reference),
        "from_list": from_list(request),
        "effect": effect or Effect(),
        "conflict": conflict,
    }
    return render(request, template(request, "ticket_act.html"), shown, status=status)


def show_conflict(request: HttpRequest, form: ActForm) -> HttpResponse:
    """Both versions, what was typed kept, and a button that sends it again knowingly."""
    opened = int(form.cleaned_data["opened_version"])
    typed = request.POST.copy()
    ticket = fetch(form.user, form.ticket.reference)
    events = writers.events_of(ticket)
    context = context_of(ticket, Author(user=form.user), writers.history_of(events))
    typed["opened_version"] = str(ticket.version)
    if isinstance(form, CorrectForm):
        for name, value in recorded(
            bind(ticket, form.user, form.name, None, context), leaving=form.changed_data
        ).items():
            typed[name] = value
    again = bind(ticket, form.user, form.name, typed, context.again())
    refused = why_not(ticket, form.name, context)
    conflict = Conflict(
        lines=journal_of(ticket, events, form.user, again.today, after=opened),
        differences=differences(again) if isinstance(again, CorrectForm) else [],
        refused=refused.message if refused else "",
    )
    effect = effect_of(again)
    return show_form(request, again, effect=effect, conflict=conflict, status=CONFLICT)


def recorded(form: ActForm, leaving: Collection[str]) -> dict[str, str]:
    """What a correction would be sent with where nothing is typed, but for the fields of `leaving`."""
    data: dict[str, str] = {}
    for name, each in form.fields.items():
        if name not in leaving and name != "opened_version":
            value = each.prepare_value(form.get_initial_for_field(each, name))
            data[name] = data[form.add_initial_prefix(name)] = "" if value is None else str(value)
    return data


def differences(form: CorrectForm) -> list[Difference]:
    """The fields that this person changed and whose present value is neither the one typed nor the one opened."""
    form.is_valid()
    found = []
    for name in form.changed_data:
        each = form.fields[name]
        if name == "opened_version" or not each.has_changed(each.initial, form[name].data):
            continue
        found.append(Difference(form[name].label, shown_value(form, name, each.initial), typed_value(form, name)))
    return found


def shown_value(form: CorrectForm, name: str, value: Any) -> str:
    each = form.fields[name]
    choices = {str(key): str(label) for key, label in getattr(each, "choices", ())}
    if choices:
        return choices.get(str(value if value is not None else ""), "")
    return str(each.prepare_value(value) or "")


def typed_value(form: CorrectForm, name: str) -> str:
    return shown_value(form, name, form[name].data)


def show_refusal(request: HttpRequest, ticket: Ticket, refused: SillageError) -> HttpResponse:
    shown = {"ticket": ticket, "message": refused.message}
    return render(request, template(request, "ticket_refused.html"), shown, status=CONFLICT)


def show_done(request: HttpRequest, form: ActForm, ticket: Ticket, history: list[PastEvent] | None) -> HttpResponse:
    """Back to the demande, or home where it is no longer this person's; with the way back while there is one."""
    user = form.user
    visible = bool(abilities(user, ticket))
    context = context_of(ticket, Author(user=user), history)
    undo = ""
    if form.name != "undo" and not undo_refusal(context):
        undo = f"{reverse('ticket-act', args=[ticket.reference, 'undo'])}?version={ticket.version}"
    waits = TO_DISPATCH if form.name == "reopen" and ticket.state == State.REGISTERED else ""
    sentence = " ".join(filter(None, (form.sentence(), waits, result_words(form.context.deadlines, context))))
    if not visible:
        sentence = f"{ticket.reference}\xa0: {sentence[0].lower()}{sentence[1:]}"
    elif ticket.is_open and ticket.due_on and form.moves_deadline:
        sentence += f" Prochaine échéance\xa0: au plus tard {long_date(ticket.due_on, context.today)}."
    done(request, sentence, undo=undo, links=what_next(request, form) if form.leads_on else ())
    target = reverse("ticket", args=[ticket.reference]) if visible else reverse("home")
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        return HttpResponseClientRedirect(target)
    return redirect(target)


def what_next(request: HttpRequest, form: ActForm) -> list[Link]:
    """The first demande of Ma file that is still to do, and the way back to the list that the person came from."""
    links: list[Link] = []
    if form.user.scope.has(Role.AGENT, Role.SUPERVISOR):
        situations = Situations.at(clock.now(), form.user.scope.prefecture_ids)
        found = next_to_do(form.user, situations, leaving=form.ticket.pk)
        if found:
            links.append((f"Demande suivante\xa0: {found.reference}, {found.due}", found.url))
    back = way_back(request)
    return [*links, (back.label, back.url)] if back else links


def template(request: HttpRequest, name: str) -> str:
    """The fragment for a panel opened in place, the page around it otherwise."""
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        return f"frontend/partials/_{name}"
    return f"frontend/pages/{name}"
