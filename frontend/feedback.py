"""What the next page says of what has just been done, with the way back where the journal allows one."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

UNDO = "undo:"
Link = tuple[str, str]
"""A label and its address."""


def done(request: HttpRequest, sentence: str, *, undo: str = "", links: Iterable[Link] = ()) -> None:
    """Say that something was done; `undo` is the address that takes it back (by POST), `links` what can be done next.

    Nothing personal: a message waits in a cookie for the page that shows it.
    """
    offered = format_html_join(" · ", '<a class="fr-link fr-link--sm" href="{1}">{0}</a>', links)
    if offered:
        sentence = format_html('{} <span class="sillage-message__next">{}</span>', sentence, offered)
    messages.success(request, sentence, extra_tags=f"{UNDO}{undo}" if undo else "")


def undo_address(message: Message) -> str:
    """The address given to `done`, or an empty string."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""


def refused(request: HttpRequest, sentence: str) -> None:
    """Say that what a button asked for was not done, and why."""
    messages.error(request, sentence)
