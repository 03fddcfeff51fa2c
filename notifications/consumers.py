"""One live connection (`/direct/`): what the browser may say, what it is told, and when it is shown out.

The browser says {"join": [topics], "age": seconds since it asked for its page}, and {"on": reference, "writing": bool}
or {"on": null} for its presence on a demande. It is told {"joined": […], "refused": […], "changed": […]} and
{"on": reference, "people": {number of the person: writes}}: that something has changed, never what.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Collection
from http.cookies import CookieError
from typing import Any, Final

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.utils import await_many_dispatch
from django.db import Error
from django.http import parse_cookie

from notifications import topics
from notifications.hub import Hub, hub
from notifications.threads import ask
from notifications.topics import Place
from notifications.visitors import Visitor, visitors_of
from tracker import kept
from tracker.models import Ticket, User

logger = logging.getLogger(__name__)

MESSAGE_MAX: Final = 4096
"""Characters of a message from the browser."""
TOPICS_MAX: Final = 30
"""That one connection follows."""
MESSAGES_MAX: Final = 30
MESSAGES_SECONDS: Final = 10.0
"""No page says more than MESSAGES_MAX things in that time."""
CHECK_SECONDS: Final = 45.0
"""Between two looks at whether the session, the account and the roles still stand: never a minute."""
SEND_SECONDS: Final = 10.0
"""After which whoever does not read what it is told is shown out."""
CLOSE_SECONDS: Final = 1.0
BEAT_SECONDS: Final = 10.0
"""Between two words to a browser to which nothing happens: a line that has gone dead does not say so."""
AGE_MAX: Final = 3600.0

SESSION_ENDED: Final = 4401
MISUSED: Final = 1008
TOO_SLOW: Final = 1013


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """What is to be told waits in two sets, whatever the number of changes: a slow reader costs their size."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visitors: list[Visitor] = []
        self._hub: Hub | None = None
        self._names: dict[str, str] = {}  # by key, the name that the browser gave
        self._changed: set[str] = set()
        self._demandes: set[str] = set()
        self._more = asyncio.Event()
        self._over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._heard_at: list[float] = []
        self._on: str | None = None
        self._people_told: dict[int, bool] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """As channels does, without a channel of its own in the layer (the hub has one for all), and ending also when
        the hub or a check says so."""
        self.scope = scope
        self.base_send = send
        try:
            await await_many_dispatch([receive, self._end_of_line], self.dispatch)
        except StopConsumer:
            pass
        except Error:
            # The browser connects again, later and later: nothing is lost, nothing to say of each one.
            logger.warning("live connection ended: the database does not answer")
        finally:
            for task in self._tasks:
                task.cancel()
            if self._hub is not None:
                self._hub.close(self)

    async def _end_of_line(self) -> dict[str, Any]:
        return {"type": "live.over", "code": await asyncio.shield(self._over)}

    async def live_over(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.close(message["code"]), CLOSE_SECONDS)
        raise StopConsumer

    def _stop(self, code: int) -> None:
        if not self._over.done():
            self._over.set_result(code)

    # --- The browser's end ------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        self.visitors = await ask(visitors_of, cookies_of(self.scope))
        if not self.visitors:
            await self.close()
            return
        await self.accept()
        self._hub = hub()
        self._hub.open(self)
        self._tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._check())]
        for task in self._tasks:
            task.add_done_callback(self._failed)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = read(text_data)
        if message is None or self._too_many():
            self._stop(MISUSED)
        elif "join" in message:
            await self._join(message["join"], message["age"])
        elif message["on"] is None:
            self._leave_demande()
        else:
            await self._be_on(message["on"], writing=message["writing"])

    def _too_many(self) -> bool:
        now = time.monotonic()
        self._heard_at = [moment for moment in self._heard_at if moment > now - MESSAGES_SECONDS] + [now]
        return len(self._heard_at) > MESSAGES_MAX

    async def _join(self, names: list[str], age: float) -> None:
        if len(self._names) + len(names) > TOPICS_MAX:
            self._stop(MISUSED)
            return
        places = await ask(self._places, names)
        if self._hub is None or self._over.done():
            return
        self._names |= {place.key: name for name, place in places.items()}
        changed = await self._hub.join(self, list(places.values()), age)
        await self._send(
            joined=sorted(places),
            refused=sorted(set(names) - places.keys()),
            changed=sorted(self._names[key] for key in changed if key in self._names),
        )

    def _places(self, names: list[str]) -> dict[str, Place]:
        """Those of these topics that the visitors may follow: what one may not see is as what does not exist."""
        found = {}
        with kept.looking_once():
            for name in names:
                visitor = next((visitor for visitor in self.visitors if visitor.allows(name)), None)
                place = topics.place_of(name, visitor.user) if visitor else None
                if place is not None:
                    found[name] = place
        return found

    # --- Presence ---------------------------------------------------------------------------------------------------

    async def _be_on(self, reference: str, *, writing: bool) -> None:
        user = self._person()
        if user is None or self._hub is None:
            return
        if self._on != reference:
            self._leave_demande()
            if not await ask(reads, user, reference):
                return
            self._on = reference
        self._hub.present(self, reference, user.pk, writing=writing)

    def _leave_demande(self) -> None:
        self._on, self._people_told = None, {}
        if self._hub is not None:
            self._hub.absent(self)

    def _person(self) -> User | None:
        return next((visitor.user for visitor in self.visitors if visitor.user is not None), None)

    # --- The hub's end: neither waits -------------------------------------------------------------------------------

    def tell(self, keys: Collection[str]) -> None:
        self._changed.update(keys)
        self._more.set()

    def people(self, reference: str) -> None:
        self._demandes.add(reference)
        self._more.set()

    def end(self) -> None:
        self._stop(TOO_SLOW)

    # --- What is told -----------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._more.wait(), BEAT_SECONDS)
            except TimeoutError:
                await self._send()
            self._more.clear()
            changed, self._changed = self._changed, set()
            demandes, self._demandes = self._demandes, set()
            names = {self._names[key] for key in changed if key in self._names}
            if names:
                await self._tell_changes(names)
            if self._on in demandes:
                await self._tell_people()

    async def _tell_changes(self, names: set[str]) -> None:
        """A demande that has changed may have left what the person sees: then nothing more is told of it."""
        asked = [name for name in names if name.startswith("ticket:")]
        allowed = await ask(self._places, asked) if asked else {}
        refused = set(asked) - allowed.keys()
        self._forget(refused)
        await self._send(changed=sorted(names - refused), refused=sorted(refused))

    async def _tell_people(self) -> None:
        user = self._person()
        if user is None or self._hub is None or self._on is None:
            return
        people = self._hub.presence.people(self._on, but=user.pk)
        if people != self._people_told:
            self._people_told = people
            await self._send(on=self._on, people={str(pk): writing for pk, writing in people.items()})

    def _forget(self, names: set[str]) -> None:
        if self._hub is not None:
            self._hub.leave(self, [key for key, name in self._names.items() if name in names])
        self._names = {key: name for key, name in self._names.items() if name not in names}
        if self._on is not None and f"ticket:{self._on}" in names:
            self._leave_demande()

    async def _send(self, **message: Any) -> None:
        try:
            await asyncio.wait_for(self.send(text_data=json.dumps(message)), SEND_SECONDS)
        except TimeoutError:
            self._stop(TOO_SLOW)

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            self.visitors = await ask(still_there, self.visitors)
            if not self.visitors:
                self._stop(SESSION_ENDED)
                return
            allowed = await ask(self._places, list(self._names.values()))
            refused = set(self._names.values()) - allowed.keys()
            user = self._person()
            if self._on is not None and (user is None or not await ask(reads, user, self._on)):
                self._leave_demande()
            if refused:
                self._forget(refused)
                await self._send(refused=sorted(refused))

    def _failed(self, task: asyncio.Task[None]) -> None:
        """The database does not answer, or the browser has left: it connects again."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            if not isinstance(error, Error | OSError):
                logger.error("live connection ended", exc_info=error)
            self._stop(TOO_SLOW)


def cookies_of(scope: dict[str, Any]) -> dict[str, str]:
    headers = [value for name, value in scope["headers"] if name == b"cookie"]
    with contextlib.suppress(CookieError):
        return parse_cookie(b"; ".join(headers).decode("latin-1"))
    return {}


def still_there(visitors: list[Visitor]) -> list[Visitor]:
    return [visitor for visitor in visitors if visitor.still_there()]


def reads(user: User, reference: str) -> bool:
    """Whether the person may read the text of this demande: who only locates it is neither shown nor told."""
    return Ticket.objects.readable_by(user).filter(reference=reference).exists()


def read(text: str | None) -> dict[str, Any] | None:
    """What the browser said; None where no page of ours says it."""
    if text is None or len(text) > MESSAGE_MAX:
        return None
    try:
        message = json.loads(text)
    except ValueError:
        return None
    match message:
        case {"join": list(names), "age": int() | float() as age} if all(isinstance(name, str) for name in names):
            return {"join": list(dict.fromkeys(names)), "age": min(max(float(age), 0.0), AGE_MAX)}
        case {"on": None}:
            return {"on": None}
        case {"on": str(reference), "writing": bool(writing)} if topics.NAME.fullmatch(f"ticket:{reference}"):
            return {"on": reference, "writing": writing}
    return None
