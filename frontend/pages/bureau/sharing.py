"""Giving demandes to people, one or several at once, and taking it back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from frontend.absence_words import away_words
from frontend.batches import possible, version_in
from frontend.bureau import Bureau
from frontend.feedback import done
from frontend.http import PageRequest
from frontend.pages.bureau.showing import body, bureau_of
from frontend.wording import count_of
from tracker import sharing
from tracker.models import User
from tracker.sharing import Refusal, Shared
from tracker.writers import Author

UNPROCESSABLE: Final = 422
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_INSTANT: Final = 17
TOLD: Final = 5
"""Refusals said one by one; beyond, only counted."""


@require_POST
def assign(request: PageRequest) -> HttpResponse:
    """Give one demande to the person of its row, or all the chosen ones to one person."""
    bureau = bureau_of(request)
    one = request.POST.get("one", "")
    references = possible([one] if one else request.POST.getlist("chosen"))
    to = chosen_person(bureau, request.POST.get(f"to-{one}" if one else "to", ""))
    if not references:
        return answer(request, bureau, refused="Cochez au moins une demande à affecter.")
    if to is None:
        return answer(request, bureau, refused="Choisissez à qui affecter.")
    tickets = list(bureau.tickets.select_related("office").filter(reference__in=references))
    versions = [version_in(request.POST.get(f"version-{each.reference}", "")) or 0 for each in tickets]
    shared = sharing.share_out(zip(tickets, versions, strict=True), to, Author(user=request.user))
    known = {each.reference for each in tickets}
    for reference in references:
        if reference not in known:
            shared.refused.append(Refusal(reference, "La demande n’est plus à répartir dans votre bureau."))
    tell(request, bureau, shared, to)
    return answer(request, bureau)


def chosen_person(bureau: Bureau, text: str) -> User | None:
    people = {str(each.pk): each for each in bureau.teams.holders(bureau.office_ids)}
    return people.get(text)


def answer(request: PageRequest, bureau: Bureau, *, refused: str = "") -> HttpResponse:
    """The page as it is now: in place, or after a redirection where there is no JavaScript."""
    if refused:
        messages.error(request, refused)
    if request.htmx:
        shown = body(request, bureau) | {"oob": True}
        return render(request, "frontend/partials/_bureau_body.html", shown, status=UNPROCESSABLE if refused else 200)
    return redirect(bureau.url(**{"from": request.GET.get("from", "")}))


def tell(request: PageRequest, bureau: Bureau, shared: Shared, to: User) -> None:
    """What was given and to whom, with the way back; then what was refused, row by row."""
    if shared.written:
        names = shared.written[0].reference if len(shared.written) == 1 else count_of(len(shared.written), "demande")
        agreed = "affectée" if len(shared.written) == 1 else "affectées"
        sentence = f"{names} {agreed} à {to.full_name}."
        away = bureau.away(to.pk)
        if away is not None:
            sentence += f" {away_words(away, bureau.today)}."
        done(request, sentence, undo=bureau.url("bureau-undo", acte=instant_text(shared.at)))
    tell_refusals(request, shared.refused)


def tell_refusals(request: PageRequest, refused: Sequence[Refusal]) -> None:
    for each in refused[:TOLD]:
        messages.error(request, f"{each.reference} n’a pas été affectée. {each.message}")
    if len(refused) > TOLD:
        messages.error(request, f"{count_of(len(refused) - TOLD, 'autre demande')} dans le même cas.")


# --- Taking back --------------------------------------------------------------------------------------------------


@require_POST
def undo(request: PageRequest) -> HttpResponse:
    """Take back what was given in one act, as long as the journal allows it."""
    bureau = bureau_of(request)
    at = instant_of(request.GET.get("acte", ""))
    shared = sharing.take_back(at, Author(user=request.user)) if at else None
    if shared is None or not (shared.written or shared.refused):
        messages.error(request, "Il n’y a rien à annuler.")
        return redirect(bureau.url())
    if shared.written:
        agreed = "demande est revenue" if len(shared.written) == 1 else "demandes sont revenues"
        done(request, f"Affectation annulée\xa0: {len(shared.written)} {agreed} comme avant.")
    for each in shared.refused[:TOLD]:
        messages.error(request, f"{each.reference} n’est pas revenue comme avant. {each.message}")
    return redirect(bureau.url())


def instant_text(at: datetime) -> str:
    """An instant in an address, to the microsecond: it names an act of its author."""
    return str((at - EPOCH) // timedelta(microseconds=1))


def instant_of(text: str) -> datetime | None:
    if not text.isdecimal() or len(text) > LONGEST_INSTANT:
        return None
    try:
        return EPOCH + timedelta(microseconds=int(text))
    except OverflowError:
        return None
