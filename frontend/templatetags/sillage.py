"""Template tags shared by every page: French dates, deadlines in words, states, the strip of days."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.template.defaultfilters import capfirst
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from frontend import feedback, shortcuts, wording
from tracker import clock
from tracker.enums import State
from tracker.models import Ticket
from tracker.search import marked
from tracker.workdays import DayStep, WorkCalendar

register = template.Library()

STATE_LOOKS = {
    State.REGISTERED: ("new", "fr-icon-mail-line"),
    State.ASSIGNED: ("new", "fr-icon-inbox-line"),
    State.IN_PROGRESS: ("info", "fr-icon-edit-line"),
    State.AWAITING_REQUESTER: ("warning", "fr-icon-question-line"),
    State.ON_HOLD: ("warning", "fr-icon-time-line"),
    State.PROPOSED: ("info", "fr-icon-calendar-line"),
    State.CONFIRMED: ("info", "fr-icon-calendar-2-line"),
    State.ANSWERED: ("success", "fr-icon-check-line"),
    State.MET: ("success", "fr-icon-check-line"),
    State.CLOSED: ("", "fr-icon-archive-line"),
    State.FORWARDED: ("", "fr-icon-arrow-right-line"),
    State.DISMISSED: ("", "fr-icon-close-line"),
    State.MERGED: ("", "fr-icon-links-line"),
}
"""Colour and icon of each state: they repeat the words, they never replace them."""

URGENCY_LOOKS = {
    "late": ("error", "fr-icon-error-warning-line"),
    "today": ("warning", "fr-icon-time-line"),
    "soon": ("info", "fr-icon-time-line"),
    "later": ("", "fr-icon-calendar-line"),
    "none": ("", "fr-icon-subtract-line"),
}

LONG_STRIP = 32
"""Days beyond which the strip is folded: a month is read at a glance, half a year is not."""


def _here_today() -> date:
    return clock.today(settings.TIME_ZONE)


@register.filter
def long_date(day: date | None, today: date | None = None) -> str:
    """« mercredi 25 novembre »; with its year when not the current one (of `today`, where a page knows the site's)."""
    return "" if day is None else wording.long_date(day, today or _here_today())


@register.filter
def plain_date(day: date | None, today: date | None = None) -> str:
    """« 25 novembre »; with its year when not the current one."""
    return "" if day is None else wording.plain_date(day, today or _here_today())


@register.filter
def full_date(day: date | None) -> str:
    """« 25 novembre 2026 », for what is kept long after its year."""
    return "" if day is None else wording.plain_date(day)


@register.filter
def short_date(day: date | None, today: date | None = None) -> str:
    """« 25 nov. »; with its year when not the current one."""
    return "" if day is None else wording.short_date(day, today or _here_today())


@register.filter
def found(shown: str, text: str) -> str:
    """What a list shows, with the words that a search of `text` finds marked; a dash for nothing."""
    if not text or not shown:
        return shown or "–"
    pieces = ((format_html("<mark>{}</mark>", piece) if hit else piece,) for piece, hit in marked(shown, text))
    return format_html_join("", "{}", pieces)


@register.filter
def small(sentence: str) -> str:
    """A sentence that goes on after « : »."""
    return wording.small(sentence)


@register.filter
def working_days(number: int) -> str:
    """« 3 jours ouvrés »."""
    return wording.working_days(number)


@register.filter
def latest(due_on: date | None, today: date | None = None) -> str:
    """« au plus tard mercredi 25 novembre »."""
    return wording.latest(due_on, today or _here_today())


@register.simple_tag
def counted(number: int, singular: str, plural: str | None = None) -> str:
    """« 1 demande », « 3 demandes »."""
    return wording.count_of(number, singular, plural)


@register.simple_tag
def due_words(due_on: date | None, today: date, calendar: WorkCalendar) -> str:
    """« en retard de 2 jours ouvrés », « aujourd’hui », « dans 3 jours ouvrés »…: see `wording.due_words`."""
    return wording.due_words(due_on, today, calendar)


@register.simple_tag
def due_tag(due_on: date | None, today: date, calendar: WorkCalendar) -> SafeString:
    """The words of `due_words` as a tag whose icon and colour repeat the urgency."""
    found = wording.urgency(due_on, today, calendar)
    return _badge(found.words, *URGENCY_LOOKS[found.level], extra=f"sillage-due sillage-due--{found.level}")


@register.simple_tag
def state_tag(state: str | Ticket) -> SafeString:
    """The state of a demande (or a state's stored code) as a tag: icon and words, colour repeats."""
    found = State(state.state if isinstance(state, Ticket) else state)
    return _badge(found.label, *STATE_LOOKS[found], extra="sillage-state")


def _badge(words: str, colour: str, icon: str, *, extra: str) -> SafeString:
    classes = " ".join(filter(None, ("fr-badge fr-badge--sm", f"fr-badge--{colour}" if colour else "", extra)))
    return format_html(
        '<span class="{} sillage-badge"><span class="{} fr-icon--sm" aria-hidden="true"></span>{}</span>',
        classes,
        icon,
        capfirst(words),
    )


@register.inclusion_tag("frontend/components/deadline_strip.html")
def deadline_strip(
    steps: Iterable[DayStep], start: str = "reçu (jour 0)", label: str = "Décompte des jours"
) -> dict[str, Any]:
    """The days from arrival to deadline, as `WorkCalendar.explain` gives them: the counted ones numbered, each skipped
    one with its reason; an ordered list for a screen reader. `start` says what happened on day 0."""
    steps = list(steps)
    return {
        "cells": wording.strip(steps, start),
        "label": label,
        "folded": len(steps) > LONG_STRIP,
        "days": len(steps) - 1,
    }


@register.filter
def undo_address(message: Any) -> str:
    """Where the « Annuler » button of a message posts to; empty when the act cannot be undone."""
    return feedback.undo_address(message)


@register.simple_tag
def key(code: str) -> SafeString:
    """What declares the key of an element: attributes to write in its tag. `code` is that of `shortcuts.TABLE`."""
    return shortcuts.declaration(shortcuts.TABLE[code])


@register.inclusion_tag("frontend/components/page_keys.html")
def page_keys(section: str) -> dict[str, Any]:
    """The line that tells and declares the keys which no control of the page carries."""
    return {"keys": shortcuts.told(section)}


@register.filter
def key_caps(shortcut: shortcuts.Shortcut) -> SafeString:
    """The keys of a shortcut as they are printed on a keyboard."""
    return shortcuts.shown(shortcut)
