"""What lists have in common: whose demandes they are, and how a row says what it shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from frontend.wording import LATEST, NO_DEADLINE, count_of, due_words, short_date
from tracker.enums import Outcome, State
from tracker.models import Deadline, Ticket, User
from tracker.paging import Total
from tracker.registry import JUDGED, ORDERS, Bucket, Situations, queue_of

SEALED: Final = "Contenu réservé"
UNDATED: Final = "sans date"
OUTCOME_WORDS: Final = {Outcome.IN_TIME.value: "dans le délai", Outcome.LATE.value: "hors délai"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; with an address, a count that lists what it counts."""

    words: str
    url: str = ""


TO_DO: Final = (Bucket.OVERDUE, Bucket.TODAY, Bucket.NEXT_WEEK, Bucket.LATER)
"""Groups of « Ma file » that wait for nobody else: in this order, which is also that of their deadlines."""


def next_to_do(user: User, situations: Situations, *, leaving: int) -> "Line | None":
    """The first demande of « Ma file » but for the one just left."""
    rows = Ticket.objects.readable_by(user).filter(queue_of(user)).exclude(pk=leaving)
    waiting = rows.annotate(bucket=situations.bucket).filter(bucket__in=TO_DO)
    found = waiting.with_lists().only(*LINE_COLUMNS).order_by(*ORDERS["due"].columns())[:1]
    return next(iter(lines(found, user, situations)), None)


LINE_COLUMNS: Final = (
    "reference", "kind", "channel", "office", "site", "prefecture", "state", "machine", "sender_name", "subject",
    "received_on", "due_on", "answered_on", "undated", "year", "number",
)  # fmt: skip
"""What a line is made of, and what lists are ordered by: half of what a demande holds, hence half of its reading."""


@dataclass(frozen=True, slots=True)
class Line:
    """One demande in one line, in words; an empty one is shown as a dash. `late` and `today` repeat what the words of
    `due` say, for an icon."""

    reference: str
    url: str
    received_on: date
    origin: str
    sender: str
    subject: str
    office: str
    state: str
    due: str
    late: bool
    today: bool
    received: str
    answered: str
    sealed: bool

    @property
    def due_day(self) -> str:
        """`due` under a heading that says « Échéance »: of a distant one, the day alone."""
        return self.due.removeprefix(LATEST)


def lines(tickets: Iterable[Ticket], user: User, situations: Situations) -> list[Line]:
    """Demandes as a list shows them; `tickets` loaded with kind, channel and office. One query at most, for how those
    that have ended did."""
    tickets = list(tickets)
    outcomes: dict[int, str] = {}
    judged = Deadline.objects.filter(
        ticket__in=[ticket.pk for ticket in tickets if not ticket.is_open],
        purpose__in=JUDGED,
        outcome__in=(Outcome.IN_TIME, Outcome.LATE),
    )
    for ticket_id, outcome in judged.values_list("ticket_id", "outcome"):
        if outcomes.get(ticket_id) != Outcome.LATE:
            outcomes[ticket_id] = outcome
    return [line(ticket, user, situations, OUTCOME_WORDS.get(outcomes.get(ticket.pk, ""), "")) for ticket in tickets]


def line(ticket: Ticket, user: User, situations: Situations, outcome: str) -> Line:
    readable = user.scope.reads_text(ticket.office_id)
    day = situations.days[ticket.site_id]
    if not ticket.is_open:
        due = outcome
    elif ticket.state == State.AWAITING_REQUESTER and ticket.due_on is None:
        due = "délai suspendu"
    else:
        due = due_words(ticket.due_on, day.today, day.calendar) if ticket.due_on else NO_DEADLINE
    return Line(
        reference=ticket.reference,
        url=reverse("ticket", args=[ticket.reference]),
        received_on=ticket.received_on,
        origin=origin(ticket) if readable else "",
        sender=ticket.sender_name if readable else SEALED,
        subject=ticket.subject if readable else SEALED,
        office=ticket.office.name if ticket.office else "",
        state=State(ticket.state).label if readable else "",
        due=due,
        late=bool(ticket.is_open and ticket.due_on and ticket.due_on < day.today),
        today=bool(ticket.is_open and ticket.due_on == day.today),
        received=short_date(ticket.received_on, day.today),
        answered=short_date(ticket.answered_on, day.today) if ticket.answered_on else UNDATED * ticket.undated,
        sealed=not readable,
    )


ONE_OF: Final = {
    "complaint": "Réclamation",
    "meeting_request": "Rendez-vous",
    "site_update": "Mise à jour du site",
}


def origin(ticket: Ticket) -> str:
    """« Courriel », « Réclamation, courrier », « Rendez-vous, téléphone »: what it is and where it came by."""
    if ticket.kind.code == "correspondence":
        return ticket.channel.label
    kind = ONE_OF.get(ticket.kind.code, ticket.kind.label)
    return f"{kind}, {ticket.channel.label[:1].lower()}{ticket.channel.label[1:]}"


def total_words(total: Total) -> str:
    """« 412 demandes », « plus de 10 000 demandes »."""
    return count_of(total.number, "demande") if total.exact else f"plus de {count_of(total.number, 'demande')}"
