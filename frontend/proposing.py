"""The bureau and the theme that a demande being registered will probably have, and the evidence for each.

Only proposed: what a person types or chooses stays (docs/decisions/0017-proposals-while-registering.md). The evidence
is what this person may know: demandes that they may read, and where they sent themselves those that they registered.
What others did out of their sight leaves no trace here."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from frontend.wording import plain_date
from tracker import senders
from tracker.enums import DismissalReason, State
from tracker.models import Event, Mailbox, Office, Prefecture, Theme, Ticket, User
from tracker.querysets import TicketQuerySet
from tracker.text import clean_text
from tracker.writers import STREAM

LOOKED_AT: Final = 20
"""The latest demandes that are evidence."""
FEWEST: Final = 3
"""Demandes of a theme below which they show no habit."""


@dataclass(frozen=True, slots=True)
class Proposal:
    pk: int
    label: str
    reason: str
    """What is said beside the field, a sentence that goes on after « Proposé : Bureau du séjour, »."""


@dataclass(frozen=True, slots=True)
class Proposals:
    office: Proposal | None = None
    theme: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a person knows of one demande. The theme is None where they know it only for having sent it away."""

    received_on: date
    pk: int
    office_id: int
    theme_id: int | None


@dataclass(frozen=True, slots=True)
class Clues:
    """What is typed so far. `kept_office_id`: the bureau of the demande that this person registered just before."""

    sender: str = ""
    mailbox: Mailbox | None = None
    theme: Theme | None = None
    kept_office_id: int | None = None


def proposals(prefecture: Prefecture, user: User, clues: Clues, today: date) -> Proposals:
    """As the last demande of this sender; else the bureau of the mailbox, else that of most demandes of the theme, else
    that of the demande registered before. A bureau that closed or a theme withdrawn since is not proposed. As many
    queries whatever the history."""
    last, whose = last_of_sender(prefecture, user, clues.sender)
    theme = None
    because = f"comme la dernière demande {whose}, reçue le {plain_date(last.received_on, today)}" if last else ""
    if last and last.theme_id:
        found = Theme.objects.filter(pk=last.theme_id, prefecture=prefecture, is_active=True).first()
        theme = Proposal(found.pk, found.label, because) if found else None
    options = [(last.office_id, because)] if last else []
    if clues.mailbox and clues.mailbox.office_id:
        options.append((clues.mailbox.office_id, f"qui suit la boîte «\xa0{clues.mailbox.name}\xa0»"))
    if not options:
        options += habit_of_theme(prefecture, user, clues.theme)
    if clues.kept_office_id:
        options.append((clues.kept_office_id, "comme la demande précédente"))
    return Proposals(first_open(prefecture, options), theme)


def first_open(prefecture: Prefecture, options: Iterable[tuple[int, str]]) -> Proposal | None:
    options = list(options)
    pks = {pk for pk, _ in options}
    found = Office.objects.filter(pk__in=pks, prefecture=prefecture, is_active=True).in_bulk() if pks else {}
    return next((Proposal(pk, found[pk].name, reason) for pk, reason in options if pk in found), None)


def last_of_sender(prefecture: Prefecture, user: User, sender: str) -> tuple[Known | None, str]:
    """The last demande of this sender, else of one whose name differs by a particle alone; and of whom it is said."""
    sender = clean_text(sender)
    for alike, whose in ((False, "de cet expéditeur"), (True, "d’un expéditeur de nom voisin")):
        found = senders.of_sender(Ticket.objects.all(), prefecture, sender, alike=alike) if sender else None
        last = next(iter(known(found, user)), None) if found is not None else None
        if last:
            return last, whose
    return None, ""


def habit_of_theme(prefecture: Prefecture, user: User, theme: Theme | None) -> list[tuple[int, str]]:
    """The bureau of most of the latest demandes of this theme, with the count that says so; none without a majority."""
    if theme is None:
        return []
    rows = known(Ticket.objects.filter(prefecture=prefecture, theme=theme), user)
    if not rows:
        return []
    [(office_id, count)] = Counter(row.office_id for row in rows).most_common(1)
    if count < FEWEST or count * 2 <= len(rows):
        return []
    return [(office_id, f"comme {count} des {len(rows)} dernières demandes de ce thème")]


def known(tickets: TicketQuerySet, user: User) -> list[Known]:
    """The latest of `tickets` whose bureau `user` knows, newest first. A demande registered by mistake, merged or whose
    texts are eliminated is no evidence, nor one that the bureau has sent back. Three queries."""
    newest = ("-received_on", "-pk")
    readable = tickets.readable_by(user).filter(office__isnull=False, eliminated_on__isnull=True)
    standing = readable.exclude(state=State.MERGED).exclude(dismissal_reason=DismissalReason.REGISTRATION_ERROR)
    columns = ("received_on", "pk", "office_id", "theme_id")
    seen = [Known(*row) for row in standing.order_by(*newest).values_list(*columns)[:LOOKED_AT]]
    # What may be read is known as it is now; of the rest, what this person did with it is all that there is to know.
    out_of_sight = tickets.filter(registered_by=user).exclude(pk__in=tickets.readable_by(user).values("pk"))
    own = list(out_of_sight.order_by(*newest).values_list("pk", flat=True)[:LOOKED_AT])
    rows = sorted([*seen, *sent_away(own, user)], key=lambda row: (row.received_on, row.pk), reverse=True)
    return rows[:LOOKED_AT]


def sent_away(pks: list[int], user: User) -> list[Known]:
    """Where `user` sent these demandes, by the events of that person alone."""
    acts = Event.objects.filter(stream=STREAM, object_id__in=pks, actor=user)
    received: dict[int, date] = {}
    offices: dict[int, int] = {}
    for event in acts.filter(kind__in=("registered", "assigned", "reassigned")).order_by("object_id", "number"):
        if event.kind == "registered":
            received[event.object_id] = date.fromisoformat(event.data["received_on"])
        else:
            offices[event.object_id] = event.data["office"]
    return [Known(received[pk], pk, office_id, None) for pk, office_id in offices.items() if pk in received]
