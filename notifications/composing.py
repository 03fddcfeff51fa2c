"""Writing the messages of the outbox, when they leave: each kind of message has its composer, registered by its module.

A row of `Outbox` holds keys and codes, never a text: what a message says is what the database says when it is sent.
"""

from collections.abc import Callable
from datetime import datetime

from django.core.mail import EmailMessage

from tracker.models import Outbox

Composer = Callable[[Outbox], EmailMessage | None]
"""The message, without its Message-ID; None where there is nothing left to say (read meanwhile, account closed)."""

_composers: dict[str, Composer] = {}


class NotNow(Exception):
    """The person is not at work: the message waits until then, and no try is counted."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until.isoformat())


class UnknownMessage(LookupError):
    """No composer is registered for this kind: a row of a version that knew more."""


def register_composer(kind: str, composer: Composer) -> None:
    """Called from `AppConfig.ready`."""
    _composers[kind] = composer


def compose(row: Outbox) -> EmailMessage | None:
    """The message of this row. Raises UnknownMessage, NotNow."""
    if row.kind not in _composers:
        raise UnknownMessage(row.kind)
    return _composers[row.kind](row)
