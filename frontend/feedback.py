"""What the next page says of what has just been done, with the way back where the journal allows one."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

UNDO = "undo:"


def done(request: HttpRequest, sentence: str, *, undo: str = "") -> None:
    """Say that something was done; `undo` is the address that takes it back (by POST)."""
    messages.success(request, sentence, extra_tags=f"{UNDO}{undo}" if undo else "")


def undo_address(message: Message) -> str:
    """The address given to `done`, or an empty string."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
