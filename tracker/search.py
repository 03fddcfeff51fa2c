"""First search: which words a demande holds, and which demandes hold the words that a person types.

One Python function cuts words for both sides and for both engines, so that PostgreSQL and SQLite find the same rows.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, IntegerField, Value, When

from tracker.models import ExternalIdentity, Ticket
from tracker.models.search import SearchDocument
from tracker.querysets import TicketQuerySet

MOST_WORDS: Final = 4_000
LONGEST_WORD: Final = 60
"""With the limit above, below the megabyte that PostgreSQL gives to one document."""
MOST_TERMS: Final = 12
WORD: Final = re.compile(r"[^\W_]+")
REFERENCE: Final = re.compile(r"(?:(?:(?P<code>\w{1,8})-)?(?P<year>(?:19|20)\d\d)-)?(?P<number>\d{1,9})", re.ASCII)


PLAIN: Final = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d"}
"""Letters that Unicode does not take apart."""


class Folding(dict[int, str]):
    """Translation table to lower case without accents, filled character by character as texts bring them."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKD", chr(code)).casefold()
        letters = "".join(char for char in folded if not unicodedata.combining(char))
        self[code] = PLAIN.get(letters, letters)
        return self[code]


FOLDING: Final = Folding()


def singular(word: str) -> str:
    """A light French singular: « demandes » → « demande », « journaux » → « journal ». Words of three letters and those
    with a digit stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("aux") and len(word) > 5 and not word.endswith("eaux"):
        return word[:-2] + "l"
    return word[:-1] if word[-1] in "sx" else word


def raw_words(text: str) -> list[str]:
    """The words of `text` in order, lower case, without accents; single letters (« l’ », « M. ») are left out."""
    found = WORD.findall(text.translate(FOLDING))
    return [word[:LONGEST_WORD] for word in found if len(word) > 1 or word.isdigit()]


def words_of(texts: Iterable[str]) -> list[str]:
    """The words under which `texts` are found: each once, in the singular; a number also without its zeros."""
    kept: dict[str, None] = {}
    for text in texts:
        for word in raw_words(text):
            kept[singular(word)] = None
            if word[0] == "0" and word.isdigit():
                kept[word.lstrip("0") or "0"] = None
    return list(kept)[:MOST_WORDS]


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
        [
            SearchDocument(ticket=ticket, words=" ".join(words_of(texts_of(ticket, old_numbers.get(ticket.pk, "")))))
            for ticket in tickets
        ],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["words"],
    )


def texts_of(ticket: Ticket, old_number: str) -> tuple[str, ...]:
    return (ticket.reference, ticket.sender_name, ticket.sender_contact, ticket.subject, old_number, ticket.body)


# --- Reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What is looked for, in the words of each engine. Only letters and digits, quoted: nothing a person types is read
    as an operator."""

    postgresql: str
    sqlite: str


def terms(text: str) -> Terms | None:
    """All the words must be there, the last one perhaps unfinished. None: nothing in `text` can be looked for."""
    words = raw_words(text)[:MOST_TERMS]
    if not words:
        return None
    *whole, last = words
    return Terms(
        postgresql=" & ".join([*(f"'{singular(word)}'" for word in whole), f"('{singular(last)}' | '{last}':*)"]),
        sqlite=" AND ".join([*(f'"{singular(word)}"' for word in whole), f'("{singular(last)}" OR "{last}" *)']),
    )


def containing(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Those of `tickets` that hold every word of `text`. Give it what the person may read (`readable_by`): a text found
    is a text told."""
    wanted = terms(text)
    if wanted is None:
        return tickets.none()
    return tickets.filter(pk__in=SearchDocument.objects.filter(words__matches=wanted).values("pk"))


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
