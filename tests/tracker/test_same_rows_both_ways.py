"""Fifty random histories, played act by act and in bulk: every row is the same."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from correspondence.models import MeetingRequest
from tests.factories import World
from tests.tracker.clocks import nov
from tracker import writers
from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    CallOff,
    Close,
    Command,
    Complete,
    Confirm,
    Correct,
    Dismiss,
    Forward,
    Hold,
    HoldMeeting,
    MarkSignature,
    Note,
    Propose,
    Register,
    Reopen,
    SendBack,
    Take,
    Undo,
)
from tracker.enums import DismissalReason, Via
from tracker.errors import SillageError
from tracker.models import Channel, Deadline, Event, EventText, Nature, PendingEvent, ReferenceCounter, Ticket
from tracker.rulebooks import rule_book
from tracker.verification import check_deadlines, verify_journal
from tracker.writers import Author, Draft

pytestmark = pytest.mark.django_db

HISTORIES = 50
START = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)

Step = tuple[Author, list[Command]]


def any_act(pick: random.Random, world: World, now: datetime) -> Command:
    on = now.date() - timedelta(days=pick.choice([0, 0, 1, 3]))
    bureau = world.offices[pick.choice(["SEJ", "DOT", "DCL"])].pk
    acts: list[Command] = [
        Take(),
        Assign(bureau, note="Pour attribution"),
        SendBack("Pas pour nous"),
        Note(f"Rappelé le {on}"),
        MarkSignature(on),
        Hold(on, on + timedelta(days=pick.randint(1, 12))),
        AskRequester(on, "Le titre", until=on + timedelta(days=30), reason="Illisible"),
        Complete(on),
        Answer(pick.choice([on, None])),
        Close(),
        Forward("Conseil départemental", on, on),
        Dismiss(pick.choice([DismissalReason.DUPLICATE, DismissalReason.WITHDRAWN]), on, note="Vu"),
        Reopen(),
        Reopen(message_on=on),
        Propose(on, on + timedelta(days=5), place="Salon bleu"),
        Confirm(on),
        HoldMeeting(on),
        CallOff(on, by_requester=pick.random() < 0.5, ends=pick.random() < 0.5),
        Correct({"received_on": on, "subject": f"Objet du {on}"}),
        Correct({"channel_id": Channel.objects.get(code=pick.choice(["letter", "email"])).pk}),
        Undo(),
    ]
    return pick.choice(acts)


def registration(pick: random.Random, world: World) -> list[Command]:
    first = Register(
        kind=world.kind(pick.choice(["correspondence", "complaint", "meeting_request", "site_update"])),
        channel_id=Channel.objects.get(code=pick.choice(["letter", "email"])).pk,
        nature_id=Nature.objects.get(code="complaint").pk,
        received_on=nov(pick.randint(2, 9)),
        site_id=world.site.pk,
        sender_name="Mairie d’Exemple",
        subject="Demande",
        evidence="12;Mairie d’Exemple" if pick.random() < 0.5 else "",
    )
    return [first, Assign(world.offices["SEJ"].pk)]


def author(world: World, now: datetime, pick: random.Random) -> Author:
    return Author(user=world.users["quality"], via=Via.IMPORT, quiet=pick.random() < 0.3, now=now)


def one_by_one(world: World) -> list[list[Step]]:
    """Play the histories through `register` and `write_one`; gives what was accepted."""
    pick = random.Random(20261120)
    histories: list[list[Step]] = []
    tickets: list[Ticket] = []
    for _ in range(HISTORIES):
        step = (author(world, START, pick), registration(pick, world))
        tickets.append(writers.register(world.prefecture, step[1], step[0]))
        histories.append([step])
    for ticket, history in zip(tickets, histories, strict=True):
        now = START
        for _ in range(25):
            now += timedelta(minutes=pick.choice([1, 1, 5, 60 * 24, 60 * 48]))
            who, act = author(world, now, pick), any_act(pick, world, now)
            try:
                with transaction.atomic():
                    writers.write_one(ticket.pk, [act], who)
            except SillageError:
                continue
            history.append((who, [act]))
    return histories


def in_bulk(world: World, histories: Sequence[list[Step]]) -> None:
    """The same, in two chunks: half of each history when it is new, the rest when it is already there."""
    rules = rule_book(world.prefecture.pk)
    half = [len(history) // 2 + 1 for history in histories]
    drafts = [
        Draft(Ticket(prefecture=world.prefecture, site=world.site), history[:middle])
        for history, middle in zip(histories, half, strict=True)
    ]
    with transaction.atomic():
        writers.write_many(drafts, rules)
    with transaction.atomic():
        rows = writers.lock_many([draft.ticket.pk for draft in drafts])
        writers.write_many(
            [
                Draft(rows[draft.ticket.pk], history[middle:])
                for draft, history, middle in zip(drafts, histories, half, strict=True)
                if history[middle:]
            ],
            rules,
        )


def all_rows() -> dict[str, list[Any]]:
    """Every row, with references for keys, and without what chance gives: keys, salts, hashes, act identifiers."""
    references = dict(Ticket.objects.values_list("pk", "reference"))
    acts: dict[Any, int] = {}
    events = []
    for event in Event.objects.filter(stream="ticket").order_by("object_id", "number").values():
        reference = references[event["object_id"]]
        event["act_id"] = acts.setdefault(event["act_id"], len(acts))
        event["data"] = {**event["data"], "texts": sorted(event["data"].get("texts", {}))}
        events.append({**event, "id": None, "object_id": reference, "hash": None, "previous_hash": None})
    deadlines = [
        {**row, "id": None, "ticket_id": references[row["ticket_id"]]}
        for row in Deadline.objects.order_by("ticket_id", "purpose", "rank").values()
    ]
    texts = EventText.objects.filter(event__stream="ticket").order_by("event__object_id", "event__number", "name")
    # Of quiet events the last one of a transaction waits alone: how many wait depends on how they were grouped.
    loud = PendingEvent.objects.filter(event__stream="ticket", quiet=False)
    pending = loud.order_by("event__object_id", "event__number")
    meetings = MeetingRequest.objects.order_by("ticket__reference")
    return {
        "tickets": [{**row, "id": None} for row in Ticket.objects.order_by("reference").values()],
        "events": events,
        "deadlines": deadlines,
        "texts": list(texts.values_list("event__number", "name", "text")),
        "pending": list(pending.values_list("event__number", "event__kind")),
        "meetings": list(meetings.values_list("ticket__reference", "proposed_on", "meeting_on", "met_on", "place")),
        "counters": list(ReferenceCounter.objects.values_list("year", "last")),
    }


def test_act_by_act_and_in_bulk_give_the_same_rows(world: World) -> None:
    with transaction.atomic():
        histories = one_by_one(world)
        expected = all_rows()
        transaction.set_rollback(True)
    assert sum(len(history) for history in histories) > 4 * HISTORIES
    in_bulk(world, histories)
    found = all_rows()
    for table, rows in expected.items():
        assert len(found[table]) == len(rows), table
        for mine, theirs in zip(found[table], rows, strict=True):
            assert mine == theirs, table
    assert check_deadlines().different == []
    assert verify_journal().different == []
