"""Addresses that an e-mail leads to: whole, since nobody reads them on a page of the site."""

from django.conf import settings
from django.urls import reverse

from tracker.models import Ticket


def absolute(name: str, *args: object) -> str:
    """The address of a page by its name, on the site as people type it (`SILLAGE_ADDRESS`)."""
    return settings.SILLAGE_ADDRESS.rstrip("/") + reverse(name, args=args)


def ticket_address(ticket: Ticket) -> str:
    return absolute("ticket", ticket.reference)
