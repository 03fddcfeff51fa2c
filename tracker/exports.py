"""A list of demandes as a workbook or a CSV file: every row of it, typed, with how each promise ended.

Read in chunks by key, as tuples: memory does not grow with the list, and no cell costs more than a look-up.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from django.db.models import QuerySet

from tracker import clock
from tracker.enums import Exclusion, Outcome, Purpose, State
from tracker.models import Channel, Deadline, Mailbox, Nature, Office, Site, Theme, Ticket, TicketKind, User
from tracker.paging import Order
from tracker.registry import Situations
from tracker.scopes import Scope
from tracker.spreadsheets.writing import Column, ColumnType, Sheet

CHUNK: Final = 1_000
SEALED: Final = "Contenu réservé"
FIRST: Final = frozenset({Purpose.REPLY, Purpose.UPDATE, Purpose.PROPOSAL})
Row = tuple[Any, ...]

TICKET_FIELDS: Final = (
    "id", "reference", "kind_id", "channel_id", "nature_id", "module", "theme_id", "mailbox_id", "site_id", "office_id",
    "assignee_id", "sender_name", "subject", "received_on", "registered_at", "state", "answered_on", "undated",
    "year", "number", "due_on",
)  # fmt: skip
DEADLINE_FIELDS: Final = (
    "ticket_id", "purpose", "rank", "starts_on", "counted_on", "days", "due_on", "met_on", "taken", "outcome",
    "exclusion",
)  # fmt: skip

INTEGER, DATE, DATETIME, BOOLEAN, TEXT = (
    ColumnType.INTEGER,
    ColumnType.DATE,
    ColumnType.DATETIME,
    ColumnType.BOOLEAN,
    ColumnType.TEXT,
)

HEADERS: Final = (
    ("Référence", TEXT, 17), ("Type", TEXT, 26), ("Canal", TEXT, 18), ("Nature", TEXT, 26), ("Module", INTEGER, 9),
    ("Thème", TEXT, 24), ("Boîte fonctionnelle", TEXT, 24), ("Site d’arrivée", TEXT, 24), ("Bureau", TEXT, 28),
    ("Agent", TEXT, 20), ("Expéditeur", TEXT, 30), ("Objet", TEXT, 50), ("Reçu le", DATE, 12),
    ("Enregistré le", DATETIME, 17), ("État", TEXT, 22), ("Répondu le", DATE, 12), ("Répondu sans date", BOOLEAN, 12),
)  # fmt: skip
RESULT_HEADERS: Final = (
    ("Échéance", TEXT, 22), ("Jour 0", DATE, 12), ("Compte à la date du", DATE, 12),
    ("Délai (jours ouvrés)", INTEGER, 10), ("Au plus tard le", DATE, 12),
    ("Tenue le", DATE, 12), ("Jours ouvrés pris", INTEGER, 10), ("Résultat", TEXT, 14),
    ("Compte dans l’indicateur", BOOLEAN, 12), ("Motif d’exclusion", TEXT, 24),
)  # fmt: skip
MEETING_HEADERS: Final = (
    ("Rendez-vous au plus tard le", DATE, 12), ("Rendez-vous tenu le", DATE, 12),
    ("Rendez-vous : jours ouvrés pris", INTEGER, 10), ("Rendez-vous : résultat", TEXT, 14),
    ("Rendez-vous : compte dans l’indicateur", BOOLEAN, 12),
)  # fmt: skip
MEETING_PLACES: Final = (4, 5, 6, 7, 8)
"""Where the columns above stand among those of a result."""
NO_RESULT: Final[Row] = (None,) * len(RESULT_HEADERS)


def columns(*headers: tuple[str, ColumnType, int]) -> tuple[Column[Row], ...]:
    return tuple(
        Column(label.replace(" :", "\xa0:"), itemgetter(place), kind, width)
        for place, (label, kind, width) in enumerate(headers)
    )


COLUMNS: Final = columns(*HEADERS, *RESULT_HEADERS, *MEETING_HEADERS)
"""One row a demande: its first promise (the one that counts), and the meeting of a rendez-vous."""


def named_columns(*labels: str) -> list[Column[Row]]:
    """Some of COLUMNS, by header; of two columns alike, that of the first promise."""
    found: dict[str, Column[Row]] = {}
    for column in COLUMNS:
        found.setdefault(column.header, column)
    return [found[label] for label in labels]


OTHER_COLUMNS: Final = columns(*HEADERS[:9], *RESULT_HEADERS)
"""One row for each promise that the first sheet has no room for: promised answers, requests for a piece, and what
counts a second time after a reopening. Both sheets together hold every promise once."""


class TicketExport:
    """The rows of `parts`, one after the other and each in `order`, as the holder of `scope` may read them, at the
    instant of `situations`."""

    def __init__(self, parts: Sequence[QuerySet[Ticket]], order: Order, scope: Scope, situations: Situations) -> None:
        self.parts, self.order, self.situations = parts, order, situations
        self.sealed = scope.sealed_ids
        within = {"prefecture__in": scope.prefecture_ids}
        self.kinds = dict(TicketKind.objects.filter(**within).values_list("pk", "label"))
        self.channels = dict(Channel.objects.values_list("pk", "label"))
        self.natures = dict(Nature.objects.values_list("pk", "label"))
        self.themes = dict(Theme.objects.filter(**within).values_list("pk", "label"))
        self.mailboxes = dict(Mailbox.objects.filter(**within).values_list("pk", "name"))
        self.offices = dict(Office.objects.filter(**within).values_list("pk", "name"))
        sites = list(Site.objects.filter(**within))
        self.sites = {site.pk: site.name for site in sites}
        self.zones = {site.pk: clock.zone(site.time_zone) for site in sites}
        self.people: dict[int, str] = {}

    def sheets(self) -> Iterator[Sheet[Row]]:
        yield Sheet("Demandes", COLUMNS, self.tickets())
        yield Sheet("Autres échéances", OTHER_COLUMNS, self.others())

    def tickets(self) -> Iterator[Row]:
        for row, promises in self.chunks():
            first, meeting, _ = shared_out(promises)
            reply = self.result(first, row[8]) if first else NO_RESULT
            held = self.result(meeting, row[8]) if meeting else NO_RESULT
            yield (*self.shown(row), *reply, *(held[place] for place in MEETING_PLACES))

    def others(self) -> Iterator[Row]:
        for row, promises in self.chunks():
            _, _, others = shared_out(promises)
            if others:
                shown = self.shown(row)[:9]
                for promise in others:
                    yield (*shown, *self.result(promise, row[8]))

    def chunks(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each demande of the list with its promises: two queries a chunk (and one for the names that are new)."""
        for part in self.parts:
            yield from self.chunks_of(part.order_by(*self.order.columns()))

    def chunks_of(self, rows: QuerySet[Ticket]) -> Iterator[tuple[Row, list[Row]]]:
        places = [TICKET_FIELDS.index(key.name) for key in self.order.keys]
        after: list[Any] | None = None
        while True:
            here = rows if after is None else rows.filter(self.order.beyond(after, backwards=False))
            chunk: list[Row] = list(here.values_list(*TICKET_FIELDS)[:CHUNK])
            promises: dict[int, list[Row]] = {}
            ids = [row[0] for row in chunk]
            found = Deadline.objects.filter(ticket__in=ids).order_by("ticket_id", "starts_on", "rank", "pk")
            for promise in found.values_list(*DEADLINE_FIELDS):
                promises.setdefault(promise[0], []).append(promise)
            self.learn({row[10] for row in chunk} - self.people.keys() - {None})
            for row in chunk:
                yield row, promises.get(row[0], [])
            if len(chunk) < CHUNK:
                return
            after = [chunk[-1][place] for place in places]

    def learn(self, user_ids: set[int]) -> None:
        if user_ids:
            self.people |= {user.pk: user.full_name for user in User.objects.filter(pk__in=user_ids)}

    def shown(self, row: Row) -> Row:
        """The columns of HEADERS. Of a sealed bureau: reference, site, bureau and dates alone."""
        (
            _, reference, kind, channel, nature, module, theme, mailbox, site, office, assignee, sender, subject,
            received_on, registered_at, state, answered_on, undated, *_,
        ) = row  # fmt: skip
        registered = local(registered_at, self.zones[site])
        where = (self.sites[site], self.offices.get(office))
        if office in self.sealed:
            hidden = (None,) * 5
            who = (None, SEALED, SEALED)
            return (reference, None, *hidden, *where, *who, received_on, registered, None, answered_on, None)
        return (
            reference, self.kinds[kind], self.channels[channel], self.natures[nature], module, self.themes.get(theme),
            self.mailboxes.get(mailbox), *where, self.people.get(assignee), sender, subject, received_on, registered,
            STATE_LABELS[state], answered_on, undated,
        )  # fmt: skip

    def result(self, promise: Row, site_id: int) -> Row:
        """The columns of RESULT_HEADERS. A promise counts in the indicator when it ended in time or late, or is late
        already: the same rule as `tracker.indicators`."""
        _, purpose, _, starts_on, counted_on, days, due_on, met_on, taken, outcome, exclusion = promise
        overdue = outcome == Outcome.RUNNING and due_on is not None and due_on < self.situations.days[site_id].today
        counts = counted_on is not None and (overdue or outcome in COUNTED)
        return (
            PURPOSE_LABELS[purpose], starts_on, counted_on, days, due_on, met_on, taken,
            OVERDUE if overdue else OUTCOME_LABELS[outcome], counts, EXCLUSION_LABELS.get(exclusion),
        )  # fmt: skip


def shared_out(promises: list[Row]) -> tuple[Row | None, Row | None, list[Row]]:
    """The first promise of a demande, that of its meeting, and the others. Of several alike the latest that is not void
    stands for the demande."""
    first: Row | None = None
    meeting: Row | None = None
    for promise in promises:
        if promise[1] in FIRST and (first is None or promise[9] != Outcome.VOID):
            first = promise
        elif promise[1] == Purpose.MEETING and (meeting is None or promise[9] != Outcome.VOID):
            meeting = promise
    if len(promises) == (first is not None) + (meeting is not None):
        return first, meeting, []
    return first, meeting, [promise for promise in promises if promise is not first and promise is not meeting]


OVERDUE: Final = "En retard"
COUNTED: Final = (Outcome.IN_TIME, Outcome.LATE)
STATE_LABELS: Final = dict(State.choices)
PURPOSE_LABELS: Final = dict(Purpose.choices)
OUTCOME_LABELS: Final = dict(Outcome.choices)
EXCLUSION_LABELS: Final = dict(Exclusion.choices)


def local(moment: datetime, zone: Any) -> datetime:
    """The instant on the clocks of the site, as a workbook holds it."""
    return moment.astimezone(zone).replace(tzinfo=None)
