"""Handing over all the demandes of somebody, or the urgent ones, in one step."""

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontend.absence_words import away_words, coming_words
from frontend.bureau import Bureau
from frontend.feedback import done
from frontend.forms.absences import HandAllOverForm
from frontend.http import PageRequest
from frontend.pages.bureau.sharing import UNPROCESSABLE, instant_text, tell_refusals
from frontend.pages.bureau.showing import bureau_of, person_in
from frontend.wording import count_of
from tracker import sharing
from tracker.models import User
from tracker.querysets import TicketQuerySet
from tracker.registry import ORDERS, Situation
from tracker.sharing import MOST, Shared
from tracker.writers import Author

ALL, URGENT = "all", "urgent"
TOO_MANY: Final = "Les {} plus pressées d’abord\xa0: recommencez ensuite pour les autres."


@dataclass(frozen=True, slots=True)
class Load:
    """What the person has in these bureaux, and how many of them each candidate may take."""

    bureau: Bureau
    holder: User

    @property
    def tickets(self) -> TicketQuerySet:
        return self.bureau.tickets.filter(assignee=self.holder)

    @property
    def urgent(self) -> TicketQuerySet:
        return self.tickets.filter(self.bureau.situations.filter(Situation.AGENT_ABSENT))

    def by_office(self) -> dict[int | None, int]:
        rows = self.tickets.order_by().values_list("office_id").annotate(number=Count("pk"))
        return dict(rows)

    def choices(self, total: int) -> list[tuple[str, str]]:
        urgent = self.urgent.count()
        every = [(ALL, "La seule demande ouverte" if total == 1 else f"Les {total} demandes ouvertes")]
        if not urgent or urgent == total:
            return every
        pressing = "La seule demande urgente" if urgent == 1 else f"Les {urgent} demandes urgentes"
        return [*every, (URGENT, f"{pressing}, à traiter avant le retour ou dans les deux jours ouvrés")]


@require_http_methods(["GET", "POST"])
def hand_over(request: PageRequest, user_id: int) -> HttpResponse:
    """GET: how many, to whom. POST: done, with what could not be."""
    bureau = bureau_of(request)
    load = Load(bureau, person_in(bureau, user_id))
    form, total = form_of(request, load)
    if form.is_bound and not total:
        messages.info(request, f"{load.holder.full_name} n’a plus de demande à confier.")
        return redirect(bureau.url())
    if form.is_bound and form.is_valid():
        rows = load.urgent if form.cleaned_data["what"] == URGENT else load.tickets
        wanted = list(rows.order_by(*ORDERS["due"].columns()).values_list("pk", flat=True)[:MOST])
        shared = sharing.hand_over(wanted, load.holder, form.cleaned_data["to"], Author(user=request.user))
        tell(request, load, shared, form.cleaned_data["to"])
        return redirect(bureau.url())
    absence = bureau.absences.get(load.holder.pk)
    away = bureau.away(load.holder.pk)
    context = {
        "form": form,
        "holder": load.holder,
        "total": total,
        "list_url": bureau.list_url(assignee=str(load.holder.pk)),
        "limit": TOO_MANY.format(MOST) if total > MOST else "",
        "away": away_words(away, bureau.today) if away else coming_words(absence, bureau.today) if absence else "",
        "back": bureau.url(),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "frontend/pages/bureau_hand_over.html", context, status=status)


def form_of(request: PageRequest, load: Load) -> tuple[HandAllOverForm, int]:
    bureau, by_office = load.bureau, load.by_office()
    total = sum(by_office.values())
    held = [office_id for office_id in by_office if office_id is not None]
    people = [each for each in bureau.teams.holders(held) if each.pk != load.holder.pk]
    labels = {each.pk: label(bureau, each, by_office, total) for each in people}
    absence = bureau.absences.get(load.holder.pk)
    form = HandAllOverForm(
        request.POST if request.method == "POST" else None,
        people=people,
        labels=labels,
        what=load.choices(total),
        today=bureau.today,
        initial={"to": absence.substitute if absence else None},
    )
    return form, total


def label(bureau: Bureau, user: User, by_office: dict[int | None, int], total: int) -> str:
    """« Camille Aubépine », and how many where the person does not treat the demandes of all these bureaux."""
    able = sum(number for office_id, number in by_office.items() if bureau.teams.may_hold(user.pk, office_id))
    words = bureau.label(user)
    return words if able == total else f"{words}, {able} sur {total}\xa0: les autres sont d’un autre bureau"


def tell(request: PageRequest, load: Load, shared: Shared, to: User) -> None:
    if shared.written:
        agreed = "confiée" if len(shared.written) == 1 else "confiées"
        sentence = f"{count_of(len(shared.written), 'demande')} de {load.holder.full_name} {agreed} à {to.full_name}."
        done(request, sentence, undo=load.bureau.url("bureau-undo", acte=instant_text(shared.at)))
    tell_refusals(request, shared.refused)
