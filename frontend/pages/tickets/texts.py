"""« Préparer le texte »: a model filled from the demande, to be mended, copied or taken as an .odt; beside it, the
control of form. Nothing of it enters the demande or its journal: a draft is kept for its author alone, two weeks."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from correspondence.enums import ReplyPurpose, Verdict
from correspondence.form_check import Remark
from frontend import reply_texts
from frontend.documents import letter
from frontend.forms.texts import PURPOSE_SLUGS, TextForm
from frontend.http import PageRequest
from frontend.reply_texts import Choice, Desk
from frontend.wording import count_of
from tracker import clock
from tracker.reading import band_of, context_of, fetch
from tracker.writers import Author

ABILITY = "answer"
"""Who may write to the requester: they who may record that it was done."""
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Check:
    """The control of form as it is shown, and whether a draft is kept."""

    remarks: list[Remark]
    kept: bool

    @property
    def summary(self) -> str:
        """« 2 points manquent, 1 est à vérifier. »"""
        missing = sum(remark.verdict == Verdict.MISSING for remark in self.remarks)
        doubtful = sum(remark.verdict == Verdict.TO_CHECK for remark in self.remarks)
        parts = []
        if missing:
            parts.append(f"{count_of(missing, 'point')} {'manque' if missing == 1 else 'manquent'}")
        if doubtful:
            parts.append(f"{count_of(doubtful, 'point')} à vérifier")
        return f"{', '.join(parts)}." if parts else "Rien ne manque."


@require_http_methods(["GET", "POST"])
def write_text(request: PageRequest, reference: str) -> HttpResponse:
    """GET, or POST from the form of an act: the text of the model that fits. POST with `live`: the control of form of
    what is typed, which is kept. POST with `choose` or `reset`: another model, or the model anew."""
    desk, form, choice = sit_down(request, reference)
    if request.method == "GET" or "text" not in request.POST:
        return show(request, desk, form, choice, reply_texts.text_of(desk, choice))
    if not form.is_valid():
        return refused(request, desk, form, choice)
    text = form.cleaned_data["text"]
    reply_texts.keep(desk, choice, text)
    if "live" in request.POST:
        return render(request, "frontend/partials/_text_check.html", {"check": check_of(desk, choice, text)})
    if "choose" in request.POST:
        taken = form.by_code[form.cleaned_data["model"]]
        return show(request, desk, form, taken, reply_texts.text_of(desk, taken))
    if "reset" in request.POST:
        reply_texts.forget(desk, choice)
        return show(request, desk, form, choice, reply_texts.text_of(desk, choice))
    return show(request, desk, form, choice, text)


@require_POST
def download_text(request: PageRequest, reference: str) -> HttpResponse:
    """The text as a letter to open in the office suite. Its name is the reference: no personal data."""
    desk, form, choice = sit_down(request, reference)
    if not form.is_valid():
        return refused(request, desk, form, choice)
    text = form.cleaned_data["text"]
    reply_texts.keep(desk, choice, text)
    slug = next(slug for slug, purpose in PURPOSE_SLUGS.items() if purpose == choice.purpose)
    written = letter.write(
        letter.Letter(
            title=f"{ReplyPurpose(choice.purpose).label} {reference}",
            brand=(*settings.SILLAGE_BRAND, desk.sender.service),
            city=desk.sender.city,
            written_at=clock.now().astimezone(clock.zone(desk.ticket.site.time_zone)).replace(tzinfo=None),
            addressee=desk.ticket.sender_name,
            text=text,
            signature=tuple(desk.sender.lines()),
        )
    )
    response = HttpResponse(written, content_type=letter.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{desk.ticket.reference}.odt"'
    return response


# --- Parts --------------------------------------------------------------------------------------------------------


def sit_down(request: PageRequest, reference: str) -> tuple[Desk, TextForm, Choice]:
    """The desk, the form as posted, and the model that its text comes from. 404 for whom may not write this letter."""
    ticket = fetch(request.user, reference)
    context = context_of(ticket, Author(user=request.user))
    if not {"read", ABILITY} <= context.abilities:
        raise Http404
    typed = request.POST or request.GET
    purpose = PURPOSE_SLUGS.get(typed.get("pour", ""), "")
    choices = reply_texts.choices_for(ticket, purpose)
    form = TextForm(typed, choices=choices, today=context.today)
    form.is_valid()
    band = band_of(ticket, context)
    desk = reply_texts.desk_for(ticket, request.user, context, form.cleaned_data, band.implicit_on if band else None)
    if "opened" in request.POST:
        return desk, form, form.by_code.get(request.POST["opened"], choices[-1])
    return desk, form, reply_texts.first_choice(desk, choices, purpose)


def check_of(desk: Desk, choice: Choice, text: str) -> Check:
    return Check(desk.remarks(text, choice.purpose), kept=bool(text) and text != reply_texts.pristine(desk, choice))


def show(request: PageRequest, desk: Desk, form: TextForm, choice: Choice, text: str) -> HttpResponse:
    data = form.data.copy()
    data["text"], data["model"], data["opened"] = text, choice.code, choice.code
    again = TextForm(data, choices=list(form.by_code.values()), today=desk.today)
    return page(request, desk, again, choice, text)


def refused(request: PageRequest, desk: Desk, form: TextForm, choice: Choice) -> HttpResponse:
    """What could not be kept stays as it was typed."""
    if "live" in request.POST:
        return render(request, "frontend/partials/_text_check.html", {"problem": next(iter(form.errors.values()))[0]})
    return page(request, desk, form, choice, form.data.get("text", ""), status=UNPROCESSABLE)


def page(
    request: PageRequest, desk: Desk, form: TextForm, choice: Choice, text: str, status: int = 200
) -> HttpResponse:
    shown = {
        "ticket": desk.ticket,
        "today": desk.today,
        "form": form,
        "choice": choice,
        "url": reverse("ticket-text", args=[desk.ticket.reference]),
        "check": check_of(desk, choice, text),
    }
    template = "frontend/partials/_ticket_text.html" if request.htmx else "frontend/pages/ticket_text.html"
    return render(request, template, shown, status=status)
