"""Absences: those of a bureau, one's own; changed, cancelled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.absence_words import coming_words, recorder_words
from frontend.batches import version_in
from frontend.feedback import done
from frontend.forms.absences import AbsenceForm
from frontend.http import PageRequest
from frontend.pages.bureau.showing import bureau_of
from frontend.wording import period, small
from tracker import absences, clock
from tracker.errors import InvalidCommand, NotAllowed, StaleVersion
from tracker.models import Absence, Prefecture, User
from tracker.teams import HOLDING_ROLES, Teams
from tracker.writers import Author

CONFLICT, UNPROCESSABLE = 409, 422
MINE: Final = "my-absences"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where absences are recorded from: in which préfecture, whose, and the page that lists them."""

    prefecture: Prefecture
    teams: Teams
    people: list[User]
    page: str


@require_http_methods(["GET", "POST"])
def of_the_bureau(request: PageRequest) -> HttpResponse:
    """Those of the people who work in the bureaux that one heads."""
    return screen(request, bureau_desk(request))


@require_http_methods(["GET", "POST"])
def mine(request: PageRequest) -> HttpResponse:
    return screen(request, own_desk(request))


@require_GET
def past_of_the_bureau(request: PageRequest) -> HttpResponse:
    return past(request, bureau_desk(request))


@require_GET
def my_past(request: PageRequest) -> HttpResponse:
    return past(request, own_desk(request))


def bureau_desk(request: PageRequest) -> Desk:
    """404 for who heads no bureau."""
    bureau = bureau_of(request)
    people = absences.people_of(request.user, bureau.teams)
    return Desk(bureau.offices[0].prefecture, bureau.teams, people, "absences")


def own_desk(request: PageRequest) -> Desk:
    """404 for who answers for no demande."""
    grant = next((each for each in request.user.scope.grants if each.role in HOLDING_ROLES), None)
    if grant is None:
        raise Http404
    prefecture = Prefecture.objects.get(pk=grant.prefecture_id)
    return Desk(prefecture, Teams({prefecture.pk}), [request.user], MINE)


def past(request: PageRequest, desk: Desk) -> HttpResponse:
    """The absences that are over: when, who stood in, who recorded them."""
    today = clock.today(desk.prefecture.time_zone)
    rows = absences.past(desk.prefecture, desk.people, today)
    context = {
        "mine": desk.page == MINE,
        "back": reverse(desk.page),
        "absences": [(each, coming_words(each, today), recorder_words(each, request.user)) for each in rows],
    }
    return render(request, "frontend/pages/absences_past.html", context)


def screen(request: PageRequest, desk: Desk) -> HttpResponse:
    """The absences under way or to come, and the form of a new one."""
    today = clock.today(desk.prefecture.time_zone)
    substitutes = substitutes_of(desk)
    typed = request.POST or None
    form = AbsenceForm(typed, people=desk.people, substitutes=substitutes, today=today, initial=asked(request))
    status = 200
    if typed is not None:
        if form.is_valid() and attempt(form, lambda: added(request, desk, form)):
            return redirect(desk.page)
        status = UNPROCESSABLE
    rows = Absence.objects.not_over(today).filter(
        prefecture=desk.prefecture, user__in=[each.pk for each in desk.people]
    )
    context = {
        "form": form,
        "today": today,
        "mine": desk.page == MINE,
        "absences": [(each, coming_words(each, today)) for each in rows.select_related("user", "substitute")],
    }
    return render(request, "frontend/pages/absences.html", context, status=status)


def asked(request: PageRequest) -> dict[str, str]:
    """The person whose line of the bureau led here."""
    return {"person": request.GET.get("agent", "")}


def substitutes_of(desk: Desk) -> list[User]:
    """Those who may stand in for one of these people at least: the service refuses a pair that shares no bureau."""
    found = {other.pk: other for each in desk.people for other in desk.teams.substitutes(each.pk)}
    return [each for pk, each in desk.teams.people.items() if pk in found]


def added(request: PageRequest, desk: Desk, form: AbsenceForm) -> None:
    absence = absences.record(desk.prefecture, form.who, form.terms(), Author(user=request.user))
    address = f"{reverse('absence-cancel', args=[absence.pk])}?version={absence.version}"
    tell(request, absence, "Absence indiquée", undo=address)


@require_http_methods(["GET", "POST"])
def change(request: PageRequest, absence_id: int) -> HttpResponse:
    absence, desk = fetch(request, absence_id)
    form, status = bind(desk, absence, request.POST or None), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        try:
            if form.is_valid() and attempt(form, lambda: changed(request, absence, form)):
                return redirect(desk.page)
        except StaleVersion:
            form, status = typed_again(request, absence_id), CONFLICT
    context = {
        "form": form,
        "absence": absence,
        "today": form.today,
        "mine": desk.page == MINE,
        "back": reverse(desk.page),
    }
    return render(request, "frontend/pages/absence.html", context, status=status)


def bind(desk: Desk, absence: Absence, data: Mapping[str, Any] | None) -> AbsenceForm:
    today = clock.today(desk.prefecture.time_zone)
    return AbsenceForm(data, absence=absence, people=[absence.user], substitutes=substitutes_of(desk), today=today)


def typed_again(request: PageRequest, absence_id: int) -> AbsenceForm:
    """Somebody has changed the absence meanwhile: what was typed stays, and what is recorded is said beside it. 404 for
    one that has been cancelled."""
    absence, desk = fetch(request, absence_id)
    data = request.POST.copy()
    data["opened_version"] = str(absence.version)
    form = bind(desk, absence, data)
    form.add_error(
        None,
        f"Quelqu’un l’a modifiée entre-temps\xa0: {small(coming_words(absence, form.today))}. "
        "Enregistrez de nouveau pour la remplacer.",
    )
    return form


def changed(request: PageRequest, absence: Absence, form: AbsenceForm) -> None:
    opened = form.cleaned_data["opened_version"]
    found = absences.change(absence.pk, form.terms(), Author(user=request.user), opened_version=opened)
    tell(request, found, "Absence modifiée")


@require_POST
def cancel(request: PageRequest, absence_id: int) -> HttpResponse:
    absence, desk = fetch(request, absence_id)
    opened = version_in(request.POST.get("opened_version", "") or request.GET.get("version", "")) or 0
    try:
        absences.cancel(absence.pk, Author(user=request.user), opened_version=opened)
    except StaleVersion as refused:
        messages.error(request, refused.message)
    else:
        done(request, f"Absence annulée{whose(request, absence)}.")
    return redirect(desk.page)


# --- Parts --------------------------------------------------------------------------------------------------------


def fetch(request: PageRequest, absence_id: int) -> tuple[Absence, Desk]:
    """An absence that this person may change, and where it is listed; 404 for any other."""
    prefectures = request.user.scope.prefecture_ids
    rows = Absence.objects.filter(prefecture__in=prefectures).select_related("prefecture", "user", "substitute")
    absence = rows.filter(pk=absence_id).first() if absence_id <= 2**63 - 1 else None
    if absence is None:
        raise Http404
    teams = Teams({absence.prefecture_id})
    today = clock.today(absence.prefecture.time_zone)
    if not absences.open_to(request.user, teams, today).filter(pk=absence.pk).exists():
        raise Http404
    page = MINE if absence.user_id == request.user.pk else "absences"
    return absence, Desk(absence.prefecture, teams, [absence.user], page)


def attempt(form: AbsenceForm, act: Callable[[], None]) -> bool:
    """False where the service refuses: the form then says why."""
    try:
        act()
    except InvalidCommand as refused:
        form.refuse(refused)
        return False
    except NotAllowed as refused:
        form.add_error(None, refused.message)
        return False
    return True


def tell(request: PageRequest, absence: Absence, sentence: str, *, undo: str = "") -> None:
    """What is recorded; and, for the person to judge, that the substitute is away too."""
    today = clock.today(absence.prefecture.time_zone)
    words = small(coming_words(absence, today)).removeprefix("absence ")
    done(request, f"{sentence}{whose(request, absence)}\xa0: {words}.", undo=undo)
    other = absences.of_substitute(absence)
    if other is not None and absence.substitute is not None:
        when = period(other.starts_on, other.ends_on, today)
        messages.warning(request, f"{absence.substitute.full_name} aussi a une absence {when}.")


def whose(request: PageRequest, absence: Absence) -> str:
    return "" if absence.user_id == request.user.pk else f" pour {absence.user.full_name}"
