"""`check_deadlines`: the stored deadlines against the replay of the journal."""

from collections.abc import Sequence
from typing import Any

from tracker.deadlines import DeadlineState, Fact, RuleBook, next_promise, replay
from tracker.models import Deadline, Event, Site, Ticket
from tracker.projecting import columns_of
from tracker.rulebooks import calendars_of, rule_book
from tracker.verification.report import Difference, Part, Report, walk, within
from tracker.writers import STREAM

TICKET_COLUMNS = ("pk", "reference", "prefecture_id", "site_id", "due_on", "due_purpose")


def check_deadlines() -> Report:
    """Every demande whose deadlines, or whose copy of the next one, are not what its journal gives. `checked` counts
    demandes."""
    books: dict[int, RuleBook] = {}
    sites = Site.objects.in_bulk()

    def examine(part: Part, report: Report) -> None:
        facts: dict[int, list[Fact]] = {}
        events = Event.objects.filter(within("object_id", part), stream=STREAM).order_by("object_id", "number")
        for object_id, number, kind, data in events.values_list("object_id", "number", "kind", "data"):
            facts.setdefault(object_id, []).append(Fact(number, kind, data))
        rows: dict[int, dict[tuple[str, int], Deadline]] = {}
        for row in Deadline.objects.filter(within("ticket_id", part)):
            rows.setdefault(row.ticket_id, {})[(row.purpose, row.rank)] = row
        tickets = Ticket.objects.filter(within("pk", part)).only(*TICKET_COLUMNS).order_by("pk")
        for ticket in tickets.iterator():
            report.checked += 1
            rules = books.get(ticket.prefecture_id)
            if rules is None:
                rules = books[ticket.prefecture_id] = rule_book(ticket.prefecture_id)
            try:
                states = replay(facts.get(ticket.pk, ()), rules, calendars_of(sites[ticket.site_id]))
            except (KeyError, IndexError, ValueError) as problem:
                report.different.append(differing(ticket, "unreadable", f"son journal ne se rejoue pas ({problem!r})."))
                continue
            report.different += differences(ticket, states, rows.get(ticket.pk, {}))

    return walk(examine)


def differences(
    ticket: Ticket, states: Sequence[DeadlineState], rows: dict[tuple[str, int], Deadline]
) -> list[Difference]:
    found = []
    replayed = {state.key: expected(ticket, state) for state in states}
    for key in sorted(replayed.keys() | rows.keys()):
        name = f"échéance « {key[0]} » n° {key[1]}"
        if key not in rows:
            found.append(differing(ticket, "missing", f"{name} absente, alors que le journal la donne."))
        elif key not in replayed:
            found.append(differing(ticket, "unknown", f"{name} inconnue du journal."))
        else:
            wrong = {
                column: (getattr(rows[key], column), value)
                for column, value in replayed[key].items()
                if getattr(rows[key], column) != value
            }
            if wrong:
                told = ", ".join(f"{column} {stored} au lieu de {value}" for column, (stored, value) in wrong.items())
                found.append(differing(ticket, "changed", f"{name} : {told}."))
    promise = next_promise(states)
    due = (promise.due_on, promise.purpose) if promise else (None, "")
    if (ticket.due_on, ticket.due_purpose) != due:
        found.append(
            differing(
                ticket,
                "due_on",
                f"prochaine échéance {ticket.due_on} ({ticket.due_purpose or '-'}) "
                f"au lieu de {due[0]} ({due[1] or '-'}).",
            )
        )
    return found


def expected(ticket: Ticket, state: DeadlineState) -> dict[str, Any]:
    return {**columns_of(state), "prefecture_id": ticket.prefecture_id, "site_id": ticket.site_id}


def differing(ticket: Ticket, problem: str, detail: str) -> Difference:
    return Difference(STREAM, ticket.pk, ticket.reference, problem, detail)
