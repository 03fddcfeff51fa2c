"""The directory of senders: what completes a name being typed, and which names are one sender.

It knows names alone. Whom it tells what follows from demandes: a name is offered to whoever may read one that bears it,
with the address that this one carries (DESIGN: what one may not see leaves no trace in completion)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef

from tracker.models import Correspondent, Prefecture, Ticket, User
from tracker.models.search import WantedName
from tracker.querysets import TicketQuerySet
from tracker.text import clean_text
from tracker.words import FOLDING, WORD, raw_words, singular, words_of

OFFERED: Final = 8
CANDIDATES: Final = 40
MOST_TERMS: Final = 12
SHORTEST: Final = 2
"""Characters below which nothing is completed."""
PARTICLES: Final = frozenset({"de", "du", "des", "la", "le", "les"})
ELIDED: Final = re.compile(r"\b[dl]['’]")
"""« d’ », « l’ »: with its apostrophe, unlike an initial (« M. D. Martin »)."""
LONGEST_KEY: Final = 500
"""Of the column: one letter of another script may fold into a dozen."""


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    contact: str


def key_of(name: str) -> str:
    """What two writings of one name share: « Mairie d’Orvault », « MAIRIE D'ORVAULT ». Single letters count, unlike in
    the search: « M. A. Martin » is not « M. B. Martin ». Empty where the name has no word."""
    letters = [word for word in WORD.findall(name.translate(FOLDING)) if len(word) == 1]
    return joined([*words_of(name), *letters])


def bare_key_of(name: str) -> str:
    """What « Mairie de Rezé » and « Mairie Rezé » share: the key without the small words that a
    person may leave out. A name made of nothing else (« Le De ») keeps them."""
    bare = ELIDED.sub(" ", name.translate(FOLDING))
    return joined(word for word in key_of(bare).split() if word not in PARTICLES) or key_of(name)


def joined(words: Iterable[str]) -> str:
    return " ".join(sorted(set(words)))[:LONGEST_KEY]


# --- Writing ------------------------------------------------------------------------------------------------------


def remember(tickets: Iterable[Ticket]) -> None:
    """Put the senders of saved demandes in the directory: one query, whatever their number. In the order of their
    names, so that two writers never wait for each other."""
    names = sorted({(ticket.prefecture_id, ticket.sender_name) for ticket in tickets if ticket.sender_name})
    Correspondent.objects.bulk_create(
        [
            Correspondent(prefecture_id=pk, name=name, words=key_of(name), bare_words=bare_key_of(name))
            for pk, name in names
        ],
        ignore_conflicts=True,
    )


# --- Reading ------------------------------------------------------------------------------------------------------


def completing(prefecture: Prefecture, user: User, typed: str) -> list[Sender]:
    """The senders whose name holds every word of `typed`, the last one perhaps unfinished, among those of demandes that
    `user` may read; names that begin so first. Two queries."""
    typed = clean_text(typed)
    wanted = wanted_in(typed)
    if wanted is None or len(typed) < SHORTEST:
        return []
    readable = Ticket.objects.readable_by(user).filter(prefecture=prefecture)
    known = Correspondent.objects.filter(prefecture=prefecture, words__hold=wanted)
    used = known.filter(Exists(readable.filter(sender_name=OuterRef("name"))))
    names = list(used.order_by("name").values_list("name", flat=True)[:CANDIDATES])
    first = raw_words(typed)[0]
    names.sort(key=lambda name: not " ".join(raw_words(name)).startswith(first))
    return with_contacts(readable, names[:OFFERED])


def wanted_in(typed: str) -> WantedName | None:
    """None: nothing in `typed` can be looked for."""
    words = raw_words(typed)[:MOST_TERMS]
    if not words:
        return None
    # Perhaps written without: a particle asks for nothing, but for the last word, which may be the beginning of a name.
    whole = tuple(singular(word) for word in words[:-1] if word not in PARTICLES)
    return WantedName(whole, words[-1], singular(words[-1]))


def with_contacts(readable: TicketQuerySet, names: list[str]) -> list[Sender]:
    """Each name with the latest address given on a demande that may be read."""
    given = readable.filter(sender_name__in=names).exclude(sender_contact="").order_by("received_on", "pk")
    contacts = dict(given.values_list("sender_name", "sender_contact")) if names else {}
    return [Sender(name, contacts.get(name, "")) for name in names]


def of_sender(tickets: TicketQuerySet, prefecture: Prefecture, name: str, *, alike: bool = False) -> TicketQuerySet:
    """Those of `tickets` from the sender `name`, however it is written there. `alike`: particles set apart too, which
    may be another sender (« M. Goff », « M. Le Goff »): to be shown, never to be taken for the same."""
    name = clean_text(name)
    names, key = [name], key_of(name)
    if key:
        written = {"bare_words": bare_key_of(name)} if alike else {"words": key}
        known = Correspondent.objects.filter(prefecture=prefecture, **written)
        names += known.order_by("name").values_list("name", flat=True)[:CANDIDATES]
    return tickets.filter(prefecture=prefecture, sender_name__in=names).exclude(sender_name="")
