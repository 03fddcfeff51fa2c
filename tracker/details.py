"""The one-to-one detail models that the domains add to a demande.

A domain registers its model when it is loaded: the kernel writes it without knowing it.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

from tracker.models import Ticket

_by_kind: dict[str, type[models.Model]] = {}
_by_machine: dict[str, type[models.Model]] = {}


def register(model: type[models.Model], *, kind: str | None = None, machine: str | None = None) -> None:
    """Name the detail model of the demandes of one kind (by code), or of one machine. It has a `ticket` one-to-one."""
    if kind is not None:
        _by_kind[kind] = model
    if machine is not None:
        _by_machine[machine] = model


def model_for(ticket: Ticket) -> type[models.Model] | None:
    return _by_kind.get(ticket.kind.code) or _by_machine.get(ticket.machine)


def save(ticket: Ticket, values: dict[str, Any]) -> None:
    """Write `values` on the detail of one demande; nothing where its kind has none."""
    model = model_for(ticket)
    if model is not None and values:
        model._default_manager.update_or_create(ticket=ticket, defaults=values)


def save_many(rows: Iterable[tuple[Ticket, dict[str, Any]]]) -> None:
    """`save` for new demandes, in one insert per model."""
    batches: dict[type[models.Model], list[models.Model]] = {}
    for ticket, values in rows:
        model = model_for(ticket)
        if model is not None and values:
            batches.setdefault(model, []).append(model(ticket=ticket, **values))
    for model, batch in batches.items():
        model._default_manager.bulk_create(batch)
