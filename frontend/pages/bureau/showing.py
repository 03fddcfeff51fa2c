"""The page of the encadrant: what to share out on the left, who has what on the right."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend.bureau import SIGNATURE_ORDER, Bureau, sentence
from frontend.http import PageRequest
from frontend.listing import lines
from frontend.wording import count_of, plain_date
from tracker import paging
from tracker.models import User
from tracker.registry import ORDERS, Situation

SHOWN: Final = 30
"""Demandes to share out on one page: what is beyond is on the next one."""
URGENT_SHOWN: Final = 8
"""Those that follow come up as these are given; the demandes to share out stay in sight below."""
LARGEST_KEY: Final = 2**63 - 1


@require_safe
def show(request: PageRequest) -> HttpResponse:
    bureau = bureau_of(request)
    name = "partials/_bureau_body" if request.htmx else "pages/bureau"
    return render(request, f"frontend/{name}.html", body(request, bureau))


def bureau_of(request: PageRequest) -> Bureau:
    """404 to whom shares nothing out."""
    if not request.user.scope.led_ids:
        raise Http404
    return Bureau(request.user, request.GET.get("bureau", ""))


def body(request: PageRequest, bureau: Bureau) -> dict[str, Any]:
    """All that the page shows: one query a panel, whatever the number of people and demandes."""
    counts = bureau.counts()
    shown = bureau.tickets.for_lists().defer("body")
    free = shown.filter(bureau.situations.filter(Situation.UNASSIGNED))
    page = paging.page(free, ORDERS["due"], request.GET.get("from", ""), SHOWN)
    urgent = shown.filter(bureau.situations.filter(Situation.AGENT_ABSENT)).order_by(*ORDERS["due"].columns())
    return {
        "bureau": bureau,
        "today": bureau.today,
        "views": bureau.views(),
        "sentence": sentence(bureau, counts),
        "urgent": bureau.waiting(list(urgent[:URGENT_SHOWN])),
        "urgent_shown": min(URGENT_SHOWN, counts[Situation.AGENT_ABSENT]),
        "urgent_count": counts[Situation.AGENT_ABSENT],
        "urgent_url": bureau.list_url(situation=Situation.AGENT_ABSENT),
        "rows": bureau.rows(page.rows),
        "count": counts[Situation.UNASSIGNED],
        "count_url": bureau.list_url(situation=Situation.UNASSIGNED),
        "everybody": bureau.candidates(bureau.office_ids),
        "agents": bureau.agent_lines(),
        "signature_count": counts[Situation.AT_SIGNATURE],
        "signature_url": bureau.url("bureau-signature"),
        "previous_url": page.previous and bureau.url(**{"from": page.previous}),
        "next_url": page.next and bureau.url(**{"from": page.next}),
        "live_url": bureau.url(**{"from": request.GET.get("from", "")}),
        "assign_url": bureau.url("bureau-assign", **{"from": request.GET.get("from", "")}),
    }


@require_safe
def signature(request: PageRequest) -> HttpResponse:
    """« À la signature depuis… »: the demandes whose answer waits for a signature, for the longest first."""
    bureau = bureau_of(request)
    holder = holder_of(bureau, request.GET.get("agent", ""))
    tickets = bureau.tickets.filter(bureau.situations.filter(Situation.AT_SIGNATURE))
    if holder is not None:
        tickets = tickets.filter(assignee=holder)
    shown = tickets.for_lists().defer("body")
    page = paging.page(shown, SIGNATURE_ORDER, request.GET.get("from", ""))
    kept = {"agent": str(holder.pk) if holder else ""}
    found = [
        (line, plain_date(ticket.signature_since, bureau.today) if ticket.signature_since else "", ticket.assignee)
        for ticket, line in zip(page.rows, lines(page.rows, bureau.user, bureau.situations), strict=True)
    ]
    context = {
        "bureau": bureau,
        "today": bureau.today,
        "holder": holder,
        "rows": found,
        "summary": count_of(paging.total(tickets).number, "demande"),
        "previous_url": page.previous and bureau.url("bureau-signature", **kept, **{"from": page.previous}),
        "next_url": page.next and bureau.url("bureau-signature", **kept, **{"from": page.next}),
        "back": bureau.url(),
    }
    return render(request, "frontend/pages/bureau_signature.html", context)


def holder_of(bureau: Bureau, text: str) -> User | None:
    """The person that the address names, None where it names nobody; 404 for who has nothing to do with the bureau."""
    if not text:
        return None
    if not text.isdecimal() or int(text) > LARGEST_KEY:
        raise Http404
    return person_in(bureau, int(text))


def person_in(bureau: Bureau, user_id: int) -> User:
    """Somebody who works in the bureau or has one of its demandes; 404 for anybody else."""
    if user_id > LARGEST_KEY:
        raise Http404
    based = next((each for each in bureau.teams.based_in(bureau.office_ids) if each.pk == user_id), None)
    if based is not None:
        return based
    found = User.objects.filter(pk=user_id, pk__in=bureau.tickets.values("assignee")).first()
    if found is None:
        raise Http404
    return found
