"""What each cell of a table says, what prevents it, what each good row promises: `decide` on a copy, nothing saved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from frontend.rows.columns import LABELS, Book
from frontend.rows.sheet import Sheet
from frontend.wording import latest
from tracker.commands import Answer, Assign, Command, HoldMeeting, Propose, Register, Take
from tracker.desks import Desk
from tracker.enums import OPEN_STATES, Outcome, State
from tracker.errors import InvalidCommand, NotAllowed, SillageError
from tracker.models import Ticket, TicketKind, User
from tracker.registering import drafted
from tracker.rulebooks import current_calendars, rule_book
from tracker.spreadsheets.cells import UNDATED, Fault
from tracker.spreadsheets.headers import HeaderMatch
from tracker.spreadsheets.registers import register_checks
from tracker.spreadsheets.wording import fold
from tracker.text import clean_text
from tracker.words import words_of
from tracker.writers import Author, decide_draft

REQUIRED: Final = {
    "received_on": "Indiquez la date d’arrivée.",
    "sender": "Indiquez l’expéditeur.",
    "subject": "Indiquez l’objet en quelques mots.",
}
NO_OFFICE: Final = "Choisissez le bureau qui répondra."
NOT_YOURS: Final = (
    "Seul le bureau qui traite la demande enregistre ce qu’il a fait\xa0: videz cette cellule, ou mettez votre bureau."
)
COLUMN_OF: Final = {
    "sender_name": "sender", "body": "notes", "channel_id": "channel", "nature_id": "nature", "on": "proposed_on",
}  # fmt: skip
"""Fields of the commands that our columns name otherwise."""
DONE_IN: Final = ("answered_on", "proposed_on", "meeting_on", "met_on")
MOST_KNOWN: Final = 1000
LIKENESS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Shared:
    """What every row takes where its own cell is empty or its column absent; keys of rows."""

    channel: int
    nature: int
    module: int
    site: int
    office: int | None = None
    received_on: date | None = None
    take: bool = False


@dataclass(slots=True)
class Row:
    """One row, read. `errors`: by the code of the column, empty for the row as a whole. `blank`: nothing is in it."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    blank: bool = False
    acts: list[Command] = field(default_factory=list)
    promise: str = ""
    late: bool = False
    repeats: int | None = None
    known: Ticket | None = None


@dataclass
class Checker:
    """One look at one table. `shared` is None while what all rows share is itself refused: no row is then judged."""

    user: User
    desk: Desk
    kind: TicketKind
    book: Book
    shared: Shared | None
    today: date

    def check(self, sheet: Sheet) -> list[Row]:
        places: dict[str, int] = {}
        for place in sheet.shown:
            places.setdefault(sheet.codes[place], place)
        rows = [self.read(cells, places) for cells in sheet.rows]
        judged = [row for row in rows if not row.blank]
        if self.shared is not None:
            self.judge(judged, self.shared, places)
        mark_repeats(rows)
        self.mark_known(judged)
        return rows

    def read(self, cells: Sequence[str], places: dict[str, int]) -> Row:
        """The value of each cell, or what is wrong with it."""
        row = Row(blank=not any(cells[place] for place in places.values()))
        for code, place in places.items():
            if not cells[place]:
                continue
            value = self.book.columns[code].parse(cells[place])
            if isinstance(value, Fault):
                row.errors[code] = sentence(value)
            elif value is not None:
                row.values[code] = value
        return row

    def judge(self, rows: Sequence[Row], shared: Shared, places: dict[str, int]) -> None:
        columns = {code: (place,) for code, place in places.items()}
        checks = register_checks(HeaderMatch(0, (), columns, (), (), {}), self.today)
        rehearsal = Rehearsal(self.user, self.desk, shared.site)
        for row in rows:
            self.complete(row, shared)
            for code, fault in checks(row.values):
                row.errors.setdefault(code, sentence(fault))
            if row.errors:
                continue
            row.acts = acts_of(row.values, shared, self.kind, self.desk)
            self.rehearse(row, rehearsal)

    def complete(self, row: Row, shared: Shared) -> None:
        """What all rows share where the cell says nothing; then what is still missing."""
        common = {name: getattr(shared, name) for name in ("received_on", "channel", "nature", "office")}
        for code, value in common.items():
            if value is not None and code not in row.errors:
                row.values.setdefault(code, value)
        for code, missing in REQUIRED.items():
            if code not in row.values and code not in row.errors:
                row.errors[code] = missing
        no_office = "office" not in row.values and "office" not in row.errors
        if no_office and (not self.desk.by_mailroom or "proposed_on" in row.values):
            row.errors["office"] = NO_OFFICE
        if "proposed_on" in row.values and "meeting_on" not in row.values and "meeting_on" not in row.errors:
            row.errors["meeting_on"] = "Indiquez la date du rendez-vous proposé."
        later = next((code for code in ("meeting_on", "met_on") if code in row.values), "")
        if later and "proposed_on" not in row.values and "proposed_on" not in row.errors:
            row.errors["proposed_on"] = "Indiquez le jour où ce rendez-vous a été proposé."

    def rehearse(self, row: Row, rehearsal: "Rehearsal") -> None:
        try:
            ticket, outcomes = rehearsal.play(row.acts)
        except SillageError as refusal:
            refuse(row, refusal)
            return
        row.promise, row.late = promise_of(ticket, outcomes, self.today)

    def mark_known(self, rows: Sequence[Row]) -> None:
        """Rows that look like a demande already registered, among those that the person may read: one query."""
        wanted = {(row.values["received_on"], sender_of(row)) for row in rows if "received_on" in row.values}
        wanted = {key for key in wanted if key[1]}
        if not wanted:
            return
        found: dict[tuple[date, str], list[Ticket]] = defaultdict(list)
        tickets = Ticket.objects.readable_by(self.user).filter(
            prefecture=self.desk.prefecture,
            received_on__in={day for day, _ in wanted},
            sender_name__in={sender for _, sender in wanted},
        )
        for ticket in tickets.only("reference", "received_on", "sender_name", "subject").order_by("-pk")[:MOST_KNOWN]:
            found[ticket.received_on, ticket.sender_name].append(ticket)
        for row in rows:
            near = found.get((row.values.get("received_on", date.min), sender_of(row)), [])
            ours = words_in(row.values.get("subject", ""))
            row.known = next((ticket for ticket in near if alike(ours, words_in(ticket.subject))), None)


class Rehearsal:
    """What registering each row would give. Rules, sites and calendars are read once."""

    def __init__(self, user: User, desk: Desk, site_id: int) -> None:
        self.user, self.prefecture = user, desk.prefecture
        self.sites = {site.pk: site for site in desk.sites}
        self.author = Author(user=user)
        self.rules = rule_book(desk.prefecture.pk)
        self.calendar = current_calendars([self.sites[site_id]])[site_id]

    def play(self, acts: Sequence[Command]) -> tuple[Ticket, set[str]]:
        """The demande as it would be, and what would become of its deadlines. Raises what registering would."""
        draft = drafted(self.prefecture, self.user, self.sites, acts, self.author)
        decide_draft(draft, self.rules, self.calendar, [])
        [(change, _)] = draft.changes
        return draft.ticket, {deadline.outcome for deadline in change.deadlines}


def refuse(row: Row, refusal: SillageError) -> None:
    """Put a refusal beside the cell that it speaks of."""
    name = (refusal.field or "").removesuffix("_id")
    code = COLUMN_OF.get(name, name)
    done = next((each for each in DONE_IN if each in row.values), "")
    if isinstance(refusal, NotAllowed) and done:
        row.errors[done] = NOT_YOURS
    elif isinstance(refusal, InvalidCommand) and code in LABELS:
        row.errors[code] = refusal.message
    else:
        row.errors[""] = refusal.message


def promise_of(ticket: Ticket, outcomes: set[str], today: date) -> tuple[str, bool]:
    """« au plus tard mercredi 25 novembre », or what a reply that is already known came to; and whether it is late."""
    if ticket.state not in OPEN_STATES:
        late = Outcome.LATE in outcomes
        done = "rendez-vous tenu" if ticket.state == State.MET else "réponse partie"
        return f"{done}, {'hors' if late else 'dans le'} délai", late
    passed = ticket.due_on is not None and ticket.due_on < today
    return latest(ticket.due_on, today) + (", déjà passé" if passed else ""), passed


def sentence(fault: Fault) -> str:
    """Why, and how to mend it."""
    if not fault.mend:
        return fault.reason
    mend = f"{fault.mend[:1].upper()}{fault.mend[1:]}"
    return f"{fault.reason} {mend}{'' if mend.endswith(('.', '?')) else '.'}"


def sender_of(row: Row) -> str:
    return clean_text(str(row.values.get("sender", "")))


def mark_repeats(rows: Sequence[Row]) -> None:
    """Rows of the same sender and day whose subject is alike: each says which one came first, by its rank."""
    met: dict[tuple[Any, str], list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for rank, row in enumerate(rows):
        sender = fold(sender_of(row))
        if not sender:
            continue
        earlier = met[row.values.get("received_on"), sender]
        ours = words_in(row.values.get("subject", ""))
        row.repeats = next((first for first, theirs in earlier if alike(ours, theirs)), None)
        earlier.append((rank, ours))


def words_in(subject: str) -> frozenset[str]:
    return frozenset(words_of(subject))


def alike(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether most words of two subjects are the same, as a search sees them. As sets: two hundred anonymous papers of
    one morning are compared two by two."""
    return ours == theirs or len(ours & theirs) > LIKENESS * len(ours | theirs)


def acts_of(values: dict[str, Any], shared: Shared, kind: TicketKind, desk: Desk) -> list[Command]:
    """The registration and what is already known after it, as the form of one demande gives them."""
    acts: list[Command] = [
        Register(
            kind=kind,
            channel_id=values["channel"],
            nature_id=values["nature"],
            received_on=values["received_on"],
            site_id=shared.site,
            module=shared.module,
            theme_id=values.get("theme"),
            mailbox_id=values.get("mailbox"),
            sender_name=values["sender"],
            sender_contact=values.get("sender_contact", ""),
            subject=values["subject"],
            body=values.get("notes", ""),
            by_mailroom=desk.by_mailroom,
        )
    ]
    if office := values.get("office"):
        acts.append(Assign(office))
        if shared.take and office in desk.own_office_ids:
            acts.append(Take())
    if (answered := values.get("answered_on")) is not None:
        acts.append(Answer(None if answered is UNDATED else answered, values["channel"]))
    if "proposed_on" in values:
        acts.append(Propose(values["proposed_on"], values["meeting_on"]))
        if "met_on" in values:
            acts.append(HoldMeeting(values["met_on"]))
    return acts
