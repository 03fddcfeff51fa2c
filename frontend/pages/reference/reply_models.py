"""Modèles de réponse: the letters that the agents start from; their fields, an example of each, their changes."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from correspondence import reply_fields, reply_models
from correspondence.enums import ReplyPurpose
from correspondence.models import ReplyModel
from frontend import feedback, reply_texts
from frontend.context import Link, settings_link
from frontend.forms.texts import ReplyModelForm
from frontend.http import PageRequest
from frontend.pages import errors
from frontend.pages.reference.rights import may_edit, prefecture_edited_by, prefecture_read_by
from tracker import clock
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Event, Prefecture, Ticket, User
from tracker.reading import band_of, context_of
from tracker.writers import Author

UNPROCESSABLE, CONFLICT = 422, 409
FIELD_WORDS = {"title": "titre", "purpose": "usage", "body": "texte", "kinds": "demandes", "channels": "canaux"}
SAID = {"added": "Modèle ajouté", "withdrawn": "Modèle retiré", "restored": "Modèle proposé de nouveau"}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a model's history. `former`: the text that was replaced."""

    event: Event
    sentence: str
    former: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A model filled: from a demande, or from an example of each field."""

    text: str
    reference: str


@require_GET
def model_list(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_read_by(request.user)
    rows = reply_models.models_of(prefecture)
    groups = [
        (purpose.label, [row for row in rows if row.is_active and row.purpose == purpose]) for purpose in ReplyPurpose
    ]
    context = {
        "trail": (settings_link(),),
        "groups": [(label, found) for label, found in groups if found],
        "withdrawn": [row for row in rows if not row.is_active],
        "editable": may_edit(request.user, prefecture),
    }
    return render(request, "frontend/pages/reply_models.html", context)


@require_http_methods(["GET", "POST"])
def model_add(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_edited_by(request.user)
    form = ReplyModelForm(request.POST or None, prefecture=prefecture, today=clock.today(prefecture.time_zone))
    return answer(request, form, prefecture, None)


@require_http_methods(["GET", "POST"])
def model_change(request: PageRequest, model_id: int) -> HttpResponse:
    prefecture = prefecture_edited_by(request.user)
    model = get_object_or_404(ReplyModel, pk=model_id, prefecture=prefecture)
    today = clock.today(prefecture.time_zone)
    form = ReplyModelForm(request.POST or None, prefecture=prefecture, model=model, today=today)
    return answer(request, form, prefecture, model)


@require_POST
def model_propose(request: PageRequest, model_id: int) -> HttpResponse:
    """Withdraw a model, or propose it again."""
    prefecture = prefecture_edited_by(request.user)
    model = get_object_or_404(ReplyModel, pk=model_id, prefecture=prefecture)
    proposed = request.POST.get("proposed") == "1"
    version = request.POST.get("opened_version", "")
    try:
        opened_version = int(version) if version.isdecimal() else model.version
        reply_models.propose_model(
            model.pk, Author(user=request.user), proposed=proposed, opened_version=opened_version
        )
    except StaleVersion as refusal:
        return errors.page(
            request, CONFLICT, title="Cette page n’est plus à jour", text=f"{refusal.message} Revenez à la liste."
        )
    words = "est proposé de nouveau aux agents" if proposed else "n’est plus proposé aux agents"
    feedback.done(request, f"Le modèle «\xa0{model.title}\xa0» {words}.")
    return redirect("reply-models")


# --- Parts --------------------------------------------------------------------------------------------------------


def answer(
    request: PageRequest, form: ReplyModelForm, prefecture: Prefecture, model: ReplyModel | None
) -> HttpResponse:
    if request.method == "GET":
        return show(request, form, model)
    if not form.is_valid():
        return show(request, form, model, status=UNPROCESSABLE)
    try:
        if "preview" in request.POST:
            reply_models.checked(prefecture, form.terms())
            return show(request, form, model, preview=preview_of(form, request.user))
        saved = save(form, prefecture, model, Author(user=request.user))
    except InvalidCommand as refusal:
        form.refuse(refusal)
        return show(request, form, model, status=UNPROCESSABLE)
    except StaleVersion as refusal:
        return show(request, reopened(request, prefecture, model), model, status=CONFLICT, stale=refusal.message)
    feedback.done(request, f"Le modèle «\xa0{saved.title}\xa0» est enregistré. Les agents le trouvent dès maintenant.")
    return redirect("reply-models")


def save(form: ReplyModelForm, prefecture: Prefecture, model: ReplyModel | None, author: Author) -> ReplyModel:
    if model is None:
        return reply_models.add_model(prefecture, form.terms(), author)
    opened_version = form.cleaned_data["opened_version"] or 0
    return reply_models.change_model(model.pk, form.terms(), author, opened_version=opened_version)


def reopened(request: PageRequest, prefecture: Prefecture, model: ReplyModel | None) -> ReplyModelForm:
    """The form as it was typed, on the model as it has become: sent again, it is sent knowingly."""
    data = request.POST.copy()
    data["opened_version"] = str(model.version if model else 0)
    return ReplyModelForm(data, prefecture=prefecture, model=model, today=clock.today(prefecture.time_zone))


def preview_of(form: ReplyModelForm, user: User) -> Preview:
    """Raises InvalidCommand where the person may read no such demande."""
    body, reference = form.cleaned_data["body"], form.cleaned_data["reference"]
    if not reference:
        return Preview(reply_fields.fill(body, {field.name: field.example for field in reply_fields.FIELDS}), "")
    rows = Ticket.objects.readable_by(user).for_lists()
    ticket = rows.filter(reference__iexact=reference).first()
    if ticket is None:
        raise InvalidCommand("Aucune demande que vous pouvez lire ne porte cette référence.", field="reference")
    context = context_of(ticket, Author(user=user))
    band = band_of(ticket, context)
    desk = reply_texts.desk_for(ticket, user, context, {}, band.implicit_on if band else None)
    return Preview(reply_fields.fill(body, desk.values()), ticket.reference)


def show(
    request: PageRequest, form: ReplyModelForm, model: ReplyModel | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "trail": (settings_link(), Link("Modèles de réponse", reverse("reply-models"))),
        "form": form,
        "model": model,
        "fields": reply_fields.FIELDS,
        "history": changes(model) if model else [],
        "back": reverse("reply-models"),
        **more,
    }
    return render(request, "frontend/pages/reply_model_form.html", context, status=status)


def changes(model: ReplyModel) -> list[Change]:
    lines = []
    for event in reply_models.history(model):
        named = [FIELD_WORDS[name] for name in event.data.get("fields", ())]
        sentence = SAID.get(event.kind) or f"Modifié\xa0: {', '.join(named)}"
        former = next((text.text for text in event.texts.all() if text.name == "was_body"), "")
        lines.append(Change(event, sentence, former))
    return lines


urlpatterns = [
    path("reglages/modeles/", model_list, name="reply-models"),
    path("reglages/modeles/ajouter/", model_add, name="reply-model-add"),
    path("reglages/modeles/<int:model_id>/", model_change, name="reply-model-change"),
    path("reglages/modeles/<int:model_id>/proposer/", model_propose, name="reply-model-propose"),
]
