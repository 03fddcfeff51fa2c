"""Several people at the same instant."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connections

from tracker.errors import SillageError


def together(rounds: int, *acts: Callable[[int], Any]) -> list[list[Any]]:
    """Each act in its own thread, all starting each round at the same instant. Gives, round by round, what each one
    returned or raised."""
    barrier = threading.Barrier(len(acts), timeout=60)
    results: list[list[Any]] = [[None] * len(acts) for _ in range(rounds)]

    def run(place: int, act: Callable[[int], Any]) -> None:
        try:
            for number in range(rounds):
                barrier.wait()
                try:
                    results[number][place] = act(number)
                except (SillageError, DatabaseError) as refusal:
                    results[number][place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert not any(thread.is_alive() for thread in threads)
    return results
