"""Who is on a demande now, in the memory of the processes alone: never stored, forgotten half a minute after the last
sign of life. It holds numbers of people and whether they write; what a browser shows of them it asks by HTTP, with the
rights of its person.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any, Final

EXPIRY_SECONDS: Final = 30.0
"""After the last sign of life. A browser gives one every ten seconds or so."""

Message = dict[str, Any]
"""What a process tells the others of one seat: its demande, person, whether they write, whether they have left."""


@dataclass
class _Seat:
    """One open page. `line` is its connection, None where another process holds it."""

    user_id: int
    writing: bool
    until: float
    line: Any = None


class Presence:
    def __init__(self) -> None:
        self._demandes: dict[str, dict[str, _Seat]] = {}
        self._seats: dict[object, tuple[str, str]] = {}

    def knows(self, reference: str) -> bool:
        """Whether this process holds a page of this demande."""
        return any(seat.line is not None for seat in self._demandes.get(reference, {}).values())

    def people(self, reference: str, *, but: int) -> dict[int, bool]:
        """Who is on the demande, beside the person `but`: whether they write, on one page at least."""
        found: dict[int, bool] = {}
        for seat in self._demandes.get(reference, {}).values():
            if seat.user_id != but:
                found[seat.user_id] = found.get(seat.user_id, False) or seat.writing
        return found

    def lines(self, reference: str) -> list[Any]:
        """The connections of this process that have a page of this demande."""
        return [seat.line for seat in self._demandes.get(reference, {}).values() if seat.line is not None]

    # --- What happens here: each gives back what the other processes are to hear ------------------------------------

    def here(self, line: object, reference: str, user_id: int, *, writing: bool) -> list[Message]:
        """A sign of life of a page of this process."""
        said = self.leave(line) if self._seats.get(line, ("", reference))[1] != reference else []
        name, _ = self._seats.setdefault(line, (uuid.uuid4().hex, reference))
        seats = self._demandes.setdefault(reference, {})
        seats[name] = _Seat(user_id, writing, time.monotonic() + EXPIRY_SECONDS, line)
        return [*said, _message(reference, name, seats[name])]

    def leave(self, line: object) -> list[Message]:
        """The page is closed, or shows something else."""
        name, reference = self._seats.pop(line, ("", ""))
        seat = self._demandes.get(reference, {}).get(name)
        if seat is None:
            return []
        self._remove(reference, name)
        return [_message(reference, name, seat) | {"left": True}]

    def held_here(self, reference: str) -> list[Message]:
        """For a process that has just opened this demande and knows of nobody yet."""
        seats = self._demandes.get(reference, {})
        return [_message(reference, name, seat) for name, seat in seats.items() if seat.line is not None]

    # --- What happens elsewhere, and what no longer happens: the demandes concerned ---------------------------------

    def heard(self, message: Message) -> set[str]:
        reference, name = message["reference"], message["seat"]
        if message.get("left"):
            self._remove(reference, name)
        else:
            seats = self._demandes.setdefault(reference, {})
            seats[name] = _Seat(message["user"], message["writing"], time.monotonic() + EXPIRY_SECONDS)
        return {reference}

    def expired(self) -> set[str]:
        """Forget those who have given no sign of life."""
        now = time.monotonic()
        gone = [
            (reference, name, seat.line)
            for reference, seats in self._demandes.items()
            for name, seat in seats.items()
            if seat.until < now
        ]
        for reference, name, line in gone:
            self._seats.pop(line, None)
            self._remove(reference, name)
        return {reference for reference, _, _ in gone}

    def _remove(self, reference: str, name: str) -> None:
        seats = self._demandes.get(reference, {})
        seats.pop(name, None)
        if not seats:
            self._demandes.pop(reference, None)


def _message(reference: str, name: str, seat: _Seat) -> Message:
    return {"reference": reference, "seat": name, "user": seat.user_id, "writing": seat.writing}
