"""First search: which words a demande holds, which demandes hold the words that a person types, and in which order.

One Python function cuts words for both sides and for both engines (`tracker.words`), and the order is made of classes
of match and of dates, not of an engine's score: PostgreSQL and SQLite find the same rows in the same order.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from django.db.models import Case, IntegerField, Value, When

from tracker import bulk
from tracker.models import ExternalIdentity, Ticket
from tracker.models.search import SearchDocument, Wanted, hits
from tracker.paging import COUNTED_EXACTLY, Key, Order
from tracker.querysets import TicketQuerySet
from tracker.words import forms_of, places, raw_words, singular, words_of

MOST_WORDS: Final = 4_000
"""With the longest word, below the megabyte that PostgreSQL gives to one document."""
MOST_TERMS: Final = 12
FEW: Final = COUNTED_EXACTLY
"""Up to here what a search finds is named, demande by demande; more of them stand everywhere in a list, and reading it
from its first row finds a page soon enough."""
REFERENCE: Final = re.compile(r"(?:(?:(?P<code>\w{1,8})-)?(?P<year>(?:19|20)\d\d)-)?(?P<number>\d{1,9})", re.ASCII)
RELEVANCE: Final = Order(
    "relevance", "pertinence", (Key("received_on", descending=True), Key("id", descending=True)), parts=4
)
"""The order of what a search finds: the parts of `ranked`, and in each the latest arrival first."""
RANKED: Final = ("numbers", "sender", "heading")
"""Where words weigh more than elsewhere, most first."""


# --- Writing ------------------------------------------------------------------------------------------------------


def index_tickets(tickets: Iterable[Ticket], old_numbers: Mapping[int, str] | None = None) -> None:
    """Write the words of saved demandes, in the caller's transaction: when they are registered, imported, corrected or
    blanked by an elimination. Two queries, whatever their number.

    `old_numbers` (by identifier) are those that an old register gave; an import that knows them saves the first query.
    """
    tickets = list(tickets)
    if old_numbers is None:
        known = ExternalIdentity.objects.filter(ticket__in=tickets).exclude(old_number="")
        old_numbers = dict(known.values_list("ticket_id", "old_number"))
    SearchDocument.objects.bulk_create(
        [document_of(ticket, old_numbers.get(ticket.pk, "")) for ticket in tickets],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["numbers", "sender", "heading", "words"],
    )


def index_new(tickets: Iterable[Ticket], old_numbers: Mapping[int, str]) -> None:
    """`index_tickets` of demandes that have just been inserted: nothing of them stands there yet, and a year's register
    goes the fastest way."""
    bulk.insert([document_of(ticket, old_numbers.get(ticket.pk, "")) for ticket in tickets])


def document_of(ticket: Ticket, old_number: str) -> SearchDocument:
    numbers = words_of(ticket.reference, old_number)
    # The address counts as text: no list shows it, and half of them hold « mairie » or « association ».
    sender, subject = words_of(ticket.sender_name), words_of(ticket.subject)
    return bulk.new(
        SearchDocument,
        ticket_id=ticket.pk,
        numbers=joined(numbers),
        sender=joined(sender),
        heading=joined(sender, subject),
        words=joined(numbers, sender, words_of(ticket.sender_contact), subject, words_of(ticket.body)),
    )


def joined(*lists: list[str]) -> str:
    return " ".join([*dict.fromkeys(chain(*lists))][:MOST_WORDS])


# --- Reading ------------------------------------------------------------------------------------------------------


def looked_for(text: str, column: str = "words", *, whole: bool = False) -> Wanted | None:
    """All the words of `text` must stand in `column`, the last one perhaps unfinished (unless `whole`). None: nothing
    in `text` can be looked for."""
    words = raw_words(text)[:MOST_TERMS]
    if not words:
        return None
    last = words[-1]
    exact = [singular(word) for word in words]
    postgresql, sqlite = [f"'{word}'" for word in exact], [f'"{word}"' for word in exact]
    if not whole:
        postgresql[-1] = f"({postgresql[-1]} | '{last}':*)"
        sqlite[-1] = f'({sqlite[-1]} OR "{last}" *)'
    return Wanted(column, " & ".join(postgresql), f"{column} : ({' AND '.join(sqlite)})")


def containing(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Those of `tickets` that hold every word of `text`. Give it what the person may read (`readable_by`): a text found
    is a text told. One query at once, for what is few."""
    wanted = looked_for(text)
    if wanted is None:
        return tickets.none()
    found = few(wanted)
    return tickets.filter(pk__found=wanted) if found is None else among(tickets, found)


def few(wanted: Wanted) -> set[int] | None:
    """The demandes that hold what is looked for, named one by one; None where they are more than that."""
    found = hits(wanted, FEW)
    return None if found is None else set(found)


def ranked(tickets: TicketQuerySet, text: str) -> Sequence[TicketQuerySet]:
    """`tickets` in as many parts as RELEVANCE has, each demande in one: every word of `text` stands in its reference or
    its old number; in the sender; in the sender and the subject; or else. A query at once for each of the three."""
    parts, others, named = ranks(tickets, text)
    return [*parts, others.exclude(pk__among=sorted(named)) if named else others]


def best_first(tickets: TicketQuerySet, text: str) -> Sequence[TicketQuerySet]:
    """`containing`, in the parts of `ranked`. Four queries at once; a part that is known to be empty costs no other."""
    parts, others, named = ranks(tickets, text)
    wanted = looked_for(text)
    found = set() if wanted is None else few(wanted)
    if found is not None:
        return [*parts, among(others, found - named)]
    return [*parts, others.filter(pk__found=wanted).exclude(pk__among=sorted(named))]


def ranks(tickets: TicketQuerySet, text: str) -> tuple[list[TicketQuerySet], TicketQuerySet, set[int]]:
    """The parts of RANKED; what is in none of those too many to name; and the demandes named in the others."""
    parts: list[TicketQuerySet] = []
    named: set[int] = set()
    for column in RANKED:
        wanted = looked_for(text, column, whole=column == "numbers")
        found = set() if wanted is None else few(wanted)
        if found is None:
            held = tickets.filter(pk__holds=wanted)
            parts.append(held.exclude(pk__among=sorted(named)) if named else held)
            tickets = tickets.exclude(pk__holds=wanted)
        else:
            parts.append(among(tickets, found - named))
            named |= found
    return parts, tickets, named


def among(tickets: TicketQuerySet, keys: set[int]) -> TicketQuerySet:
    return tickets.filter(pk__among=sorted(keys)) if keys else tickets.none()


def marked(shown: str, text: str) -> Iterator[tuple[str, bool]]:
    """`shown` in pieces, in order, with whether each is a word that a search of `text` finds."""
    words = raw_words(text)[:MOST_TERMS]
    wanted, last = {singular(word) for word in words}, words[-1] if words else None
    done = 0
    for start, end, word in places(shown):
        forms = forms_of(word)
        if wanted.intersection(forms) or (last and any(form.startswith(last) for form in forms)):
            yield shown[done:start], False
            yield shown[max(start, done) : end], True
            done = max(end, done)
    yield shown[done:], False


def by_reference(tickets: TicketQuerySet, text: str, year: int) -> Ticket | None:
    """The demande that `text` names: « 44-2026-000412 », « 2026-412 », or just « 412 » (of the arrival year `year`,
    else where one year alone has it)."""
    match = REFERENCE.fullmatch(text.strip().lower())
    if match is None:
        return None
    named = tickets.filter(number=int(match["number"]))
    if match["code"]:
        named = named.filter(prefecture__code__iexact=match["code"])
    if match["year"]:
        named = named.filter(year=int(match["year"]))
    here_first = Case(When(year=year, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(named.order_by(here_first, "-year", "pk")[:2])
    if len(found) == 1 or (found and found[0].year == year and found[1].year != year):
        return found[0]
    return None
