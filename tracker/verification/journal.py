"""`verify_journal`: chains, texts, attached files, demandes, references, seals and triggers."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby

from django.db.models import Count, Max

from tracker import streams, triggers
from tracker.journal import event_hash, text_hash
from tracker.models import Event, EventText, ReferenceCounter, Ticket
from tracker.verification.attachments import Reads, check_attachments, every_file
from tracker.verification.report import Difference, Part, Report, walk, within
from tracker.verification.seals import SealRecord, check_seals
from tracker.verification.streams import check_numbers, check_objects
from tracker.writers import STREAM

NAMED_GAPS = 20
"""Missing numbers named one by one; beyond, their count is enough."""


def verify_journal(exported: Sequence[SealRecord] = (), *, reads: Reads = every_file) -> Report:
    """Everything about the journal that does not hold. `exported` are seals kept outside the base: they also guard
    against the removal of the newest ones. `reads` says which attached files are read. `checked` counts events."""
    report = walk(partial(examine_tickets, reads))
    examine_other_streams(report)
    report.different += check_references()
    report.different += check_seals(exported)
    report.different += [
        Difference("journal", None, "", "trigger", f"le déclencheur « {name} » manque : lancez « manage.py migrate ».")
        for name in triggers.missing()
    ]
    return report


# --- Chains -------------------------------------------------------------------------------------------------------


def examine_tickets(reads: Reads, part: Part, report: Report) -> None:
    columns = ("reference", "version", "year", "number", "prefecture_id")
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.filter(within("pk", part)).only(*columns)}
    texts = texts_of(within_events(part))
    events = Event.objects.filter(within("object_id", part), stream=STREAM).order_by("object_id", "number")
    seen = set()
    for object_id, chain in groupby(events.iterator(chunk_size=2000), key=lambda event: event.object_id):
        seen.add(object_id)
        ticket = tickets.get(object_id)
        reference = ticket.reference if ticket else ""
        last = examine_chain(chain, texts, reference, report)
        if ticket is None:
            report.different.append(
                Difference(STREAM, object_id, "", "ticket_removed", "le journal parle d’une demande qui n’existe plus.")
            )
        else:
            report.different += check_ticket(ticket, last)
    report.different += [
        Difference(STREAM, pk, ticket.reference, "no_events", "la demande n’a aucun évènement au journal.")
        for pk, ticket in tickets.items()
        if pk not in seen
    ]
    references = {pk: ticket.reference for pk, ticket in tickets.items()}
    report.different += check_attachments(part, references, reads)


def within_events(part: Part) -> Iterable[EventText]:
    return EventText.objects.filter(within("event__object_id", part), event__stream=STREAM)


def texts_of(rows: Iterable[EventText]) -> dict[int, dict[str, EventText]]:
    texts: dict[int, dict[str, EventText]] = {}
    for row in rows:
        texts.setdefault(row.event_id, {})[row.name] = row
    return texts


def examine_other_streams(report: Report) -> None:
    """The chains of préfectures, rules, other settings and what the domains number: few events beside those of the
    demandes."""
    lasts: dict[str, dict[int, int]] = {}
    texts = texts_of(EventText.objects.exclude(event__stream=STREAM))
    events = Event.objects.exclude(stream=STREAM).order_by("stream", "object_id", "number")
    chains = groupby(events.iterator(chunk_size=2000), key=lambda event: (event.stream, event.object_id))
    for (stream, object_id), chain in chains:
        lasts.setdefault(stream, {})[object_id] = examine_chain(chain, texts, "", report)
    for numbered in streams.registered():
        report.different += check_objects(numbered, lasts.get(numbered.stream, {}))
        report.different += check_numbers(numbered)


def examine_chain(
    chain: Iterable[Event], texts: Mapping[int, Mapping[str, EventText]], reference: str, report: Report
) -> int:
    """Check one object's events, oldest first; returns the number of the last one."""
    number, tail = 0, ""
    for event in chain:
        report.checked += 1
        wrong = []
        if event.number != number + 1:
            wrong.append(("gap", f"il manque un évènement entre le n° {number} et le n° {event.number}."))
        elif event.previous_hash != tail:
            wrong.append(("chain", f"l’évènement n° {event.number} ne suit plus le précédent."))
        if event_hash(event) != event.hash:
            wrong.append(("edited", f"l’évènement n° {event.number} ({event.kind}) a été modifié."))
        wrong += wrong_texts(event, texts.get(event.pk, {}))
        report.different += [
            Difference(event.stream, event.object_id, reference, problem, detail) for problem, detail in wrong
        ]
        number, tail = event.number, event.hash
    return number


def wrong_texts(event: Event, rows: Mapping[str, EventText]) -> list[tuple[str, str]]:
    """Texts that are not those which the event carried. An eliminated one has left its row, empty."""
    wrong = []
    hashes = event.data.get("texts", {})
    for name in sorted(hashes.keys() | rows.keys()):
        row, place = rows.get(name), f"le texte « {name} » de l’évènement n° {event.number}"
        if row is None:
            wrong.append(("text_removed", f"{place} a disparu."))
        elif name not in hashes:
            wrong.append(("text_added", f"{place} a été ajouté après coup."))
        elif row.erased_at is not None and row.text:
            wrong.append(("text_kept", f"{place} est dit éliminé mais se lit encore."))
        elif row.erased_at is None and text_hash(row.salt, row.text) != hashes[name]:
            wrong.append(("text_edited", f"{place} a été modifié."))
    return wrong


def check_ticket(ticket: Ticket, last: int) -> list[Difference]:
    found = []
    if last < ticket.version:
        found.append(
            ("cut", f"le journal s’arrête à l’évènement n° {last}, la demande en a eu {ticket.version} : fin coupée.")
        )
    elif last > ticket.version:
        found.append(("version", f"la demande se dit à l’évènement n° {ticket.version}, le journal va au n° {last}."))
    if not ticket.reference.endswith(f"-{ticket.year}-{ticket.number:06d}"):
        found.append(("reference", f"la référence ne dit pas le n° {ticket.number} de {ticket.year}."))
    return [Difference(STREAM, ticket.pk, ticket.reference, problem, detail) for problem, detail in found]


# --- References ---------------------------------------------------------------------------------------------------


def check_references() -> list[Difference]:
    """The numbers of each préfecture and year run from 1 to the counter, without a gap."""
    counters = {
        (prefecture_id, year): (last, code)
        for prefecture_id, year, last, code in ReferenceCounter.objects.values_list(
            "prefecture_id", "year", "last", "prefecture__code"
        )
    }
    given = {
        (prefecture_id, year): (count, highest)
        for prefecture_id, year, count, highest in Ticket.objects.order_by()
        .values_list("prefecture_id", "year")
        .annotate(Count("pk"), Max("number"))
    }
    found = []
    for key in sorted(counters.keys() | given.keys()):
        last, code = counters.get(key, (0, str(key[0])))
        count, highest = given.get(key, (0, 0))
        if not last == count == highest:
            found += gaps(key[0], key[1], code, last)
    return found


def gaps(prefecture_id: int, year: int, code: str, last: int) -> list[Difference]:
    """What is missing or too many among the numbers given in a préfecture and a year, up to the counter's `last`."""
    numbers = set(Ticket.objects.filter(prefecture_id=prefecture_id, year=year).values_list("number", flat=True))
    missing = [number for number in range(1, max(last, *numbers, 0) + 1) if number not in numbers]
    name = f"{code}-{year}"
    found = [
        Difference("reference", None, f"{name}-{number:06d}", "gap", "cette référence a été donnée puis a disparu.")
        for number in missing[:NAMED_GAPS]
    ]
    if len(missing) > NAMED_GAPS:
        found.append(Difference("reference", None, name, "gap", f"{len(missing)} références ont disparu."))
    if numbers and max(numbers) > last:
        found.append(
            Difference(
                "reference", None, name, "counter", f"le compteur dit {last}, le dernier numéro est {max(numbers)}."
            )
        )
    return found
