"""What the domains give a new préfecture beside its profile.

A domain registers its own when it is loaded: the kernel runs it without knowing it.
"""

from collections.abc import Callable

from tracker.models import Prefecture

Starter = Callable[[Prefecture], None]

_starters: list[Starter] = []


def register(starter: Starter) -> None:
    if starter not in _starters:
        _starters.append(starter)


def run(prefecture: Prefecture) -> None:
    """In the transaction that makes the préfecture, once its kinds are there."""
    for starter in _starters:
        starter(prefecture)
