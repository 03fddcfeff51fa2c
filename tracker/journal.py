"""Writing the journal: numbers, chained hashes, erasable texts, and what is to follow each event."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from tracker import bulk
from tracker.enums import Via
from tracker.models import Event, EventText, PendingEvent
from tracker.pending import nudge


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to write at the end of an object's chain."""

    kind: str
    occurred_on: date
    data: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the chain of one object ends."""

    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Who, how and when: common to the events of one act."""

    actor_id: int | None
    via: Via
    now: datetime
    quiet: bool = False
    act_id: uuid.UUID = field(default_factory=uuid.uuid4)


def text_hash(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def event_hash(event: Event) -> str:
    """SHA-256 of the canonical JSON of what the event says, with the hash of the event before it. The same on every
    engine: sorted keys, UTC microseconds, integers and strings only."""
    content = {
        "prefecture": event.prefecture_id,
        "stream": event.stream,
        "object": event.object_id,
        "number": event.number,
        "kind": event.kind,
        "actor": event.actor_id,
        "via": str(event.via),
        "act": str(event.act_id),
        "occurred_on": event.occurred_on.isoformat(),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "data": event.data,
        "previous": event.previous_hash,
    }
    return hashlib.sha256(CANONICAL.encode(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CarriedText:
    """A text to store beside its event, whose data holds the salted hash."""

    event: Event
    name: str
    salt: str
    text: str


def chain(
    stream: str, object_id: int, prefecture_id: int | None, tail: Tail, entries: Sequence[Entry], act: Act
) -> tuple[list[Event], list[CarriedText]]:
    """The events (unsaved) that continue an object's chain after `tail`, and the texts that they carry."""
    events, texts = [], []
    for entry in entries:
        salted = {name: (secrets.token_hex(16), text) for name, text in entry.texts.items() if text}
        data = dict(entry.data)
        if salted:
            data["texts"] = {name: text_hash(salt, text) for name, (salt, text) in salted.items()}
        event = bulk.new(
            Event,
            prefecture_id=prefecture_id,
            stream=stream,
            object_id=object_id,
            number=tail.number + 1,
            kind=entry.kind,
            actor_id=act.actor_id,
            via=act.via,
            act_id=act.act_id,
            occurred_on=entry.occurred_on,
            recorded_at=act.now,
            data=data,
            previous_hash=tail.hash,
        )
        event.hash = event_hash(event)
        tail = Tail(event.number, event.hash)
        events.append(event)
        texts += [CarriedText(event, name, salt, text) for name, (salt, text) in salted.items()]
    return events, texts


def store(events: Sequence[Event], texts: Sequence[CarriedText], *, quiet: bool) -> None:
    """Insert events, their texts and what is to follow them. Must run inside the transaction of the change itself.

    Quiet events (imports, history) call nobody: their last one alone waits, to make the screens catch up.
    """
    bulk.insert(events)
    bulk.insert(
        [
            bulk.new(EventText, event_id=row.event.pk, name=row.name, salt=row.salt, text=row.text, erased_at=None)
            for row in texts
        ]
    )
    waiting = events[-1:] if quiet else events
    bulk.insert([bulk.new(PendingEvent, event_id=event.pk, quiet=quiet) for event in waiting])
    if events and not quiet:
        nudge()


def tail_of(stream: str, object_id: int) -> Tail:
    """The end of an object's chain, as stored."""
    last = (
        Event.objects.filter(stream=stream, object_id=object_id)
        .order_by("-number")
        .values_list("number", "hash")
        .first()
    )
    return Tail(*last) if last else Tail()


def record(target: models.Model, entry: Entry, act: Act, *, prefecture_id: int | None) -> Event:
    """Write one event about a settings or reference object (the stream is its model's name). Demandes are written by
    `tracker.writers`, which number their events from the row they have locked."""
    stream = str(target._meta.model_name)
    events, texts = chain(stream, target.pk, prefecture_id, tail_of(stream, target.pk), [entry], act)
    store(events, texts, quiet=act.quiet)
    return events[0]
