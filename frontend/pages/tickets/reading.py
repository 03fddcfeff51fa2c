"""The page of one demande."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from complaints.models import Complaint
from correspondence.models import MeetingRequest, SiteUpdate
from frontend import bell
from frontend.absence_words import away_words
from frontend.answer_words import answer_words
from frontend.attachment_words import files_of
from frontend.forms.attachments import AttachForm
from frontend.journal_words import Line, names_for, timeline
from frontend.page_help import texts
from frontend.pages.tickets.offers import LEADING, offers
from frontend.ticket_words import DeadlineBlock, acknowledgement_words, deadline_block, implicit_words
from frontend.wording import long_date, small
from tracker import details, writers
from tracker.decisions import Context
from tracker.enums import Machine, State
from tracker.explaining import explain
from tracker.legal import LegalBand
from tracker.models import Absence, Event, ExternalIdentity, Ticket, User
from tracker.reading import band_of, context_of, fetch, undo_refusal
from tracker.writers import Author


@dataclass(frozen=True, slots=True)
class LegalWords:
    acknowledgement: str
    implicit: str
    appeal: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known of a demande."""

    label: str
    value: str


@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    ticket = fetch(user, reference)
    bell.seen(request, ticket)
    events = writers.events_of(ticket)
    context = context_of(ticket, Author(user=user), writers.history_of(events))
    if "read" not in context.abilities:
        told = {"ticket": ticket, "today": context.today, "page_help": texts()["ticket-sealed"]}
        return render(request, "frontend/pages/ticket_sealed.html", told)
    shown = page_context(ticket, user, context, events)
    return render(request, "frontend/pages/ticket.html", shown)


def page_context(ticket: Ticket, user: User, context: Context, events: list[Event]) -> dict[str, object]:
    """All that the page shows, by a number of queries that does not grow with the journal, `events`."""
    found = offers(ticket, context.abilities)
    leading = next((offer for offer in found if offer.name in LEADING), None)
    return {
        "ticket": ticket,
        "today": context.today,
        "deadlines": deadline_blocks(context),
        "legal": legal_words(band_of(ticket, context), context.today),
        "facts": facts_of(ticket, context.today),
        "journal": journal_of(ticket, events, user, context.today),
        "primary": leading,
        "actions": [offer for offer in found if not offer.aside and offer is not leading],
        "asides": [offer for offer in found if offer.aside],
        "may_undo": undo_refusal(context) == "",
        "files": files_of(ticket, context.today),
        "attach_form": attach_form(ticket, context),
        "may_write": "answer" in context.abilities,
        "awaiting": ticket.state == State.AWAITING_REQUESTER,
    }


def attach_form(ticket: Ticket, context: Context) -> AttachForm | None:
    """None where no file may be attached nor withdrawn."""
    changes = ticket.eliminated_on is None and "attach" in context.abilities
    return AttachForm(use_required_attribute=False) if changes else None


def deadline_blocks(context: Context) -> list[DeadlineBlock]:
    """What still runs first, the promise that breaks soonest before the others; then what has ended, latest first."""
    blocks = [
        deadline_block(found, context.today) for found in explain(context.facts, context.rules, context.calendar_at)
    ]
    running = sorted((block for block in blocks if block.running), key=lambda b: b.explanation.state.due_on or date.max)
    return [*running, *(block for block in reversed(blocks) if not block.running)]


def legal_words(band: LegalBand | None, today: date) -> LegalWords | None:
    if band is None:
        return None
    return LegalWords(acknowledgement_words(band, today), implicit_words(band, today), band.appeal)


def journal_of(ticket: Ticket, events: list[Event], reader: User, today: date, *, after: int = 0) -> list[Line]:
    """The timeline of a demande whose journal is `events`, from the event numbered `after` on."""
    lines = timeline(events, names_for(events, reader, answer_words(ticket.kind.purpose)), ticket.site.time_zone, today)
    return [line for line in lines if line.number > after]


def facts_of(ticket: Ticket, today: date) -> list[Fact]:
    """What is known of a demande, without what its title and facts line already say. Empty values are left out."""
    rows = [
        ("Bureau", ticket.office.name if ticket.office else "aucun pour l’instant"),
        ("Agent", holder_words(ticket, today)),
        ("Adresse de réponse", ticket.sender_contact),
        ("Type", ticket.kind.label),
        ("Nature", ticket.nature.label),
        ("Module", f"{ticket.module}. {ticket.get_module_display()}"),
        ("Thème", ticket.theme.label if ticket.theme else ""),
        ("Boîte fonctionnelle", ticket.mailbox.name if ticket.mailbox else ""),
        ("Site d’arrivée", ticket.site.name),
        ("Cachet de la poste", day_words(ticket.postmark_on, today)),
        ("À la signature depuis le", day_words(ticket.signature_since, today) if ticket.is_open else ""),
        ("Pièce attendue jusqu’au", awaited_words(ticket, today)),
        *ending_facts(ticket, today),
        *detail_facts(ticket, today),
        *(("Ancien numéro", f"{row.old_number or row.key} ({row.register})") for row in identities(ticket)),
    ]
    return [Fact(label, value) for label, value in rows if value]


def holder_words(ticket: Ticket, today: date) -> str:
    """Who has the demande; where this person is away, until when, and who stands in."""
    if ticket.assignee is None:
        return ""
    rows = Absence.objects.away_on(today).filter(prefecture=ticket.prefecture_id, user=ticket.assignee)
    away = rows.select_related("substitute").first()
    return f"{ticket.assignee.full_name} ({small(away_words(away, today))})" if away else ticket.assignee.full_name


def day_words(day: date | None, today: date) -> str:
    return long_date(day, today) if day else ""


def awaited_words(ticket: Ticket, today: date) -> str:
    return day_words(ticket.awaited_until, today) if ticket.state == State.AWAITING_REQUESTER else ""


def ending_facts(ticket: Ticket, today: date) -> list[tuple[str, str]]:
    answered = "à une date inconnue" if ticket.undated else day_words(ticket.answered_on, today)
    label = "Rendez-vous tenu" if ticket.machine == Machine.MEETING else answer_words(ticket.kind.purpose).left
    return [
        (label, answered),
        ("Moyen de la réponse", ticket.reply_channel.label if ticket.reply_channel else ""),
        ("Transmise à", ticket.forwarded_to if ticket.state == State.FORWARDED else ""),
        ("Motif", ticket.get_dismissal_reason_display() if ticket.state == State.DISMISSED else ""),
    ]


def detail_facts(ticket: Ticket, today: date) -> list[tuple[str, str]]:
    """What only some kinds have: the dates of a rendez-vous, the page of the site, the service complained of."""
    model = details.model_for(ticket)
    found = model._default_manager.filter(ticket=ticket).first() if model else None
    match found:
        case MeetingRequest():
            return [
                ("Proposition faite", day_words(found.proposed_on, today)),
                ("Rendez-vous proposé pour", day_words(found.meeting_on, today)),
                ("Lieu", found.place),
            ]
        case SiteUpdate():
            return [("Page à mettre à jour", found.page)]
        case Complaint():
            return [("Service concerné", found.about.name if found.about else "")]
        case _:
            return []


def identities(ticket: Ticket) -> list[ExternalIdentity]:
    return list(ExternalIdentity.objects.filter(ticket=ticket).order_by("pk"))
