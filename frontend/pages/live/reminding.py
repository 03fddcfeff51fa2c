"""Reminding a bureau, of all that presses or of one demande: what will happen is said, then confirmed once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from frontend.feedback import done
from frontend.forms.reminding import ReminderForm
from frontend.http import PageRequest
from frontend.live_words import reminder_words, urgent_words
from frontend.wording import count_of, due_words
from tracker import clock, kept, reminding
from tracker.errors import InvalidCommand, SillageError, StaleVersion
from tracker.following import Figure
from tracker.models import Event, Office, Ticket
from tracker.permissions import abilities
from tracker.reading import fetch
from tracker.registry import Situations
from tracker.writers import Author

CONFLICT, UNPROCESSABLE = 409, 422
JUST_REMINDED: Final = "Ce bureau vient d’être relancé par quelqu’un d’autre. Vérifiez, puis relancez s’il le faut."


@dataclass(frozen=True, slots=True)
class Aim:
    """What the reminder is of: a bureau, or one demande that it holds."""

    office: Office
    ticket: Ticket | None = None

    @property
    def url(self) -> str:
        asked = {"demande": self.ticket.reference} if self.ticket else {"bureau": self.office.code}
        return f"{reverse('live-remind')}?{urlencode(asked)}"

    def last(self, now: datetime) -> Event | None:
        if self.ticket is not None:
            return reminding.last_reminders_of_tickets([self.ticket.pk]).get(self.ticket.pk)
        return reminding.last_reminders([self.office.pk], {self.office.prefecture_id}, now).get(self.office.pk)


@require_http_methods(["GET", "POST"])
def remind(request: PageRequest) -> HttpResponse:
    """GET: what it will do. POST: the reminder."""
    aim = aim_of(request)
    if request.method == "GET":
        return ask(request, aim)
    form = ReminderForm(request.POST)
    if not form.is_valid():
        return ask(request, aim, form, status=UNPROCESSABLE)
    try:
        said = perform(request, aim, form)
    except StaleVersion:
        return ask(request, aim, noted(form), refused=JUST_REMINDED, status=CONFLICT)
    except InvalidCommand as refused:
        form.add_error("note", refused.message)
        return ask(request, aim, form, status=UNPROCESSABLE)
    except SillageError as refused:
        return ask(request, aim, noted(form), refused=refused.message, status=CONFLICT)
    done(request, said)
    return HttpResponseClientRedirect(here(request)) if request.htmx else redirect("live")


def aim_of(request: PageRequest) -> Aim:
    """404 where the person may not remind: a sensitive bureau stands, for a référent, as one of somebody else's."""
    reference, code = request.GET.get("demande", ""), request.GET.get("bureau", "")
    if reference and "\0" not in reference:
        ticket = fetch(request.user, reference)
        if ticket.office is None or "remind" not in abilities(request.user, ticket):
            raise Http404
        return Aim(ticket.office, ticket)
    mine = request.user.scope.led_ids
    office = next((each for each in kept.rows(Office) if each.code == code and each.pk in mine), None)
    if office is None:
        raise Http404
    return Aim(office)


def perform(request: PageRequest, aim: Aim, form: ReminderForm) -> str:
    """What was done, in a sentence."""
    author, asked = Author(user=request.user), form.cleaned_data
    if aim.ticket is not None:
        reminding.remind_of(aim.ticket, author, note=asked["note"], seen=asked["seen"])
        return f"Relance faite\xa0: {aim.office.name}, {aim.ticket.reference}."
    reminded = reminding.remind_office(aim.office, author, note=asked["note"], seen=asked["seen"])
    return f"Relance faite\xa0: {aim.office.name}, {count_of(reminded.number, 'demande')}."


def noted(form: ReminderForm) -> ReminderForm:
    """The same note, in a form that has seen what is there now."""
    return ReminderForm(initial={"note": form.cleaned_data["note"]})


def here(request: PageRequest) -> str:
    """The board from which the reminder was asked, with its choices."""
    address = request.htmx.current_url_abs_path or ""
    return address if address.partition("?")[0] == reverse("live") else reverse("live")


def ask(
    request: PageRequest, aim: Aim, form: ReminderForm | None = None, *, refused: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    situations = Situations.at(now, {aim.office.prefecture_id})
    day = situations.days[aim.ticket.site_id if aim.ticket else aim.office.site_id]
    event = aim.last(now)
    form = form or ReminderForm()
    form.initial["seen"] = event.pk if event else 0
    today = event is not None and clock.local_date(event.recorded_at, day.time_zone) == day.today
    shown: dict[str, Any] = {
        "office": aim.office,
        "what": what_presses(request, aim, situations),
        "last": reminder_words(event, day.time_zone, day.today, "Déjà relancé") if event else "",
        "reminded_today": today,
        "form": form,
        "url": aim.url,
        "close_url": reverse("live"),
        "refused": refused,
    }
    name = "frontend/partials/_live_remind.html" if request.htmx else "frontend/pages/live_remind.html"
    return render(request, name, shown, status=status)


def what_presses(request: PageRequest, aim: Aim, situations: Situations) -> str:
    """« 9 demandes en retard ou à traiter aujourd’hui »; empty where nothing presses."""
    if aim.ticket is not None:
        day = situations.days[aim.ticket.site_id]
        due = due_words(aim.ticket.due_on, day.today, day.calendar)
        return f"La demande {aim.ticket.reference}, {due}" if aim.ticket.is_open else ""
    rows = reminding.pressing(Ticket.objects.visible_to(request.user), aim.office.pk, situations)
    figures = (Figure.OVERDUE, Figure.TODAY)
    counted = rows.aggregate(**{each.value: Count("pk", filter=situations.filter(each.value)) for each in figures})
    numbers = {each: counted[each.value] for each in figures}
    return urgent_words(numbers) if any(numbers.values()) else ""
