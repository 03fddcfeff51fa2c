"""The live screens of one process: who follows what, and one look at the database for all of them.

The counters of the database are the truth. The hub looks at them twice a second, for as long as somebody is connected;
a hint (`notifications.broadcast`) only makes it look at once. A hint that is lost costs half a second, never a change.
Everything here runs on one event loop; what asks the database runs in its thread.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from django.db import Error

from notifications import topics
from notifications.presence import Message, Presence
from notifications.relay import Relay
from notifications.threads import ask
from notifications.topics import Place
from tracker import kept, pending
from tracker.models import PendingEvent

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.5
UNDRAINED_SECONDS: Final = 1.0
"""How long an event may wait before the hub has it followed itself: broker and worker are then taken for away."""
DOUBT_SECONDS: Final = 2.0
"""What a change may take, from its commit to this hub's look: a page asked for that long before may lack it."""
BLIND_SECONDS: Final = 2.0
"""Between two looks where the database does not answer."""


class Line(Protocol):
    """One connection, as the hub knows it. Neither function waits."""

    def tell(self, keys: Collection[str]) -> None:
        """The values of these topics have changed."""

    def people(self, reference: str) -> None:
        """Those who are on this demande are no longer the same."""

    def end(self) -> None:
        """Nothing more will come: the browser must connect again."""


@dataclass
class _Watched:
    """`learned_at`: when the value was first read. What was done just before may be in it, and not yet on a page."""

    place: Place
    value: str | None
    learned_at: float = 0.0
    lines: set[Line] = field(default_factory=set)


@dataclass
class _Prefecture:
    state: str
    moved_at: float


class Hub:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.presence = Presence()
        self._relay = Relay(self.hint, self._heard)
        self._watched: dict[str, _Watched] = {}
        self._prefectures: dict[int, _Prefecture] = {}
        self._lines: set[Line] = set()
        self._hinted: set[int] = set()
        self._wake = asyncio.Event()
        self._waiting: tuple[int, float] | None = None
        self._draining: asyncio.Task[int] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    # --- Lines ------------------------------------------------------------------------------------------------------

    def open(self, line: Line) -> None:
        self._lines.add(line)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._relay.run())]
            for task in self._tasks:
                task.add_done_callback(self._ended)

    def close(self, line: Line) -> None:
        """Forget this line; the last one that leaves ends the hub."""
        self._lines.discard(line)
        self.leave(line, list(self._watched))
        self._say(self.presence.leave(line))
        if not self._lines:
            self._forget()
            for task in self._tasks:
                task.cancel()

    async def join(self, line: Line, places: Collection[Place], age: float) -> set[str]:
        """Follow these from now on. Gives back the keys that may have changed since the page was asked for, `age`
        seconds ago: those of préfectures that moved meanwhile, or that nobody was watching."""
        for place in places:
            self._watched.setdefault(place.key, _Watched(place, None)).lines.add(line)
        unknown = [place for place in places if self._watched[place.key].value is None]
        if unknown:
            await self._learn(unknown)
        since = time.monotonic() - age - DOUBT_SECONDS
        moved = {pk for pk, prefecture in self._prefectures.items() if prefecture.moved_at >= since}
        return {place.key for place in places if place.prefecture_ids & moved}

    def leave(self, line: Line, keys: Iterable[str]) -> None:
        for key in keys:
            watched = self._watched.get(key)
            if watched is not None:
                watched.lines.discard(line)
                if not watched.lines:
                    del self._watched[key]

    def hint(self, prefecture_ids: Collection[int]) -> None:
        """Something may have moved there: look now."""
        self._hinted.update(prefecture_ids)
        self._wake.set()

    # --- Presence ---------------------------------------------------------------------------------------------------

    def present(self, line: Line, reference: str, user_id: int, *, writing: bool) -> None:
        first = not self.presence.knows(reference)
        self._say(self.presence.here(line, reference, user_id, writing=writing))
        if first:
            self._relay.publish({"ask": reference})

    def absent(self, line: Line) -> None:
        self._say(self.presence.leave(line))

    def _heard(self, message: Message) -> None:
        """What another process says of those whom it holds."""
        if "ask" in message:
            for said in self.presence.held_here(message["ask"]):
                self._relay.publish(said)
            return
        self._tell_people(self.presence.heard(message))

    def _say(self, said: list[Message]) -> None:
        for message in said:
            self._relay.publish(message)
        self._tell_people({message["reference"] for message in said})

    def _tell_people(self, references: Collection[str]) -> None:
        for reference in references:
            for line in self.presence.lines(reference):
                line.people(reference)

    # --- Looking ----------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        blind = False
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
            self._wake.clear()
            self._tell_people(self.presence.expired())
            try:
                await self._look()
            except Error:
                if not blind:
                    logger.warning("live screens: the database does not answer")
                blind = True
                await asyncio.sleep(BLIND_SECONDS)
                continue
            if blind:
                logger.warning("live screens: the database answers again")
                blind = False

    async def _look(self) -> None:
        wanted = frozenset[int]().union(*(watched.place.prefecture_ids for watched in self._watched.values()))
        hinted, self._hinted = self._hinted & wanted, set()
        try:
            states, oldest = await ask(_read_states, wanted)
        except Error:
            self._hinted |= hinted
            raise
        self._drain_what_waits(oldest)
        moved = {pk for pk, state in states.items() if self._moved(pk, state)} | hinted
        if moved:
            await self._tell_changes([w.place for w in self._watched.values() if w.place.prefecture_ids & moved], moved)

    def _moved(self, prefecture_id: int, state: str) -> bool:
        known = self._prefectures.get(prefecture_id)
        return known is None or known.state != state

    async def _tell_changes(self, places: Collection[Place], moved: Collection[int]) -> None:
        """Read again the topics of what moved, and tell those who follow one whose value is no longer the same. The
        préfectures are marked last: where reading fails, the next look finds them moved again."""
        states, values = await ask(_read_values, moved, [place.key for place in places])
        now = time.monotonic()
        for pk, state in states.items():
            if self._moved(pk, state):
                self._prefectures[pk] = _Prefecture(state, now)
        told: dict[Line, set[str]] = {}
        for place in places:
            watched = self._watched.get(place.key)
            if watched is None:
                continue
            doubtful = now < watched.learned_at + DOUBT_SECONDS
            if doubtful or watched.value != values.get(place.key):
                for line in watched.lines:
                    told.setdefault(line, set()).add(place.key)
            watched.value = values.get(place.key)
        for line, keys in told.items():
            line.tell(keys)

    async def _learn(self, places: Collection[Place]) -> None:
        """The values of topics that nobody here followed. A préfecture that nobody watched may have moved just now."""
        prefecture_ids = frozenset[int]().union(*(place.prefecture_ids for place in places))
        states, values = await ask(_read_values, prefecture_ids, [place.key for place in places])
        now = time.monotonic()
        for pk, state in states.items():
            self._prefectures.setdefault(pk, _Prefecture(state, now))
        for place in places:
            watched = self._watched.get(place.key)
            if watched is not None and watched.value is None:
                watched.value, watched.learned_at = values.get(place.key), now

    # --- What nobody else follows -----------------------------------------------------------------------------------

    def _drain_what_waits(self, oldest: int | None) -> None:
        """`oldest`: the event that has waited longest. The same for too long means that whoever drains is away."""
        now = time.monotonic()
        if oldest is None or self._waiting is None or self._waiting[0] != oldest:
            self._waiting = (oldest, now) if oldest is not None else None
            return
        if now - self._waiting[1] >= UNDRAINED_SECONDS and self._draining is None:
            self._draining = asyncio.create_task(ask(pending.drain_all))
            self._draining.add_done_callback(self._drained)

    def _drained(self, task: asyncio.Task[int]) -> None:
        self._draining = self._waiting = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("events could not be followed from the live screens", exc_info=error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """It never fails by itself. Should it, the browsers connect again, to a new hub."""
        if task.cancelled() or task.exception() is None:
            return
        logger.error("the live screens stopped looking", exc_info=task.exception())
        self._forget()
        for line in list(self._lines):
            line.end()

    def _forget(self) -> None:
        if _hubs.get(self.loop) is self:
            del _hubs[self.loop]


def _read_states(prefecture_ids: Collection[int]) -> tuple[dict[int, str], int | None]:
    oldest = PendingEvent.objects.order_by("pk").values_list("pk", flat=True).first()
    with kept.looking_once():
        return (topics.states_of(prefecture_ids) if prefecture_ids else {}), oldest


def _read_values(prefecture_ids: Collection[int], keys: Collection[str]) -> tuple[dict[int, str], dict[str, str]]:
    """States first: values are then never older than the states under which they are kept."""
    with kept.looking_once():
        return topics.states_of(prefecture_ids), topics.values(keys)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}
"""One for each event loop, hence one in a process that serves."""


def hub() -> Hub:
    """That of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def running() -> list[Hub]:
    """Those of this process, from any thread."""
    return list(_hubs.values())
